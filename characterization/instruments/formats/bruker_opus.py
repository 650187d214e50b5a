"""Bruker OPUS (``.0``, ``.1``, ``.0000``): infrared and Raman spectra.

A directory at the head names blocks by a type of bit fields: which spectrum (sample, reference, ratio), which kind of
parameters, which kind of data. Parameters are entries of a three-letter name, type, size and value up to ``END``. Of
the spectra in a file the result is read (ratio, else the sample's single channel); intensities are stored in single
precision and scaled by ``CSF``. The clock is the instrument's; where the time names its zone (``(GMT+1)``) that one is
used.
"""

from __future__ import annotations

import re
import struct
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import numpy as np

from characterization.instruments import spectral
from characterization.instruments.base import Reader, Recording, Technique, UnreadableFile
from characterization.instruments.spectral import AGAIN

_MAGIC = b"\n\n\xfe\xfe"
_ENTRY, _MOST_ENTRIES = 12, 1000
_SAMPLE, _RATIO = 1, 3
_STATUS, _INSTRUMENT, _ACQUISITION, _OPTICS, _ORIGIN = 1, 2, 3, 6, 10
_SINGLE_CHANNEL, _INTERFEROGRAM, _PHASE = 1, 2, 3
_ORDINATES = {4: "absorbance", 5: "transmittance_percent"}
_RAMAN = 10
_TOLD = {
    "SNM": "sample_name",
    "INS": "instrument",
    "NSS": "scans",
    "RES": "resolution_per_cm",
    "SFM": "sample_form",
    "CNM": "operator",
}
_SAME = 1e-4  # of the largest value: what the stored maximum may differ by


@dataclass(frozen=True)
class _Block:
    kind: int
    start: int
    size: int

    @property
    def set(self) -> int:
        return self.kind >> 2 & 3

    @property
    def parameters(self) -> int:
        return self.kind >> 4 & 63

    @property
    def data(self) -> int:
        return self.kind >> 10 & 127

    @property
    def status(self) -> int:
        """The type of the block that describes this block's data."""
        return self.kind | _STATUS << 4


def _blocks(raw: bytes, name: str) -> list[_Block]:
    if len(raw) < 24:
        raise UnreadableFile("truncated", f"{name} has {len(raw)} bytes, less than its head.", AGAIN)
    place, _, used = struct.unpack_from("<III", raw, 12)
    if used > _MOST_ENTRIES or place + used * _ENTRY > len(raw):
        raise UnreadableFile("damaged", f"{name} has no whole directory of {used:,} blocks.", AGAIN)
    found = []
    for index in range(used):
        kind, words, start = struct.unpack_from("<III", raw, place + index * _ENTRY)
        if start + 4 * words > len(raw):
            raise UnreadableFile(
                "truncated",
                f"{name} has {len(raw):,} bytes; its block {index + 1} ends at byte {start + 4 * words:,}.",
                AGAIN,
            )
        found.append(_Block(kind & 0x3FFFFFFF, start, 4 * words))
    return found


def _parameters(raw: bytes, block: _Block) -> dict[str, Any]:
    found: dict[str, Any] = {}
    place, end = block.start, block.start + block.size
    while place + 8 <= end:
        name = raw[place : place + 3].decode("latin-1")
        kind, words = struct.unpack_from("<HH", raw, place + 4)
        place += 8
        if name == "END" or place + 2 * words > end:
            break
        value = raw[place : place + 2 * words]
        if kind == 0 and len(value) >= 4:
            found[name] = struct.unpack_from("<i", value)[0]
        elif kind == 1 and len(value) >= 8:
            found[name] = struct.unpack_from("<d", value)[0]
        elif kind >= 2:
            found[name] = value.split(b"\0")[0].decode("cp1252", errors="replace").strip()
        place += 2 * words
    return found


def _result(blocks: list[_Block], name: str) -> _Block:
    """The spectrum that a person calls the result. Raises UnreadableFile where there is none or more than one."""
    data = [one for one in blocks if one.parameters == 0 and one.kind & 3]
    spectra = [one for one in data if one.data not in (0, _INTERFEROGRAM, _PHASE, 13)]
    for which in (_RATIO, _SAMPLE):
        fitting = [one for one in spectra if one.set == which]
        if len(fitting) > 1:
            raise UnreadableFile(
                "unsupported",
                f"{name} holds {len(fitting)} results.",
                "In OPUS extract the data blocks and save each, or export them as JCAMP-DX.",
            )
        if fitting:
            return fitting[0]
    raise UnreadableFile(
        "unsupported",
        f"{name} holds no spectrum of a sample, only {len(data)} other data blocks.",
        "Measure or compute the spectrum in OPUS and save it again.",
    )


