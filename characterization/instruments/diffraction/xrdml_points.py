"""The data points of one XRDML scan: positions, counts, counting times, attenuation."""

from __future__ import annotations

from dataclasses import dataclass
from xml.etree.ElementTree import Element

import numpy as np

from characterization.instruments.diffraction.axes import other_axis
from characterization.instruments.diffraction.scans import Numbers, damaged
from characterization.instruments.xmlsafe import child, children

_FACTORS = ("beamAttenuationFactors", "commonBeamAttenuationFactor")
_DIVERGENCE = ("divergenceCorrections", "commonDivergenceCorrection")


@dataclass(frozen=True)
class Points:
    """Angles in degrees, counts with the attenuator's factor put on, and the factors; ω where it moves."""

    two_theta: Numbers
    counts: Numbers
    factors: Numbers | None
    omega: Numbers | None


def numbers_in(element: Element | None, name: str) -> Numbers | None:
    """The blank-separated numbers of an element, None without the element."""
    if element is None:
        return None
    try:
        return np.array((element.text or "").split(), dtype=np.float64)
    except ValueError as error:
        raise damaged(name, f"a list of numbers holds something else ({error})") from error


def _first(points: Element, names: tuple[str, ...], name: str) -> Numbers | None:
    return next(
        (found for each in names if (found := numbers_in(child(points, each), name)) is not None), None
    )


def axis_at(points: Element, axis: str, count: int, name: str) -> Numbers | None:
    """The positions of one axis at every point, None where it is not there or does not move."""
    for positions in children(points, "positions"):
        if positions.get("axis") != axis:
            continue
        listed = numbers_in(child(positions, "listPositions"), name)
        if listed is not None:
            if listed.size != count:
                raise damaged(name, f"{listed.size:,} positions of {axis} for {count:,} counts")
            return listed
        start = numbers_in(child(positions, "startPosition"), name)
        end = numbers_in(child(positions, "endPosition"), name)
        if start is not None and end is not None and start.size == end.size == 1 and start[0] != end[0]:
            return np.linspace(start[0], end[0], count)
    return None


def _counts(points: Element, name: str) -> tuple[Numbers, Numbers | None]:
    """Counts and attenuation factors: only raw ``counts`` still lack the factor, ``intensities`` hold it already."""
    raw = numbers_in(child(points, "counts"), name)
    factors = _first(points, _FACTORS, name)
    if raw is None:
        corrected = numbers_in(child(points, "intensities"), name)
        if corrected is None:
            raise damaged(name, "a scan holds neither counts nor intensities")
        return corrected, factors
    if factors is None:
        return raw, None
    if factors.size not in (1, raw.size):
        raise damaged(name, f"{factors.size:,} attenuation factors for {raw.size:,} counts")
    return np.asarray(raw * factors, dtype=np.float64), factors


def counting_time(points: Element, name: str) -> dict[str, object]:
    common = numbers_in(child(points, "commonCountingTime"), name)
    listed = numbers_in(child(points, "countingTimes"), name)
    if common is not None and common.size:
        return {"counting_time_s": float(common[0])}
    if listed is not None and listed.size:
        return {"counting_time_s": float(np.median(listed)), "counting_time_varies": bool(np.ptp(listed) > 0)}
    return {}


def uncorrected_divergence(points: Element, name: str) -> bool:
    """Whether raw counts stand beside divergence corrections other than 1, which nobody has put on them."""
    corrections = _first(points, _DIVERGENCE, name)
    raw = child(points, "counts") is not None
    return raw and corrections is not None and bool((corrections != 1).any())


def points_of(points: Element, axis_name: str, name: str) -> Points:
    """Raises UnreadableFile ``unsupported`` for a scan in which 2θ stands still."""
    counts, factors = _counts(points, name)
    two_theta = axis_at(points, "2Theta", counts.size, name)
    if two_theta is None and counts.size:
        raise other_axis(name, axis_name, counts.size)
    angles = np.zeros(0) if two_theta is None else two_theta
    return Points(angles, counts, factors, axis_at(points, "Omega", counts.size, name))
