"""The data points of one XRDML scan: positions, counts, counting times."""

from __future__ import annotations

from typing import Any
from xml.etree.ElementTree import Element

import numpy as np
import polars as pl

from characterization.instruments.base import UnreadableFile
from characterization.instruments.xmlsafe import child, children

Numbers = np.ndarray[Any, np.dtype[np.float64]]

AGAIN = "Copy it again from the instrument; the file is kept."


def damaged(name: str, why: str) -> UnreadableFile:
    return UnreadableFile("damaged", f"{name}: {why}.", AGAIN)


def numbers_in(element: Element | None, name: str) -> Numbers | None:
    """The blank-separated numbers of an element, None without the element."""
    if element is None:
        return None
    try:
        return np.array((element.text or "").split(), dtype=np.float64)
    except ValueError as error:
        raise damaged(name, f"a list of numbers holds something else ({error})") from error


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


def counts_in(points: Element, name: str) -> Numbers:
    """Counts with the attenuator's factor put on: only raw ``counts`` still lack it."""
    raw = numbers_in(child(points, "counts"), name)
    if raw is None:
        corrected = numbers_in(child(points, "intensities"), name)
        if corrected is None:
            raise damaged(name, "a scan holds neither counts nor intensities")
        return corrected
    factors = numbers_in(child(points, "beamAttenuationFactors"), name)
    if factors is None:
        return raw
    if factors.size not in (1, raw.size):
        raise damaged(name, f"{factors.size:,} attenuation factors for {raw.size:,} counts")
    return np.asarray(raw * factors, dtype=np.float64)


def counting_time(points: Element, name: str) -> dict[str, object]:
    common = numbers_in(child(points, "commonCountingTime"), name)
    listed = numbers_in(child(points, "countingTimes"), name)
    if common is not None and common.size:
        return {"counting_time_s": float(common[0])}
    if listed is not None and listed.size:
        return {"counting_time_s": float(np.median(listed)), "counting_time_varies": bool(np.ptp(listed) > 0)}
    return {}


def points_table(points: Element, axis_name: str, name: str) -> pl.DataFrame:
    counts = counts_in(points, name)
    if not counts.size:
        raise UnreadableFile("empty", f"{name} holds a scan without a single count.", AGAIN)
    two_theta = axis_at(points, "2Theta", counts.size, name)
    if two_theta is None:
        raise UnreadableFile(
            "unsupported",
            f"{name} holds a scan along {axis_name or 'an unknown axis'} in which 2θ stands still.",
            "Only scans over 2θ can be read.",
        )
    columns: dict[str, Numbers] = {"two_theta_deg": two_theta, "intensity_counts": counts}
    omega = axis_at(points, "Omega", counts.size, name)
    if omega is not None:
        columns["omega_deg"] = omega
    return pl.DataFrame(columns)