def _moment(status: dict[str, Any]) -> datetime | None:
    """``DAT`` and ``TIM``, the day first unless it begins with the year; with a zone where ``TIM`` names one."""
    day = re.search(r"(\d{1,4})[/.-](\d{1,2})[/.-](\d{1,4})", str(status.get("DAT", "")))
    hour = re.search(
        r"(\d{1,2}):(\d{2}):(\d{2})(?:[.,]\d+)?\s*(?:\(GMT([+-]\d+)\))?", str(status.get("TIM", ""))
    )
    if not day or not hour:
        return None
    year, month, number = (day[1], day[2], day[3]) if len(day[1]) == 4 else (day[3], day[2], day[1])
    try:
        moment = datetime(int(year), int(month), int(number), int(hour[1]), int(hour[2]), int(hour[3]))
        return moment.replace(tzinfo=timezone(timedelta(hours=int(hour[4])))) if hour[4] else moment
    except ValueError:
        return None


def read(path: Path) -> list[Recording]:
    """The result spectrum. Raises UnreadableFile."""
    raw = path.read_bytes()
    if not raw.startswith(_MAGIC):
        raise UnreadableFile(
            "not_this_format", f"{path.name} is no OPUS file.", "Export it as JCAMP-DX or text."
        )
    blocks = _blocks(raw, path.name)
    block = _result(blocks, path.name)
    kinds = {one.kind: one for one in blocks}
    status = _parameters(raw, kinds[block.status]) if block.status in kinds else {}
    points, first, last = status.get("NPT"), status.get("FXV"), status.get("LXV")
    if not isinstance(points, int) or not isinstance(first, float) or not isinstance(last, float):
        raise UnreadableFile(
            "damaged", f"{path.name} does not say how many points its spectrum has, or where.", AGAIN
        )
    spectral.check_size(path.name, points, 1)
    if status.get("DPF", 1) != 1 or block.size < 4 * points:
        raise UnreadableFile(
            "unsupported" if block.size >= 4 * points else "truncated",
            f"{path.name}: its {points:,} points are kept in {block.size:,} bytes of format {status.get('DPF', 1)}.",
            "Export it from OPUS as JCAMP-DX.",
        )
    factor = status.get("CSF", 1.0)
    if not isinstance(factor, float):
        raise UnreadableFile("damaged", f"{path.name}: the factor of its intensities is no number.", AGAIN)
    values = np.frombuffer(raw, "<f4", points, block.start).astype(np.float64) * factor
    technique, column = _kind(block, status, path.name)
    told = _told(raw, blocks)
    found = spectral.recording(
        path.name, technique, column, np.linspace(first, last, points),
        values * 100 if column == "transmittance_percent" else values,
        meta={**told, "single_channel": block.data == _SINGLE_CHANNEL or None},
        title=str(told.get("sample_name", "")), hints=(str(told.get("sample_name", "")),), started_at=_moment(status),
    )  # fmt: skip
    most = status.get("MXY")
    if isinstance(most, float) and abs(values.max() - most) > _SAME * max(abs(most), 1e-9):
        raise UnreadableFile(
            "damaged", f"{path.name}: its largest value is {values.max():g}, the file says {most:g}.", AGAIN
        )
    return [found]


def _kind(block: _Block, status: dict[str, Any], name: str) -> tuple[Technique, str]:
    unit = str(status.get("DXU", "WN")).upper()
    if unit not in ("WN", "RSH", "NM"):
        raise UnreadableFile(
            "unsupported",
            f"{name} is over ‘{unit}’, not over wavenumber.",
            "Save it over wavenumber in OPUS.",
        )
    if unit == "RSH" or block.data == _RAMAN:
        return Technique.RAMAN, "intensity_au"
    column = _ORDINATES.get(block.data, "intensity_au")
    return (Technique.UV_VIS if unit == "NM" else Technique.FTIR), column


def _told(raw: bytes, blocks: list[_Block]) -> dict[str, Any]:
    """What the parameter blocks of the sample say, under this project's names."""
    said: dict[str, Any] = {}
    for block in blocks:
        if block.parameters in (_INSTRUMENT, _ACQUISITION, _OPTICS, _ORIGIN):
            said |= _parameters(raw, block) if block.set != 2 else {}
    return {ours: said[theirs] for theirs, ours in _TOLD.items() if said.get(theirs) not in (None, "")}


def sniff(head: bytes, name: str) -> int:
    return 3 if head.startswith(_MAGIC) else 0


READER = Reader(
    name="bruker_opus",
    version="1.0",
    label="Bruker OPUS (.0, .1, …)",
    techniques=(Technique.FTIR, Technique.RAMAN, Technique.UV_VIS),
    sniff=sniff,
    read=read,
    extensions=(".0", ".0000"),
)
