"""Projects, and their members, whom a manager admits."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from synthesis import access
from synthesis.errors import NotAllowed, Refusal
from synthesis.forms.projects import MemberForm, ProjectForm
from synthesis.models import Membership, Project, Role
from synthesis.pages import page


@page
def projects(request: HttpRequest) -> HttpResponse:
    """All that one belongs to; staff may found another."""
    may_found = getattr(request.user, "is_staff", False)
    form = ProjectForm(request.POST if request.method == "POST" else None)
    if request.method == "POST":
        if not may_found:
            raise NotAllowed(_("Projects are founded by the administration. Ask for one there."))
        if form.is_valid():
            return redirect(f"/projects/{_found(form, request).slug}/")
    context = {
        "projects": access.visible_projects(request.user).order_by("name"),
        "form": form,
        "may_found": may_found,
    }
    return render(request, "synthesis/projects.html", context, status=422 if form.errors else 200)


@transaction.atomic
def _found(form: ProjectForm, request: HttpRequest) -> Project:
    form.instance.created_by_id = request.user.pk
    project = form.save()
    by: Any = request.user
    Membership.objects.create(project=project, user=by, role=Role.MANAGER, created_by=by)
    return project


@page
def project(request: HttpRequest, slug: str) -> HttpResponse:
    found = access.get_visible(Project.objects.all(), request.user, path="pk", slug=slug)
    form = MemberForm(request.POST if request.method == "POST" else None, initial={"role": Role.EDITOR})
    if request.method == "POST":
        access.require_change(request.user, found, Role.MANAGER)
        if form.is_valid():
            form.save(found, request.user)
            messages.success(
                request, _("%(name)s belongs to it now.") % {"name": form.cleaned_data["username"]}
            )
            return redirect(f"/projects/{slug}/")
    context = {
        "project": found,
        "members": found.memberships.select_related("user").order_by("user__username"),
        "form": form,
        "may_decide": access.may(request.user, found, Role.MANAGER),
    }
    return render(request, "synthesis/project.html", context, status=422 if form.errors else 200)


@require_POST
@page
def remove_member(request: HttpRequest, slug: str, member: int) -> HttpResponse:
    found = access.get_visible(Project.objects.all(), request.user, path="pk", slug=slug)
    access.require_change(request.user, found, Role.MANAGER)
    membership = access.get_visible(Membership.objects.filter(project=found), request.user, pk=member)
    managers = found.memberships.filter(role=Role.MANAGER).exclude(pk=membership.pk)
    if membership.role == Role.MANAGER and not managers.exists():
        raise Refusal(
            _("%(user)s is the last manager. Make somebody else a manager first.") % {"user": membership.user}
        )
    membership.delete()
    return redirect(f"/projects/{slug}/")
