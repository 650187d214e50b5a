"""Protocols: the list, one with its versions, the form that writes a version, release and retirement."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from synthesis import access, logbook, protocol_content, protocols, sample_parts
from synthesis.errors import Refusal
from synthesis.forms.furnace import SegmentRows
from synthesis.forms.protocols import ContentForm, NameForm, PlannedTakes, planned_takes
from synthesis.forms.rows import place_refusal
from synthesis.logbook import LogKind
from synthesis.models import CarbonizationRun, Protocol, ProtocolVersion, Role, Sample
from synthesis.models.samples import Kind
from synthesis.pages import page
from synthesis.protocol_show import show
from synthesis.sample_parts import Action
from synthesis.views.samples import HOMES
from synthesis.views.steps import require_somewhere


@dataclass
class Writing:
    """The form of one version: its name where it is new, its values, what it takes and its programme."""

    kind: LogKind
    content: ContentForm
    takes: PlannedTakes
    segments: Any
    name: NameForm | None = None

    def is_valid(self) -> bool:
        parts = [self.content, self.takes, self.segments, self.name]
        checked = [part.is_valid() for part in parts if part is not None]  # all of them: each says its own
        return all(checked)

    def written(self) -> dict[str, Any]:
        content, takes = self.content.content(), self.takes.content()
        content["limits"] = {**content["limits"], **takes["limits"]}
        content["takes"] = takes["takes"]
        if self.segments is not None:
            names = protocol_content.SEGMENT
            content["segments"] = [
                {name: form.cleaned_data.get(name) or 0 for name in names}
                for form in self.segments.forms
                if form.has_changed() or form.initial
            ]
        return content


@page
def protocol_list(request: HttpRequest) -> HttpResponse:
    kinds = {kind.slug: kind for kind in logbook.steps()}
    rows = []
    for protocol in protocols.listed(request.user):
        versions = list(protocol.versions.all())
        released = next((version for version in versions if version.released_at), None)
        draft = next((version for version in versions if not version.released_at), None)
        rows.append(
            {"protocol": protocol, "kind": kinds.get(protocol.kind), "released": released, "draft": draft}
        )
    context = {"rows": rows, "nav": "protocols", "may_write": access.editable_projects(request.user).exists()}
    return render(request, "synthesis/protocols.html", context)


@page
def protocol_page(request: HttpRequest, pk: int) -> HttpResponse:
    protocol = _protocol(request, pk)
    versions = list(protocol.versions.select_related("released_by", "created_by").order_by("-number"))
    asked = request.GET.get("version", "")
    shown = next((one for one in versions if str(one.number) == asked), versions[0])
    context = {
        "protocol": protocol,
        "kind": logbook.find(protocol.kind),
        "versions": versions,
        "shown": shown,
        "said": show(shown, _kind(protocol.kind).form(actor=request.user)),
        "draft": next((one for one in versions if not one.released_at), None),
        "may_change": access.may(request.user, protocol.project, Role.EDITOR),
        "may_release": access.may(request.user, protocol.project, Role.MANAGER),
        "nav": "protocols",
    }
    return render(request, "synthesis/protocol.html", context)


@page
def new_protocol(request: HttpRequest) -> HttpResponse:
    """First the step is chosen; then its built-in plan stands in the form."""
    require_somewhere(request)
    kind = next((one for one in logbook.steps() if one.slug == request.GET.get("kind", "")), None)
    if kind is None:
        return render(
            request, "synthesis/protocol_kinds.html", {"kinds": logbook.steps(), "nav": "protocols"}
        )
    plan = kind.form.built_in()
    content = {"values": plan.values, "takes": plan.takes, "segments": plan.segments}
    return _write_new(request, kind, content, {})


@page
def protocol_from(request: HttpRequest, code: str) -> HttpResponse:
    """A protocol that says what was done in a batch or a run."""
    runs = access.visible(CarbonizationRun.objects.select_related("project"), request.user)
    run = runs.filter(code=code).first()
    if run is not None:
        access.require_change(request.user, run.project)
        return _write_new(
            request, _kind(protocols.FURNACE), protocol_content.of_run(run), {"project": run.project_id}
        )
    sample = access.get_visible(Sample.objects.select_related("project"), request.user, code=code)
    access.require_change(request.user, sample.project)
    kind = _kind(HOMES[sample.kind][1])
    initial = {"project": sample.project_id, "name": sample.name}
    return _write_new(request, kind, protocol_content.of_sample(sample), initial)


@page
def draft(request: HttpRequest, pk: int) -> HttpResponse:
    """Changes the draft, or writes the next version, which starts as a copy of the last."""
    protocol = _protocol(request, pk)
    access.require_change(request.user, protocol.project)
    last = protocol.versions.order_by("-number")[0]
    before = {name: getattr(last, name) for name in ("values", "limits", "takes", "segments")}
    if last.released_at is None:
        before["note"] = last.note
    writing = _writing(request, _kind(protocol.kind), before)
    if request.method == "POST" and writing.is_valid():
        content = writing.written()
        if last.released_at is None:
            protocols.change(last, content)
        else:
            person: Any = request.user
            last = protocols.new_version(protocol, content, person)
        messages.success(request, _("Kept %(version)s as a draft.") % {"version": last})
        return redirect("protocol", pk=protocol.pk)
    title = _("%(name)s, version %(number)s") % {
        "name": protocol.name,
        "number": last.number + (1 if last.released_at else 0),
    }
    return _show_form(request, writing, title)


@require_POST
@page
def release(request: HttpRequest, pk: int) -> HttpResponse:
    protocol = _protocol(request, pk)
    access.require_change(request.user, protocol.project, Role.MANAGER)
    version = protocol.versions.select_related("protocol__project").filter(released_at__isnull=True).first()
    if version is None:
        raise Refusal(_("%(name)s has no draft to release.") % {"name": protocol.name}, status=409)
    protocols.release(version, request.user)
    messages.success(request, _("Released %(version)s.") % {"version": version})
    return redirect("protocol", pk=protocol.pk)


@require_POST
@page
def retire(request: HttpRequest, pk: int) -> HttpResponse:
    protocol = _protocol(request, pk)
    back = request.POST.get("back") == "yes"
    protocols.retire(protocol, request.user, retired=not back)
    said = _("%(name)s is offered again.") if back else _("Retired %(name)s: it is offered no more.")
    messages.success(request, said % {"name": protocol.name})
    return redirect("protocol", pk=protocol.pk)


def _write_new(
    request: HttpRequest, kind: LogKind, content: Mapping[str, Any], initial: Mapping[str, Any]
) -> HttpResponse:
    data = request.POST if request.method == "POST" else None
    writing = _writing(request, kind, content)
    writing.name = NameForm(data, initial=dict(initial), actor=request.user)
    if request.method == "POST" and writing.is_valid():
        made = _create(request, writing)
        if made is not None:
            messages.success(request, _("Kept %(version)s as a draft.") % {"version": made})
            return redirect("protocol", pk=made.protocol_id)
    return _show_form(request, writing, _("New protocol: %(step)s") % {"step": kind.label})


def _create(request: HttpRequest, writing: Writing) -> ProtocolVersion | None:
    assert writing.name is not None  # noqa: S101  # a new protocol has one
    given = writing.name.cleaned_data
    access.require_change(request.user, given["project"])
    person: Any = request.user
    try:
        return protocols.create(given["project"], writing.kind.slug, given["name"], writing.written(), person)
    except Refusal as refusal:
        place_refusal(refusal, writing.name)
        return None


def _writing(request: HttpRequest, kind: LogKind, content: Mapping[str, Any]) -> Writing:
    data = request.POST if request.method == "POST" else None
    form = ContentForm(data, step=kind.form, actor=request.user, content=content)
    segments = None
    if kind.slug == protocols.FURNACE:
        initial = [{name: f"{float(row.get(name) or 0):g}" for name in protocol_content.SEGMENT}
                   for row in content.get("segments", ())]  # fmt: skip
        segments = SegmentRows(data, prefix="segments", initial=initial)
        segments.extra = 0
    return Writing(kind, form, planned_takes(data, request.user, content), segments)


def _show_form(request: HttpRequest, writing: Writing, title: str) -> HttpResponse:
    status = 422 if request.method == "POST" else 200
    context = {"writing": writing, "title": title, "nav": "protocols"}
    return render(request, "synthesis/protocol_form.html", context, status=status)


def _protocol(request: HttpRequest, pk: int) -> Protocol:
    return access.get_visible(Protocol.objects.select_related("project"), request.user, pk=pk)


def _kind(slug: str) -> LogKind:
    found = logbook.find(slug)
    if found is None or found.form is None:
        raise Http404(slug)
    return found


def _is_step(sample: Sample, actor: access.Actor) -> bool:
    steps = {Kind.NANOSPONGE, Kind.IMPREGNATED, Kind.FREEZE_DRIED, Kind.ELECTROLYTE, Kind.CATHODE, Kind.CELL}
    return sample.kind in steps and access.may(actor, sample.project, Role.EDITOR)


sample_parts.act(
    Action(
        gettext_lazy("Make a protocol of this"), "clipboard-list", "protocol-from", order=60, shows=_is_step
    )
)
