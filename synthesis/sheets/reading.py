"""The one door: which kind of table these bytes are."""

from __future__ import annotations

from django.utils.translation import gettext as _

from synthesis.sheets import text, workbook
from synthesis.sheets.base import Sheet, Unreadable, require_size

_ZIP, _OLD_OFFICE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
_OTHERS = {
    b"%PDF": "PDF",
    b"\x89PNG": "PNG",
    b"\xff\xd8\xff": "JPEG",
    b"\x1f\x8b": "gzip",
    b"7z\xbc\xaf": "7z",
    b"PAR1": "Parquet",
    b"{\\rtf": "RTF",
}


def read(content: bytes, name: str = "", *, sheet: str = "", encoding: str = "") -> Sheet:
    """The table in a file. ``sheet`` chooses one of a workbook, ``encoding`` overrules what the bytes look like."""
    require_size(content)
    found = _read(content, sheet, encoding)
    meant = name.lower().rpartition(".")[2]
    if found.names and meant in ("csv", "tsv", "txt"):
        note = _("The name ends in .%(end)s, but the file is a workbook (xlsx): read as one.") % {
            "end": meant
        }
        return Sheet(found.rows, (note, *found.notes), found.names, found.name)
    if not found.names and meant in ("xlsx", "xls", "xlsm"):
        note = _("The name ends in .%(end)s, but the file is text: read as one.") % {"end": meant}
        return Sheet(found.rows, (note, *found.notes))
    return found


def _read(content: bytes, sheet: str, encoding: str) -> Sheet:
    if content.startswith(_ZIP):
        return workbook.read(content, sheet)
    if content.startswith(_OLD_OFFICE):
        raise Unreadable(
            _("This is a workbook of the old kind (.xls), or one with a password. Save it as .xlsx or .csv.")
        )
    for mark, kind in _OTHERS.items():
        if content.startswith(mark):
            raise Unreadable(
                _("This is a %(kind)s file, not a table. Save the table as .csv or .xlsx.") % {"kind": kind}
            )
    return text.read(content, encoding)
