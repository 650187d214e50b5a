"""The pixels of a picture in one of three forms: grey of 8 bits, grey of 16 bits, colour of 3 × 8 bits.

How many bytes a pixel has tells them apart. What has other values (floats, 32 bits) is mapped onto 16 bits, and said.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageOps

GREY_8, GREY_16, COLOUR = 1, 2, 3
TOP_16 = 65_535
_GREY = ("1", "L", "LA", "La")


@dataclass
class Pixels:
    """``values`` are height × width (× 3). ``notes`` are (code, sentence) of what was changed."""

    values: npt.NDArray[Any]
    notes: list[tuple[str, str]] = field(default_factory=list)
    turned: bool = False

    @property
    def width(self) -> int:
        return int(self.values.shape[1])

    @property
    def height(self) -> int:
        return int(self.values.shape[0])

    def as_bytes(self) -> bytes:
        return self.values.tobytes()

    def sha256(self) -> str:
        digest = hashlib.sha256(f"{self.values.shape} {self.values.dtype.itemsize}\n".encode())
        digest.update(np.ascontiguousarray(self.values).data)
        return digest.hexdigest()


def from_bytes(raw: bytes, width: int, height: int) -> npt.NDArray[Any]:
    """The values again out of what a table keeps. Raises ValueError where the number of bytes does not fit."""
    kind = len(raw) // max(width * height, 1)
    if kind == GREY_16:
        return np.frombuffer(raw, dtype="<u2").reshape(height, width)
    shape = (height, width) if kind == GREY_8 else (height, width, COLOUR)
    return np.frombuffer(raw, dtype=np.uint8).reshape(shape)


def decoded(image: Image.Image, bits: int) -> Pixels:
    """The pixels of an opened picture, upright; ``bits`` is what the file says of each channel."""
    size = image.size
    image.load()
    upright = ImageOps.exif_transpose(image)
    turned = upright.size != size and upright.size == size[::-1]
    if upright.mode.startswith("I;16"):
        return Pixels(np.ascontiguousarray(np.asarray(upright), dtype="<u2"), turned=turned)
    if upright.mode in ("I", "F"):
        return _mapped(np.asarray(upright), turned=turned)
    found = _in_8_bits(upright)
    found.turned = turned
    if bits > 8:
        found.notes.append(
            ("reduced_to_8_bit", f"Its colours have {bits} bits each, of which the upper 8 are kept.")
        )
    return found


def _in_8_bits(image: Image.Image) -> Pixels:
    notes = []
    if image.mode in ("LA", "RGBA", "PA") and image.getchannel("A").getextrema()[0] < 255:  # type: ignore[operator]
        notes.append(
            ("transparency_left_out", "Parts of the picture are transparent; they are shown opaque.")
        )
    if image.mode in _GREY:
        return Pixels(np.array(image.convert("L")), notes)
    values = np.array(image.convert("RGB"))
    red = values[..., 0]
    if (red == values[..., 1]).all() and (red == values[..., 2]).all():
        return Pixels(np.ascontiguousarray(red), notes)
    return Pixels(values, notes)


def _mapped(values: npt.NDArray[Any], *, turned: bool) -> Pixels:
    """Numbers of 32 bits on 16: as they are where they fit, else from the least to the greatest."""
    finite = np.isfinite(values)
    if not finite.any():
        raise ValueError("not one of its pixels holds a number")
    low, high = float(values[finite].min()), float(values[finite].max())
    if values.dtype.kind == "i" and low >= 0 and high <= TOP_16:
        return Pixels(values.astype("<u2"), turned=turned)
    span = high - low
    scaled = (np.where(finite, values, low).astype(np.float64) - low) * (TOP_16 / span if span > 0 else 0)
    notes = [
        ("values_mapped", f"Its values from {low:g} to {high:g} are mapped evenly onto 0 to {TOP_16:,}.")
    ]
    if not finite.all():
        missing = int(finite.size - finite.sum())
        notes.append(
            ("pixels_missing", f"{missing:,} of {finite.size:,} pixels hold no number and are shown black.")
        )
    return Pixels(np.round(scaled).astype("<u2"), notes, turned=turned)
