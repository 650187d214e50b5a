"""Bruker ``RAW4.00`` (Diffrac.Suite, EVA): a header of 61 bytes, then records and ranges to the last byte.

A record is its type and its length (u32 each, the length includes both) and what it holds. A range begins with the type
0 (or 160) and a header of 160 bytes, has records of its own, and then its points: one or more 32-bit floats each, of
which the first is the count. Counts may be negative: EVA writes patterns without their background.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from characterization.instruments.base import Recording, UnreadableFile
from characterization.instruments.diffraction.axes import moves_two_theta, other_axis
from characterization.instruments.diffraction.binary import Fields, moment, plausible
from characterization.instruments.diffraction.scans import angles_of, damaged, kept, pattern, truncated

FILE_HEAD, RANGE_HEAD, RANGE_TYPES = 61, 160, (0, 160)
MOST_FLOATS = 64
TEXT, HARDWARE, DETECTOR, DRIVE = 10, 30, 40, 50
_TEXTS = {"SAMPLEID": "sample_name", "COMMENT": "comment", "USER": "operator", "SITE": "site"}


@dataclass
class Records:
    """What a run of records says, and the start position of each drive in degrees."""

    meta: dict[str, object] = field(default_factory=dict)
    drives: dict[str, float] = field(default_factory=dict)
    end: int = 0


def _hardware(fields: Fields, at: int) -> dict[str, object]:
    figures = {
        "wavelength_angstrom": fields.f8(at + 80),
        "wavelength_kalpha2_angstrom": fields.f8(at + 88),
        "wavelength_kbeta_angstrom": fields.f8(at + 96),
        "kalpha_ratio": fields.f8(at + 104),
        "goniometer_radius_mm": fields.f4(at + 24) / 2,  # the file holds the diameter
    }
    return plausible(figures) | {"anode": fields.text(at + 116, 4)}


def _record(fields: Fields, at: int, kind: int, length: int, found: Records) -> None:
    if kind == TEXT and length >= 36:
        key = _TEXTS.get(fields.text(at + 12, 24))
        value = fields.text(at + 36, length - 36)
        if key and value:
            found.meta[key] = value
    elif kind == HARDWARE and length >= 120:
        found.meta |= _hardware(fields, at)
    elif kind == DETECTOR and length >= 36:
        found.meta["detector"] = fields.text(at + 12, 24)
    elif kind == DRIVE and length >= 64:
        found.drives[fields.text(at + 12, 24)] = fields.f8(at + 56)


def _records(fields: Fields, at: int, end: int | None) -> Records:
    """The records from ``at`` to ``end``, or to the next range where ``end`` is None."""
    found = Records(end=at)
    while at < (len(fields) if end is None else end):
        kind = fields.u32(at)
        if end is None and kind in RANGE_TYPES:
            break
        length = fields.u32(at + 4)
        if length < 8 or (end is not None and at + length > end):
            raise damaged(fields.name, f"the record at byte {at:,} states {length:,} bytes of itself")
        fields.need(at + length, f"the record at byte {at:,}")
        _record(fields, at, kind, length, found)
        at += length
    found.end = at
    return found


def _one(
    fields: Fields, at: int, own: Records, points: int, floats: int, meta: dict[str, object]
) -> Recording:
    axis, start, step = fields.text(at + 32, 24), fields.f8(at + 72), fields.f8(at + 80)
    if not moves_two_theta(axis):
        raise other_axis(fields.name, axis, points)
    figures = {
        "counting_time_s": fields.f4(at + 92),
        "tube_tension_kV": fields.f4(at + 100),
        "tube_current_mA": fields.f4(at + 104),
    }
    meta = meta | own.meta | plausible(figures) | {"scan_axis": axis}
    counts = fields.numbers("<f4", own.end, points * floats)[::floats]
    recording = pattern(fields.name, angles_of(start, step, points), counts, meta)
    recording.started_at = moment(f"{fields.text(12, 12)} {fields.text(24, 12)}", "%m/%d/%Y %H:%M:%S")
    planned = max(fields.u32(at + 4), fields.u32(at + 8))
    if points < planned:
        recording.flag("not_completed", f"The scan ended after {points:,} of {planned:,} points.")
    theirs = own.drives.get("2Theta")
    if theirs is not None and abs(theirs - start) > max(abs(step), 0.01):
        recording.flag("start_doubtful", f"The scan starts at {start:.4g}°, its 2θ drive at {theirs:.4g}°.")
    return recording


def _range(
    fields: Fields, at: int, number: int, meta: dict[str, object]
) -> tuple[Recording | UnreadableFile, int]:
    """The range at ``at`` and the byte behind it."""
    fields.need(at + RANGE_HEAD, f"the header of range {number}")
    points, floats, width = fields.u32(at + 88), fields.u32(at + 124), fields.u32(at + 136)
    if not 0 < floats <= MOST_FLOATS or width != 4 * floats:
        raise damaged(fields.name, f"range {number} has points of {width:,} bytes with {floats:,} values")
    block = at + RANGE_HEAD + fields.u32(at + 140)
    fields.need(block, f"the records of range {number}")
    own = _records(fields, at + RANGE_HEAD, block)
    arrived = (len(fields) - own.end) // width
    if arrived < points:
        raise truncated(fields.name, f"ends in range {number}, after {arrived:,} of {points:,} points")
    return kept(_one, fields, at, own, points, floats, meta), own.end + points * width


def scans(fields: Fields) -> Iterator[Recording | UnreadableFile]:
    """Its ranges in order. Raises UnreadableFile unless the last one ends on the file's last byte."""
    fields.need(FILE_HEAD, "its header")
    meta: dict[str, object] = {}
    at, number, stated = FILE_HEAD, 0, fields.u32(40)
    while at < len(fields):
        between = _records(fields, at, None)
        meta |= between.meta
        if between.end >= len(fields):
            break
        number += 1
        scan, at = _range(fields, between.end, number, meta)
        yield scan
    if number < stated:
        raise truncated(fields.name, f"ends after {number:,} of {stated:,} ranges")
