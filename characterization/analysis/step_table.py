"""What each step of a test was: constant current, constant voltage, both, a rest, a pulse.

The vendor's word is believed where it says so; where it is silent, voltage and current decide:

* constant voltage begins after the last row whose voltage lies away from the step's last voltage (by more than 3 mV
  or 0.2 % of the file's range) and whose current is not yet below 99 % of the constant current, if the current
  falls by at least a tenth after it;
* a pulse is shorter than a minute and moves less than 1 % of the file's largest half cycle;
* current is constant where the middle half of it lies within 10 % of its median, rows without current left out.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np
import polars as pl

from characterization.analysis.capacity import Flow
from characterization.analysis.half_cycles import Halves
from characterization.analysis.rows import Floats, Indices, Mask
from characterization.charts.chart import Numbers

SAMPLES = 41
FLAT_V, FLAT_SHARE = 0.003, 0.002
FALLEN_SHARE, BELOW_CONSTANT = 0.9, 0.99
FEWEST_CV_ROWS = 3
PULSE_S, PULSE_SHARE = 60.0, 0.01
STEADY_SHARE = 0.1
IDLE_SHARE = 0.01
SAYS_CV = re.compile(r"cv|const\w*\W*volt|potentiostat", re.IGNORECASE)
SAYS_CC = re.compile(r"cc|const\w*\W*curr|galvanostat", re.IGNORECASE)
SAYS_PULSE = re.compile(r"pulse", re.IGNORECASE)


@dataclass(frozen=True)
class Steps:
    """One entry per step, in the order of ``Halves.parts``.

    ``kind`` is ``CC``, ``CV``, ``CCCV``, ``rest``, ``pulse`` or empty (current that changes); ``current_mA`` the
    median of its constant-current part (of at most 41 rows, evenly spread), signed; ``onset`` the first row of its
    constant-voltage part, or the row after its last; ``cv_mAh`` what flowed in that part, ``charge_mAh`` in all.
    """

    kind: list[str]
    word: list[str]
    current_mA: Numbers
    onset: Indices
    charge_mAh: Numbers
    cv_mAh: Numbers

    def are(self, *kinds: str) -> Mask:
        return np.array([kind in kinds for kind in self.kind], dtype=bool)


def steps_of(table: pl.DataFrame, flow: Flow, halves: Halves) -> Steps:
    parts = halves.parts
    words = _words(table, parts.starts)
    current = np.abs(_sampled(flow.current_mA, parts.starts, parts.ends))
    onset = _onsets(flow, parts.starts, parts.ends, words, current, parts.signs)
    charge = flow.charge_mAh.between(parts.starts, parts.ends)
    cv = np.where(onset <= parts.ends, charge - _until(flow, parts.starts, onset), 0.0)
    before_cv = np.where(onset > parts.starts, onset - 1, parts.ends)
    cut = np.flatnonzero(before_cv < parts.ends)
    current[cut] = np.abs(_sampled(flow.current_mA, parts.starts[cut], before_cv[cut]))
    lasting = flow.time_s[parts.ends] - flow.time_s[parts.starts]
    largest = halves.charge_mAh.max(initial=0.0)
    brief = (lasting < PULSE_S) & (np.abs(charge) < PULSE_SHARE * largest)
    kind = _kinds(words, parts.signs, parts.starts, parts.ends, onset, brief, current)
    return Steps(kind, words, parts.signs * _quarters(current)[1], onset, charge, cv)


def _words(table: pl.DataFrame, starts: Indices) -> list[str]:
    if "step_type" not in table.columns:
        return [""] * len(starts)
    return table["step_type"].gather(starts).cast(pl.String).fill_null("").to_list()


def _sampled(values: Floats, first: Indices, last: Indices) -> Numbers:
    """At most 41 rows of each part, evenly spread: one row of the answer per part. Not a number counts as 0."""
    rows = first[:, None] + ((last - first)[:, None] * np.linspace(0, 1, SAMPLES)).astype(np.int64)
    return np.nan_to_num(values[rows].astype(np.float64))


def _quarters(current: Numbers) -> tuple[Numbers, Numbers, Numbers]:
    """Lower quartile, median and upper quartile of each row, what lies below 1 % of its largest left out."""
    ranked = np.sort(current, axis=1)
    idle = (ranked <= IDLE_SHARE * ranked[:, -1:]).sum(axis=1)
    left = SAMPLES - 1 - idle
    low, middle, high = (
        ranked[np.arange(len(ranked)), np.minimum(idle + left * part // 4, SAMPLES - 1)] for part in (1, 2, 3)
    )
    return low, middle, high


def _until(flow: Flow, first: Indices, onset: Indices) -> Numbers:
    """What flowed from ``first`` up to the row before ``onset``."""
    moved = flow.charge_mAh.between(first, np.maximum(onset - 1, first))
    return np.where(onset > first, moved, 0.0)


def _onsets(
    flow: Flow, starts: Indices, ends: Indices, words: list[str], current: Numbers, signs: Numbers
) -> Indices:
    """First row of each step's constant-voltage part; the row after its last one where it has none."""
    onset = ends + 1
    says_cv = np.array([bool(SAYS_CV.search(word)) for word in words])
    says_cc = np.array([bool(SAYS_CC.search(word)) for word in words])
    onset[says_cv & ~says_cc] = starts[says_cv & ~says_cc]
    falls = np.abs(np.nan_to_num(flow.current_mA[ends])) < FALLEN_SHARE * _quarters(current)[1]
    falls |= current[:, -2] < FALLEN_SHARE * current.max(axis=1)
    span = float(np.nanmax(flow.voltage_V) - np.nanmin(flow.voltage_V)) if flow.rows else 0.0
    flat_V = max(FLAT_V, FLAT_SHARE * span)
    for step in np.flatnonzero(falls & (says_cv | ~says_cc) & (onset > ends) & (signs != 0)).tolist():
        rows = slice(int(starts[step]), int(ends[step]) + 1)
        place = _onset(flow.voltage_V[rows], np.abs(flow.current_mA[rows]), flat_V)
        onset[step] = starts[step] + place if place is not None else onset[step]
    return onset


