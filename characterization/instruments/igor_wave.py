"""An Igor binary wave of version 5, after WaveMetrics' Technical Note 003 ("Igor Binary Format").

A head of 64 bytes (version, checksum, sizes of what follows), one of 320 (points, type, dimensions, scaling), the
values, then formula, note, units of the data and of each dimension. The 16-bit words of both heads sum up to zero.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass

import numpy as np

from characterization.instruments.base import UnreadableFile, decode
from characterization.instruments.photoelectrons import AGAIN, MOST_POINTS, Numbers

HEADS = 384
_TYPES = {2: "f4", 4: "f8", 8: "i1", 16: "i2", 32: "i4", 72: "u1", 80: "u2", 96: "u4"}


@dataclass
class Wave:
    """``values`` have up to four dimensions; position i along dimension d is ``offsets[d]`` + i · ``steps[d]``."""

    name: str
    values: Numbers
    steps: tuple[float, ...]
    offsets: tuple[float, ...]
    note: str
    data_unit: str
    units: list[str]


def order_of(raw: bytes) -> str:
    """``<`` or ``>`` of a version 5 wave, empty for anything else."""
    return {b"\x05\x00": "<", b"\x00\x05": ">"}.get(raw[:2], "")


def is_wave(head: bytes) -> bool:
    """Whether both heads are there with a checksum that is right."""
    order = order_of(head)
    if not order or len(head) < HEADS:
        return False
    return int(np.frombuffer(head[:HEADS], dtype=f"{order}i2").sum(dtype=np.int64)) & 0xFFFF == 0


def _shape(raw: bytes, order: str, name: str) -> list[int]:
    (points,) = struct.unpack_from(f"{order}i", raw, 76)
    sizes = struct.unpack_from(f"{order}4i", raw, 132)
    shape = [size for size in sizes if size > 0]
    if not shape or not 0 < points <= MOST_POINTS or np.prod(shape, dtype=np.float64) != points:
        raise UnreadableFile(
            "damaged", f"{name}: a wave of {points:,} points cannot have sizes {sizes}.", AGAIN
        )
    return shape


def parse(raw: bytes, name: str) -> Wave:
    """Raises UnreadableFile ``damaged``, ``truncated`` or ``unsupported``."""
    if not is_wave(raw):
        raise UnreadableFile(
            "truncated" if len(raw) < HEADS else "damaged",
            f"{name}: the heads of its wave are not whole.",
            AGAIN,
        )
    order = order_of(raw)
    formula, note, data_unit, *dimensions = struct.unpack_from(f"{order}7i", raw, 8)
    kind = struct.unpack_from(f"{order}h", raw, 80)[0]
    if kind not in _TYPES:
        raise UnreadableFile(
            "unsupported", f"{name} holds a wave of type {kind}: complex numbers or text.", AGAIN
        )
    shape = _shape(raw, order, name)
    dtype = np.dtype(order + _TYPES[kind])
    place = HEADS + int(np.prod(shape)) * dtype.itemsize
    needed = place + sum(max(size, 0) for size in (formula, note, data_unit, *dimensions))
    if min(formula, note, data_unit, *dimensions) < 0 or len(raw) < needed:
        raise UnreadableFile("truncated", f"{name} has {len(raw):,} of {needed:,} bytes.", AGAIN)
    values = np.frombuffer(raw, dtype, int(np.prod(shape)), HEADS).astype(np.float64)
    texts = []
    place += formula
    for size in (note, data_unit, *dimensions):
        texts.append(decode(raw[place : place + size]).strip("\0"))
        place += size
    return Wave(
        decode(raw[92:124].split(b"\0")[0]), values.reshape(shape, order="F"),
        struct.unpack_from(f"{order}4d", raw, 148), struct.unpack_from(f"{order}4d", raw, 180),
        texts[0].replace("\r", "\n"), texts[1], texts[2:],
    )  # fmt: skip
