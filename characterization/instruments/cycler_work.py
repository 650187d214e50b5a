"""What is on the bench while an exported table becomes a recording, and how one instrument writes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

import polars as pl

from characterization.instruments.base import Flag
from characterization.instruments.cycler_titles import Column, Mapped
from characterization.instruments.text_sheet import Sheet

Table = dict[str, pl.Series]


@dataclass(frozen=True)
class Dialect:
    """How one instrument writes: its columns, the usual order of dates, what its words for steps mean in full.

    ``per_step`` says that its capacity counts up from zero in each step; else that is told from the rows.
    """

    columns: tuple[Column, ...]
    date_order: str = "mdy"
    per_step: bool = False
    words: dict[str, str] = field(default_factory=dict)


@dataclass
class Work:
    sheet: Sheet
    dialect: Dialect
    said_dates: Sequence[str]
    mapped: list[Mapped]
    table: Table = field(default_factory=dict)
    flags: list[Flag] = field(default_factory=list)
    started_at: datetime | None = None

    def clocked(self, column: Mapped) -> bool:
        """Whether its durations are written with colons: told by the first and the last rows."""
        cells = self.sheet.column(column.place)
        return any(":" in (cell or "") for cell in [*cells.head(20), *cells.tail(20)])

    def find(self, ours: str) -> Mapped | None:
        return next((column for column in self.mapped if column.ours == ours), None)
