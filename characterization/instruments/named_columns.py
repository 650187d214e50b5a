"""A text table whose columns a person has named: read by their word, with the units they gave.

The table is the first block of numbers; its titles must be those that were named, else the file is another's.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from characterization.instruments.base import Recording, Technique, UnreadableFile
from characterization.instruments.nameable import NAMEABLE, factor
from characterization.instruments.text_table import parse_table
from characterization.instruments.textual import flag_open_end, read_text

NAME, VERSION = "named_columns", "1.0"
_TEXT = "Save it as text or csv with one line of titles, and name its columns again."


def read(path: Path, naming: Mapping[str, Any]) -> list[Recording]:
    """One recording. ``naming``: ``technique``, ``columns`` ([quantity, unit] or None for each), ``told``.

    Raises UnreadableFile where the table is cut, damaged or has another number of columns.
    """
    text = read_text(path)
    table = parse_table(text, path.name)
    if table is None:
        raise UnreadableFile(
            "not_this_format", f"{path.name} holds no block of lines that are all numbers.", _TEXT
        )
    columns: Sequence[Any] = naming["columns"]
    if table.width != len(columns):
        raise UnreadableFile(
            "not_this_format",
            f"{path.name} has rows of {table.width} numbers; {len(columns)} columns were named.",
            _TEXT,
        )
    if table.fault:
        raise table.fault
    technique = Technique(naming["technique"])
    values = np.array(table.rows)
    frame = pl.DataFrame(
        {
            column[0]: values[:, place] * factor(technique, *column)
            for place, column in enumerate(columns)
            if column is not None
        }
    )
    told = {key: value for key, value in naming.get("told", {}).items() if value not in (None, "")}
    found = _finished(technique, frame, told)
    titles = table.titles or [f"column {place}" for place in range(1, table.width + 1)]
    found.meta["named_columns"] = {
        title: f"{column[0]} from {column[1]}"
        for title, column in zip(titles, columns, strict=True)
        if column
    }
    flag_open_end(found, text)
    return [found]


def _finished(technique: Technique, frame: pl.DataFrame, told: dict[str, Any]) -> Recording:
    """The canonical table of the technique out of the named columns, with flags for what was not told."""
    ascending = NAMEABLE[technique].ascending
    if ascending:
        frame = frame.sort(ascending, maintain_order=True)
    found = Recording(technique, frame, meta=told)
    if technique == Technique.XPS:
        region = str(told.get("region", "")) or "region 1"
        found.table = frame.with_columns(pl.lit(region).alias("region"), pl.lit(0).alias("block"))
        found.meta["regions"] = [{**told, "block": 0, "region": region, "points": frame.height}]
    if technique == Technique.SORPTION:
        found.table = _with_branch(frame)
    if technique == Technique.EIS:
        found.table = frame.with_columns(pl.lit(1).alias("spectrum"))
    missing = [one.label for one in NAMEABLE[technique].told if one.name not in told]
    if missing:
        found.flag("not_told", f"Neither the file nor a person said: {', '.join(missing)}.")
    return found


def _with_branch(frame: pl.DataFrame) -> pl.DataFrame:
    """Adsorption up to the greatest pressure, desorption from there."""
    pressure = frame["relative_pressure" if "relative_pressure" in frame.columns else "pressure_kPa"]
    top = pressure.arg_max() or 0
    branch = ["adsorption"] * (top + 1) + ["desorption"] * (frame.height - top - 1)
    return frame.with_columns(pl.Series("branch", branch))
