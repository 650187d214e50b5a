"""HDF5 files of instruments as plain tables, with nothing in them trusted.

Only what lies in the file itself is read: soft and external links, external storage and virtual data sets, by which a
file could show what stands elsewhere on the machine, are refused; so are data sets that would swell beyond all
proportion. Pickled attributes, in which pandas keeps the names of columns, are looked through for texts and never
loaded.
"""

from __future__ import annotations

import pickle
import pickletools
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import polars as pl

from characterization.instruments.archive import COPY_AGAIN
from characterization.instruments.base import UnreadableFile

MAGIC = b"\x89HDF\r\n\x1a\n"
_MOST_BYTES = 256 * 1024**2
_MOST_RATIO = 1000
_MOST_OBJECTS = 5_000
_MOST_ROWS = 50_000_000
_DEEPEST = 12
FAULTS: tuple[type[Exception], ...] = (
    OSError, ValueError, RuntimeError, LookupError, TypeError, AttributeError, MemoryError, UnicodeDecodeError,
)  # fmt: skip


@contextmanager
def opened(path: Path) -> Iterator[h5py.File]:
    """The file, with faults of the library worded. Raises UnreadableFile ``not_this_format``, ``truncated``,
    ``damaged`` or ``hostile``."""
    with path.open("rb") as raw:
        if raw.read(8) != MAGIC:
            raise UnreadableFile("not_this_format", f"{path.name} is no HDF5 file.", COPY_AGAIN)
    try:
        with h5py.File(path, "r", locking=False) as file:
            yield file
    except FAULTS as error:
        code = "truncated" if "truncated" in str(error) else "damaged"
        reason = str(error).splitlines()[0][:200] if str(error) else type(error).__name__
        raise UnreadableFile(code, f"{path.name} is cut off or damaged ({reason}).", COPY_AGAIN) from error


def _hostile(name: str, why: str) -> UnreadableFile:
    return UnreadableFile("hostile", f"{name} {why}; it was not read.", "Check where it is from.")


def groups(file: h5py.File, name: str) -> Iterator[tuple[str, h5py.Group]]:
    """Every group of the file with its path, the root first. Raises UnreadableFile ``hostile`` for a link that leads
    elsewhere, and for more objects than a measurement has."""
    waiting: list[tuple[str, h5py.Group, int]] = [("", file["/"], 0)]
    seen = 0
    visited: set[int] = set()
    while waiting:
        path, group, depth = waiting.pop(0)
        for key in group:
            seen += 1
            if seen > _MOST_OBJECTS or depth > _DEEPEST:
                raise _hostile(
                    name, f"holds more than {_MOST_OBJECTS:,} objects or nests them {_DEEPEST} deep"
                )
            if not isinstance(group.get(key, getlink=True), h5py.HardLink):
                raise _hostile(name, f"holds a link that leads elsewhere ({path}/{key})")
            if group.get(key, getclass=True) is h5py.Group:
                below = group[key]
                address = int(h5py.h5o.get_info(below.id).addr)
                if address not in visited:
                    visited.add(address)
                    waiting.append((f"{path}/{key}", below, depth + 1))
        yield path, group


def values(data: h5py.Dataset, name: str) -> np.ndarray:
    """All values of a data set. Raises UnreadableFile ``hostile`` where they lie elsewhere or would swell."""
    if data.external or data.is_virtual:
        raise _hostile(name, "takes its values from another file")
    size = int(data.size or 0) * data.dtype.itemsize
    stored = max(1, data.id.get_storage_size())
    if (size > _MOST_BYTES and size > _MOST_RATIO * stored) or (data.shape and data.shape[0] > _MOST_ROWS):
        raise _hostile(name, f"holds a table that would unpack to {size // 1024**2:,} MiB")
    found: np.ndarray = data[()]
    return found


