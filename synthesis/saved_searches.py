"""Searches kept under a name: of one person, or of everybody in a project."""

from __future__ import annotations

from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from synthesis import access
from synthesis.access import Actor
from synthesis.errors import NotAllowed, Refusal
from synthesis.models import Project, SavedSearch
from synthesis.models.access import Role

LONGEST_NAME = 120
LONGEST_QUERY = 400


def of(actor: Actor) -> QuerySet[SavedSearch]:
    """One's own, and those shared with one's projects."""
    if actor.pk is None:
        return SavedSearch.objects.none()
    shared = Q(project__in=access.visible_projects(actor).values("pk"))
    found = SavedSearch.objects.filter(Q(created_by=actor.pk) | shared).select_related(
        "project", "created_by"
    )
    return found.order_by("name", "pk")


def save(actor: Any, name: str, query: str, project: Project | None = None) -> SavedSearch:
    """Keeps a search under a name; under one that this person has already, it takes the place of the old one."""
    name, query = _named(name), query.strip()
    if not query:
        raise Refusal(_("Type what is to be searched for, then keep it."), field="query")
    if len(query) > LONGEST_QUERY:
        raise Refusal(
            _("The search has %(length)s letters; %(most)s can be kept.")
            % {"length": len(query), "most": LONGEST_QUERY},
            field="query",
        )
    if project is not None:
        access.require_change(actor, project)
    found, _new = SavedSearch.objects.update_or_create(
        created_by_id=actor.pk, name=name, defaults={"query": query, "project": project}
    )
    return found


def change(actor: Any, search: SavedSearch, *, name: str, project: Project | None) -> SavedSearch:
    """Another name, or another project to share it with."""
    require_own(actor, search)
    name = _named(name)
    if SavedSearch.objects.filter(created_by=search.created_by_id, name=name).exclude(pk=search.pk).exists():
        raise Refusal(
            _("You keep another search as ‘%(name)s’. Choose another name.") % {"name": name}, field="name"
        )
    if project is not None and project.pk != search.project_id:
        access.require_change(actor, project)
    search.name, search.project = name, project
    search.save()
    return search


def delete(actor: Any, search: SavedSearch) -> None:
    require_own(actor, search)
    search.delete()


def require_own(actor: Any, search: SavedSearch) -> None:
    """Its owner changes it; a manager of the project it is shared with may take it away, too."""
    manages = search.project is not None and access.may(actor, search.project, Role.MANAGER)
    if search.created_by_id != actor.pk and not manages:
        raise NotAllowed(_("This search is %(name)s’s.") % {"name": search.created_by})


def _named(name: str) -> str:
    name = " ".join(name.split())
    if not name:
        raise Refusal(_("Give the search a name."), field="name")
    if len(name) > LONGEST_NAME:
        raise Refusal(
            _("The name has %(length)s letters; %(most)s can be kept.")
            % {"length": len(name), "most": LONGEST_NAME},
            field="name",
        )
    return name
