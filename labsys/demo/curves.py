"""Voltage along a charge and a discharge of LiCoO2 against In-InLi, at constant current.

Each half cycle runs along the open-circuit voltage of LiCoO2, shifted by a polarisation, and ends at a voltage limit.
On the first charge some sulfide is oxidised before the plateau, which shows as a slope.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.interpolate import PchipInterpolator

Numbers = npt.NDArray[np.float64]

LOWER_V, UPPER_V = 1.4, 3.7
"""Limits vs In-InLi."""
LI_IN_ABOVE_LI_V = 0.62
FULL, FRESH = 0.97, 1.0
"""Lithium content of LiCoO2 after a discharge, and before the first charge."""
SLOPE_BEGINS_V = 1.9

# Lithium content and open-circuit voltage of LiCoO2 vs Li+/Li: rounded values of the well-known curve.
_CONTENT = [0.30, 0.38, 0.44, 0.47, 0.50, 0.53, 0.60, 0.70, 0.75, 0.85, 0.94, 0.975, 1.00]
_OPEN_CIRCUIT_V = [4.54, 4.42, 4.33, 4.27, 4.19, 4.15, 4.06, 3.97, 3.935, 3.92, 3.90, 3.86, 3.70]
open_circuit_V = PchipInterpolator(_CONTENT, _OPEN_CIRCUIT_V)
_content_at = PchipInterpolator(_OPEN_CIRCUIT_V[::-1], _CONTENT[::-1])


def grid() -> Numbers:
    """Parts of a half cycle at which the cycler records: evenly, and closer where the voltage runs."""
    begin, end = np.geomspace(1e-4, 0.03, 10), 1 - np.geomspace(1e-4, 0.05, 14)
    return np.unique(np.concatenate((np.linspace(0, 1, 111), begin, end)))


def charge_curve_V(part: Numbers, polarisation: float, slope: float, fresh: bool) -> Numbers:
    """Voltage along a charge; ``slope`` is the part of its charge that oxidises sulfide, before the plateau."""
    start = FRESH if fresh else FULL
    last = float(_content_at(UPPER_V + LI_IN_ABOVE_LI_V - polarisation))
    along = np.clip((part - slope) / (1 - slope), 0, 1)
    plateau = open_circuit_V(start + (last - start) * along) - LI_IN_ABOVE_LI_V
    voltage = plateau + polarisation * (1 - np.exp(-part / 0.004))
    if slope > 0:
        begun = np.clip(part / slope, 0, 1)
        risen = SLOPE_BEGINS_V + (plateau[0] + polarisation - SLOPE_BEGINS_V) * begun**0.6
        voltage = np.where(part < slope, risen, voltage)
    return np.asarray(np.minimum(voltage, UPPER_V), dtype=np.float64)


def discharge_curve_V(part: Numbers, polarisation: float) -> Numbers:
    """Voltage along a discharge: back along the plateau, then the dive to the lower limit."""
    last = float(_content_at(UPPER_V + LI_IN_ABOVE_LI_V - polarisation))
    plateau = open_circuit_V(last + (FULL - last) * part) - LI_IN_ABOVE_LI_V
    end = float(open_circuit_V(FULL)) - LI_IN_ABOVE_LI_V - polarisation - LOWER_V
    voltage = plateau - polarisation * (1 - np.exp(-part / 0.004)) - end * np.exp((part - 1) / 0.03)
    return np.asarray(np.maximum(voltage, LOWER_V), dtype=np.float64)
