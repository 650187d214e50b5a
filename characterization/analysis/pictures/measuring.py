"""What is measured in a picture: the length of marked lines, spacings across counted fringes and by Fourier transform.

Ends of a line are placed to ± 1 pixel of what was shown, evenly likely, so each coordinate of each end has 1/√3 px and
a length √(2/3) px (GUM, 4.3.7). Of counted fringes half a one may be missing or too many at each line: ± 0.5, evenly
likely. A scale that was set by hand brings its own uncertainty along; the makers' scales state none.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from characterization.analysis.base import Conditions, Finding, Result
from characterization.analysis.pictures import fringes, previews
from characterization.instruments.base import Recording
from characterization.instruments.picture_pixels import from_bytes

EVEN = 1 / math.sqrt(3)
COUNT = 0.5 * EVEN
NO_SCALE = "no scale is known: in pixels"


@dataclass(frozen=True)
class Ruler:
    """nm per pixel across and down, their relative 1σ, and where they are from; ``step_px`` is a shown pixel."""

    across: float
    down: float
    relative: float
    origin: str
    step_px: float

    @property
    def unit(self) -> str:
        return "nm" if self.origin else "px"

    def length(self, line: Mapping[str, Any]) -> tuple[float, float]:
        """A marked line with its 1σ, without that of the scale."""
        dx, dy = (line["to"][place] - line["from"][place] for place in (0, 1))
        length = math.hypot(dx * self.across, dy * self.down)
        pixel = length / math.hypot(dx, dy)
        return length, math.sqrt(2) * EVEN * self.step_px * pixel


def compute(recording: Recording, conditions: Conditions) -> Result:
    """Findings ``picture_pixel``, and per mark ``distance`` or ``lattice_spacing`` in nm (in px without a scale)."""
    row = recording.table.row(0, named=True)
    values = from_bytes(row["pixels"], row["width_px"], row["height_px"])
    shown, said = previews.stretch(values)
    result = Result(tables={"previews": previews.table(shown)})
    if said:
        result.flag("contrast_stretched", said)
    ruler = _ruler(row, recording.meta, conditions.parameters.get("scale") or {})
    if ruler.origin:
        result.findings.append(
            Finding(
                "picture_pixel", "Pixel", ruler.across, "nm", _sigma(ruler.across, 0.0, ruler), ruler.origin
            )
        )
    for name, mark in (conditions.parameters.get("marks") or {}).items():
        _measure(result, name, mark, ruler, values)
    result.parameters = {"pixel_from": ruler.origin or "unknown"}
    return result


def _ruler(row: Mapping[str, Any], meta: Mapping[str, Any], by_hand: Mapping[str, Any]) -> Ruler:
    """A scale that was set by hand stands before the file's."""
    step = max(1.0, max(row["width_px"], row["height_px"]) / previews.SIZES["shown"])
    if by_hand:
        ends = math.dist(by_hand["from"], by_hand["to"])
        pixel = by_hand["length_nm"] / ends
        told = f"scale set by hand: {by_hand['length_nm']:g} nm are {ends:.1f} px"
        return Ruler(pixel, pixel, math.sqrt(2) * EVEN * step / ends, told, step)
    if row["pixel_nm"] is None:
        return Ruler(1.0, 1.0, 0.0, "", step)
    down = meta.get("pixel_height_nm") or row["pixel_nm"]
    return Ruler(row["pixel_nm"], down, 0.0, f"scale of the file: {meta.get('scale_from', '')}", step)


def _sigma(value: float, own: float, ruler: Ruler) -> float | None:
    total = math.hypot(own, value * ruler.relative)
    return total if total > 0 else None


def _measure(
    result: Result, name: str, mark: Mapping[str, Any], ruler: Ruler, values: npt.NDArray[Any]
) -> None:
    height, width = values.shape[:2]
    if any(mark[end][0] > width or mark[end][1] > height for end in ("from", "to")):
        result.flag("mark_outside", f"‘{name}’ lies outside of the picture of {width:,} × {height:,} px.")
        return
    where = ruler.origin or NO_SCALE
    if mark["kind"] == "fft":
        _by_transform(result, name, mark, ruler, values, where)
        return
    length, sigma = ruler.length(mark)
    if mark["kind"] == "distance":
        told = f"straight line, ends placed to ± {ruler.step_px:.2g} px; {where}"
        _found(result, "distance", "Distance", name, length, sigma, ruler, told)
        return
    count = int(mark["fringes"])
    own = math.hypot(sigma / count, length * COUNT / count**2)
    told = f"line across {count:,} fringes, counted to ± 0.5; ends to ± {ruler.step_px:.2g} px; {where}"
    _found(result, "lattice_spacing", "Lattice spacing", name, length / count, own, ruler, told)


def _by_transform(
    result: Result, name: str, mark: Mapping[str, Any], ruler: Ruler, values: npt.NDArray[Any], where: str
) -> None:
    (left, right), (top, bottom) = (sorted((int(mark["from"][at]), int(mark["to"][at]))) for at in (0, 1))
    box = values[top:bottom, left:right].astype(np.float64)
    grey = box.mean(axis=2) if box.ndim == 3 else box
    found = fringes.strongest(grey)
    if found is None or not found.is_clear:
        power = f": its strongest period has {found.contrast:.0f} times the power of others" if found else ""
        result.flag(
            "no_fringes", f"‘{name}’ shows no clear fringes{power}, of which {fringes.CLEAR:.0f} are asked."
        )
        return
    frequency = math.hypot(found.across / ruler.across, found.down / ruler.down)
    spacing = 1 / frequency
    own = spacing * found.sigma / math.hypot(found.across, found.down)
    height, width = grey.shape
    told = f"strongest period by Fourier transform of {width:,} × {height:,} px, Hann window; {where}"
    _found(result, "lattice_spacing", "Lattice spacing", name, spacing, own, ruler, told)


def _found(
    result: Result, kind: str, label: str, name: str, value: float, own: float, ruler: Ruler, told: str
) -> None:
    """In nm; without a scale under a name of its own, so that pixels are never compared with nm."""
    named = kind if ruler.unit == "nm" else f"{kind}_px"
    result.findings.append(Finding(named, label, value, ruler.unit, _sigma(value, own, ruler), told, name))
