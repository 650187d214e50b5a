"""Logging a step: one form with its rows, checked together, recorded through the ledger."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.forms import model_to_dict
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext as _

from synthesis import access, glove, ledger, prefilling, protocols
from synthesis.errors import NotAllowed, Refusal
from synthesis.forms.fields import shown
from synthesis.forms.rows import TakeRows, place_refusal, require_use, take_rows
from synthesis.forms.steps import StepForm
from synthesis.logbook import View
from synthesis.models import ProtocolVersion, Sample
from synthesis.pages import page
from synthesis.units import Quantity
from synthesis.views.samples import NEXT


def require_somewhere(request: HttpRequest) -> None:
    """Whoever may change nothing anywhere is told so before filling in a form."""
    if not access.editable_projects(request.user).exists():
        raise NotAllowed(
            _(
                "You may log in no project yet. A manager of a project can make you an editor on its members page."
            )
        )


RolesOf = Callable[[HttpRequest], list[dict[str, Any]]]
StartsOf = Callable[[HttpRequest], dict[str, Any]]


@dataclass
class Step:
    """What one request for a step's form works with. ``rows`` is None where a step takes nothing."""

    form: StepForm
    rows: TakeRows | None
    offers: list[ProtocolVersion]
    version: ProtocolVersion | None

    def is_valid(self) -> bool:
        checked = [self.form.is_valid(), self.rows is None or self.rows.is_valid()]
        return all(checked)

    def gives_reasons(self) -> bool:
        checked = [self.form.gives_reasons(), self.rows is None or self.rows.gives_reasons()]
        return all(checked)


def step_view(
    form_class: type[StepForm], roles_of: RolesOf | None = None, starts_of: StartsOf | None = None
) -> View:
    """The page that logs one kind of sample.

    Where the request decides them, ``roles_of`` names the rows and ``starts_of`` what stands in the fields.
    """

    @page
    def log(request: HttpRequest) -> HttpResponse:
        require_somewhere(request)
        step = build(request, form_class, roles_of, starts_of)
        if request.method == "POST" and step.is_valid() and step.gives_reasons():
            recorded = record(request, step)
            if recorded is not None:
                return onwards(request, recorded)
        status = 200 if request.method == "GET" else step.form.refused_status or 422
        if request.method == "POST" and step.rows is not None and status == 422 and step.rows.is_valid():
            step.rows.compare()
        context = {
            "form": step.form,
            "rows": step.rows,
            "nav": recorded_as(form_class),
            "offers": step.offers,
            "version": step.version,
            "slug": slug_of(request),
            "next_steps": NEXT.get(recorded_as(form_class), ()),
        }
        return render(request, glove.template(request), context, status=status)

    return log


def recorded_as(form_class: type[StepForm]) -> str:
    return form_class._meta.model.KIND


def slug_of(request: HttpRequest) -> str:
    """The logbook's word for the step, as it stands in the address."""
    match = request.resolver_match
    return str(match.kwargs.get("kind", "")) if match else ""


def build(
    request: HttpRequest,
    form_class: type[StepForm],
    roles_of: RolesOf | None = None,
    starts_of: StartsOf | None = None,
) -> Step:
    """The form with its rows: bound to what was sent, or filled from a protocol, a like sample or a source."""
    data = request.POST if request.method == "POST" else None
    like, source = _asked(request, "like"), _asked(request, "from")
    version, offers = protocol_for(request, slug_of(request), like.protocol if like else None)
    plan = protocols.plan_of(version) if version else form_class.built_in()
    initial = dict(plan_texts(form_class, plan)) if version else {}
    initial |= _initial_like(like, form_class) if like else _initial_from(source)
    initial |= starts_of(request) if starts_of else {}
    form = form_class(data, initial=initial, actor=request.user, plan=plan)
    usual = prefilling.planned_rows(roles_of(request) if roles_of else plan.takes, plan)
    rows = usual
    if data is None:
        if like:
            rows = prefilling.rows_like(like, plan, request.user)
        elif source:
            rows = prefilling.rows_from(usual, source)
        rows = prefilling.settled(rows, request.user)
    made = take_rows(data, request.user, rows, form.takes_unit, form.free_rows) if usual or rows else None
    return Step(form, made, offers, version)


