"""The template of a kind: its heads with units, and one row as an example, which is not recorded."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.utils import timezone

from synthesis.many.columns import UNIT, Column
from synthesis.many.kinds import ManyKind
from synthesis.sheets import HeadCell

_BY_SHAPE = {"quantity": "5", "sample": "LOT-0001", "yes": "no"}


def heads(columns: Sequence[Column]) -> list[HeadCell]:
    return [
        HeadCell(column.label, column.unit, width=max(12, len(column.head) + 2)) for column in filled(columns)
    ]


def filled(columns: Sequence[Column]) -> list[Column]:
    """The columns of a template: required ones first, and no column for a unit, which stands in the head."""
    return sorted(
        (column for column in columns if column.name != UNIT), key=lambda column: not column.required
    )


def example(kind: ManyKind, columns: Sequence[Column]) -> list[str]:
    return [_value(kind, column) for column in filled(columns)]


def is_example(values: Mapping[str, str], kind: ManyKind) -> bool:
    """Whether a row is the example of the template."""
    return _marked(kind) in (values.get("note"), values.get("name"))


def _marked(kind: ManyKind) -> str:
    return f"Example of the template, {kind.slug}"


def _value(kind: ManyKind, column: Column) -> str:
    if column.options:
        return column.options[0][1]
    if column.name == "code":
        return ""
    if column.shape in ("date", "time"):
        return f"{timezone.localdate():%Y-%m-%d}" if column.name == "made_at" else ""
    if column.name in ("note", "name"):
        return _marked(kind)
    return _BY_SHAPE.get(column.shape, "") if column.required or column.take is not None else ""
