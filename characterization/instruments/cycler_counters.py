"""What an instrument's capacity counter does at the borders of steps, and what that makes of it.

Some count up from zero in each step, whichever way the current flows: such a counter is kept as it is. Others run on:
net (falling while discharging) or total. Their growth, row by row, goes into one counter per direction.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Numbers = npt.NDArray[np.float64]
RESTARTED, NOISE, BOTH_WAYS = 0.5, 1e-4, 0.01


def starts_of(step: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    return np.concatenate(([0], np.flatnonzero(np.diff(step)) + 1))


def counts_per_step(counter: Numbers, current_mA: Numbers, step: npt.NDArray[np.int64]) -> bool:
    """Whether it starts anew with each step, and within a step only grows (or only falls, where it is signed)."""
    starts = starts_of(step)[1:]
    floor = NOISE * np.abs(counter).max(initial=0.0)
    mattering = starts[np.abs(counter[starts - 1]) > floor]
    restarts = np.abs(counter[mattering]) < RESTARTED * np.abs(counter[mattering - 1])
    if not mattering.size:
        return not _falls(np.abs(counter), current_mA, step, floor)
    return bool(restarts.all()) and not _falls(np.abs(counter), current_mA, step, floor)


def goes_both_ways(current_mA: Numbers, step: npt.NDArray[np.int64]) -> bool:
    """Whether within one step both a charge and a discharge flow: no single direction can be given to its counter."""
    starts, most = starts_of(step), np.abs(current_mA).max(initial=0.0)
    up, down = (np.add.reduceat(np.maximum(sign * current_mA, 0.0), starts) for sign in (1, -1))
    return bool((np.minimum(up, down) > BOTH_WAYS * most).any())


def _falls(counter: Numbers, current_mA: Numbers, step: npt.NDArray[np.int64], floor: float) -> bool:
    inside = np.diff(step) == 0
    fallen = (np.diff(counter) < -floor) & (counter[1:] > RESTARTED * counter[:-1]) & (current_mA[1:] != 0)
    return bool((fallen & inside).sum() > 3)


def by_direction(
    counter: Numbers, current_mA: Numbers, step: npt.NDArray[np.int64]
) -> tuple[Numbers, Numbers]:
    """Counters of charge and discharge, both growing from 0, from one that runs on through the steps.

    A fall to less than half between two rows is a restart and the row counts from zero. The growth of a row goes by
    its own sign where the counter falls while the current is negative, else by the sign of the current.
    """
    grown = np.diff(counter, prepend=counter[:1])
    restarted = np.abs(counter) < RESTARTED * np.abs(np.concatenate((counter[:1], counter[:-1])))
    restarted &= np.diff(step, prepend=step[:1]) != 0
    grown[restarted] = counter[restarted]
    net = grown[(current_mA < 0) & ~restarted].sum() < 0
    signed = grown if net else np.abs(grown) * np.sign(current_mA)
    return np.cumsum(np.maximum(signed, 0.0)), np.cumsum(np.maximum(-signed, 0.0))
