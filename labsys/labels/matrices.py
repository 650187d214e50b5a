"""QR and Data Matrix as one vector path each: every dark module a square of one unit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import segno
from django.db import models
from django.utils.translation import gettext_lazy as _
from ppf.datamatrix import DataMatrix


class Kind(models.TextChoices):
    QR = "qr", _("QR code with the address, for any phone")
    DATA_MATRIX = "datamatrix", _("Data Matrix with the code, for small labels")


QUIET = {Kind.QR: 4, Kind.DATA_MATRIX: 2}
"""Light modules around, as the standards ask for (one would do for Data Matrix; ink spreads)."""


@dataclass(frozen=True)
class Matrix:
    """``modules`` counts one side, quiet zone included."""

    svg: str
    modules: int


@lru_cache(maxsize=2_000)
def matrix(kind: Kind, text: str) -> Matrix:
    """The matrix of a text; QR at 15 % redundancy, Data Matrix at its fixed one."""
    if kind == Kind.QR:
        made = segno.make(text, error="m", micro=False, boost_error=False)
        return _drawn([list(row) for row in made.matrix], QUIET[kind])
    return _drawn(DataMatrix(text).matrix, QUIET[kind])


def _drawn(rows: Sequence[Sequence[int]], quiet: int) -> Matrix:
    """Runs of dark modules as rectangles of one path, so that no seam shows between them."""
    side = len(rows) + 2 * quiet
    path = "".join(_runs(row, y + quiet, quiet) for y, row in enumerate(rows))
    svg = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {side} {side}" width="{side}" height="{side}">'
        f'<path d="{path}" fill="#000"/></svg>'
    )
    return Matrix(svg, side)


def _runs(row: Sequence[int], y: int, quiet: int) -> str:
    parts, x = [], 0
    while x < len(row):
        end = x
        while end < len(row) and row[end]:
            end += 1
        if end > x:
            parts.append(f"M{x + quiet} {y}h{end - x}v1h{x - end}z")
        x = max(end, x + 1)
    return "".join(parts)
