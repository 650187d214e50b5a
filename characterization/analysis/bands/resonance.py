"""Electron spin resonance: lines of a derivative spectrum, their width from peak to peak, their g and their intensity.

g = h ν / (µB B) with h and µB of CODATA 2018: 71.44773 mT per GHz at g = 1. The intensity is the double integral, which
needs a baseline: a straight line through both ends before the first and before the second integration.
"""

from __future__ import annotations

import numpy as np
import polars as pl
from scipy.integrate import cumulative_trapezoid, trapezoid

from characterization.analysis.bands.curves import Curve, curves_of, noise_of, smoothed
from characterization.analysis.base import Conditions, Finding, Result
from characterization.charts.chart import Numbers
from characterization.instruments.base import Recording

MT_PER_GHZ = 71.44773  # h / µB
LEAST_SIGMAS = 6.0


def compute(recording: Recording, conditions: Conditions) -> Result:
    """Table ``curves`` (field, intensity, absorption); position, g, width and intensity of the strongest line."""
    result = Result()
    chosen = conditions.parameters.get("microwave_frequency_GHz")
    frequency = chosen or recording.meta.get("microwave_frequency_GHz")
    result.parameters = {"microwave_frequency_GHz": frequency}
    if frequency is None:
        result.flag(
            "frequency_missing", "The microwave frequency is not known: no g is given. Choose it, in GHz."
        )
    tables = []
    for curve in curves_of(recording, "field_mT", "intensity_au", result):
        flat = curve.y - _ends(curve.x, curve.y)
        once = np.concatenate([[0.0], cumulative_trapezoid(flat, curve.x)])
        absorption = once - _ends(curve.x, once)
        table = pl.DataFrame({"field_mT": curve.x, "intensity": curve.y, "absorption": absorption})
        tables.append(table.with_columns(subject=pl.lit(curve.subject)))
        _line(
            Curve(curve.x, flat, curve.subject), absorption, float(frequency) if frequency else None, result
        )
    if tables:
        result.tables["curves"] = pl.concat(tables)
    return result


def _ends(x: Numbers, y: Numbers) -> Numbers:
    few = max(1, x.size // 50)
    return np.interp(x, x[[0, -1]], [float(y[:few].mean()), float(y[-few:].mean())])


def _line(curve: Curve, absorption: Numbers, frequency_GHz: float | None, result: Result) -> None:
    smooth = smoothed(curve.y, 9)
    high, low = int(np.argmax(smooth)), int(np.argmin(smooth))
    if np.ptp(smooth) < LEAST_SIGMAS * noise_of(curve.y) or high == low:
        result.flag("no_line", "No line stands out of the noise.")
        return
    step = float(np.median(np.diff(curve.x)))
    first, last = sorted((high, low))
    centre = _crossing(curve.x[first : last + 1], smooth[first : last + 1])
    width = float(curve.x[last] - curve.x[first])
    way, at = "derivative spectrum, straight baseline through both ends", curve.subject
    result.findings += [
        Finding("epr_field", "Resonance field", centre, "mT", step / 2, "zero between both extremes", at),
        Finding("epr_width", "Width from peak to peak", width, "mT", step, "between both extremes", at),
        Finding(
            "epr_intensity",
            "Double integral",
            abs(float(trapezoid(absorption, curve.x))),
            "a. u.",
            None,
            way,
            at,
        ),
    ]
    if frequency_GHz:
        g = MT_PER_GHZ * frequency_GHz / centre
        said = f"hν/µB B at {frequency_GHz:.5g} GHz, field not corrected by a standard"
        result.findings.append(Finding("epr_g", "g", g, "", g * step / (2 * centre), said, at))


def _crossing(x: Numbers, y: Numbers) -> float:
    """Where the line goes through zero between its extremes."""
    rising = y if y[-1] > y[0] else -y
    return float(np.interp(0.0, np.maximum.accumulate(rising), x))
