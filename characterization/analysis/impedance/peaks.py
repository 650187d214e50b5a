"""Peaks of distributions of relaxation times, and which of them are the same process in the next spectrum."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
from scipy.ndimage import maximum_filter1d
from scipy.optimize import linear_sum_assignment
from scipy.signal import find_peaks

from characterization.analysis.impedance.relaxation import PER_DECADE, Distribution
from characterization.charts.chart import Numbers

LEAST_SHARE, LEAST_MISFITS = 0.02, 2.0
"""A peak stands out by 2 % of |Z| at its own frequency, and by twice the misfit, and so much resistance lies under
it: small arcs beside a blocking electrode count, ripples of the noise do not."""

LEAST_OF_NEIGHBOUR, NEIGHBOUR_DECADES = 0.05, 1.5
"""It also stands out by 5 % of the highest γ within one and a half decades: less is the wing of that neighbour."""

FARTHEST_DECADES = 0.7
"""How far a process may move from one spectrum to the next and still be the same."""

LEAST_SEEN = 0.15
MOST_LABELS = 6
FAR = 1e3


@dataclass(frozen=True)
class Peak:
    """``resistance_ohm`` is the area between the minima beside it; ``tau_s`` the vertex of a parabola in ln τ."""

    tau_s: float
    resistance_ohm: float
    height_ohm: float

    @property
    def frequency_Hz(self) -> float:
        return 1 / (2 * np.pi * self.tau_s)


def peaks_of(found: Distribution) -> list[Peak]:
    """Peaks from fast to slow. What rises to the grid's last τ is no peak but a process slower than was measured."""
    share = max(LEAST_SHARE, LEAST_MISFITS * found.misfit_percent / 100)
    least = share * np.abs(found.impedance(1 / found.tau_s))
    reach = 2 * int(NEIGHBOUR_DECADES * PER_DECADE) + 1
    highest = maximum_filter1d(found.gamma_ohm, reach, mode="nearest")
    return _peaks(found, np.maximum(least, LEAST_OF_NEIGHBOUR * highest), least)


def hints_of(found: Distribution) -> list[Peak]:
    """Also peaks that may be none: starting values of a fit, which can do without them."""
    least = LEAST_SHARE * np.abs(found.impedance(1 / found.tau_s))
    return _peaks(found, least, least)


def _peaks(found: Distribution, prominence: Numbers, resistance: Numbers) -> list[Peak]:
    gamma = found.gamma_ohm
    framed = np.concatenate([[0.0], gamma])
    places = (find_peaks(framed, prominence=np.concatenate([[0.0], prominence]))[0] - 1).tolist()
    if not places:
        return []
    areas = [float(gamma[low:high].sum()) * found.step for low, high in _edges(gamma, places)]
    return [
        Peak(_vertex(found, place), area, float(gamma[place]))
        for place, area in zip(places, areas, strict=True)
        if area >= resistance[place]
    ]


def _edges(gamma: Numbers, places: list[int]) -> list[tuple[int, int]]:
    """First and last+1 place of each peak: the lowest place between neighbours belongs to the slower one."""
    cuts = [int(low + gamma[low:high].argmin()) for low, high in pairwise(places)]
    rising = np.flatnonzero(np.diff(gamma[places[-1] :]) > 0)
    last = places[-1] + int(rising[0]) + 1 if _rises_at_end(gamma) and rising.size else len(gamma)
    return list(zip([0, *cuts], [*cuts, last], strict=True))


def _rises_at_end(gamma: Numbers) -> bool:
    return bool(gamma[-1] > gamma[-2])


def _vertex(found: Distribution, place: int) -> float:
    """τ of the highest point of a parabola through a maximum and its neighbours."""
    gamma = found.gamma_ohm
    if not 0 < place < len(gamma) - 1:
        return float(found.tau_s[place])
    before, top, after = gamma[place - 1 : place + 2].tolist()
    bend = before - 2 * top + after
    shift = (before - after) / (2 * bend) if bend < 0 else 0.0
    return float(found.tau_s[place] * np.exp(np.clip(shift, -0.5, 0.5) * found.step))


@dataclass
class Track:
    """One process through the spectra: place of the spectrum and its peak there."""

    seen: list[tuple[int, Peak]] = field(default_factory=list)

    @property
    def last(self) -> float:
        return float(np.log10(self.seen[-1][1].tau_s))

    @property
    def middle(self) -> float:
        return float(np.median([np.log10(peak.tau_s) for _, peak in self.seen]))

    @property
    def weight(self) -> float:
        return sum(peak.resistance_ohm for _, peak in self.seen)


def tracked(peaks: Sequence[Sequence[Peak]]) -> list[Track]:
    """Processes from fast to slow, at most six (those with most resistance), each in at least 15 % of the spectra.

    Peaks of neighbouring spectra are paired so that the sum of their distances in log τ is least; further than 0.7
    decades apart they are two processes.
    """
    tracks: list[Track] = []
    for place, found in enumerate(peaks):
        free = _paired(tracks, found, place)
        tracks += [Track([(place, peak)]) for peak in free]
    often = [track for track in tracks if len(track.seen) >= LEAST_SEEN * len(peaks)]
    strongest = sorted(often, key=lambda track: -track.weight)[:MOST_LABELS]
    return sorted(strongest, key=lambda track: track.middle)


def _paired(tracks: list[Track], found: Sequence[Peak], place: int) -> list[Peak]:
    """Continues tracks by the peaks of the next spectrum; answers the peaks that continue none."""
    if not tracks or not found:
        return list(found)
    away = np.abs(
        np.array([[track.last for track in tracks]]).T - np.array([[np.log10(peak.tau_s) for peak in found]])
    )
    ones, others = linear_sum_assignment(np.where(away <= FARTHEST_DECADES, away, FAR))
    taken = set()
    for one, other in zip(ones.tolist(), others.tolist(), strict=True):
        if away[one, other] <= FARTHEST_DECADES:
            tracks[one].seen.append((place, found[other]))
            taken.add(other)
    return [peak for number, peak in enumerate(found) if number not in taken]
