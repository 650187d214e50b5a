"""Which phases explain the lines of a pattern: positions decide, intensities only weigh.

A phase's score is hit · √explained. *hit* is the share of its own lines, weighted by their computed intensity, that
were seen among those strong enough to be seen; *explained* is the share of the measured intensity that its lines take.
Positions are compared after a displacement of the specimen (Δ2θ = s · cos θ) that is searched for. Phases are taken one
after the other, the best first; each next one is judged by what the ones before it leave. Texture may change any
intensity, so no phase is refused because its intensities do not fit.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy.stats import binom

from characterization.analysis.rows import Mask
from characterization.analysis.xrd.library import Reference
from characterization.analysis.xrd.lines import Line, TooManyLines, lines_of
from characterization.charts.chart import Numbers

EXPECTED_PERCENT = 8.0
NEEDED_PERCENT = 1.0
TOLERANCE_DEG = 0.12
TOLERANCE_WIDTHS = 0.4
WIDEST_TOLERANCE_DEG = 0.3
SHIFT_STEP_DEG = 0.02
COMMON_SHIFT_DEG = 0.12
LEAST_HIT = 0.55
LEAST_NEW = 0.015
MOST_PHASES = 6
LEAST_HIT_OF_ONE = 0.8
FAR_SHIFT_COST = 0.15
BARE_SHIFT_COST = 1.0
BARE_EXPECTED_PERCENT = 20.0
RIVAL = 0.75
SURE_HIT = 0.75
CHANCE = 1e-4
"""Some 45 phases are tried at some 10 displacements that differ: 450 times this is a few percent."""
BEYOND_DEG = 0.6


@dataclass(frozen=True)
class Observed:
    """Measured lines by angle (° 2θ). ``strength`` are areas, or all 1 where only positions are known; ``least`` is
    the weakest that would have been seen, in the same unit, 0 where that is not known. ``bare``: only angles known."""

    position: Numbers
    strength: Numbers
    width: Numbers
    least: float = 0.0
    range_deg: tuple[float, float] | None = None
    bare: bool = False

    @property
    def expected(self) -> float:
        """A pattern must show every line of a phase from 8 % on; a list in a paper names the strong ones only."""
        return BARE_EXPECTED_PERCENT if self.bare else EXPECTED_PERCENT

    @property
    def span(self) -> tuple[float, float]:
        return self.range_deg or (float(self.position[0]) - BEYOND_DEG, float(self.position[-1]) + BEYOND_DEG)

    @property
    def tolerance(self) -> Numbers:
        wide: Numbers = np.clip(TOLERANCE_WIDTHS * self.width, TOLERANCE_DEG, WIDEST_TOLERANCE_DEG)
        return wide


@dataclass(frozen=True)
class Pair:
    """A line of the phase and the measured line (its index) that it belongs to."""

    line: Line
    observed: int


@dataclass(frozen=True)
class Match:
    """A phase beside a pattern. ``hit``, ``explained`` and ``score`` are shares from 0 to 1.

    ``shift_deg`` is the displacement s of Δ2θ = s · cos θ at which it fits best. ``missing`` are lines that should
    have been seen. ``weak`` says in words why the match proves little; empty where it does not. ``texture`` is the
    largest factor between measured and computed shares of matched lines. ``rivals`` are phases that explain the same
    single line about as well.
    """

    reference: Reference
    score: float
    hit: float
    explained: float
    shift_deg: float
    pairs: tuple[Pair, ...]
    missing: tuple[Line, ...]
    weak: str = ""
    texture: float = 1.0
    forced: bool = False
    rivals: tuple[str, ...] = ()
    observed_lines: int = 0

    @property
    def name(self) -> str:
        return self.reference.phase.name


@dataclass(frozen=True)
class _Candidate:
    reference: Reference
    lines: tuple[Line, ...]
    position: Numbers
    strength: Numbers


def identify(
    observed: Observed,
    references: Sequence[Reference],
    wavelength: float,
    search_deg: float = 0.5,
    forced: Sequence[Reference] = (),
) -> list[Match]:
    """The phases that together explain the lines best, the most convincing first; forced ones come in any case.

    ``search_deg`` bounds the displacement on both sides. A phase counts when its hit is 0.55 or more and it explains
    1.5 % of the intensity that nothing before it explained.
    """
    if not len(observed.position):
        return []
    steps = round(search_deg / SHIFT_STEP_DEG)
    shifts: Numbers = SHIFT_STEP_DEG * np.arange(-steps, steps + 1, dtype=np.float64)
    left = observed.strength / observed.strength.sum()
    found: list[Match] = []
    wanted = [one for reference in forced if (one := _candidate(reference, observed, wavelength))]
    for candidate in wanted:
        best = _best(candidate, observed, left, _near(shifts, found))
        found.append(_match(candidate, observed, left, best, forced=True))
        left = _remaining(left, found[-1])
    rest = [one for reference in references if (one := _candidate(reference, observed, wavelength))]
    while len(found) < MOST_PHASES + len(wanted):
        taken = {match.reference.key for match in found}
        near = _near(shifts, found)
        tried = [(_best(one, observed, left, near), one) for one in rest if one.reference.key not in taken]
        tried = [pair for pair in tried if pair[0].counts]
        if not tried:
            break
        best, candidate = max(tried, key=lambda pair: pair[0].rank)
        match = _match(candidate, observed, left, best, forced=False)
        found.append(replace(match, rivals=_rivals(best, candidate, tried)))
        left = _remaining(left, found[-1])
    return found


def best_by_lattice(
    positions_deg: Sequence[float],
    references: Sequence[Reference],
    wavelength: float,
    search_deg: float = 0.3,
) -> list[Match]:
    """The same for a bare list of angles (° 2θ), as papers print them: every line counts alike.

    What comes back is the *best match by lattice*: without intensities nothing else can be said.
    """
    position = np.sort(np.asarray(positions_deg, dtype=np.float64))
    ones = np.ones_like(position)
    return identify(Observed(position, ones, ones * 0.3, bare=True), references, wavelength, search_deg)


def _candidate(reference: Reference, observed: Observed, wavelength: float) -> _Candidate | None:
    try:
        lines = lines_of(reference.phase, round(wavelength, 7), _rounded(observed.span))
    except (TooManyLines, ValueError):
        return None
    kept = tuple(line for line in lines if line.relative >= NEEDED_PERCENT)
    if not kept:
        return None
    position = np.array([line.two_theta_deg for line in kept])
    return _Candidate(reference, kept, position, np.array([line.relative for line in kept]))


def _rounded(span: tuple[float, float]) -> tuple[float, float]:
    return round(span[0], 1), round(span[1], 1)


def _near(shifts: Numbers, found: Sequence[Match]) -> Numbers:
    """All phases lie in one specimen: the later ones are searched near the displacement of the first sure one."""
    sure = [match.shift_deg for match in found if not match.weak]
    if not sure:
        return shifts
    near: Numbers = shifts[np.abs(shifts - sure[0]) <= COMMON_SHIFT_DEG + 1e-9]
    return near if len(near) else shifts


@dataclass(frozen=True)
class _Best:
    shift: float
    hit: float
    new: float
    rank: float
    lines: int
    takes: tuple[int, ...]

    @property
    def counts(self) -> bool:
        least = LEAST_HIT_OF_ONE if self.lines < 2 else LEAST_HIT
        return self.hit >= least and self.new >= LEAST_NEW


def _rivals(best: _Best, winner: _Candidate, tried: Sequence[tuple[_Best, _Candidate]]) -> tuple[str, ...]:
    """Where one line is all there is, the other phases that have a line there."""
    if best.lines > 1:
        return ()
    return tuple(
        one.reference.phase.name
        for other, one in tried
        if one is not winner and other.takes == best.takes and other.rank >= RIVAL * best.rank
    )


def _best(candidate: _Candidate, observed: Observed, left: Numbers, shifts: Numbers) -> _Best:
    """The displacement at which a phase is most convincing. Small displacements are preferred among equals."""
    some = candidate.strength >= EXPECTED_PERCENT / 2
    position, strength = candidate.position[some], candidate.strength[some]
    strong = strength >= observed.expected
    place = position + shifts[:, None] * np.cos(np.radians(position) / 2)
    off = np.abs(place[:, :, None] - observed.position)
    near = off <= observed.tolerance
    seen = near.any(axis=2)
    visible = strong & (seen | _visible(strength, observed, near))
    weight = strength * visible
    hit = (weight * seen).sum(axis=1) / np.maximum(weight.sum(axis=1), 1e-9)
    takes: Mask = np.asarray(near.any(axis=1))
    new = takes @ left
    lines = (near & strong[:, None]).any(axis=1).sum(axis=1)
    # How close the lines lie decides among displacements that explain the same.
    close = np.where(near, 1 - (off / observed.tolerance) ** 2, 0.0).max(axis=2)
    closeness = (weight * close).sum(axis=1) / np.maximum((weight * seen).sum(axis=1), 1e-9)
    rank = hit * np.sqrt(new) * lines / (lines + 0.7) * (0.7 + 0.3 * closeness)
    rank = rank * (1 - (BARE_SHIFT_COST if observed.bare else FAR_SHIFT_COST) * np.abs(shifts))
    top = int(rank.argmax())
    taken = tuple(np.flatnonzero(takes[top] & (left > 0)).tolist())
    return _Best(
        float(shifts[top]), float(hit[top]), float(new[top]), float(rank[top]), int(lines[top]), taken
    )


def _visible(strength: Numbers, observed: Observed, near: Mask) -> Mask:
    """Lines (shifts × lines) that would rise above what can be seen, by the scale of those that were seen."""
    if observed.least <= 0:
        return np.ones(near.shape[:2], dtype=bool)
    measured = np.where(near, observed.strength, 0.0).max(axis=2)
    # The median over the strong lines: a foreign line on one of them does not count much.
    usable = (measured > 0) & (strength >= EXPECTED_PERCENT)
    typical = _nan_median(np.where(usable, measured / strength, np.nan))
    visible: Mask = strength * typical[:, None] > 2 * observed.least
    return visible


def _nan_median(values: Numbers) -> Numbers:
    filled = np.where(np.isnan(values), np.inf, values)
    filled.sort(axis=1)
    count = np.isfinite(filled).sum(axis=1)
    middle = np.clip((count - 1) // 2, 0, None)
    found: Numbers = filled[np.arange(len(filled)), middle]
    return np.where(count > 0, found, 0.0)


def _match(candidate: _Candidate, observed: Observed, left: Numbers, best: _Best, *, forced: bool) -> Match:
    pairs = _pairs(candidate, observed, best.shift)
    seen = {id(pair.line) for pair in pairs}
    scale = _scale(pairs, observed)
    strong = [line for line in candidate.lines if line.relative >= observed.expected]
    missing = tuple(
        line for line in strong if id(line) not in seen and line.relative * scale > 2 * observed.least
    )
    sure = [pair for pair in pairs if pair.line.relative >= EXPECTED_PERCENT]
    own = [pair for pair in sure if left[pair.observed] > 0]
    return Match(
        reference=candidate.reference,
        score=best.hit * float(np.sqrt(best.new)),
        hit=best.hit,
        explained=best.new,
        shift_deg=best.shift,
        pairs=tuple(pairs),
        missing=missing,
        weak=_weakness(sure, own, len(missing), best, observed),
        texture=_texture(sure, observed),
        forced=forced,
        observed_lines=len(observed.position),
    )


def _pairs(candidate: _Candidate, observed: Observed, shift: float) -> list[Pair]:
    """Each line with the nearest measured one within the tolerance; faint lines only where no stronger one is near."""
    place = candidate.position + shift * np.cos(np.radians(candidate.position) / 2)
    found: list[Pair] = []
    for line, at in zip(candidate.lines, place.tolist(), strict=True):
        off = np.abs(observed.position - at)
        index = int(off.argmin())
        if off[index] <= observed.tolerance[index]:
            found.append(Pair(line, index))
    strongest: dict[int, Pair] = {}
    for pair in found:
        other = strongest.get(pair.observed)
        if other is None or pair.line.relative > other.line.relative:
            strongest[pair.observed] = pair
    faint = {index for index, pair in strongest.items() if pair.line.relative < EXPECTED_PERCENT / 2}
    return [pair for pair in found if pair.observed not in faint]


def _scale(pairs: Sequence[Pair], observed: Observed) -> float:
    ratios = [
        float(observed.strength[pair.observed]) / pair.line.relative
        for pair in pairs
        if pair.line.relative >= EXPECTED_PERCENT
    ]
    return float(np.median(ratios)) if ratios else 0.0


def _texture(pairs: Sequence[Pair], observed: Observed) -> float:
    """1 where there are under three lines: then nothing can be compared."""
    ratios = np.array([float(observed.strength[pair.observed]) / pair.line.relative for pair in pairs])
    if len(ratios) < 3 or ratios.min() <= 0 or float(np.ptp(observed.strength)) == 0:
        return 1.0
    return float(np.exp(np.abs(np.log(ratios / np.median(ratios))).max()))


def _weakness(
    sure: Sequence[Pair], own: Sequence[Pair], missing: int, best: _Best, observed: Observed
) -> str:
    count = len({pair.observed for pair in sure})
    if count < 2:
        return "supported by one line only"
    if not own:
        return "all of its lines are also explained by other phases"
    if len({pair.observed for pair in own}) < 2:
        return "only one of its lines is not explained by other phases"
    if best.hit < SURE_HIT:
        return "strong lines of it are missing"
    return "so few lines may fall together by chance" if _chance(count, missing, observed) > CHANCE else ""


def _chance(count: int, missing: int, observed: Observed) -> float:
    """How likely as many lines of an unrelated phase would meet measured ones: each does with the share of the range
    that the tolerances cover."""
    low, high = observed.span
    grid = np.linspace(low, high, 2000)
    covered = (np.abs(grid[:, None] - observed.position) <= observed.tolerance).any(axis=1).mean()
    return float(binom.sf(count - 1, count + missing, covered))


def _remaining(left: Numbers, match: Match) -> Numbers:
    """A line that is taken explains nothing new; that another phase has it too still counts as a hit of that one."""
    rest = left.copy()
    rest[sorted({pair.observed for pair in match.pairs})] = 0.0
    return rest
