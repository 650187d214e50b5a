"""Whether a Neware ``.nda`` file is whole: the header points at blocks, and a cut file ends before one of
them.

What can be known, by version:

* 1-29 (BTS 5-8): {begin, length} pairs of uint32 at bytes 16 (device), 24 (test information), 48 (steps)
  and 64 (records). Versions 1-8 may leave the length of the records at 0; then the records run to the end
  of the file, and only a cut inside a record shows. Versions 26, 28 and 29 are checked against the record
  pair only where it points at a record.
* 129, 130 (BTS 9): {begin, length} pairs of uint64 at bytes 18, 34, 50, 82 (records), 114, 146, 162, and
  242 from record version 19 on. The test information, behind the records, also says how many records there
  are.
"""

from __future__ import annotations

import struct
from pathlib import Path

import fastnda

from characterization.instruments.archive import COPY_AGAIN
from characterization.instruments.base import UnreadableFile

BTS9_VERSIONS = (129, 130)
_HEADER_BYTES = 260
_OPEN_ENDED_RECORD_BYTES = {1: 38, 2: 39, 3: 43, 4: 43, 5: 59, 6: 59, 7: 59, 8: 59}
_SEARCHED_VERSIONS = (26, 28, 29)


def _pairs(header: bytes) -> list[tuple[int, int]]:
    if header[14] in BTS9_VERSIONS:
        places = [18, 34, 50, 82, 114, 146, 162]
        if int.from_bytes(header[16:18], "little") >= 19:
            places.append(242)
        return [struct.unpack_from("<QQ", header, place) for place in places]
    places = [16, 24, 48] if header[14] in _SEARCHED_VERSIONS else [16, 24, 48, 64]
    return [struct.unpack_from("<II", header, place) for place in places]


def _cut(path: Path, size: int, needed: int) -> UnreadableFile:
    return UnreadableFile(
        "truncated",
        f"{path.name} is cut off: its header speaks of {needed:,} bytes, {size:,} arrived.",
        COPY_AGAIN,
    )


def check_whole(path: Path) -> bool:
    """Whether the header says how long the records are, so that a whole file can be told from a cut one.

    Raises UnreadableFile ``truncated`` where the header points beyond the end of the file.
    """
    size = path.stat().st_size
    with path.open("rb") as file:
        header = file.read(_HEADER_BYTES)
    if len(header) < _HEADER_BYTES:
        raise _cut(path, size, _HEADER_BYTES)
    for begin, length in _pairs(header):
        if begin and begin + length > size:
            raise _cut(path, size, begin + length)
    begin, length = struct.unpack_from("<II", header, 64)
    record = _OPEN_ENDED_RECORD_BYTES.get(header[14])
    if record and begin and not length and (size - begin) % record:
        raise UnreadableFile(
            "truncated",
            f"{path.name} ends in the middle of a record: {(size - begin) % record} of {record} bytes.",
            COPY_AGAIN,
        )
    return header[14] in BTS9_VERSIONS or (header[14] not in _SEARCHED_VERSIONS and length > 0)


def check_count(path: Path, rows: int, declared: object) -> None:
    """Raises UnreadableFile ``damaged`` where fewer records were found than the file says it holds."""
    if isinstance(declared, int) and rows < declared:
        raise UnreadableFile(
            "damaged",
            f"{path.name} says that it holds {declared:,} records; {rows:,} can be read.",
            COPY_AGAIN,
        )


def metadata(path: Path) -> dict[str, object]:
    """What the header of an ``.nda`` says about the test, in this project's names; empty fields left out."""
    said = fastnda.read_metadata(path)
    names = {
        "nda_version": "nda_version",
        "bts_version": "software",
        "server_version": "software",
        "active_mass_mg": "active_mass_mg",
        "creator": "operator",
        "sn": "part_number",
        "remarks": "remark",
        "barcode": "barcode",
        "test_name": "test_name",
        "step_name": "schedule",
        "test_id": "test_id",
        "num_datapoints": "declared_records",
        "start_time": "start_stated",
    }
    return {ours: said[theirs] for theirs, ours in names.items() if said.get(theirs)}
