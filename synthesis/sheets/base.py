"""What a table is once it is read, and how large it may be."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from synthesis.errors import Refusal

MAX_BYTES = 20 * 1024**2
MAX_UNPACKED_BYTES = 100 * 1024**2
MAX_ROWS = 5_000
MAX_COLUMNS = 200
MAX_LETTERS = 20_000
ABOVE = 20
"""Lines above and in the head that do not count as rows."""


@dataclass(frozen=True)
class Row:
    """``number`` as the spreadsheet counts it, from 1; ``faults`` by column, of cells that hold no value."""

    number: int
    cells: list[str]
    faults: dict[int, str] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return any(self.cells) or bool(self.faults)

    def cell(self, column: int) -> str:
        return self.cells[column] if column < len(self.cells) else ""


@dataclass(frozen=True)
class Sheet:
    """Rows that hold something, the head among them. ``names`` are the sheets of a workbook, ``name`` the one read."""

    rows: Sequence[Row]
    notes: Sequence[str] = ()
    names: Sequence[str] = ()
    name: str = ""


class Unreadable(Refusal):
    """Bytes that are no table, or one that is too large."""

    status = 400
    code = "unreadable_table"

    def __init__(self, message: str) -> None:
        super().__init__(message, field="file")


def kept(rows: list[Row], row: Row) -> None:
    """Adds a row that holds something. Raises Unreadable where it, or the table, is too large."""
    if not row:
        return
    width = max((place for place, cell in enumerate(row.cells, start=1) if cell), default=0)
    if width > MAX_COLUMNS:
        raise Unreadable(
            _("Row %(row)s has %(count)s columns; a table may have %(most)s. Take the others out.")
            % {"row": row.number, "count": width, "most": MAX_COLUMNS}
        )
    long = next((place for place, cell in enumerate(row.cells, start=1) if len(cell) > MAX_LETTERS), 0)
    if long:
        raise Unreadable(
            _("Row %(row)s, column %(column)s holds %(count)s letters; a cell may hold %(most)s.")
            % {
                "row": row.number,
                "column": long,
                "count": len(row.cells[long - 1]),
                "most": f"{MAX_LETTERS:,}",
            }
        )
    if len(rows) >= MAX_ROWS + ABOVE:
        raise too_many_rows()
    del row.cells[width:]
    rows.append(row)


def too_many_rows() -> Unreadable:
    return Unreadable(
        _("The table has more than %(most)s rows. Split it into files of at most %(most)s rows each.")
        % {"most": f"{MAX_ROWS:,}"}
    )


def require_size(content: bytes) -> None:
    if not content.strip():
        raise Unreadable(_("The file is empty: %(count)s bytes arrived.") % {"count": len(content)})
    if len(content) > MAX_BYTES:
        raise Unreadable(
            _("The file has %(size)s MB; a table may have %(most)s MB. Split it.")
            % {"size": f"{len(content) / 1024**2:.1f}", "most": MAX_BYTES // 1024**2}
        )
