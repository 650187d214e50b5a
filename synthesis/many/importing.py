"""From bytes or JSON to checked rows: the one way in for the page and for scripts."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from synthesis import sheets
from synthesis.access import Actor
from synthesis.many import checking, examples
from synthesis.many.checking import Check
from synthesis.many.columns import columns_of
from synthesis.many.kinds import ManyKind
from synthesis.many.mapping import Entry, Head, Table, table_of
from synthesis.sheets import MAX_BYTES, Row, Sheet
from synthesis.sheets.base import Unreadable, too_many_rows


@dataclass(frozen=True)
class Import:
    """A file as it was read, and what is wrong with it. ``sha256`` is that of its bytes."""

    name: str
    sha256: str
    sheet: Sheet
    table: Table
    check: Check

    @property
    def left_out(self) -> list[Head]:
        return [head for head in self.table.heads if not head.column]


def content_of(file: Any) -> bytes:
    """The bytes of an upload, never more than a table may have."""
    content: bytes = file.read(MAX_BYTES + 1)
    return content


def read_and_check(
    content: bytes,
    name: str,
    kind: ManyKind,
    common: Mapping[str, str],
    actor: Actor,
    *,
    sheet: str = "",
    encoding: str = "",
    chosen: Mapping[int, str] | None = None,
) -> Import:
    """Reads a file and checks each row. Raises Refusal for a file that is no table."""
    found = sheets.read(content, name, sheet=sheet, encoding=encoding)
    columns = columns_of(kind, common, actor)
    table = table_of(found, kind, columns, chosen)
    kept = [entry for entry in table.entries if not examples.is_example(entry.values, kind)]
    if len(kept) < len(table.entries):
        table.notes.append(_("The example of the template was left out."))
    check = checking.check(kind, common, kept, table.mapped, actor)
    return Import(name, hashlib.sha256(content).hexdigest(), found, table, check)


def from_records(
    records: Sequence[Mapping[str, Any]], kind: ManyKind, common: Mapping[str, str], actor: Actor
) -> Check:
    """Checks rows that came as JSON; their keys are read as heads of a file are."""
    if len(records) > sheets.MAX_ROWS:
        raise too_many_rows()
    heads = list(dict.fromkeys(str(key) for record in records for key in record))
    columns = columns_of(kind, common, actor)
    rows = [Row(0, heads), *(_row(number, record, heads) for number, record in enumerate(records, start=1))]
    if not records:
        raise Unreadable(_("There are no rows."))
    table = table_of(Sheet(rows), kind, columns)
    unknown = [head.text for head in table.heads if not head.column]
    entries: list[Entry] = table.entries
    for entry in entries if unknown else ():
        entry.fault("", _("Unknown here: %(heads)s.") % {"heads": ", ".join(unknown)})
    return checking.check(kind, common, entries, table.mapped, actor)


def _row(number: int, record: Mapping[str, Any], heads: Sequence[str]) -> Row:
    cells, faults = [], {}
    for place, head in enumerate(heads):
        value = record.get(head)
        if isinstance(value, list | dict):
            faults[place] = _("Write a text or a number here, not a list.")
            value = None
        cells.append(sheets.text_of(value).strip() if value is not None else "")
    return Row(number, cells, faults)
