"""The spacing of lattice fringes in a box of a picture, by its Fourier transform."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import scipy.fft
import scipy.signal

FEWEST_PERIODS = 4
LEAST_PERIOD_PX = 2.2
LARGEST_BOX_PX = 2048
CLEAR = 20.0


@dataclass(frozen=True)
class Fringes:
    """Frequency across and down in 1/px with what each is uncertain by (1σ); ``contrast`` is the power of the peak over
    the median power at like frequencies."""

    across: float
    down: float
    sigma: float
    contrast: float

    @property
    def is_clear(self) -> bool:
        return self.contrast >= CLEAR


def strongest(grey: npt.NDArray[np.float64]) -> Fringes | None:
    """The strongest periodicity in a box, None where the box shows none between its limits.

    A Hann window; zero-padded to twice the box; of the peak the vertex of a parabola through its neighbours, per axis.
    Fewer than four periods in the box, or less than 2.2 px each, are no fringes. 1σ is a tenth of a bin of the box, or
    what the noise makes of it where that is more.
    """
    grey = grey[:LARGEST_BOX_PX, :LARGEST_BOX_PX]
    height, width = grey.shape
    window = np.outer(scipy.signal.windows.hann(height), scipy.signal.windows.hann(width))
    flat = grey - (grey * window).sum() / window.sum()
    size = (scipy.fft.next_fast_len(2 * height), scipy.fft.next_fast_len(2 * width))
    power = np.abs(scipy.fft.rfft2(flat * window, size)) ** 2
    down, across = np.meshgrid(scipy.fft.fftfreq(size[0]), scipy.fft.rfftfreq(size[1]), indexing="ij")
    frequency = np.hypot(across, down)
    periods = np.hypot(across * width, down * height)
    possible = (periods >= FEWEST_PERIODS) & (frequency <= 1 / LEAST_PERIOD_PX)
    if not possible.any() or not power[possible].max() > 0:
        return None
    row, column = np.unravel_index(np.argmax(np.where(possible, power, -1)), power.shape)
    like = possible & (np.abs(frequency / frequency[row, column] - 1) < 0.3)
    contrast = float(power[row, column] / max(float(np.median(power[like])), 1e-300))
    fine_row = _vertex(*(power[(row + step) % size[0], column] for step in (-1, 0, 1)))
    fine_column = _vertex(*(power[row, min(abs(column + step), power.shape[1] - 1)] for step in (-1, 0, 1)))
    sigma = max(0.1, 1 / np.sqrt(contrast)) / min(height, width)
    return Fringes(
        float(across[row, column] + fine_column / size[1]),
        float(down[row, column] + fine_row / size[0]),
        float(sigma),
        contrast,
    )


def _vertex(before: float, at: float, after: float) -> float:
    """Where a parabola through three logarithms is highest, in steps from the middle one."""
    left, middle, right = np.log(np.maximum([before, at, after], 1e-300))
    bend = left - 2 * middle + right
    return float(np.clip((left - right) / (2 * bend), -0.5, 0.5)) if bend < 0 else 0.0
