"""Workbooks (xlsx): the values of one visible sheet as text. A formula is not computed; its cell is a fault."""

from __future__ import annotations

import io
import zipfile
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from itertools import islice
from typing import Any

from django.utils.translation import gettext as _
from openpyxl import load_workbook

from synthesis.sheets.base import MAX_COLUMNS, MAX_UNPACKED_BYTES, Row, Sheet, Unreadable, kept
from synthesis.sheets.text import formula

MAX_LINES = 200_000
"""Lines looked at, empty ones among them."""
MAX_SHEETS = 200


def read(content: bytes, wanted: str = "") -> Sheet:
    """One sheet: the wanted one, else the first visible one that holds anything."""
    _require_harmless(content)
    try:
        book = load_workbook(io.BytesIO(content), read_only=True, data_only=False, keep_links=False)
        visible = [sheet for sheet in book.worksheets if sheet.sheet_state == "visible"]
        if not visible:
            raise Unreadable(_("The workbook shows no sheet: all are hidden."))
        return _chosen(visible[:MAX_SHEETS], wanted)
    except Unreadable:
        raise
    except Exception as error:  # openpyxl raises whatever its XML parser and its own types raise
        raise Unreadable(
            _("The workbook cannot be read. Open it in the spreadsheet program and save it as .xlsx again.")
        ) from error


def _chosen(sheets: list[Any], wanted: str) -> Sheet:
    names = [sheet.title for sheet in sheets]
    if wanted and wanted not in names:
        raise Unreadable(
            _("The workbook has no visible sheet ‘%(name)s’. It has: %(names)s.")
            % {"name": wanted, "names": ", ".join(names)}
        )
    rows: list[Row] = []
    name = names[0]
    for sheet in sheets:
        if wanted and sheet.title != wanted:
            continue
        rows, name = _rows(sheet), sheet.title
        if rows:
            break
    return Sheet(rows, (_("Read as a workbook, sheet ‘%(name)s’.") % {"name": name},), names, name)


def _rows(sheet: Any) -> list[Row]:
    sheet.reset_dimensions()  # what a file says of its own size may be wrong
    rows: list[Row] = []
    lines = sheet.iter_rows(max_col=MAX_COLUMNS + 1)
    for number, line in enumerate(islice(lines, MAX_LINES), start=1):
        cells, faults = [], {}
        for place, cell in enumerate(line):
            text, fault = _read_cell(cell)
            cells.append(text)
            if fault:
                faults[place] = fault
        kept(rows, Row(number, cells, faults))
    return rows


def _read_cell(cell: Any) -> tuple[str, str]:
    """The text of a cell, and what is wrong with it."""
    value = cell.value
    if value is None:
        return "", ""
    if cell.data_type == "f":
        written = str(getattr(value, "text", value) or "")
        return written.strip(), formula(written if written.startswith("=") else f"={written}")
    if cell.data_type == "e":
        return str(value), _("‘%(cell)s’ is an error of the spreadsheet. Write the value.") % {"cell": value}
    return text_of(value, str(cell.number_format or "")), ""


def text_of(value: Any, number_format: str = "") -> str:
    """A value as one would type it: 20, 0.1, 2026-11-12 14:32, yes; a share shown in % is written in %."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int | float | Decimal):
        return f"{_digits(value * 100)}%" if "%" in number_format else _digits(value)
    if isinstance(value, datetime):
        return value.isoformat(" ", "minutes" if not value.second else "seconds").removesuffix(" 00:00")
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, timedelta):
        return _digits(value.total_seconds() / 3600) + " h"
    return str(value).strip()


def _digits(value: float | Decimal) -> str:
    """As many digits as a spreadsheet keeps."""
    exact = Decimal(f"{value:.15g}")
    return format(exact.normalize(), "f") if -15 < exact.adjusted() < 15 else f"{exact:E}"


def _require_harmless(content: bytes) -> None:
    """Refuses what is no workbook, and what unpacks to more than a table of this size can need."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as parts:
            entries = parts.infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError) as error:
        raise Unreadable(_("The workbook is damaged or cut short. Copy or save it again.")) from error
    if not any(entry.filename.startswith("xl/") for entry in entries):
        raise Unreadable(_("This is a zip archive, not a workbook. Unpack it and choose the table in it."))
    unpacked = sum(entry.file_size for entry in entries)
    if unpacked > MAX_UNPACKED_BYTES or len(entries) > 10 * MAX_SHEETS:
        raise Unreadable(
            _(
                "The workbook unpacks to %(size)s MB; at most %(most)s MB are read. Save the table alone as .csv."
            )
            % {"size": f"{unpacked / 1024**2:,.0f}", "most": MAX_UNPACKED_BYTES // 1024**2}
        )
