"""Specification limits: the list of those in force and retired ones, and a manager's changes."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from synthesis import access, limits
from synthesis.errors import NotAllowed, Refusal
from synthesis.forms.gates import LimitForm
from synthesis.forms.rows import place_refusal
from synthesis.listing import Choice, Column, Filter, Listing
from synthesis.models import Project, Role, SpecificationLimit
from synthesis.models.samples import Kind
from synthesis.pages import page

COLUMNS = (
    Column(gettext_lazy("Figure"), "quantity"),
    Column(gettext_lazy("Product"), "kind"),
    Column(gettext_lazy("Additive"), "group"),
    Column(gettext_lazy("At least"), numeric=True),
    Column(gettext_lazy("At most"), numeric=True),
    Column(gettext_lazy("Unit")),
    Column(gettext_lazy("Before a pass")),
    Column(gettext_lazy("Project")),
    Column(gettext_lazy("Laid down"), "id"),
)


@page
def limit_list(request: HttpRequest) -> HttpResponse:
    retired = request.GET.get("show") == "retired"
    found = access.visible(SpecificationLimit.objects.filter(retired_at__isnull=not retired), request.user)
    listing = Listing(
        found.select_related("project", "created_by"),
        COLUMNS,
        search=("quantity", "group"),
        filters=[_kinds(), _projects(request)],
    )
    listed = listing.page(request.GET)
    managed = set(_managed(request))
    context = {
        "listed": listed,
        "rows": [(limit, limits.label_of(limit), limit.project_id in managed) for limit in listed.rows],
        "may_add": bool(managed),
        "retired": retired,
        "nav": "limits",
    }
    return render(request, "synthesis/limits.html", context)


def _kinds() -> Filter:
    return Filter("kind", _("Product"), "kind", [Choice(kind.value, kind.label) for kind in Kind])


def _projects(request: HttpRequest) -> Filter:
    mine = access.visible_projects(request.user).order_by("name")[:12]
    return Filter("project", _("Project"), "project__slug", [Choice(one.slug, one.name) for one in mine])


def _managed(request: HttpRequest) -> list[int]:
    user = request.user
    if getattr(user, "is_superuser", False):
        return list(Project.objects.values_list("pk", flat=True))
    own = access.visible_projects(user).filter(memberships__user=user.pk, memberships__role=Role.MANAGER)
    return list(own.values_list("pk", flat=True))


@page
def new_limit(request: HttpRequest) -> HttpResponse:
    """``?project=SLUG&kind=additive&group=SP`` fills the form."""
    if not _managed(request):
        raise NotAllowed(_("Limits are laid down by a manager of a project."))
    initial = {name: request.GET.get(name, "") for name in ("kind", "group", "quantity")}
    project = access.visible_projects(request.user).filter(slug=request.GET.get("project", "")).first()
    return _form_page(request, initial | {"project": project.pk if project else ""}, None)


@page
def change_limit(request: HttpRequest, pk: int) -> HttpResponse:
    """Retires a limit and lays down another in its place."""
    limit = access.get_visible(SpecificationLimit.objects.select_related("project"), request.user, pk=pk)
    access.require_change(request.user, limit.project, Role.MANAGER)
    initial = {
        "project": limit.project_id,
        "kind": limit.kind,
        "group": limit.group,
        "quantity": limit.quantity,
        "lower": "" if limit.lower is None else f"{limit.lower:.12g}",
        "upper": "" if limit.upper is None else f"{limit.upper:.12g}",
        "required": limit.required,
    }
    return _form_page(request, initial, limit)


def _form_page(
    request: HttpRequest, initial: dict[str, Any], instead_of: SpecificationLimit | None
) -> HttpResponse:
    form = LimitForm(request.POST if request.method == "POST" else None, initial=initial, actor=request.user)
    status = 422 if request.method == "POST" else 200
    if form.is_valid():
        try:
            limits.lay_down(form.limit(), request.user, instead_of)
        except NotAllowed:
            raise
        except Refusal as refusal:
            place_refusal(refusal, form)
            status = refusal.status
        else:
            messages.success(request, _("The limit is in force for what is measured from now on."))
            return redirect("limits")
    context = {"form": form, "limit": instead_of, "nav": "limits"}
    return render(request, "synthesis/limit_form.html", context, status=status)


@require_POST
@page
def retire_limit(request: HttpRequest, pk: int) -> HttpResponse:
    limit = access.get_visible(SpecificationLimit.objects.select_related("project"), request.user, pk=pk)
    limits.retire(limit, request.user)
    messages.success(request, _("%(figure)s is limited no longer.") % {"figure": limits.label_of(limit)})
    return redirect("limits")