def _onset(voltage_V: Floats, current_mA: Floats, flat_V: float) -> int | None:
    """Where in a step constant voltage begins; None where it does not."""
    tail = voltage_V[-max(FEWEST_CV_ROWS, len(voltage_V) // 20) :]
    away = np.flatnonzero(~(np.abs(voltage_V - np.median(tail)) <= flat_V))
    first = int(away[-1]) + 1 if away.size else 0
    constant = float(np.median(current_mA[:first])) if first else float(current_mA.max())
    if first:
        still = np.flatnonzero(current_mA[first:] >= BELOW_CONSTANT * constant)
        first += int(still[-1]) + 1 if still.size else 0
    fell = len(voltage_V) - first >= FEWEST_CV_ROWS and current_mA[-1] < FALLEN_SHARE * constant
    return first if fell else None


def _kinds(
    words: list[str],
    signs: Numbers,
    starts: Indices,
    ends: Indices,
    onset: Indices,
    brief: Mask,
    current: Numbers,
) -> list[str]:
    low, middle, high = _quarters(current)
    steady = high - low <= STEADY_SHARE * middle
    says_pulse = np.array([bool(SAYS_PULSE.search(word)) for word in words])
    says_cc = np.array([bool(SAYS_CC.search(word)) for word in words])
    kinds = np.full(len(words), "", dtype="<U5")
    kinds[steady | says_cc] = "CC"
    kinds[onset <= ends] = "CCCV"
    kinds[onset == starts] = "CV"
    kinds[brief | says_pulse] = "pulse"
    kinds[(signs == 0) & ~says_pulse] = "rest"
    found: list[str] = kinds.tolist()
    return found


def step_table(table: pl.DataFrame, flow: Flow, halves: Halves, steps: Steps) -> pl.DataFrame:
    """The table ``steps``. Charge is positive while charging; a constant current and the constant voltage after it
    share the number of their ``pair``."""
    parts = halves.parts
    cycle = halves.cycle[np.maximum.accumulate(np.maximum(halves.part_half, 0))]
    energy = flow.energy_mWh.between(parts.starts, parts.ends)
    words = {1.0: "charge", -1.0: "discharge"}
    return pl.DataFrame(
        {
            "step": np.arange(1, len(parts.starts) + 1),
            "cycle": cycle,
            "kind": steps.kind,
            "direction": [words.get(sign, "") for sign in parts.signs.tolist()],
            "pair": _pairs(steps, parts.signs),
            "step_type": steps.word,
            "rows": parts.ends - parts.starts + 1,
            "first_time_s": flow.time_s[parts.starts],
            "last_time_s": flow.time_s[parts.ends],
            "first_voltage_V": flow.voltage_V[parts.starts].astype(np.float64),
            "last_voltage_V": flow.voltage_V[parts.ends].astype(np.float64),
            "current_mA": steps.current_mA,
            "last_current_mA": flow.current_mA[parts.ends].astype(np.float64),
            "charge_mAh": steps.charge_mAh,
            "cv_charge_mAh": steps.cv_mAh,
            "energy_mWh": energy,
        },
        nan_to_null=True,
    )


def _pairs(steps: Steps, signs: Numbers) -> pl.Series:
    """Number of the CCCV pair of each step; null where it is in none."""
    constant, follows = steps.are("CC"), steps.are("CV")
    begins = steps.are("CCCV")
    begins[:-1] |= constant[:-1] & follows[1:] & (signs[:-1] == signs[1:])
    ends = np.zeros(len(signs), dtype=bool)
    ends[1:] = begins[:-1] & follows[1:] & (signs[:-1] == signs[1:])
    number = np.cumsum(begins)
    return pl.Series(np.where(begins | ends, number, 0)).replace(0, None)
