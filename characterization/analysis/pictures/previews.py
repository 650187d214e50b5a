"""Pictures of a fixed size for pages: made once in the limited process, so that no web process ever decodes one."""

from __future__ import annotations

import io
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl
from PIL import Image

SIZES = {"thumbnail": 240, "shown": 2048}
QUALITY = {"thumbnail": 82, "shown": 92}
LOW_PERCENT, HIGH_PERCENT = 0.1, 99.9
LOOKED_AT = 1_000_000


def stretch(values: npt.NDArray[Any]) -> tuple[npt.NDArray[np.uint8], str]:
    """Grey of 16 bits on 8, from the darkest to the brightest per mille; colours and 8 bits stay as they are.

    The second value says what was done, empty where nothing was.
    """
    if values.dtype == np.uint8:
        return values, ""
    step = max(1, int(np.sqrt(values.size / LOOKED_AT)))
    low, high = np.percentile(values[::step, ::step], [LOW_PERCENT, HIGH_PERCENT])
    if high <= low:
        low, high = float(values.min()), float(max(values.max(), values.min() + 1))
    table = np.clip((np.arange(65_536) - low) / (high - low), 0, 1) * 255
    said = f"Shown with its contrast stretched: {low:.0f} is black and {high:.0f} is white, of 65,535."
    return np.round(table).astype(np.uint8)[values], said


def table(values: npt.NDArray[np.uint8]) -> pl.DataFrame:
    """``name``, ``width_px``, ``height_px``, ``jpeg`` (bytes): a thumbnail and one for a page."""
    whole = Image.fromarray(np.ascontiguousarray(values))
    rows = []
    for name, longest in SIZES.items():
        small = whole.copy() if max(whole.size) <= longest else _reduced(whole, longest)
        out = io.BytesIO()
        small.save(out, "JPEG", quality=QUALITY[name])
        rows.append(
            {"name": name, "width_px": small.width, "height_px": small.height, "jpeg": out.getvalue()}
        )
    return pl.DataFrame(rows)


def _reduced(whole: Image.Image, longest: int) -> Image.Image:
    share = longest / max(whole.size)
    size = (max(1, round(whole.width * share)), max(1, round(whole.height * share)))
    return whole.resize(size, Image.Resampling.LANCZOS, reducing_gap=3.0)
