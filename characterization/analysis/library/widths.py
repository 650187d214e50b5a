"""The line width of a diffractometer itself, measured from a standard whose crystallites are large.

::

    21.36  0.052
    30.38  0.050
    …

``content`` is {"points": [[two_theta_deg, fwhm_deg], …]} by angle; a method interpolates, or fits U, V, W of
Caglioti, Paoletti and Ricci, Nucl. Instrum. 3 (1958) 223.
"""

from __future__ import annotations

from characterization.analysis.library.entries import Checked, NotTaken
from characterization.analysis.library.numbers import pairs, value

EXPECTED = "Write an angle and a full width at half maximum, both in ° 2θ, as ‘30.38 0.050’."
FEWEST = 3
WIDEST_DEG = 5.0


def checked(text: str) -> Checked:
    """Raises NotTaken."""
    points = sorted(_point(number, first, width) for number, first, width in pairs(text, EXPECTED))
    angles = [angle for angle, _width in points]
    if len(points) < FEWEST:
        raise NotTaken(f"{len(points)} lines of the standard are given; {FEWEST} are the fewest. {EXPECTED}")
    if len(set(angles)) < len(angles):
        twice = next(angle for place, angle in enumerate(angles) if angle in angles[:place])
        raise NotTaken(f"{twice:g}° stands there twice.")
    return Checked(
        {"points": [list(point) for point in points]},
        f"{len(points)} lines from {angles[0]:g} to {angles[-1]:g}° 2θ",
    )


def _point(number: int, first: str, width: float) -> tuple[float, float]:
    angle = value(first, number, EXPECTED)
    if not 0 < angle < 180:
        raise NotTaken(f"Line {number}: {angle:g} is no angle; 2θ lies between 0 and 180°.")
    if not 0 < width <= WIDEST_DEG:
        raise NotTaken(
            f"Line {number}: a width of {width:g}° cannot be; it lies above 0 and is {WIDEST_DEG:g}° at the most."
        )
    return angle, width
