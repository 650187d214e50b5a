"""Renishaw WiRE (``.wdf``): Raman spectra, series and maps.

Little-endian blocks one after another, each with a name of four letters, a number and its size. ``WDF1`` says how many
points and spectra there are, ``DATA`` holds the intensities (single precision), ``XLST`` the Raman shifts, ``ORGN`` for
each spectrum where and when it was taken. The laser stands as a wavenumber. An aborted map holds fewer spectra than it
planned: only those measured are read, and a flag says so. A WiRE clock is in UTC.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np

from characterization.instruments import spectral
from characterization.instruments.base import Reader, Recording, Technique, UnreadableFile, ending
from characterization.instruments.spectral import AGAIN, Numbers

_HEAD = 512
_X, _Y, _Z, _TEMPERATURE, _TIME, _ELAPSED = 3, 4, 5, 9, 11, 18
_PLACES = {_X: "x_um", _Y: "y_um", _Z: "z_um", _TEMPERATURE: "temperature_degC"}
_SHIFT, _KELVIN, _COUNTS = 1, 10, 6
_MEASUREMENTS = {1: "single", 2: "series", 3: "map"}
_EPOCH = datetime(1601, 1, 1, tzinfo=UTC)
_TICKS_PER_S = 10_000_000
_MOST_LISTS = 100


@dataclass(frozen=True)
class _Head:
    points: int
    capacity: int
    spectra: int
    accumulations: int
    kind: int
    start: int
    unit: int
    laser_per_cm: float
    title: str


def _head(raw: bytes, name: str) -> _Head:
    if len(raw) < _HEAD or raw[:4] != b"WDF1":
        raise UnreadableFile("truncated" if raw[:4] == b"WDF1" else "not_this_format",
                             f"{name} has {len(raw)} bytes and not the head of a WiRE file.", AGAIN)  # fmt: skip
    points, capacity, spectra, accumulations = struct.unpack_from("<IQQI", raw, 60)
    (kind,) = struct.unpack_from("<I", raw, 132)
    (start,) = struct.unpack_from("<Q", raw, 136)
    unit, laser = struct.unpack_from("<If", raw, 152)
    title = raw[240:400].split(b"\0")[0].decode("utf-8", errors="replace").strip()
    return _Head(points, capacity, spectra, accumulations, kind, start, unit, laser, title)


def _blocks(raw: bytes, name: str) -> dict[str, bytes]:
    """The payload of the first block of each name. Raises UnreadableFile where they do not add up to the file."""
    found: dict[str, bytes] = {}
    place = 0
    while place < len(raw):
        if place + 16 > len(raw):
            raise UnreadableFile(
                "truncated", f"{name} ends in the head of a block, at byte {len(raw):,}.", AGAIN
            )
        (size,) = struct.unpack_from("<Q", raw, place + 8)
        kind = raw[place : place + 4].decode("latin-1")
        if size < 16:
            raise UnreadableFile(
                "damaged", f"{name}: the block at byte {place:,} says it has {size} bytes.", AGAIN
            )
        if place + size > len(raw):
            raise UnreadableFile(
                "truncated",
                f"{name} ends in its block {kind}: {len(raw) - place:,} of {size:,} bytes are there.",
                AGAIN,
            )
        found.setdefault(kind, raw[place + 16 : place + size])
        place += size
    return found


def _floats(blocks: dict[str, bytes], kind: str, count: int, skip: int, name: str) -> Numbers:
    payload = blocks.get(kind, b"")
    if len(payload) < skip + 4 * count:
        held = max(0, len(payload) - skip) // 4
        raise UnreadableFile(
            "truncated", f"{name}: its block {kind} holds {held:,} of {count:,} numbers.", AGAIN
        )
    return np.frombuffer(payload, "<f4", count, skip).astype(np.float64)


def _origins(payload: bytes, head: _Head) -> dict[str, Numbers]:
    """Place, temperature and time of each spectrum, as far as they are kept."""
    found: dict[str, Numbers] = {}
    if len(payload) < 4:
        return found
    (lists,) = struct.unpack_from("<I", payload, 0)
    each = 24 + 8 * head.capacity
    for index in range(min(lists, _MOST_LISTS, (len(payload) - 4) // each)):
        place = 4 + index * each
        kind, unit = struct.unpack_from("<II", payload, place)
        kind &= 0x7FFFFFFF
        if kind == _TIME:
            ticks = np.frombuffer(payload, "<u8", head.spectra, place + 24)
            since = (ticks - ticks.min()).astype(np.float64) / _TICKS_PER_S
            if ticks.min() > 0:
                found["time_s"] = since
        elif kind == _ELAPSED:
            values = np.frombuffer(payload, "<f8", head.spectra, place + 24).astype(np.float64)
            found.setdefault("time_s", values)
        elif kind in _PLACES:
            values = np.frombuffer(payload, "<f8", head.spectra, place + 24).astype(np.float64)
            found[_PLACES[kind]] = values - 273.15 if kind == _TEMPERATURE and unit == _KELVIN else values
    return {
        key: values
        for key, values in found.items()
        if np.isfinite(values).all() and np.abs(values).max() < 1e12
    }


def _moment(ticks: int) -> datetime | None:
    try:
        return _EPOCH + timedelta(microseconds=ticks / 10) if ticks else None
    except OverflowError:
        return None


def read(path: Path) -> list[Recording]:
    """One recording of all spectra. Raises UnreadableFile."""
    raw = path.read_bytes()
    head = _head(raw, path.name)
    if head.spectra > head.capacity:
        raise UnreadableFile(
            "damaged", f"{path.name} says it holds {head.spectra:,} of {head.capacity:,} spectra.", AGAIN
        )
    spectral.check_size(path.name, head.points, head.spectra)
    blocks = _blocks(raw, path.name)
    axis = _floats(blocks, "XLST", head.points, 8, path.name)
    kind, unit = struct.unpack_from("<II", blocks["XLST"], 0)
    if unit != _SHIFT:
        raise UnreadableFile(
            "unsupported",
            f"{path.name} is not over Raman shift (kind {kind}, unit {unit} of WiRE).",
            "In WiRE show the x axis as Raman shift and save it again.",
        )
    data = _floats(blocks, "DATA", head.points * head.spectra, 0, path.name)
    laser = 1e7 / head.laser_per_cm if head.laser_per_cm > 0 else None
    believable = laser is not None and spectral.LASERS_NM[0] < laser < spectral.LASERS_NM[1]
    found = spectral.recording(
        path.name,
        Technique.RAMAN,
        "intensity_counts" if head.unit == _COUNTS else "intensity_au",
        axis,
        data.reshape(head.spectra, head.points),
        places=_origins(blocks.get("ORGN", b""), head) if head.spectra > 1 else None,
        meta={
            "laser_nm": round(laser, 3) if laser and believable else None,
            "accumulations": head.accumulations,
            "measurement": _MEASUREMENTS.get(head.kind),
            "spectra_planned": head.capacity,
            "comment": blocks.get("TEXT", b"")
            .split(b"\0")[0]
            .decode("utf-8", errors="replace")
            .strip()[:500],
        },
        title=head.title,
        hints=(head.title,),
        started_at=_moment(head.start),
    )
    if head.spectra < head.capacity:
        found.flag("aborted", f"{head.spectra:,} of {head.capacity:,} planned spectra were measured.")
    return [found]


def sniff(head: bytes, name: str) -> int:
    if head[:4] == b"WDF1":
        return 3
    return 1 if ending(name, ".wdf") else 0


READER = Reader(
    name="renishaw_wdf",
    version="1.0",
    label="Renishaw WiRE (wdf)",
    techniques=(Technique.RAMAN,),
    sniff=sniff,
    read=read,
    extensions=(".wdf",),
)
