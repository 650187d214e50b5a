"""Tables for spreadsheets: exact decimals, ISO dates, and no text that a spreadsheet would compute.

In CSV a text that begins like a formula gets an apostrophe before it (``sheets.read`` takes it off again); in a
workbook it is written as a string. Numbers stay numbers, negative ones too.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from tempfile import SpooledTemporaryFile
from typing import IO, Any

from django.utils import timezone
from django.utils.functional import Promise
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ERROR_CODES, ILLEGAL_CHARACTERS_RE

_COMPUTED = re.compile(r"^'*[=+\-@\t\r]")
_KEPT_IN_MEMORY = 8 * 1024**2
_LONGEST = 32_767  # letters of a cell in a workbook
MOST_LINKS = 50_000  # a workbook may have 65,530


@dataclass(frozen=True)
class HeadCell:
    """The head of a column; ``width`` in letters, for workbooks."""

    label: str | Promise
    unit: str = ""
    width: int = 14

    def __str__(self) -> str:
        return f"{self.label} ({self.unit})" if self.unit else str(self.label)


class _Line:
    """What csv writes into: keeps the one line."""

    def __init__(self) -> None:
        self.text = ""

    def write(self, text: str) -> None:
        self.text = text


def write_csv(heads: Sequence[HeadCell], rows: Iterable[Sequence[Any]]) -> Iterator[bytes]:
    """Line by line, in UTF-8 with a mark by which spreadsheets know it."""
    line = _Line()
    writer: Any = csv.writer(line)
    yield b"\xef\xbb\xbf"
    writer.writerow([plain(str(head)) for head in heads])
    yield line.text.encode()
    for values in rows:
        writer.writerow([plain(value) for value in values])
        yield line.text.encode()


def plain(value: Any) -> str:
    """A value as text in CSV."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int | float | Decimal):
        return digits(value)
    if isinstance(value, datetime):
        return (timezone.localtime(value) if timezone.is_aware(value) else value).isoformat(
            timespec="seconds"
        )
    if isinstance(value, date):
        return value.isoformat()
    text = str(value)
    return f"'{text}" if _COMPUTED.match(text) else text


def digits(value: float | Decimal) -> str:
    """Every digit that is kept, without exponent and without zeros that say nothing."""
    exact = value if isinstance(value, Decimal) else Decimal(repr(value))
    if not exact.is_finite():
        return ""
    text = format(exact.normalize(), "f")
    return "0" if text == "-0" else text


def write_xlsx(
    heads: Sequence[HeadCell],
    rows: Iterable[Sequence[Any]],
    *,
    title: str = "",
    links: dict[int, str] | None = None,
) -> IO[bytes]:
    """A workbook of one sheet, at its start. ``links`` are addresses by column, with {} for the value."""
    book = Workbook(write_only=True)
    sheet: Any = book.create_sheet(re.sub(r"[\[\]:*?/\\']", " ", title)[:31] or "Sheet")
    sheet.freeze_panes = "A2"
    for place, head in enumerate(heads, start=1):
        sheet.column_dimensions[_letter(place)].width = head.width
    sheet.append([_text(sheet, str(head)) for head in heads])
    for number, values in enumerate(rows):
        led = (links or {}) if number < MOST_LINKS else {}
        sheet.append([_cell(sheet, value, led.get(place, "")) for place, value in enumerate(values)])
    out: Any = SpooledTemporaryFile(max_size=_KEPT_IN_MEMORY)  # noqa: SIM115  # closed by who reads it
    book.save(out)
    out.seek(0)
    return out  # type: ignore[no-any-return]  # what tempfile gives reads like a file


def _letter(place: int) -> str:
    from_a = ""
    while place:
        place, rest = divmod(place - 1, 26)
        from_a = chr(65 + rest) + from_a
    return from_a


def _cell(sheet: Any, value: Any, link: str = "") -> Any:
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, float | Decimal):
        return value if Decimal(str(value)).is_finite() else None
    if isinstance(value, datetime):
        return (
            timezone.localtime(value).replace(tzinfo=None, microsecond=0)
            if timezone.is_aware(value)
            else value
        )
    if isinstance(value, date):
        return value
    return _text(sheet, str(value), link)


def _text(sheet: Any, value: str, link: str = "") -> Any:
    text = ILLEGAL_CHARACTERS_RE.sub("", value)[:_LONGEST]
    if not link and not text.startswith("=") and text not in ERROR_CODES:
        return text
    cell = WriteOnlyCell(sheet, value=text)
    cell.data_type = "s"
    if link and text:
        cell.hyperlink = link.format(text)
    return cell
