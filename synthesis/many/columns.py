"""The columns that a row of a kind may have, taken from its form; and what each of them is called in files."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django import forms
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from synthesis.access import Actor
from synthesis.forms.fields import QuantityField, split_label
from synthesis.many.kinds import ManyKind

TAKES = "takes"
UNIT = "unit"
_TAKE = re.compile(r"^takes-(\d+)-(sample|amount)$")
_UNIT_IN_HEAD = re.compile(r"^(?P<label>.*?)\s*(?:\((?P<a>[^()]*)\)|\[(?P<b>[^\[\]]*)\]|\s/\s*(?P<c>\S+))$")
_MOST_CHOICES = 5000
# Heads that files use whatever the kind.
_SYNONYMS: dict[str, tuple[str, ...]] = {
    "code": ("id", "sample id", "label", "sample code", "编号"),
    "name": ("sample name", "title", "bezeichnung", "名称"),
    "amount_made": (
        "amount",
        "made",
        "quantity",
        "yield",
        "menge",
        "amount delivered",
        "dry yield",
        "数量",
        "质量",
    ),
    "made_at": ("date", "made", "made at", "arrived", "received", "datum", "day", "日期"),
    "place": ("location", "storage", "shelf", "ort", "位置"),
    "note": ("notes", "comment", "comments", "remark", "remarks", "备注"),
    "project": ("projekt", "项目"),
    "group": ("additive", "group"),
}


@dataclass(frozen=True)
class Column:
    """One thing that a row may say. ``options`` are the choices as (what a form takes, what people read).

    ``shape`` is text, quantity, choice, choices, date, time, yes, sample or unit.
    """

    name: str
    label: str
    unit: str = ""
    required: bool = False
    shape: str = "text"
    options: Sequence[tuple[str, str]] = ()
    also: Mapping[str, str] = field(default_factory=dict)  # other words for an option -> what a form takes
    hint: str = ""
    role: str = ""

    @property
    def head(self) -> str:
        return f"{self.label} ({self.unit})" if self.unit else self.label

    @property
    def take(self) -> int | None:
        found = _TAKE.match(self.name)
        return int(found[1]) if found else None


def columns_of(kind: ManyKind, common: Mapping[str, str], actor: Actor) -> list[Column]:
    """All columns of a kind, in the order of its form, then what it takes."""
    form = kind.new_form(None, actor)
    own = [_column(bound.name, bound.field, str(bound.label)) for bound in form]
    made = next((column for column in own if column.name == "amount_made"), None)
    unit = [
        Column(UNIT, _("Unit"), shape="unit", hint=_("Of the amount, where it is in a column of its own."))
    ]
    takes = [
        column
        for number, role in enumerate(kind.roles(common, actor))
        for column in _takes(number, dict(role), getattr(kind.form, "takes_unit", "g"))
    ]
    return [*own, *(unit if made else []), *takes]


def _column(name: str, shown: Any, label: str) -> Column:
    text, unit = split_label(str(label))
    options, also, shape = _choices(shown)
    return Column(
        name,
        capfirst(text),
        unit=shown.unit if isinstance(shown, QuantityField) else unit,
        required=shown.required,
        shape=shape,
        options=options,
        also=also,
        hint=str(shown.help_text or ""),
    )


def _choices(shown: Any) -> tuple[list[tuple[str, str]], dict[str, str], str]:
    if isinstance(shown, forms.ModelChoiceField):
        return *_records(shown), "choice"
    if isinstance(shown, forms.ChoiceField):
        given: Any = shown.choices
        options = [(str(value), str(label)) for value, label in _flat(given) if value not in ("", None)]
        return options, {}, "choices" if isinstance(shown, forms.MultipleChoiceField) else "choice"
    if isinstance(shown, QuantityField):
        return [], {}, "quantity"
    if isinstance(shown, forms.DateTimeField):
        return [], {}, "time"
    if isinstance(shown, forms.DateField):
        return [], {}, "date"
    return [], {}, "yes" if isinstance(shown, forms.BooleanField) else "text"


def _flat(choices: Iterable[Any]) -> Iterable[tuple[Any, Any]]:
    for value, label in choices:
        if isinstance(label, list | tuple):
            yield from label
        else:
            yield value, label


def _records(shown: Any) -> tuple[list[tuple[str, str]], dict[str, str]]:
    """Records by what they are called, and by their other names (short name, CAS number, code)."""
    offered = getattr(shown.widget.choices, "queryset", None)
    if offered is None:  # the form offers a list of its own: the projects that one may log in
        listed = [(str(value), str(label)) for value, label in shown.widget.choices if value]
        slugs = _slugs(shown.queryset, [value for value, _label in listed])
        return listed, {normal(str(slug)): str(pk) for pk, slug in slugs}
    options: list[tuple[str, str]] = []
    also: dict[str, str] = {}
    for record in offered[:_MOST_CHOICES]:
        options.append((str(record.pk), str(record)))
        for other in ("name", "short_name", "cas_number", "code"):
            word = normal(str(getattr(record, other, "") or ""))
            if word:
                # A word that two records go by names neither of them.
                also[word] = "" if also.get(word, str(record.pk)) != str(record.pk) else str(record.pk)
    return options, {word: pk for word, pk in also.items() if pk}


def _slugs(records: Any, keys: Sequence[str]) -> Iterable[tuple[Any, Any]]:
    if not any(item.name == "slug" for item in records.model._meta.fields):
        return ()
    found: Iterable[tuple[Any, Any]] = records.filter(pk__in=keys).values_list("pk", "slug")
    return found


def _takes(number: int, role: Mapping[str, str], usual_unit: str) -> Iterable[Column]:
    name, unit = role.get("role", ""), role.get("unit") or usual_unit
    said = capfirst(name) if name else _("Input %(number)s") % {"number": number + 1}
    yield Column(
        f"{TAKES}-{number}-sample",
        _("%(role)s: sample") % {"role": said},
        shape="sample",
        role=name,
    )
    yield Column(
        f"{TAKES}-{number}-amount",
        _("%(role)s: amount") % {"role": said},
        unit=unit,
        shape="quantity",
        role=name,
        hint=str(role.get("planned", "")),
    )


def normal(text: str) -> str:
    """A head or a name without case, punctuation and doubled spaces."""
    return " ".join(re.sub(r"[_\-:.,;'’\"()\[\]/*#]+", " ", text.casefold()).split())


def split_head(head: str) -> tuple[str, str]:
    """ "amount (mg)", "amount [mg]" and "amount / mg" -> ("amount", "mg")."""
    found = _UNIT_IN_HEAD.match(head.strip())
    if not found or not found["label"]:
        return head.strip(), ""
    return found["label"], (found["a"] or found["b"] or found["c"] or "").strip()


def words_for(column: Column, kind: ManyKind) -> list[str]:
    """What a file may call a column, surest first."""
    bare = re.sub(
        r"_(g|mg|mL|h|min|degC|V|MPa|Pa|rpm|um|cm2|percent|mL_per_min|mS_per_cm|mAh_per_g)$", "", column.name
    )
    known = [
        column.name,
        column.label,
        bare,
        *kind.synonyms.get(column.name, ()),
        *_SYNONYMS.get(column.name, ()),
    ]
    if column.take is not None:
        known = [column.name, column.label, *kind.synonyms.get(column.name, ())]
        if column.role:
            amount = column.name.endswith("amount")
            known += [f"{column.role} {'amount' if amount else 'sample'}", *(
                [column.role, f"{column.role} mass"] if amount else [f"{column.role} lot", f"{column.role} code"]
            )]  # fmt: skip
    return list(dict.fromkeys(word for word in map(normal, known) if word))
