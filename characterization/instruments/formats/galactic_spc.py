"""Galactic / GRAMS (``.spc``): Raman, infrared and UV-vis spectra, single or many in one file.

A head of 512 bytes (version 0x4B, little-endian, or 0x4C, big-endian) or of 224 (the old 0x4D) says the kind of axis,
its ends and the number of points; axis values are evenly spaced unless the file lists them, once for all spectra or for
each by itself. Intensities are single-precision numbers, or integers of 32 or 16 bits that a power of two scales. The
layout is that of Galactic's published file description.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import numpy as np

from characterization.instruments import spectral
from characterization.instruments.base import Reader, Recording, Technique, UnreadableFile, ending
from characterization.instruments.spectral import AGAIN, Numbers

_NEW, _NEW_BIG, _OLD = 0x4B, 0x4C, 0x4D
_16_BITS, _MANY, _OWN_AXES, _LISTED_AXIS = 1, 4, 64, 128
_SUBHEAD = 32
_FLOATS = -128
_WAVENUMBER, _NM, _SHIFT = 1, 3, 13
_RAMAN_EXPERIMENT = 11
_TECHNIQUES = {_WAVENUMBER: Technique.FTIR, _NM: Technique.UV_VIS, _SHIFT: Technique.RAMAN}
_AXES = {
    0: "an arbitrary unit", 2: "µm", 4: "s", 5: "min", 6: "Hz", 9: "m/z", 10: "ppm", 14: "eV", 17: "channels",
    18: "degrees", 20: "°C", 255: "points of an interferogram",
}  # fmt: skip
_ABSORBANCE, _COUNTS, _PERCENT, _TRANSMISSION, _REFLECTANCE = 2, 4, 11, 128, 129
_SHARE = 2.0  # a transmittance that nowhere exceeds this is a share of 1, not a percentage


@dataclass(frozen=True)
class _Head:
    flags: int
    order: str  # "<" or ">"
    exponent: int
    points: int
    first: float
    last: float
    spectra: int
    axis_kind: int
    ordinate_kind: int
    experiment: int
    size: int
    started_at: datetime | None
    comment: str
    step: float
    old: bool


def _head(raw: bytes, name: str) -> _Head:
    version = raw[1] if len(raw) > 1 else 0
    if version in (_NEW, _NEW_BIG) and len(raw) >= 512:
        return _new_head(raw, "<" if version == _NEW else ">")
    if version == _OLD and len(raw) >= 256:
        return _old_head(raw)
    if version in (_NEW, _NEW_BIG, _OLD):
        raise UnreadableFile("truncated", f"{name} has {len(raw)} bytes and not a whole head.", AGAIN)
    raise UnreadableFile(
        "not_this_format",
        f"{name} is no Galactic spectrum: its version byte is {version}.",
        "Export it as JCAMP-DX or text.",
    )


def _new_head(raw: bytes, order: str) -> _Head:
    flags, _, experiment, exponent = struct.unpack_from(f"{order}BBBb", raw, 0)
    points, first, last, spectra = struct.unpack_from(f"{order}iddi", raw, 4)
    axis, ordinate = raw[28], raw[29]
    (packed,) = struct.unpack_from(f"{order}I", raw, 32)
    (step,) = struct.unpack_from(f"{order}f", raw, 312)
    comment = raw[88:218].split(b"\0")[0].decode("cp1252", errors="replace").strip()
    moment = _moment(packed >> 20, packed >> 16 & 15, packed >> 11 & 31, packed >> 6 & 31, packed & 63)
    return _Head(flags, order, exponent, points, first, last, max(spectra, 1), axis, ordinate, experiment, 512,
                 moment, comment, step, False)  # fmt: skip


def _old_head(raw: bytes) -> _Head:
    flags, _, exponent, points, first, last = struct.unpack_from("<BBhfff", raw, 0)
    axis, ordinate, year, month, day, hour, minute = struct.unpack_from("<BBHBBBB", raw, 16)
    comment = raw[62:192].split(b"\0")[0].decode("cp1252", errors="replace").strip()
    exponent = _FLOATS if exponent & 0xFF == 0x80 else exponent
    count = int(points) if np.isfinite(points) and 0 <= points < 1e9 else 0
    return _Head(flags, "<", exponent, count, first, last, 1, axis, ordinate, 0, 224,
                 _moment(year, month, day, hour, minute), comment, 0.0, True)  # fmt: skip


def _moment(year: int, month: int, day: int, hour: int, minute: int) -> datetime | None:
    try:
        return datetime(year, month, day, hour, minute) if year >= 1980 else None
    except ValueError:
        return None


class _Bytes:
    """A place in the file that moves on; asking for more than there is says where the file ends."""

    def __init__(self, raw: bytes, place: int, name: str) -> None:
        self.raw, self.place, self.name = raw, place, name

    def take(self, size: int, what: str) -> int:
        start = self.place
        if start + size > len(self.raw):
            raise UnreadableFile(
                "truncated",
                f"{self.name} ends in {what}: {max(0, len(self.raw) - start):,} of {size:,} bytes are there.",
                AGAIN,
            )
        self.place += size
        return start

    def numbers(self, kind: str, count: int, what: str) -> Numbers:
        start = self.take(np.dtype(kind).itemsize * count, what)
        return np.frombuffer(self.raw, kind, count, start).astype(np.float64)


def _intensities(at: _Bytes, head: _Head, exponent: int, count: int, what: str) -> Numbers:
    if exponent == _FLOATS:
        return at.numbers(f"{head.order}f4", count, what)
    if not -64 <= exponent <= 64:
        raise UnreadableFile(
            "damaged", f"{at.name}: {what} is scaled by 2^{exponent}, which cannot be.", AGAIN
        )
    if head.flags & _16_BITS:
        return at.numbers(f"{head.order}i2", count, what) * 2.0 ** (exponent - 16)
    if head.old:  # the two halves of each integer stand the high one first
        start = at.take(4 * count, what)
        halves = np.frombuffer(at.raw, "<u2", 2 * count, start).astype(np.uint32).reshape(count, 2)
        whole = (halves[:, 0] << 16 | halves[:, 1]).astype(np.uint32).view(np.int32)
        return whole.astype(np.float64) * 2.0 ** (exponent - 32)
    return at.numbers(f"{head.order}i4", count, what) * 2.0 ** (exponent - 32)


def _spectra(raw: bytes, head: _Head, name: str) -> tuple[list[Numbers], list[Numbers], list[float]]:
    """Axes (one, or one per spectrum), intensities, and the z value (often a time) of each."""
    at = _Bytes(raw, head.size, name)
    axes: list[Numbers] = []
    if not head.flags & _OWN_AXES:
        if head.flags & _LISTED_AXIS:
            axes.append(at.numbers(f"{head.order}f4", head.points, "its axis"))
        else:
            axes.append(np.linspace(head.first, head.last, head.points))
    spectra, places = [], []
    for index in range(head.spectra):
        start = at.take(_SUBHEAD, f"the head of spectrum {index + 1:,}")
        exponent = struct.unpack_from("b", raw, start + 1)[0] if head.flags & _MANY else head.exponent
        places.append(float(struct.unpack_from(f"{head.order}f", raw, start + 4)[0]))
        count = head.points
        if head.flags & _OWN_AXES:
            (count,) = struct.unpack_from(f"{head.order}i", raw, start + 16)
            count = count if count > 0 else head.points
            spectral.check_size(name, count, 1)
            axes.append(at.numbers(f"{head.order}f4", count, f"the axis of spectrum {index + 1:,}"))
        spectra.append(_intensities(at, head, exponent, count, f"spectrum {index + 1:,}"))
    return axes, spectra, places


def _ordinate(head: _Head, technique: Technique, values: list[Numbers]) -> tuple[str, float, str]:
    """The column of the intensities, what to multiply them by, and what has to be said of that."""
    kind = head.ordinate_kind
    if technique == Technique.RAMAN:
        return ("intensity_counts" if kind == _COUNTS else "intensity_au"), 1.0, ""
    if kind == _ABSORBANCE:
        return "absorbance", 1.0, ""
    if kind in (_TRANSMISSION, _PERCENT, _REFLECTANCE):
        column = "reflectance_percent" if kind == _REFLECTANCE else "transmittance_percent"
        if max(float(np.nanmax(one)) for one in values) <= _SHARE:
            return (
                column,
                100.0,
                "The ordinate runs to 1, not to 100: it is taken for a share and shown in %.",
            )
        return column, 1.0, ""
    return "intensity_au", 1.0, ""


def read(path: Path) -> list[Recording]:
    """One recording where the spectra share an axis, else one of each. Raises UnreadableFile."""
    raw = path.read_bytes()
    head = _head(raw, path.name)
    technique = _TECHNIQUES.get(head.axis_kind)
    if technique == Technique.FTIR and head.experiment == _RAMAN_EXPERIMENT:
        technique = Technique.RAMAN
    if technique is None:
        raise UnreadableFile(
            "unsupported",
            f"{path.name} is over {_AXES.get(head.axis_kind, f'an axis of kind {head.axis_kind}')}, "
            "not over Raman shift, wavenumber or wavelength.",
            "Export it with the axis changed, or as text.",
        )
    if not head.flags & _OWN_AXES:
        spectral.check_size(path.name, head.points, head.spectra)
    elif head.spectra * _SUBHEAD > len(raw):
        raise UnreadableFile(
            "truncated", f"{path.name} declares {head.spectra:,} spectra; it cannot hold them.", AGAIN
        )
    axes, spectra, places = _spectra(raw, head, path.name)
    column, factor, said = _ordinate(head, technique, spectra)
    groups = (
        [(axes[0], spectra)] if len(axes) == 1 else [(x, [y]) for x, y in zip(axes, spectra, strict=True)]
    )
    found = []
    for number, (x, ys) in enumerate(groups, 1):
        one = spectral.recording(
            path.name, technique, column, x, factor * np.array(ys),
            meta={"comment": head.comment, "series_value": places[number - 1] if len(ys) == 1 else None},
            title=head.comment, hints=(head.comment,), started_at=head.started_at,
            places={"series_value": places} if len(ys) > 1 else None,
        )  # fmt: skip
        one.part = f"spectrum {number}" if len(groups) > 1 else ""
        if said:
            one.flag("share_as_percent", said)
        found.append(one)
    return found


def sniff(head: bytes, name: str) -> int:
    known = len(head) > 1 and head[1] in (_NEW, _NEW_BIG, _OLD)
    if ending(name, ".spc"):
        return 3 if known and b"\0" in head else 1
    return 0


READER = Reader(
    name="galactic_spc",
    version="1.0",
    label="Galactic GRAMS (spc)",
    techniques=(Technique.RAMAN, Technique.FTIR, Technique.UV_VIS),
    sniff=sniff,
    read=read,
    extensions=(".spc",),
)
