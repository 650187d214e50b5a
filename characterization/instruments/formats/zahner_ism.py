"""Zahner Thales impedance (``.ism``): big-endian binary.

Six bytes of version, six bytes with the number of points less one, then for each quantity all points: frequency (Hz),
modulus (Ω), phase (rad), time (s), as 64-bit floats, and 16-bit quality marks; then texts, each with a 16-bit length:
date, and what was typed about the system, potential, current, temperature, time, comments. The layout was read off a
file whose values are known; what follows the texts is left out.
"""

from __future__ import annotations

import struct
from pathlib import Path

import numpy as np

from characterization.instruments.archive import COPY_AGAIN
from characterization.instruments.base import Reader, Recording, Technique, UnreadableFile, ending
from characterization.instruments.impedance import spectra

_HEAD = 12
_BYTES_PER_POINT = 4 * 8
_MOST_POINTS = 100_000
_TEXTS = (
    "date",
    "system",
    "potential",
    "current",
    "temperature",
    "time",
    "comment_1",
    "comment_2",
    "comment_3",
)
_HIGHEST_HZ = 1e9


def _count(raw: bytes, name: str) -> int:
    """Points that the head declares. Raises UnreadableFile where the file cannot hold them."""
    if len(raw) < _HEAD:
        raise UnreadableFile(
            "truncated", f"{name} has {len(raw)} bytes, less than a head of {_HEAD}.", COPY_AGAIN
        )
    count = int.from_bytes(raw[6:12], "big", signed=True) + 1
    if not 1 <= count <= _MOST_POINTS:
        raise UnreadableFile(
            "not_this_format", f"{name} is no ism file: it would hold {count:,} points.", COPY_AGAIN
        )
    return count


def _columns(raw: bytes, count: int, name: str) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
    if len(raw) < _HEAD + _BYTES_PER_POINT * count:
        held = max(0, (len(raw) - _HEAD) // _BYTES_PER_POINT)
        raise UnreadableFile(
            "truncated",
            f"{name} declares {count:,} points; its {len(raw):,} bytes hold {held:,}.",
            COPY_AGAIN,
        )
    values = np.frombuffer(raw, ">f8", 4 * count, _HEAD).reshape(4, count).astype(np.float64)
    frequency, modulus, phase = values[0], values[1], values[2]
    sound = np.isfinite(values).all() and (frequency > 0).all() and (frequency < _HIGHEST_HZ).all()
    if not (sound and (modulus >= 0).all() and (np.abs(phase) <= 2 * np.pi).all()):
        raise UnreadableFile("damaged", f"{name} holds frequencies or impedances that cannot be.", COPY_AGAIN)
    return values


def _texts(raw: bytes, place: int) -> dict[str, str]:
    """The typed texts, as far as they are there."""
    found: dict[str, str] = {}
    for word in _TEXTS:
        if place + 2 > len(raw):
            break
        (length,) = struct.unpack_from(">H", raw, place)
        text = raw[place + 2 : place + 2 + length]
        if length > 1000 or len(text) < length:
            break
        if text.strip(b"\0 "):
            found[word] = text.decode("cp1252", errors="replace").strip("\0 ")
        place += 2 + length
    return found


def read(path: Path) -> list[Recording]:
    """One spectrum. Raises UnreadableFile."""
    raw = path.read_bytes()
    count = _count(raw, path.name)
    frequency, modulus, phase, time_s = _columns(raw, count, path.name)
    texts = _texts(raw, _HEAD + (_BYTES_PER_POINT + 2) * count)
    columns = {
        "frequency_Hz": frequency,
        "z_real_ohm": modulus * np.cos(phase),
        "z_imag_ohm": modulus * np.sin(phase),
        "time_s": time_s - time_s[0],
        "spectrum": np.ones(count),
    }
    hints = [
        text for word, text in texts.items() if word in ("system", "comment_1", "comment_2", "comment_3")
    ]
    recording = spectra(path.name, columns, meta=texts, title=texts.get("system", ""), hints=hints)
    if len(raw) < _HEAD + (_BYTES_PER_POINT + 2) * count:
        raise UnreadableFile(
            "truncated", f"{path.name} ends in the marks of its {count:,} points.", COPY_AGAIN
        )
    return [recording]


def sniff(head: bytes, name: str) -> int:
    count = int.from_bytes(head[6:12], "big", signed=True) + 1 if len(head) >= 20 else 0
    first = struct.unpack_from(">d", head, _HEAD)[0] if 1 <= count <= _MOST_POINTS else 0.0
    if ending(name, ".ism"):
        return 2 if 0 < first < _HIGHEST_HZ else 1
    return 0


READER = Reader(
    name="zahner_ism",
    version="1.0",
    label="Zahner Thales (ism)",
    techniques=(Technique.EIS,),
    sniff=sniff,
    read=read,
    extensions=(".ism",),
)
