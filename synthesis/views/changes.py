"""The page that changes a record: samples and runs at their own address, everything else by kind and number."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from synthesis import access, changes, event_log, record_kinds, sample_parts
from synthesis.access import Actor
from synthesis.change_words import asked_of_each, tell
from synthesis.changes import Difference
from synthesis.errors import NotAllowed, Refusal
from synthesis.forms.changes import (
    ChangeForm,
    Opened,
    asked_of,
    decided,
    form_of,
    open_now,
    place_errors,
)
from synthesis.forms.rows import place_refusal
from synthesis.history import people
from synthesis.models import CarbonizationRun, Role, Sample
from synthesis.pages import page
from synthesis.record_kinds import RecordKind
from synthesis.views.samples import sample_of


@page
def change_sample(request: HttpRequest, code: str) -> HttpResponse:
    return edit(request, sample_of(request, code).own)


@page
def change_run(request: HttpRequest, code: str) -> HttpResponse:
    return edit(request, access.get_visible(CarbonizationRun.objects.all(), request.user, code=code))


@page
def change_record(request: HttpRequest, what: str, pk: int) -> HttpResponse:
    record, kind = record_of(request.user, what, pk), kind_of(what)
    if kind.page is not None:
        return redirect(kind.page(record))
    return edit(request, record)


def record_of(actor: Actor, slug: str, pk: int) -> Any:
    """A living record of a kind, or 404 where it is not there or may not be seen."""
    kind = kind_of(slug)
    record: Any = kind.model._default_manager.filter(pk=pk).first()
    if record is None or not kind.may_see(actor, record):
        raise Http404(slug)
    return record


def kind_of(slug: str) -> RecordKind:
    kind = record_kinds.find(slug)
    if kind is None:
        raise Http404(slug)
    return kind


def edit(request: HttpRequest, record: Any) -> HttpResponse:
    """Shows the form, or writes it; with a conflict shows it again with what the other person did beside the field."""
    kind = record_kinds.of(record)
    kind.require_change(request.user, record)
    if request.method != "POST":
        if not kind.editable(record):
            changes.require_open(record, kind.fields)
        opened = open_now(record)
        return _shown(request, record, form_of(record, request.user, opened, None), opened)
    opened = Opened.read(request.POST.get("opened", ""), record)
    form = form_of(record, request.user, opened, request.POST)
    if not form.is_valid():
        return _shown(request, record, form, opened, status=422)
    return _written(request, record, form, opened)


def _written(request: HttpRequest, record: Any, form: ChangeForm, opened: Opened) -> HttpResponse:
    wanted, undecided = decided(form, opened, request.POST)
    if undecided:
        for name in undecided:
            form.add_error(name, _("It was changed meanwhile: choose whether yours or theirs is kept."))
        return _shown(request, record, form, opened, status=409)
    try:
        outcome = changes.apply(record, opened.base, wanted, request.user)
    except NotAllowed:
        raise
    except Refusal as refusal:
        place_refusal(refusal, form)
        return _shown(request, record, form, opened, status=refusal.status)
    if outcome.conflicts:
        record.refresh_from_db()
        anew = Opened(open_now(record).base, asked_of(outcome.conflicts))
        return _shown(request, record, form, anew, outcome.conflicts, status=409)
    if outcome.errors:
        place_errors(form, outcome.errors)
        return _shown(request, record, form, opened, status=422)
    tell(request, record, outcome)
    return redirect(record_kinds.of(record).home(record))


def _shown(
    request: HttpRequest,
    record: Any,
    form: ChangeForm,
    opened: Opened,
    conflicts: list[Difference] | None = None,
    status: int = 200,
) -> HttpResponse:
    kind = record_kinds.of(record)
    for one in asked_of_each(record, conflicts or [], opened, form):
        setattr(form[one.name], "asked", one)  # noqa: B010  # a mark for the template on the bound field
        if conflicts:
            form.add_error(one.name, one.sentence)
    versions = event_log.of_row(type(record), record.pk, most=1)
    context = {
        "record": record,
        "kind": kind,
        "form": form,
        "opened": opened.sealed(record),
        "home": kind.home(record),
        "newest": versions[0].at if versions else None,
        "newest_by": people({versions[0].user}).get(versions[0].user, "") if versions else "",
    }
    return render(request, "synthesis/change.html", context, status=status)


def _may_change(sample: Sample, actor: Actor) -> bool:
    return access.may(actor, sample.project, Role.EDITOR)


sample_parts.act(
    sample_parts.Action(gettext_lazy("Change"), "pen-line", "sample-change", order=10, shows=_may_change)
)
