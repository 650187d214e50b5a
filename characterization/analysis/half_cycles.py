"""Our own rule for half cycles and cycles, because vendors count them in ways that do not agree.

1. A step goes in the direction that its type declares. Where it declares none, its net charge decides, never
   its median current; where the instrument keeps one counter per direction, each row goes where its counter
   grows.
2. Rests and rows without current belong to whatever went before and end nothing.
3. Neighbouring steps of one direction are one half cycle: constant current, then constant voltage.
4. A half cycle whose net charge is below a share of the file's largest is part of its neighbour: 1e-5 where
   its steps declare their direction (a protocol meant it), 1e-3 where they do not (it may be noise).
5. A cycle begins with each half cycle of the first direction: the declared one, else that of the first half
   cycle. A file that begins with the other direction has a lone half cycle as its cycle 1.

A half cycle's charge is the net charge of all its rows, so the half cycles always sum to the net charge of
the file.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from characterization.analysis.capacity import Flow
from characterization.analysis.flowed import Cumulative, by_row
from characterization.analysis.rows import Indices, Mask, lasts
from characterization.charts.chart import Numbers

DECLARED_SHARE = 1e-5
UNDECLARED_SHARE = 1e-3
BOTH_WAYS_SHARE = 1e-3


@dataclass(frozen=True)
class Segments:
    """Runs of rows that go one way, from ``starts`` to ``ends``, both counted: ``signs`` 1, −1 or 0;
    ``declared`` where the step's type said so."""

    starts: Indices
    ends: Indices
    signs: Numbers
    declared: Mask


@dataclass(frozen=True)
class Halves:
    """One entry per half cycle. ``first_row`` and ``last_row`` are of its own direction, rests around it
    left out.

    ``charge_mAh``, ``energy_mWh`` and ``integral_mAh`` count in the half cycle's own direction. ``cycle``
    counts from 1. ``parts`` are the steps of the file; ``part_half`` gives the half cycle in whose direction
    each of them goes, and −1 for rests and what else is not of its own.
    """

    signs: Numbers
    first_row: Indices
    last_row: Indices
    charge_mAh: Numbers
    energy_mWh: Numbers
    integral_mAh: Numbers
    cycle: Indices
    parts: Segments
    part_half: Indices
    first_sign: float

    def __len__(self) -> int:
        return len(self.signs)


def segments(flow: Flow) -> Segments:
    """The steps, each with its sign; a step that declares none and goes both ways falls into its runs."""
    ends = lasts(flow.starts, flow.rows)
    net = flow.charge_mAh.between(flow.starts, ends)
    declared = ~np.isnan(flow.signs)
    signs = np.where(declared, flow.signs, np.sign(net))
    if flow.counter == "step" or declared.all():
        return Segments(flow.starts, ends, signs, declared)
    gross = flow.charge_mAh.gross(flow.starts, ends)
    both = ~declared & (gross - np.abs(net) > BOTH_WAYS_SHARE * gross)
    return _split(flow, signs, both) if both.any() else Segments(flow.starts, ends, signs, declared)


def _split(flow: Flow, signs: Numbers, both: Mask) -> Segments:
    """The steps, those that go ``both`` ways cut where their direction turns."""
    counts = np.diff(np.append(flow.starts, flow.rows))
    row_signs, split = np.repeat(signs, counts), np.repeat(both, counts)
    flowed = by_row(flow.charge_mAh, flow.rows)
    row_signs[split] = _last_direction(np.sign(flowed), flow.starts)[split]
    is_start = np.zeros(flow.rows, dtype=bool)
    is_start[flow.starts] = True
    is_start[1:] |= row_signs[1:] != row_signs[:-1]
    starts = np.flatnonzero(is_start)
    declared = np.repeat(~np.isnan(flow.signs), counts)[starts]
    return Segments(starts, lasts(starts, flow.rows), row_signs[starts], declared)


def _last_direction(signs: Numbers, starts: Indices) -> Numbers:
    """Each row's own sign, or the last one before it within its step."""
    marks = np.where(signs != 0, np.arange(len(signs)), 0)
    marks[starts] = starts
    filled: Numbers = signs[np.maximum.accumulate(marks)]
    return filled


def _runs(signs: Numbers) -> Indices:
    """Number of the run that each segment belongs to; zeros continue the run before, leading zeros belong to
    the first."""
    moving = np.flatnonzero(signs)
    if not len(moving):
        return np.zeros(len(signs), dtype=np.int64)
    turns = np.zeros(len(signs), dtype=np.int64)
    turns[moving[1:]] = signs[moving[1:]] != signs[moving[:-1]]
    run: Indices = np.cumsum(turns)
    return run


def significant(parts: Segments, charge_mAh: Numbers) -> tuple[Numbers, Indices]:
    """Signs with the insignificant half cycles silenced (rule 4), and each segment's half cycle."""
    signs = parts.signs.copy()
    run = _runs(signs)
    net = np.abs(np.bincount(run, weights=charge_mAh))
    meant = np.bincount(run, weights=(parts.declared & (signs != 0)).astype(np.float64)) > 0
    floor = np.where(meant, DECLARED_SHARE, UNDECLARED_SHARE) * net.max(initial=0.0)
    signs[(net <= floor)[run]] = 0.0
    return signs, _runs(signs)


def half_cycles(flow: Flow, first_direction: str | None = None) -> Halves:
    """Half cycles and cycles of a recording; ``first_direction`` is ``charge``, ``discharge`` or None."""
    parts = segments(flow)
    signs, run = significant(parts, flow.charge_mAh.between(parts.starts, parts.ends))
    if not signs.any():
        return _nothing(parts)
    active = np.flatnonzero(signs)
    _, first = np.unique(run[active], return_index=True)
    last = np.append(first[1:], len(active)) - 1
    half_signs = signs[active[first]]
    wanted = {"charge": 1.0, "discharge": -1.0}.get(first_direction or "", float(half_signs[0]))

    def summed(quantity: Cumulative) -> Numbers:
        flowed = np.bincount(run, weights=quantity.between(parts.starts, parts.ends))
        return np.asarray(half_signs * flowed, dtype=np.float64)

    return Halves(
        signs=half_signs,
        first_row=parts.starts[active[first]],
        last_row=parts.ends[active[last]],
        charge_mAh=summed(flow.charge_mAh),
        energy_mWh=summed(flow.energy_mWh),
        integral_mAh=summed(flow.integral_mAh),
        cycle=np.cumsum(half_signs == wanted) + int(half_signs[0] != wanted),
        parts=parts,
        part_half=np.where(signs != 0, run, -1),
        first_sign=wanted,
    )


def _nothing(parts: Segments) -> Halves:
    none, no_rows = np.zeros(0), np.zeros(0, dtype=np.int64)
    nobody = np.full(len(parts.starts), -1)
    return Halves(none, no_rows, no_rows, none, none, none, no_rows, parts, nobody, 1.0)
