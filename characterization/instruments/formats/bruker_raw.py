"""Bruker / Siemens diffractometers, ``.raw``: binary, little-endian, one or more ranges.

``RAW1.01`` is written by Diffrac-Plus, ``RAW4.00`` by Diffrac.Suite and EVA; both are read to their last byte, and a
file that ends elsewhere is refused. Counts are 32-bit floats, angles in degrees as start and step, wavelengths in Å.
Instruments: D2, D4, D5000, D8.

Oddities: ``RAW `` (version 1) and ``RAW2`` are of older programs, STOE's ``RAW_1.06`` is of another vendor, and GSAS
files carry the same ending. A range of version 4 may hold several floats per point. A range along another axis than 2θ
has the same form.
"""

from __future__ import annotations

from pathlib import Path

from characterization.instruments.base import Reader, Recording, Technique, UnreadableFile
from characterization.instruments.diffraction import bruker_v3, bruker_v4
from characterization.instruments.diffraction.binary import Fields
from characterization.instruments.diffraction.scans import gathered

MOST_BYTES = 1024**3
_KINDS = {b"RAW1.01": bruker_v3.scans, b"RAW4.00": bruker_v4.scans}
_OLDER = {b"RAW2": "version 2 (RAW2)", b"RAW ": "version 1 (Diffrac-AT)", b"RAW3": "version RAW3"}
_CONVERT = "Open it in EVA or XCH and save it as RAW1.01, UXD or XY; the file that arrived is kept."


def read(path: Path) -> list[Recording]:
    """One recording per range over 2θ. Raises UnreadableFile for cut, damaged or older files."""
    if path.stat().st_size > MOST_BYTES:
        size = path.stat().st_size // 1024**2
        raise UnreadableFile(
            "too_large", f"{path.name} has {size:,} MiB; a pattern may have 1,024 MiB.", _CONVERT
        )
    fields = Fields(path.read_bytes(), path.name)
    for mark, scans in _KINDS.items():
        if fields.raw.startswith(mark):
            return gathered(path.name, "range", scans(fields))
    older = next((words for mark, words in _OLDER.items() if fields.raw.startswith(mark)), "")
    if older:
        raise UnreadableFile(
            "unsupported",
            f"{path.name} is a Siemens/Bruker RAW file of {older}, which is not read.",
            _CONVERT,
        )
    raise UnreadableFile("not_this_format", f"{path.name} does not begin as a Bruker RAW file.", _CONVERT)


def sniff(head: bytes, name: str) -> int:
    if head.startswith(tuple(_KINDS)):
        return 3
    binary = b"\0" in head
    return 2 if binary and head.startswith(tuple(_OLDER)) else 0


READER = Reader(
    name="bruker_raw",
    version="1.0",
    label="Bruker RAW (1.01, 4.00)",
    techniques=(Technique.XRD,),
    sniff=sniff,
    read=read,
    extensions=(".raw",),
)
