"""Glove mode: a step's form taken apart into screens, one quantity each. What is sent is the form of the desk."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django import forms
from django.db.models import Q
from django.http import HttpRequest
from django.utils.translation import gettext as _

from synthesis import access, fitting, logbook, units
from synthesis.deviations import Limit
from synthesis.errors import Refusal
from synthesis.forms.rows import TakeForm
from synthesis.forms.steps import StepForm
from synthesis.models import Material, Sample
from synthesis.models.samples import Kind

COOKIE = "glove"
MOST_KNOWN = 1_000
YEAR = 365 * 86_400


@dataclass(frozen=True)
class Screen:
    """One quantity. ``minus`` and ``plus`` say how far from ``planned`` it may lie, in ``unit``."""

    title: str
    short: str
    bound: forms.BoundField
    unit: str
    planned: str = ""
    minus: str = ""
    plus: str = ""
    limit: str = ""
    suffix: str = ""
    """Written behind the number when it is sent: an amount is sent with its unit."""
    sample: forms.BoundField | None = None
    role: forms.BoundField | None = None
    why_name: str = ""
    why: str = ""
    required: bool = False
    errors: list[str] = field(default_factory=list)
    asked_kind: str = ""
    asked_material: str = ""
    hint: str = ""

    @property
    def value(self) -> str:
        """What stands in the entry: the number alone."""
        typed = str(self.bound.value() or "").replace("\u00a0", " ").strip()
        return typed.removesuffix(self.unit).strip() if self.unit else typed


def on(request: HttpRequest) -> bool:
    """By the switch of this browser, or for one page by ``?glove``."""
    if "glove" in request.GET:
        return request.GET["glove"] != "off"
    return request.COOKIES.get(COOKIE) == "1"


def template(request: HttpRequest) -> str:
    """The page of a step: for gloves or for the desk."""
    return "synthesis/glove_step.html" if on(request) else "synthesis/log_step.html"


def kinds() -> list[logbook.LogKind]:
    """The steps that have screens."""
    return [
        kind for kind in logbook.kinds() if isinstance(kind.form, type) and issubclass(kind.form, StepForm)
    ]


def screens(form: StepForm, rows: Any) -> list[Screen]:
    """What is taken, then the conditions, then what came out."""
    takes = [row for row in rows.forms if row.initial.get("role")] if rows is not None else []
    materials = _materials(str(row.initial["role"]) for row in takes)
    made = [_made(form)] if "amount_made" in form.fields else []
    return [*(_take(row, materials) for row in takes), *(_measured(row) for row in form.measured_rows), *made]


def others(form: StepForm) -> list[forms.BoundField]:
    """Everything that is no quantity, on one screen."""
    late = [*form.common_fields, *form.other_fields, *form.late_fields]
    return [*late, *([form["note"]] if "note" in form.fields else [])]


def _materials(roles: Iterable[str]) -> set[str]:
    """Which of the roles are names of materials, in lower case."""
    asked = {role.lower() for role in roles}
    wanted = Q()
    for role in asked:
        wanted |= Q(name__iexact=role) | Q(short_name__iexact=role)
    rows = Material.objects.filter(wanted).values_list("name", "short_name") if asked else []
    return asked & {name.lower() for row in rows for name in row}


def _take(row: TakeForm, materials: set[str]) -> Screen:
    role = str(row.initial["role"])
    unit = str(row.initial.get("unit") or getattr(row.fields["amount"], "unit", "g"))
    planned, unit = _amount(row.planned, unit)
    minus, plus = _reach(row.limit, planned)
    return Screen(
        title=_title(unit) % {"role": role},
        short=_capital(role),
        bound=row["amount"],
        unit=unit,
        planned=planned,
        minus=minus,
        plus=plus,
        limit=row.limit.words if row.limit else "",
        suffix=f" {unit}",
        sample=row["sample"],
        role=row["role"],
        why_name=row.add_prefix("why"),
        why=str(row["why"].value() or ""),
        errors=_errors(
            row["amount"], row["sample"], row["role"], said=[row.why_error, *row.non_field_errors()]
        ),
        asked_kind=str(fitting.kind_of(role) or ""),
        asked_material=role if role.lower() in materials else "",
        hint=row.hint,
    )


def _capital(text: str) -> str:
    """With a capital letter first, unless that would change a name: "Soak time", but "β-cyclodextrin"."""
    return text[:1].upper() + text[1:] if text[1:2].islower() else text


def _title(unit: str) -> str:
    try:
        dimension = units.dimension(unit)
    except Refusal:
        dimension = ""
    return {"mass": _("Weigh in %(role)s"), "volume": _("Measure out %(role)s")}.get(
        dimension, _("Take %(role)s")
    )


def _amount(planned: str, unit: str) -> tuple[str, str]:
    """The planned number and the unit in which it is entered."""
    if not planned:
        return "", unit
    try:
        read = units.parse(planned, unit)
    except Refusal:
        return "", unit
    return units.plain(read.value), read.unit


def _measured(row: Any) -> Screen:
    minus, plus = _reach(row.limit, row.planned)
    return Screen(
        title=_capital(row.bound.label),
        short=_capital(row.bound.label),
        bound=row.bound,
        unit=row.unit,
        planned=row.planned,
        minus=minus,
        plus=plus,
        limit=row.limit.words if row.limit else "",
        why_name=row.why_name,
        why=row.why,
        required=row.bound.field.required,
        errors=_errors(row.bound, said=[row.why_error]),
    )


def _made(form: StepForm) -> Screen:
    bound = form["amount_made"]
    return Screen(
        title=str(form.made_label),
        short=str(form.made_label),
        bound=bound,
        unit=form.made_unit,
        suffix=f" {form.made_unit}",
        required=form.made_required,
        errors=_errors(bound),
        hint=str(form.made_hint),
    )


def _reach(limit: Limit | None, planned: str) -> tuple[str, str]:
    try:
        middle = abs(float(planned))
    except ValueError:
        return "", ""
    if limit is None:
        return "", ""
    share = middle / 100 if limit.relative else 1.0
    return f"{limit.minus * share:.10g}", f"{limit.plus * share:.10g}"


def _errors(*fields: forms.BoundField, said: Iterable[str] = ()) -> list[str]:
    return [str(error) for bound in fields for error in bound.errors] + [str(one) for one in said if one]


def known(actor: access.Actor) -> list[dict[str, Any]]:
    """What a tablet remembers for when it is offline: the newest samples of which something is left."""
    there = access.visible(Sample.objects.filter(amount_left__gt=0).exclude(kind=Kind.CELL), actor)
    rows = there.order_by("-id").values_list("code", "name", "kind", "amount_left", "unit", "state")[
        :MOST_KNOWN
    ]
    return [
        {"code": code, "name": name, "kind": kind, "left": units.plain(left), "unit": unit, "state": state}
        for code, name, kind, left, unit, state in rows
    ]
