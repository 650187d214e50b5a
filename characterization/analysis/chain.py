"""One history out of the files of one cell: split, resumed, linked, repeated and growing tests in the order of time.

* Order is by the moment of a file's first row; record and cycle numbers start again with every test and say nothing.
* A file whose rows all stand in another is replaced by that one (a test exported again, longer), or the same as that
  one (equal records in other bytes or another format). Equal means: voltage, current and time agree to the rounding
  of exports, from the row on at which the other file begins.
* Where only the end of a file stands again at the beginning of the next, those rows are taken from the later one.
* Where two files overlap in time with other records, both are kept, one after the other, and a flag says so.
* A file that does not say when it began comes last, in order of arrival, and a flag says so.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import polars as pl

from characterization.analysis.rows import Indices, column
from characterization.charts.chart import Numbers
from characterization.instruments.base import Flag

VOLTAGE_TOLERANCE_V = 5e-4
CURRENT_TOLERANCE = 1e-3
CLOCK_TOLERANCE_S = 1.0
MOST_ALIGNMENTS = 64
FIRST_LOOK = 8
FEWEST_SHARED = 3
MOST_TOLD = 20


@dataclass(eq=False)
class Piece:
    """The rows of one file that have a time. ``begins_s`` is the moment of the first in Unix time, None: not known.

    ``state``: ``taken``, ``partly`` (its end stands in ``by``), ``replaced`` (all its rows stand in ``by``), ``same``,
    ``empty`` (no row with a time).
    ``stop`` rows of it are taken. ``from_s`` and ``to_s`` are in the time of the history. ``gap_s`` is the time between
    the end of the piece before and this one, None where it is not known; ``overlap_s`` how long it began before that.
    """

    key: int
    name: str
    table: pl.DataFrame
    begins_s: float | None
    content: str = ""
    state: str = "taken"
    by: int | None = None
    stop: int = 0
    from_s: float = 0.0
    to_s: float = 0.0
    gap_s: float | None = None
    overlap_s: float = 0.0

    def __post_init__(self) -> None:
        self.stop = self.table.height
        self.time_s = column(self.table, "time_s")
        self.voltage_V = column(self.table, "voltage_V")
        self.current_mA = column(self.table, "current_mA")

    @property
    def is_kept(self) -> bool:
        return self.state in ("taken", "partly")

    @property
    def ends_s(self) -> float:
        """The moment of its last taken row; only of a piece whose beginning is known."""
        return (self.begins_s or 0.0) + float(self.time_s[self.stop - 1] - self.time_s[0])

    def give_way(self, state: str, other: Piece) -> None:
        self.state, self.by = state, other.key


def opened(key: int, name: str, table: pl.DataFrame, started_s: float | None, content: str) -> Piece:
    """A piece from a stored table. ``started_s`` is the start of the test, or of its first row where the table's own
    clock says that (linked techniques share one start and their time goes on)."""
    timed = table.filter(pl.col("time_s").is_finite())
    begins = started_s
    if started_s is not None and timed.height:
        clock = column(timed, "unix_time_s")[0]
        is_first_row = np.isfinite(clock) and abs(clock - started_s) <= CLOCK_TOLERANCE_S
        begins = started_s if is_first_row else started_s + float(timed["time_s"][0])
    return Piece(key, name, timed, begins, content)


def arrange(pieces: Sequence[Piece], known: Mapping[int, tuple[str, int]]) -> list[Piece]:
    """The pieces in the order of the history, each with what became of it. ``known`` is what an earlier arrangement
    found of a key: its state, and the key of the piece that stands for it."""
    dated = sorted(
        (one for one in pieces if one.begins_s is not None), key=lambda one: (one.begins_s, one.key)
    )
    undated = sorted((one for one in pieces if one.begins_s is None), key=lambda one: one.key)
    by_key = {one.key: one for one in pieces}
    kept: list[Piece] = []
    for piece in (*dated, *undated):
        verdict = known.get(piece.key)
        if verdict is not None and verdict[1] in by_key:
            piece.give_way(verdict[0], by_key[verdict[1]])
            continue
        if not piece.stop:
            piece.state = "empty"
            continue
        for earlier in [one for one in kept if one.is_kept]:
            _settle(earlier, piece)
            if not piece.is_kept:
                break
        kept.append(piece)
    _place([one for one in kept if one.is_kept])
    return [*dated, *undated]


def _settle(earlier: Piece, later: Piece) -> None:
    """Decides between two pieces that may hold the same rows."""
    if earlier.content and earlier.content == later.content:
        _same(earlier, later)
        return
    row = _found_again(earlier, later)
    if row is None:
        return
    rows, rest = later.stop, earlier.stop - row
    if row == 0 and rows == rest:
        _same(earlier, later)
    elif rows <= rest:
        later.give_way("replaced", earlier)
    elif row == 0:
        earlier.give_way("replaced", later)
    elif rest >= FEWEST_SHARED:  # one row at rest is like the next: that alone says nothing
        earlier.give_way("partly", later)
        earlier.stop = row


def _same(one: Piece, other: Piece) -> None:
    first, second = sorted((one, other), key=lambda piece: piece.key)
    second.give_way("same", first)


def _found_again(earlier: Piece, later: Piece) -> int | None:
    """The row of the earlier piece from which on both hold the same rows until one of them ends; None: nowhere."""
    if earlier.begins_s is None or later.begins_s is None:
        return 0 if _equal(earlier, 0, later, exact=True) else None
    if later.begins_s > earlier.ends_s + CLOCK_TOLERANCE_S:
        return None
    moments = earlier.begins_s + earlier.time_s - earlier.time_s[0] - later.begins_s
    near: Indices = np.flatnonzero(np.abs(moments[: earlier.stop]) <= CLOCK_TOLERANCE_S)
    nearest = near[np.argsort(np.abs(moments[near]), kind="stable")][:MOST_ALIGNMENTS].tolist()
    return next((row for row in nearest if _equal(earlier, row, later)), None)


def _equal(earlier: Piece, row: int, later: Piece, *, exact: bool = False) -> bool:
    rows = min(earlier.stop - row, later.stop)
    return _alike(earlier, row, later, min(rows, FIRST_LOOK), exact) and _alike(
        earlier, row, later, rows, exact
    )


def _alike(one: Piece, row: int, other: Piece, rows: int, exact: bool) -> bool:
    """Whether so many rows agree in voltage, current and in the time that passed."""
    mine, its = slice(row, row + rows), slice(0, rows)
    current = np.concatenate([one.current_mA[mine], other.current_mA[its]])
    most_mA = float(np.nanmax(np.abs(current), initial=0.0))
    pairs = (
        (one.voltage_V[mine], other.voltage_V[its], VOLTAGE_TOLERANCE_V),
        (one.current_mA[mine], other.current_mA[its], CURRENT_TOLERANCE * most_mA),
        (one.time_s[mine] - one.time_s[row], other.time_s[its] - other.time_s[0], CLOCK_TOLERANCE_S),
    )
    return all(_within(a, b, 0.0 if exact else tolerance) for a, b, tolerance in pairs)


def _within(a: Numbers, b: Numbers, tolerance: float) -> bool:
    apart = np.abs(a - b)
    return bool(np.all((apart <= tolerance) | (np.isnan(a) & np.isnan(b))))


def _place(kept: Sequence[Piece]) -> None:
    """Gives every kept piece its time in the history; one that begins before the one before it ends begins there."""
    if not kept:
        return
    first, end = kept[0], None
    zero = (first.begins_s or 0.0) - float(first.time_s[0])
    for piece in kept:
        own = piece.begins_s - zero if piece.begins_s is not None else None
        piece.from_s = float(first.time_s[0]) if end is None else end if own is None else max(own, end)
        if end is not None and own is not None:
            piece.gap_s, piece.overlap_s = max(own - end, 0.0), max(end - own, 0.0)
        end = piece.from_s + float(piece.time_s[piece.stop - 1] - piece.time_s[0])
        piece.to_s = end


def oddities(arranged: Sequence[Piece]) -> list[Flag]:
    """What a person should know of how the files follow each other."""
    kept = [one for one in arranged if one.is_kept]
    return [*_overlaps(kept), *(_without_start(piece) for piece in kept if piece.begins_s is None)]


def _overlaps(kept: Sequence[Piece]) -> list[Flag]:
    """One flag for each file that begins before the one before it ends, up to MOST_TOLD, and one for all others."""
    over = [(before, piece) for before, piece in pairwise(kept) if piece.overlap_s > CLOCK_TOLERANCE_S]
    told = [
        f"{piece.name} begins {piece.overlap_s / 3600:.3g} h before {before.name} ends and holds other records. "
        "Both are counted, one after the other: take off the cell what is not of it."
        for before, piece in over[:MOST_TOLD]
    ]
    if len(over) > MOST_TOLD:
        told.append(
            f"{len(over) - MOST_TOLD:,} more files begin before the one before them ends and are counted after it."
        )
    return [Flag("pieces_overlap", sentence) for sentence in told]


def _without_start(piece: Piece) -> Flag:
    said = f"{piece.name} does not say when it was started: it stands last, in the order of arrival."
    return Flag("piece_without_start", said)
