"""Who may see and change what: asked by every floor, decided here.

An actor is a person (a Django user) or an instrument that showed its token. A person sees the projects that they
are a member of; a superuser sees all. An instrument sends files and sees nothing but its own files.
"""

from __future__ import annotations

import hashlib
import secrets
from datetime import timedelta
from typing import Any, TypeAlias, TypeVar

from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser, User
from django.db.models import Model, Q, QuerySet
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext as _

from synthesis import seeing
from synthesis.errors import NotAllowed
from synthesis.models import ApiToken, Instrument, Membership, Project, Role

M = TypeVar("M", bound=Model)

TOKEN_PREFIX = "lab_"  # noqa: S105  # the public mark by which secret scanners know our tokens
INSTRUMENT_TOKEN_LIFE = timedelta(days=365)
_RANK = {Role.VIEWER: 1, Role.EDITOR: 2, Role.MANAGER: 3}


class InstrumentActor(AnonymousUser):
    """An instrument that showed its token: it may send files and ask after them, nothing more."""

    def __init__(self, instrument: Instrument) -> None:
        super().__init__()
        self.instrument = instrument

    @property
    def is_authenticated(self) -> bool:  # type: ignore[override]  # AnonymousUser types it Literal[False]
        return True

    def __str__(self) -> str:
        return self.instrument.name


Actor: TypeAlias = AbstractBaseUser | AnonymousUser


def sees_all(actor: Actor) -> bool:
    return bool(getattr(actor, "is_superuser", False) and actor.is_active)


def visible_projects(actor: Actor) -> QuerySet[Project]:
    """The projects that a person may see; none for an instrument or an unknown person."""
    if sees_all(actor):
        return Project.objects.all()
    if actor.pk is None or not actor.is_active:
        return Project.objects.none()
    return Project.objects.filter(memberships__user=actor.pk)


def visible(records: QuerySet[M], actor: Actor, path: str = "project") -> QuerySet[M]:
    """Those records whose project the actor may see; ``path`` leads from the record to its project."""
    if sees_all(actor):
        return records
    wanted: Any = visible_projects(actor).values("pk")
    if seeing.is_kept():  # numbers, not a subquery: the planner knows how many rows a project has
        wanted = visible_ids(actor)
    return records.filter(Q(**{f"{path}__in": wanted}))


def visible_ids(actor: Actor) -> list[int]:
    """The numbers of the projects that the actor may see; asked once per page."""
    if sees_all(actor):
        return seeing.once(
            "projects", lambda: list(Project.objects.order_by("pk").values_list("pk", flat=True))
        )
    return sorted(_roles(actor))


def may_log(actor: Actor) -> bool:
    """Whether there is a project in which the person may log."""
    if sees_all(actor):
        return bool(visible_ids(actor))
    return any(_RANK[role] >= _RANK[Role.EDITOR] for role in _roles(actor).values())


def manages_somewhere(actor: Actor) -> bool:
    """Whether there is a project that the person manages: what is needed for what belongs to the whole laboratory."""
    return (
        bool(getattr(actor, "is_superuser", False) and actor.is_active)
        or Role.MANAGER in _roles(actor).values()
    )


def _roles(actor: Actor) -> dict[int, Role]:
    """A person's role in each of their projects; asked once per page."""
    if actor.pk is None or not actor.is_active:
        return {}
    return seeing.once(("roles", actor.pk), lambda: _asked_roles(actor))


def _asked_roles(actor: Actor) -> dict[int, Role]:
    rows = Membership.objects.filter(user=actor.pk).values_list("project", "role")
    return {project: Role(role) for project, role in rows}


def get_visible(records: QuerySet[M], actor: Actor, path: str = "project", **lookup: Any) -> M:
    """One record, or 404: to a stranger it does not exist."""
    return get_object_or_404(visible(records, actor, path), **lookup)


def visible_instruments(actor: Actor) -> QuerySet[Instrument]:
    """Instruments of the actor's projects, and those that belong to the whole laboratory."""
    of_all = Q(project__isnull=True)
    return Instrument.objects.filter(of_all | Q(project__in=visible_projects(actor).values("pk")))


def role_in(actor: Actor, project: Project) -> Role | None:
    if sees_all(actor):
        return Role.MANAGER
    return _roles(actor).get(project.pk)


def may(actor: Actor, project: Project, least: Role) -> bool:
    role = role_in(actor, project)
    return role is not None and _RANK[role] >= _RANK[least]


def editable_projects(actor: Actor) -> QuerySet[Project]:
    """The projects in which a person may log and change."""
    if sees_all(actor):
        return Project.objects.all()
    return visible_projects(actor).filter(
        memberships__user=actor.pk, memberships__role__in=(Role.EDITOR, Role.MANAGER)
    )


def require_change(actor: Actor, project: Project, least: Role = Role.EDITOR) -> None:
    """Raises NotAllowed unless the actor holds at least this role in the project."""
    if not may(actor, project, least):
        raise NotAllowed(
            _(
                "Your role in %(project)s lets you look, not change. A manager of the project can make you an %(role)s."
            )
            % {"project": project, "role": least.label}
        )


def new_token(name: str, *, user: User | None = None, instrument: Instrument | None = None) -> str:
    """Makes a token and returns its secret, which is stored nowhere."""
    secret = TOKEN_PREFIX + secrets.token_urlsafe(32)
    ApiToken.objects.create(
        name=name,
        digest=_digest(secret),
        user=user,
        instrument=instrument,
        expires_at=timezone.now() + INSTRUMENT_TOKEN_LIFE,
    )
    return secret


def token_for(secret: str) -> ApiToken | None:
    """The living token behind a secret, or None."""
    now = timezone.now()
    living = Q(expires_at__isnull=True) | Q(expires_at__gt=now)
    return (
        ApiToken.objects.select_related("user", "instrument__project")
        .filter(living, digest=_digest(secret), revoked_at__isnull=True)
        .first()
    )


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
