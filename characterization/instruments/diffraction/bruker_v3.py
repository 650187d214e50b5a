"""Bruker ``RAW1.01`` (Diffrac-Plus, "version 3"): a header of 712 bytes, then ranges, each with its own header.

Counts are 32-bit floats behind each range's header and its supplementary bytes; the next range follows at once, so
that the last byte of the last range is that of the file. Angles in degrees, wavelengths in Å, times in s.
"""

from __future__ import annotations

from collections.abc import Iterator

from characterization.instruments.base import Recording, UnreadableFile
from characterization.instruments.diffraction.binary import Fields, moment, plausible
from characterization.instruments.diffraction.scans import angles_of, damaged, kept, pattern, truncated

FILE_HEAD, RANGE_HEAD, LONGEST_HEAD = 712, 304, 65_536
COMPLETE, VALUE_BYTES = 1, 4
COUPLED_WITHIN_DEG = 1.0
_TEXTS = {
    "operator": (36, 72),
    "site": (108, 218),
    "sample_name": (326, 60),
    "comment": (386, 160),
    "anode": (608, 4),
}


def _file_meta(fields: Fields) -> dict[str, object]:
    said: dict[str, object] = {key: fields.text(*place) for key, place in _TEXTS.items()}
    figures = {
        "wavelength_angstrom": fields.f8(624),
        "wavelength_kalpha2_angstrom": fields.f8(632),
        "wavelength_kbeta_angstrom": fields.f8(640),
        "kalpha_ratio": fields.f8(648),
        "goniometer_radius_mm": fields.f4(564),
    }
    return said | plausible(figures)


def _range_meta(fields: Fields, at: int) -> dict[str, object]:
    figures = {
        "counting_time_s": fields.f4(at + 192),
        "tube_tension_kV": float(fields.u32(at + 224)),
        "tube_current_mA": float(fields.u32(at + 228)),
    }
    return plausible(figures)


def _one(fields: Fields, at: int, data: int, points: int, meta: dict[str, object]) -> Recording:
    start, theta, step = fields.f8(at + 16), fields.f8(at + 8), fields.f8(at + 176)
    angles = angles_of(start, step, points)
    recording = pattern(
        fields.name, angles, fields.numbers("<f4", data, points), meta | _range_meta(fields, at)
    )
    when = f"{fields.text(16, 10)} {fields.text(26, 10)}"
    recording.started_at = moment(when, "%m/%d/%y %H:%M:%S", "%m/%d/%Y %H:%M:%S")
    if abs(start / 2 - theta) > COUPLED_WITHIN_DEG:
        recording.flag(
            "not_coupled",
            f"The scan starts at θ {theta:.4g}° and 2θ {start:.4g}°: it is not a coupled θ/2θ scan.",
        )
    if fields.u32(8) != COMPLETE:
        recording.flag("not_completed", "The file does not say that its measurement was completed.")
    return recording


def scans(fields: Fields) -> Iterator[Recording | UnreadableFile]:
    """Its ranges in order. Raises UnreadableFile unless the last one ends on the file's last byte."""
    fields.need(FILE_HEAD, "its header")
    ranges, meta, at = fields.u32(12), _file_meta(fields), FILE_HEAD
    if not 0 < ranges <= len(fields) // RANGE_HEAD:
        raise damaged(fields.name, f"it speaks of {ranges:,} ranges in {len(fields):,} bytes")
    for number in range(1, ranges + 1):
        fields.need(at + RANGE_HEAD, f"the header of range {number} of {ranges}")
        head, points, extra = fields.u32(at), fields.u32(at + 4), fields.u32(at + 256)
        if not RANGE_HEAD <= head <= LONGEST_HEAD or extra > LONGEST_HEAD:
            raise damaged(
                fields.name, f"the header of range {number} states {head:,} + {extra:,} bytes of itself"
            )
        if fields.u32(at + 252) != VALUE_BYTES:
            raise damaged(
                fields.name, f"range {number} has values of {fields.u32(at + 252):,} bytes instead of 4"
            )
        data = at + head + extra
        arrived = max(len(fields) - data, 0) // VALUE_BYTES
        if arrived < points:
            raise truncated(
                fields.name, f"ends in range {number} of {ranges}, after {arrived:,} of {points:,} points"
            )
        yield kept(_one, fields, at, data, points, meta)
        at = data + points * VALUE_BYTES
    if at != len(fields):
        raise damaged(fields.name, f"{len(fields) - at:,} bytes follow its last range")
