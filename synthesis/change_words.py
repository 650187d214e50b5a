"""What a person is told about changing a record: which field was changed by whom meanwhile, and what was done."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.db.models import Model
from django.http import HttpRequest
from django.utils.translation import gettext as _

from synthesis.changes import Difference, Outcome
from synthesis.forms.changes import ChangeForm, Opened
from synthesis.history import people
from synthesis.value_words import label_of, moment, said


@dataclass(frozen=True)
class Asked:
    """A conflict as the page shows it, beside its field."""

    name: str
    label: str
    sentence: str
    mine: str
    theirs: str


def asked_of_each(record: Any, conflicts: list[Difference], opened: Opened, form: ChangeForm) -> list[Asked]:
    found = {conflict.name: conflict for conflict in conflicts}
    names = people({conflict.by for conflict in conflicts})
    return [_one(record, name, found.get(name), names, form) for name in opened.asked]


def _one(
    record: Any, name: str, conflict: Difference | None, names: dict[int | None, str], form: ChangeForm
) -> Asked:
    column = record._meta.get_field(name)
    label, theirs = label_of(column), said(column, getattr(record, name))
    mine = said(column, form.cleaned_data.get(name)) if hasattr(form, "cleaned_data") else form[name].value()
    sentence = _("%(label)s was changed meanwhile: it is %(theirs)s now. Keep yours or take theirs.")
    told = {"label": label, "theirs": theirs}
    if conflict is not None and conflict.at is not None:
        sentence = _(
            "%(who)s changed %(label)s at %(at)s (%(base)s → %(theirs)s). Keep yours or take theirs."
        )
        told |= {
            "who": names.get(conflict.by, _("Somebody")),
            "at": moment(conflict.at),
            "base": said(column, _python(column, conflict.base)),
        }
    return Asked(name, label, sentence % told, str(mine), theirs)


def _python(column: Any, text: str) -> Any:
    if column.is_relation or text == "":
        return text
    return text == "true" if column.get_internal_type() == "BooleanField" else column.to_python(text)


def tell(request: HttpRequest, record: Model, outcome: Outcome) -> None:
    if not outcome.written:
        messages.info(request, _("Nothing was changed."))
    else:
        labels = ", ".join(label_of(record._meta.get_field(one.name)) for one in outcome.written)  # type: ignore[arg-type]  # columns only
        messages.success(request, _("Changed %(fields)s.") % {"fields": labels})
    names = people({one.by for one in outcome.kept})
    for one in outcome.kept:
        column: Any = record._meta.get_field(one.name)
        messages.info(
            request,
            _("%(who)s changed %(label)s meanwhile; that was kept: %(theirs)s.")
            % {
                "who": names.get(one.by, _("Somebody")),
                "label": label_of(column),
                "theirs": said(column, one.theirs),
            },
        )