def protocol_for(
    request: HttpRequest, kind: str, before: ProtocolVersion | None
) -> tuple[ProtocolVersion | None, list[ProtocolVersion]]:
    """The version that is followed and those offered: as sent, as asked for, as ``before``, or as used last."""
    if request.method == "POST":
        asked = request.POST.get("protocol") or protocols.NOT_ANY
        version = protocols.choose(request.user, kind, asked, [])
        return version, protocols.offered(request.user, kind)
    offers = protocols.offered(request.user, kind)
    asked = request.GET.get("protocol", "")
    if not asked and request.GET.get("like"):
        return protocols.newest_of(before), offers
    return protocols.choose(request.user, kind, asked, offers), offers


def plan_texts(form_class: type[Any], plan: protocols.Plan) -> dict[str, str]:
    """What a protocol says in words (washing, drying) stands in its field from the start."""
    return {name: value for name, value in plan.values.items() if isinstance(value, str)}


def _asked(request: HttpRequest, name: str) -> Sample | None:
    """The sample that ``?like=`` or ``?from=`` names."""
    code = request.GET.get(name, "")
    if not code:
        return None
    records = Sample.objects.select_related("project", "protocol__protocol")
    found: Sample = access.get_visible(records, request.user, code=code)
    return found.own if name == "like" else found


def _initial_like(like: Sample, form_class: type[StepForm]) -> dict[str, Any]:
    values = model_to_dict(like, fields=[*(form_class._meta.fields or ())])
    for name in ("made_at", "note", *form_class.results):
        values.pop(name, None)
    made = {"amount_made": shown(Quantity(like.amount_made, like.unit))} if form_class.made_required else {}
    return {
        name: shown(value) if isinstance(value, float) else value for name, value in values.items()
    } | made


def _initial_from(source: Sample | None) -> dict[str, Any]:
    if source is None:
        return {}
    return {"project": source.project_id, "group": source.group, "name": source.name}


def record(request: HttpRequest, step: Step) -> Sample | None:
    """Books the step; None where the ledger refused it, with the sentence beside its field."""
    form, rows = step.form, step.rows
    takes: Sequence[ledger.Take] = rows.takes() if rows is not None else ()
    product = form.instance
    try:
        access.require_change(request.user, form.cleaned_data["project"])
        require_use(request.user, takes)
        form.finish(product, takes)
        if rows is not None:
            product.planned = {**rows.planned(), **product.planned}
            product.reasons = {**product.reasons, **rows.reasons()}
        return ledger.record(product, form.cleaned_data["amount_made"], takes, by=_person(request))
    except NotAllowed:
        raise
    except Refusal as refusal:
        form.refused_status = refusal.status
        place_refusal(refusal, form, *([rows] if rows is not None else []))
        product.pk = product.id = None
        product.code = ""
        return None


def onwards(request: HttpRequest, recorded: Sample) -> HttpResponse:
    """To the page of what was recorded, or straight to the form of the step that follows."""
    following = dict(NEXT.get(recorded.kind, ()))
    chosen = request.POST.get("next", "")
    said = _("Logged %(code)s.") % {"code": recorded.code}
    if chosen in following:
        messages.success(request, said)
        return redirect(f"{reverse('log', args=[chosen])}?from={recorded.code}")
    messages.success(request, with_links(said, recorded, following))
    return redirect(recorded.get_absolute_url())


def with_links(said: str, recorded: Sample, following: dict[str, Any]) -> str:
    """The sentence with a link to each step that usually follows."""
    links = [
        (f"{reverse('log', args=[slug])}?from={recorded.code}", label) for slug, label in following.items()
    ]
    return (
        format_html("{} {}", said, format_html_join(" · ", '<a href="{}">{}</a>', links)) if links else said
    )


def _person(request: HttpRequest) -> Any:
    return request.user