def pickled_texts(value: Any) -> list[str]:
    """The texts in a pickle, in the order in which they stand in it, repeated ones again; it is never loaded."""
    raw = value.tobytes() if isinstance(value, np.ndarray) else bytes(value)
    memo: dict[Any, Any] = {}
    found: list[str] = []
    last: Any = None
    try:
        for op, argument, _ in pickletools.genops(raw):
            if "UNICODE" in op.name or op.name.endswith("STRING"):
                last = argument.decode(errors="replace") if isinstance(argument, bytes) else str(argument)
                found.append(last)
            elif op.name == "MEMOIZE" or op.name.endswith("PUT"):
                memo[len(memo) if argument is None else argument] = last
            elif op.name.endswith("GET") and isinstance(memo.get(argument), str):
                found.append(memo[argument])
            else:
                last = None
    except (ValueError, pickle.UnpicklingError, EOFError):
        return []
    return found


def frame(group: h5py.Group, name: str) -> pl.DataFrame | None:
    """The table in a group, however pandas or others laid it down; None where it is none.

    ``table`` with blocks of columns (pandas, appendable), ``block0_values`` and so on (pandas, fixed), one compound
    data set, or data sets of one length side by side.
    """
    here = {key: group[key] for key in group if group.get(key, getclass=True) is h5py.Dataset}
    if "table" in here and here["table"].dtype.names:
        return _of_blocks(here["table"], name)
    if "block0_values" in here:
        return _fixed(here, name)
    compound = next((data for data in here.values() if data.dtype.names and data.ndim == 1), None)
    if compound is not None:
        return _compound(values(compound, name))
    flat = {key: data for key, data in here.items() if data.ndim == 1 and data.dtype.kind in "iuf"}
    lengths = {data.shape[0] for data in flat.values()}
    if len(flat) > 2 and len(lengths) == 1:
        return pl.DataFrame({key: values(data, name) for key, data in flat.items()})
    return None


def _of_blocks(data: h5py.Dataset, name: str) -> pl.DataFrame:
    rows = values(data, name)
    columns: dict[str, np.ndarray] = {}
    for field in rows.dtype.names or ():
        titles = pickled_texts(data.attrs[f"{field}_kind"]) if f"{field}_kind" in data.attrs else []
        block = rows[field]
        if block.ndim == 2 and len(titles) == block.shape[1]:
            columns |= {title: block[:, place] for place, title in enumerate(titles)}
        elif block.ndim == 1 and field != "index":
            columns[titles[0] if len(titles) == 1 else field] = block
    return _plain(columns)


def _fixed(here: dict[str, h5py.Dataset], name: str) -> pl.DataFrame:
    columns: dict[str, Any] = {}
    for number in range(len(here)):
        items, block = here.get(f"block{number}_items"), here.get(f"block{number}_values")
        if items is None or block is None:
            continue
        titles = [_text(title) for title in values(items, name)]
        content = values(block, name)
        if content.dtype.kind == "O":
            found = pickled_texts(content[0])[-len(titles) :] if len(content) == 1 else []
            columns |= (
                dict(zip(titles, ([text] for text in found), strict=False))
                if len(found) == len(titles)
                else {}
            )
        elif content.ndim == 2 and content.shape[1] == len(titles):
            columns |= {title: content[:, place] for place, title in enumerate(titles)}
    return _plain(columns)


def _compound(rows: np.ndarray) -> pl.DataFrame:
    return _plain({field: rows[field] for field in rows.dtype.names or ()})


def _plain(columns: dict[str, Any]) -> pl.DataFrame:
    """Numbers as they are, bytes as text; what has more than one dimension is left out."""
    kept = {}
    for title, column in columns.items():
        array = np.asarray(column)
        if array.ndim != 1 or array.dtype.kind not in "iufbSU":
            continue
        native = array.astype(array.dtype.newbyteorder("=")) if array.dtype.kind in "iuf" else array
        kept[title] = [_text(cell) for cell in array] if array.dtype.kind in "SU" else native
    return pl.DataFrame(kept, nan_to_null=True)


def _text(value: Any) -> str:
    return value.decode(errors="replace") if isinstance(value, bytes) else str(value)
