"""Counts of a SPECS analyser with several detectors, brought to one energy axis.

A hemispherical analyser sees several kinetic energies at once: detector n lies ``shift`` n × pass energy away from the
middle. The file stores for each step the counts of every detector, with as many steps more at both ends (``mcd_head``,
``mcd_tail``) as the shifts ask for, so that point k of the axis is in detector n at step
k + head − shift · pass / step.
"""

from __future__ import annotations

import numpy as np

from characterization.instruments.base import UnreadableFile
from characterization.instruments.photoelectrons import AGAIN, Numbers


def summed(
    counts: Numbers,
    shifts: list[float],
    head: int,
    points: int,
    pass_eV: float,
    step_eV: float,
    *,
    smooth: bool,
    name: str,
) -> Numbers:
    """The counts of all detectors at each of ``points`` energies; between two steps, interpolated where ``smooth`` says
    so, else of the nearer one. Raises UnreadableFile where the counts are not as many as steps × detectors."""
    if not shifts or counts.size % len(shifts) or counts.size < points * len(shifts):
        raise UnreadableFile(
            "damaged",
            f"{name}: {counts.size:,} counts of {len(shifts)} detectors do not make {points:,} points.",
            AGAIN,
        )
    by_detector = counts.reshape(-1, len(shifts))
    steps = np.arange(len(by_detector), dtype=np.float64)
    total = np.zeros(points)
    for detector, shift in enumerate(shifts):
        place = head + np.arange(points) - shift * pass_eV / step_eV
        if place[0] < -1 or place[-1] > steps[-1] + 1:
            raise UnreadableFile(
                "damaged",
                f"{name}: detector {detector + 1} does not cover {points:,} points with {len(steps):,} steps.",
                AGAIN,
            )
        if smooth:
            total += np.interp(place, steps, by_detector[:, detector])
        else:
            total += by_detector[np.clip(np.floor(place + 0.5), 0, steps[-1]).astype(int), detector]
    return total
