"""The shape of a powder line: a pseudo-Voigt of given area, with its Kα2 partner held to it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from characterization.charts.chart import Numbers

GAUSS = 4 * np.log(2)
GAUSS_FACTOR = float(np.sqrt(GAUSS / np.pi))
LORENTZ_FACTOR = 2 / np.pi
PER_LINE = 3
"""Parameters of a line: position (° 2θ), area of Kα1 (intensity · °), FWHM (°)."""


@dataclass(frozen=True)
class Doublet:
    """Kα2 beside Kα1: ``stretch`` is λ2/λ1, ``ratio`` the ratio of the intensities. Both 0 where there is one line."""

    stretch: float = 0.0
    ratio: float = 0.0

    def partner(self, position: Numbers) -> tuple[Numbers, Numbers]:
        """Where the Kα2 lines lie (° 2θ), and how much they move with their Kα1 line."""
        half = np.radians(position) / 2
        sine = np.clip(self.stretch * np.sin(half), -0.999999, 0.999999)
        moved: Numbers = self.stretch * np.cos(half) / np.sqrt(1 - sine**2)
        place: Numbers = 2 * np.degrees(np.arcsin(sine))
        return place, moved


def shape(x: Numbers, width: Numbers, mixing: float) -> tuple[Numbers, Numbers, Numbers, Numbers]:
    """A pseudo-Voigt of unit area and its derivatives by x, width and mixing.

    mixing · Lorentzian + (1 − mixing) · Gaussian of one FWHM, P. Thompson, D. E. Cox and J. B. Hastings,
    J. Appl. Cryst. 20 (1987) 79. ``x`` is the distance from the centre; ``width`` broadcasts against it.
    """
    u = x / width
    square = u * u
    gauss = GAUSS_FACTOR / width * np.exp(-GAUSS * square)
    below = 1 / (1 + 4 * square)
    lorentz = LORENTZ_FACTOR / width * below
    gauss_u = -2 * GAUSS * u * gauss
    lorentz_u = -8 * u * lorentz * below
    value = mixing * lorentz + (1 - mixing) * gauss
    slope = mixing * lorentz_u + (1 - mixing) * gauss_u
    return value, slope / width, -(value + u * slope) / width, lorentz - gauss


def lines(x: Numbers, theta: Numbers, mixing: float, doublet: Doublet) -> tuple[Numbers, Numbers, Numbers]:
    """The sum of lines at ``x``, its Jacobian by their parameters (points × 3 per line), and by the mixing."""
    position, area, width = theta.reshape(-1, PER_LINE).T
    value, by_x, by_width, by_mixing = shape(x[:, None] - position, width, mixing)
    by_position = -by_x
    if doublet.ratio > 0:
        place, moved = doublet.partner(position)
        second = shape(x[:, None] - place, width, mixing)
        value = value + doublet.ratio * second[0]
        by_position = by_position - doublet.ratio * moved * second[1]
        by_width = by_width + doublet.ratio * second[2]
        by_mixing = by_mixing + doublet.ratio * second[3]
    jacobian = np.empty((len(x), len(theta)))
    jacobian[:, 0::PER_LINE] = area * by_position
    jacobian[:, 1::PER_LINE] = value
    jacobian[:, 2::PER_LINE] = area * by_width
    return value @ area, jacobian, by_mixing @ area


def height_of(area: Numbers, width: Numbers, mixing: Numbers) -> Numbers:
    """What a line of this area rises to above its background, its Kα2 partner not counted."""
    height: Numbers = area / width * (mixing * LORENTZ_FACTOR + (1 - mixing) * GAUSS_FACTOR)
    return height
