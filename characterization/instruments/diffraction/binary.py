"""Fields of a binary diffraction file by their place; a place past the end is a cut file, not an error of ours."""

from __future__ import annotations

import struct
from datetime import datetime

import numpy as np

from characterization.instruments.diffraction.scans import Numbers, truncated


class Fields:
    """Little-endian values of ``raw`` by their offset. Raises UnreadableFile ``truncated`` past the end."""

    def __init__(self, raw: bytes, name: str) -> None:
        self.raw, self.name = raw, name

    def __len__(self) -> int:
        return len(self.raw)

    def need(self, end: int, what: str) -> None:
        if end > len(self.raw):
            missing = f"ends after {len(self.raw):,} bytes, before the end of {what} at byte {end:,}"
            raise truncated(self.name, missing)

    def _one(self, kind: str, at: int) -> float:
        self.need(at + struct.calcsize(kind), "a header")
        value: float = struct.unpack_from(kind, self.raw, at)[0]
        return value

    def u16(self, at: int) -> int:
        return int(self._one("<H", at))

    def u32(self, at: int) -> int:
        return int(self._one("<I", at))

    def f4(self, at: int) -> float:
        """Rounded to the seven digits that 32 bits hold: 0.015, not 0.0149999997."""
        return float(f"{self._one('<f', at):.7g}")

    def f8(self, at: int) -> float:
        return self._one("<d", at)

    def text(self, at: int, length: int) -> str:
        """A text that ends at its first zero byte, without the underscores of an empty form."""
        self.need(at + length, "a header")
        piece = self.raw[at : at + length].split(b"\0", 1)[0]
        return piece.decode("cp1252", errors="replace").strip(" _")

    def numbers(self, kind: str, at: int, count: int) -> Numbers:
        self.need(at + count * np.dtype(kind).itemsize, f"{count:,} values")
        return np.frombuffer(self.raw, kind, count, at).astype(np.float64)


def moment(text: str, *patterns: str) -> datetime | None:
    """The naive moment in a text by the first of the patterns that fits, None where none does."""
    for pattern in patterns:
        try:
            return datetime.strptime(text.strip(), pattern)
        except ValueError:
            continue
    return None


def plausible(figures: dict[str, float]) -> dict[str, object]:
    """What of the figures says something: finite, above zero, wavelengths below 3 Å."""
    return {
        key: float(value)
        for key, value in figures.items()
        if np.isfinite(value) and 0 < value < (3 if key.startswith("wavelength") else 1e6)
    }
