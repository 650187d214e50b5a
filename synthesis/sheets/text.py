"""Tables in text: separated by commas, semicolons or tabs, with quoted cells that may hold line ends."""

from __future__ import annotations

import csv
import io
import re

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from synthesis.sheets.base import MAX_LETTERS, Row, Sheet, Unreadable, kept
from synthesis.sheets.encoding import decode

SEPARATORS = {
    "\t": gettext_lazy("tabs"),
    ";": gettext_lazy("semicolons"),
    ",": gettext_lazy("commas"),
    "|": gettext_lazy("bars"),
}
_TOLD = re.compile(r"\Asep=(.)\r?\n")
_FORMULA = re.compile(r"^=.|^[+\-@](?:[A-Za-z.]+\(|\$?[A-Z]{1,3}\$?\d+[+\-*/^])")
_GUARDED = re.compile(r"^'+[=+\-@\t\r]")
LOOKED_AT = 20


def read(content: bytes, encoding: str = "") -> Sheet:
    """The rows of a text, with a note on how they were read."""
    text, name = decode(content, encoding)
    told = _TOLD.match(text)
    separator = told[1] if told else separator_of(text)
    rows = _rows(text[told.end() :] if told else text, separator, 1 if told else 0)
    note = _("Read as %(encoding)s, separated by %(separator)s.") % {
        "encoding": name,
        "separator": SEPARATORS.get(separator, separator),
    }
    return Sheet(rows, (note,))


def separator_of(text: str) -> str:
    """The sign that splits the first lines most evenly; tabs before semicolons before commas."""
    lines = _outside_quotes(text[:50_000]).split("\n")[:LOOKED_AT]
    lines = [line for line in lines if line.strip()] or [""]
    best, most = ",", 0.0
    for sign in SEPARATORS:
        counts = [line.count(sign) for line in lines]
        usual = max(counts)
        even = sum(count == usual for count in counts) / len(counts)
        # A comma may be a decimal one: it counts only where nothing else splits the head.
        score = (min(counts[0], usual) + even) * (1.0 if sign in "\t;" else 0.5) if counts[0] else 0.0
        if score > most:
            best, most = sign, score
    return best


def _outside_quotes(text: str) -> str:
    return re.sub(r'"(?:[^"]|"")*"', "", text).replace("\r\n", "\n").replace("\r", "\n")


def _rows(text: str, separator: str, before: int) -> list[Row]:
    csv.field_size_limit(MAX_LETTERS * 50)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    rows: list[Row] = []
    try:
        for number, cells in enumerate(reader, start=1 + before):
            kept(rows, _row(number, cells))
    except csv.Error as error:
        raise Unreadable(
            _("Row %(row)s cannot be read (%(why)s). A quote may be missing its other half.")
            % {"row": len(rows) + 1, "why": error}
        ) from error
    return rows


def _row(number: int, cells: list[str]) -> Row:
    faults = {place: formula(cell.strip()) for place, cell in enumerate(cells) if is_formula(cell.strip())}
    return Row(number, [unguarded(cell.strip()) for cell in cells], faults)


def is_formula(cell: str) -> bool:
    """What a spreadsheet would compute rather than show: "=B2*2", "-SUM(A1)", but not "-60 °C" and not "-OH"."""
    return bool(_FORMULA.match(cell))


def formula(cell: str) -> str:
    return _("‘%(cell)s’ is a formula. Write its value.") % {"cell": cell[:60]}


def unguarded(cell: str) -> str:
    """A text without the apostrophe that keeps spreadsheets from computing it."""
    return cell[1:] if _GUARDED.match(cell) else cell
