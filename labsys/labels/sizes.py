"""The papers that labels are printed on. All lengths in mm; a sheet's first label stands at its top left."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

A4 = (210.0, 297.0)
LETTER = (215.9, 279.4)


@dataclass(frozen=True)
class Size:
    """``pitch`` is the way from one label's edge to the next one's. A single label's page is the label itself."""

    key: str
    name: str | Promise
    width: float
    height: float
    page: tuple[float, float]
    columns: int = 1
    rows: int = 1
    left: float = 0.0
    top: float = 0.0
    pitch: tuple[float, float] = (0.0, 0.0)
    round: bool = False

    @property
    def per_page(self) -> int:
        return self.columns * self.rows

    @property
    def is_sheet(self) -> bool:
        return self.per_page > 1

    def corner(self, slot: int) -> tuple[float, float]:
        """Where the label of a slot begins, counted along the rows from 0."""
        row, column = divmod(slot, self.columns)
        return self.left + column * self.pitch[0], self.top + row * self.pitch[1]


def _sheet(
    key: str,
    name: str | Promise,
    page: tuple[float, float],
    grid: tuple[int, int],
    label: tuple[float, float],
    pitch: tuple[float, float] | None = None,
) -> Size:
    """A sheet whose labels stand in the middle of the page."""
    columns, rows = grid
    across, down = pitch or label
    left = (page[0] - across * (columns - 1) - label[0]) / 2
    top = (page[1] - down * (rows - 1) - label[1]) / 2
    return Size(key, name, *label, page, columns, rows, left, top, (across, down))


def _single(key: str, name: str | Promise, width: float, height: float, *, round: bool = False) -> Size:
    return Size(key, name, width, height, (width, height), round=round)


SIZES: dict[str, Size] = {
    size.key: size
    for size in (
        _sheet("a4-70x37", _("A4 sheet, 3 × 8 of 70 × 37 mm"), A4, (3, 8), (70.0, 37.0)),
        _sheet("a4-48x25", _("A4 sheet, 4 × 10 of 48.5 × 25.4 mm"), A4, (4, 10), (48.5, 25.4)),
        _sheet(
            "a4-38x21", _("A4 sheet, 5 × 13 of 38.1 × 21.2 mm"), A4, (5, 13), (38.1, 21.2), (40.64, 21.17)
        ),
        _sheet(
            "letter-66x25",
            _("US Letter sheet, 3 × 10 of 66.7 × 25.4 mm"),
            LETTER,
            (3, 10),
            (66.675, 25.4),
            (69.85, 25.4),
        ),
        _single("62x29", _("Label printer, 62 × 29 mm"), 62, 29),
        _single("50x25", _("Label printer, 50 × 25 mm"), 50, 25),
        _single("40x12", _("Label printer, 40 × 12 mm"), 40, 12),
        _single("25x10", _("Label printer, 25 × 10 mm"), 25, 10),
        _single("cap-9", _("Vial cap, round, 9.5 mm"), 9.5, 9.5, round=True),
    )
}
DEFAULT = "a4-38x21"
