"""Thermo OMNIC (``.spa``): one infrared or Raman spectrum.

A title at byte 30, a directory at byte 304 of entries of 16 bytes (kind, place, length). Entry 2 describes the spectrum
(points, kind of axis and of ordinate, first and last position, scans), entry 3 holds the intensities in single
precision; axis values are evenly spaced. The time counts seconds from 1899-12-31 in UTC. The layout was read off a
file and agrees with what is published of the format.
"""

from __future__ import annotations

import struct
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np

from characterization.instruments import spectral
from characterization.instruments.base import Reader, Recording, Technique, UnreadableFile, ending
from characterization.instruments.spectral import AGAIN

_MAGIC = b"Spectral Data File"
_DIRECTORY, _ENTRY = 304, 16
_DESCRIPTION, _INTENSITIES = 2, 3
_AXES = {1: Technique.FTIR, 32: Technique.RAMAN, 3: Technique.UV_VIS}
_ORDINATES = {16: "transmittance_percent", 11: "reflectance_percent", 17: "absorbance", 31: "intensity_au"}
_EPOCH = datetime(1899, 12, 31, tzinfo=UTC)


def _entries(raw: bytes, name: str) -> dict[int, tuple[int, int]]:
    """Place and length of the first entry of each kind."""
    if len(raw) < _DIRECTORY:
        raise UnreadableFile("truncated", f"{name} has {len(raw)} bytes, less than its head.", AGAIN)
    (count,) = struct.unpack_from("<H", raw, 294)
    if _DIRECTORY + _ENTRY * count > len(raw):
        raise UnreadableFile("truncated", f"{name} ends in its directory of {count} entries.", AGAIN)
    found: dict[int, tuple[int, int]] = {}
    for index in range(count):
        place = _DIRECTORY + _ENTRY * index
        start, length = struct.unpack_from("<II", raw, place + 2)
        if start + length > len(raw):
            raise UnreadableFile(
                "truncated",
                f"{name} has {len(raw):,} bytes; a part of it ends at byte {start + length:,}.",
                AGAIN,
            )
        found.setdefault(raw[place], (start, length))
    return found


def read(path: Path) -> list[Recording]:
    """One spectrum. Raises UnreadableFile."""
    raw = path.read_bytes()
    if not raw.startswith(_MAGIC):
        raise UnreadableFile(
            "not_this_format", f"{path.name} is no OMNIC spectrum.", "Export it as JCAMP-DX or text."
        )
    entries = _entries(raw, path.name)
    if _DESCRIPTION not in entries or _INTENSITIES not in entries or entries[_DESCRIPTION][1] < 40:
        raise UnreadableFile("damaged", f"{path.name} names no spectrum in its directory.", AGAIN)
    start = entries[_DESCRIPTION][0]
    points, axis_kind, ordinate_kind, first, last = struct.unpack_from("<IB3xB3xff", raw, start + 4)
    (scans,) = struct.unpack_from("<I", raw, start + 36)
    technique = _AXES.get(axis_kind)
    if technique is None:
        raise UnreadableFile(
            "unsupported",
            f"{path.name} is over an axis of kind {axis_kind} of OMNIC, not over wavenumber, shift or wavelength.",
            "Change the axis in OMNIC and save it again.",
        )
    spectral.check_size(path.name, points, 1)
    begin, length = entries[_INTENSITIES]
    if length != 4 * points:
        raise UnreadableFile(
            "damaged", f"{path.name} declares {points:,} points and holds {length // 4:,}.", AGAIN
        )
    title = raw[30:286].split(b"\0")[0].decode("cp1252", errors="replace").strip()
    (seconds,) = struct.unpack_from("<I", raw, 296)
    found = spectral.recording(
        path.name,
        technique,
        _ORDINATES.get(ordinate_kind, "intensity_au"),
        np.linspace(first, last, points),
        np.frombuffer(raw, "<f4", points, begin),
        meta={"scans": scans if 0 < scans < 10**6 else None},
        title=title,
        hints=(title,),
        started_at=_EPOCH + timedelta(seconds=seconds) if seconds else None,
    )
    if ordinate_kind not in _ORDINATES:
        found.flag(
            "ordinate_unknown", f"The ordinate is of kind {ordinate_kind} of OMNIC: shown without a unit."
        )
    return [found]


def sniff(head: bytes, name: str) -> int:
    if head.startswith(_MAGIC):
        return 3
    return 1 if ending(name, ".spa") else 0


READER = Reader(
    name="thermo_spa",
    version="1.0",
    label="Thermo OMNIC (spa)",
    techniques=(Technique.FTIR, Technique.RAMAN, Technique.UV_VIS),
    sniff=sniff,
    read=read,
    extensions=(".spa",),
)
