"""Which column of a table is which: by heads, with units in them, under a title or groups of heads."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from synthesis.many.columns import Column, normal, split_head, words_for
from synthesis.many.kinds import ManyKind
from synthesis.sheets import MAX_ROWS, Row, Sheet
from synthesis.sheets.base import Unreadable, too_many_rows

HEAD_WITHIN = 10
EXAMPLES = 2


@dataclass(frozen=True)
class Entry:
    """One row to be recorded, as typed, by column name; ``faults`` are sentences by column, "" for the whole row."""

    number: int
    values: dict[str, str]
    faults: dict[str, list[str]] = field(default_factory=dict)

    def fault(self, column: str, sentence: str) -> None:
        said = self.faults.setdefault(column, [])
        if sentence not in said:
            said.append(sentence)


@dataclass(frozen=True)
class Head:
    """A column of the file: what it is called, its unit, what it holds, and what it was taken for ("": left out)."""

    place: int
    text: str
    unit: str
    column: str
    examples: Sequence[str] = ()


@dataclass(frozen=True)
class Table:
    heads: list[Head]
    entries: list[Entry]
    notes: list[str]

    @property
    def mapped(self) -> list[str]:
        return [head.column for head in self.heads if head.column]


def table_of(
    sheet: Sheet, kind: ManyKind, columns: Sequence[Column], chosen: Mapping[int, str] | None = None
) -> Table:
    """The rows of a sheet under its heads. ``chosen`` overrules, by place, what a column is taken for."""
    words = _words(kind, columns)
    at = _head_row(sheet.rows, words)
    texts = _texts(sheet.rows, at)
    body = sheet.rows[at + 1 :]
    if not body:
        raise Unreadable(_("The table has a head but no rows below it."))
    if len(body) > MAX_ROWS:
        raise too_many_rows()
    names = _matched(texts, words) if chosen is None else _as_chosen(texts, columns, chosen)
    heads = [
        Head(place, text, split_head(text)[1], names[place], _examples(body, place))
        for place, text in enumerate(texts)
    ]
    entries = [_entry(row, heads, columns) for row in body]
    return Table([head for head in heads if head.text or head.examples], entries, list(sheet.notes))


def _words(kind: ManyKind, columns: Sequence[Column]) -> dict[str, str]:
    """Column by what a file may call it. What is surer for one column is not taken by another."""
    known: dict[str, str] = {}
    lists = [(column.name, words_for(column, kind)) for column in columns]
    for depth in range(max((len(words) for _name, words in lists), default=0)):
        for name, words in lists:
            if depth < len(words):
                known.setdefault(words[depth], name)
    return known


def _known(text: str, words: Mapping[str, str]) -> str:
    bare, _unit = split_head(text)
    return words.get(normal(text)) or words.get(normal(bare)) or ""


def _head_row(rows: Sequence[Row], words: Mapping[str, str]) -> int:
    """The row that holds most of the known heads; titles may stand above it."""
    if not rows:
        raise Unreadable(_("The table is empty."))
    tried = range(min(len(rows), HEAD_WITHIN))
    found = [sum(bool(_known(text, words)) for text in _texts(rows, at)) for at in tried]
    return found.index(max(found))


def _texts(rows: Sequence[Row], at: int) -> list[str]:
    """The heads; one that is empty because it is merged with the one above is called as that one."""
    width = max(len(row.cells) for row in rows)
    head = rows[at]
    above = rows[at - 1] if at and rows[at - 1].number == head.number - 1 else None
    return [head.cell(place) or (above.cell(place) if above else "") for place in range(width)]


def _matched(texts: Sequence[str], words: Mapping[str, str]) -> list[str]:
    names: list[str] = []
    for text in texts:
        name = _known(text, words)
        names.append("" if name in names else name)
    return names


def _as_chosen(texts: Sequence[str], columns: Sequence[Column], chosen: Mapping[int, str]) -> list[str]:
    known = {column.name: column for column in columns}
    names: list[str] = []
    for place in range(len(texts)):
        name = chosen.get(place, "")
        if name in names and name:
            raise Unreadable(_("Two columns of the file are taken for ‘%(column)s’. Leave one out.")
                             % {"column": known[name].label})  # fmt: skip
        names.append(name if name in known else "")
    return names


def _examples(body: Sequence[Row], place: int) -> list[str]:
    found: list[str] = []
    for row in body[:200]:
        text = row.cell(place)
        if text and text not in found:
            found.append(text[:40])
        if len(found) == EXAMPLES:
            break
    return found


def _entry(row: Row, heads: Sequence[Head], columns: Sequence[Column]) -> Entry:
    quantities = {column.name for column in columns if column.shape == "quantity"}
    values, faults = {}, {}
    for head in heads:
        text = row.cell(head.place)
        if not head.column:
            continue
        if head.place in row.faults:
            faults[head.column] = [row.faults[head.place]]
        if text and head.unit and head.column in quantities and text[-1:].isdigit():
            text = f"{text} {head.unit}"
        values[head.column] = text
    if len(row.cells) > len(heads) or any(
        cell and not heads[place].text for place, cell in enumerate(row.cells) if place < len(heads)
    ):
        said = _("The row has %(cells)s cells, the head %(heads)s. Quote a cell that holds a separator.")
        faults[""] = [said % {"cells": len(row.cells), "heads": sum(bool(head.text) for head in heads)}]
    return Entry(row.number, values, faults)
