"""The table of a BioLogic ``.mpr`` file: packed records whose columns are given by number.

Count of points, count of columns, the columns' numbers in slots of which the rest is zero, then the records. All
flags of a record share one byte, at the place of the first flag. The width of a record follows from the length of
the module: so an unknown column shows, and its width is what the known ones leave.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import polars as pl

from characterization.instruments.base import UnreadableFile
from characterization.instruments.biologic_ids import BY_WIDTH, COLUMNS, FLAGS, WIDTHS
from characterization.instruments.biologic_modules import COPY_AGAIN, Module

_FIRST_RECORD = {0: 100, 2: 405, 3: 406, 10: 1007, 11: 1007}
_SLOTS_END = {2: 405, 3: 405, 11: 1006}
_WIDE = 10
_FLAG_FIELD = "flags"


@dataclass
class Table:
    """``titles`` are EC-Lab's, one for each column; ``unknown`` are numbers of columns that nobody has named,
    ``left_out`` those whose width cannot be told either."""

    table: pl.DataFrame
    titles: list[str]
    unknown: list[int] = field(default_factory=list)
    left_out: list[int] = field(default_factory=list)


@dataclass
class _Layout:
    """Where the columns of a record lie: title, numpy type and byte of each."""

    fields: list[tuple[str, str, int]] = field(default_factory=list)
    flags_at: int | None = None
    flags: list[int] = field(default_factory=list)
    unknown: list[int] = field(default_factory=list)
    left_out: list[int] = field(default_factory=list)


def read_table(raw: bytes, module: Module, name: str) -> Table:
    """Raises UnreadableFile ``unsupported`` for an unknown version and ``damaged`` where counts and lengths do
    not agree."""
    count, numbers = _columns(raw, module, name)
    first = _FIRST_RECORD[module.version]
    room = module.length - first
    if count == 0:
        return Table(pl.DataFrame(), [])
    size, rest = divmod(room, count)
    if rest or not size:
        raise _damaged(name, f"it speaks of {count:,} points, which do not fit into {room:,} bytes")
    layout = _layout(numbers, size, name)
    records = np.frombuffer(raw, _dtype(layout, size), count, module.start + first)
    return _table(records, layout)


def _damaged(name: str, why: str) -> UnreadableFile:
    return UnreadableFile("damaged", f"{name} is damaged: {why}.", COPY_AGAIN)


def _columns(raw: bytes, module: Module, name: str) -> tuple[int, list[int]]:
    """How many points, and the columns' numbers."""
    first = _FIRST_RECORD.get(module.version)
    if first is None:
        raise UnreadableFile(
            "unsupported",
            f"{name} keeps its points in version {module.version} of the table; versions 0, 2, 3, 10 and 11 are known.",
            "Export it as text (.mpt) from EC-Lab.",
        )
    if module.length < first:
        raise _damaged(name, f"its table has {module.length:,} bytes, its head alone {first:,}")
    wide = module.version >= _WIDE
    count, columns = struct.unpack_from("<IH" if wide else "<IB", raw, module.start)
    kind, places = ("B", module.start + 5) if module.version == 0 else ("H", module.start + 5 + wide)
    if 5 + wide + columns * struct.calcsize(kind) > first:
        raise _damaged(name, f"it speaks of {columns:,} columns")
    numbers = list(struct.unpack_from(f"<{columns}{kind}", raw, places))
    _check(raw, module, numbers, name)
    return count, numbers


def _check(raw: bytes, module: Module, numbers: list[int], name: str) -> None:
    """No column twice, none of number 0, and nothing in the slots behind the last one."""
    if not numbers or 0 in numbers or len(set(numbers)) < len(numbers):
        raise _damaged(name, f"its columns are numbered {', '.join(map(str, numbers[:40])) or 'not at all'}")
    end = _SLOTS_END.get(module.version)
    if end is not None:
        used = 5 + (module.version >= _WIDE) + 2 * len(numbers)
        if any(raw[module.start + used : module.start + end]):
            raise _damaged(name, f"behind its {len(numbers)} columns follow numbers of others")


def _layout(numbers: list[int], size: int, name: str) -> _Layout:
    """Places of the columns in a record of ``size`` bytes.

    Several unknown columns are taken as equally wide where that fills the record; else those between the first
    and the last unknown one are left out, because nobody can say where they lie.
    """
    data = [number for number in numbers if number not in FLAGS]
    one_byte = len(data) < len(numbers)
    known = {number: np.dtype(COLUMNS[number][1]).itemsize for number in data if number in COLUMNS}
    open_ = [number for number in data if number not in COLUMNS]
    left = size - one_byte - sum(known.values())
    if left < len(open_) or (left and not open_):
        raise _damaged(name, f"its records are {size} bytes long, its columns {size - left}")
    width, rest = divmod(left, len(open_)) if open_ else (0, 0)
    known |= dict.fromkeys(open_, width if not rest and width in WIDTHS else 0)
    layout = _Layout(flags=[number for number in numbers if number in FLAGS])
    _place(layout, numbers, known, size)
    return layout


def _place(layout: _Layout, numbers: list[int], widths: dict[int, int], size: int) -> None:
    at = 0
    for place, number in enumerate(numbers):
        if number in FLAGS:
            layout.flags_at, at = (at, at + 1) if layout.flags_at is None else (layout.flags_at, at)
            continue
        if not widths[number]:
            _place_from_the_end(layout, numbers[place:], widths, size)
            return
        _put(layout, number, widths[number], at)
        at += widths[number]


def _place_from_the_end(layout: _Layout, numbers: list[int], widths: dict[int, int], size: int) -> None:
    """What lies behind the last column of unknown width; all between is left out."""
    last = max(place for place, number in enumerate(numbers) if widths.get(number) == 0)
    at = size
    tail = []
    for number in reversed(numbers[last + 1 :]):
        if number in FLAGS:
            if layout.flags_at is None and number == layout.flags[0]:
                at -= 1
                layout.flags_at = at
            continue
        at -= widths[number]
        tail.append((number, at))
    for number, place in reversed(tail):
        _put(layout, number, widths[number], place)
    layout.left_out = [number for number in numbers[: last + 1] if number not in FLAGS]


def _put(layout: _Layout, number: int, width: int, at: int) -> None:
    title, kind = COLUMNS.get(number) or (BY_WIDTH.get(width, {}).get(number, ""), WIDTHS[width])
    if not title:
        title = f"column {number}"
        layout.unknown.append(number)
    layout.fields.append((title, kind, at))


def _dtype(layout: _Layout, size: int) -> npt.DTypeLike:
    fields = list(layout.fields)
    if layout.flags_at is not None:
        fields.append((_FLAG_FIELD, "u1", layout.flags_at))
    names = [str(place) for place in range(len(fields))]
    formats = [f"<{kind}" for _, kind, _ in fields]
    offsets = [at for _, _, at in fields]
    return np.dtype({"names": names, "formats": formats, "offsets": offsets, "itemsize": size})


def _table(records: npt.NDArray[np.void], layout: _Layout) -> Table:
    columns: dict[str, npt.NDArray[np.generic]] = {}
    titles: list[str] = []
    if layout.flags_at is not None:
        bits = records[str(len(layout.fields))]
        for number in layout.flags:
            title, mask = FLAGS[number]
            titles.append(title)
            columns[str(len(columns))] = (bits & mask) // (mask & -mask)
    for place, (title, _, _) in enumerate(layout.fields):
        titles.append(title)
        columns[str(len(columns))] = np.ascontiguousarray(records[str(place)])
    return Table(pl.DataFrame(columns), titles, layout.unknown, layout.left_out)
