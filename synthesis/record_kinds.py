"""Which records have a page of their history, who may see and change them, and which of their fields a person edits.

Each floor registers its own when it starts; what is registered here can be read back and restored.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, cast

from django.db.models import Model, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from synthesis import access
from synthesis.access import Actor
from synthesis.errors import NotAllowed, Refusal
from synthesis.models import Project, Role


@dataclass(frozen=True)
class Part:
    """Rows that belong to a record and are shown in its history; ``column`` of their table names it."""

    model: type[Model]
    column: str
    label: str | Promise


@dataclass(frozen=True)
class RecordKind:
    """``slug`` stands in the address (/history/furnace-run/12/). ``project`` is the column that names the project,
    or "" for what belongs to the whole laboratory; ``through`` is the table that this column leads to where the
    project stands there. ``fields`` are those that a person edits on its page, ``free`` those that may be changed
    after signing; ``page`` is where they do so, where that is not the page that all records have.
    """

    slug: str
    model: type[Model]
    label: str | Promise
    fields: tuple[str, ...] = ()
    free: tuple[str, ...] = ()
    project: str = "project_id"
    through: type[Model] | None = None
    least: Role = Role.EDITOR
    parts: tuple[Part, ...] = ()
    home: Callable[[Any], str] = lambda record: record.get_absolute_url()
    page: Callable[[Any], str] | None = None

    def project_id_of(self, row: Any) -> int | None:
        """The project of a record, or of one of its recorded versions."""
        if not self.project:
            return None
        found: int | None = getattr(row, self.project)
        if self.project == "id":
            return found
        if self.through is not None:
            rows: Any = self.through._default_manager.filter(pk=found)
            return cast("int | None", rows.values_list("project_id", flat=True).first())
        return found

    def project_of(self, record: Model) -> Project | None:
        if isinstance(record, Project):
            return record
        found = self.project_id_of(record)
        return None if found is None else Project.objects.filter(pk=found).first()

    def editable(self, record: Model) -> tuple[str, ...]:
        """The fields that may be changed now: of what is signed only those that the signature is not about."""
        return self.free if getattr(record, "signed_at", None) else self.fields

    def require_change(self, actor: Actor, record: Model) -> None:
        """Raises NotAllowed unless the actor may change this record."""
        project = self.project_of(record)
        if project is not None:
            access.require_change(actor, project, self.least)
        elif not self.project:
            require_anywhere(actor, self.least)
        elif not getattr(actor, "is_superuser", False):
            raise NotAllowed(_("What belongs to all projects is set up by an administrator."))

    def may_change(self, actor: Actor, record: Model) -> bool:
        try:
            self.require_change(actor, record)
        except NotAllowed:
            return False
        return bool(self.fields)

    def may_see(self, actor: Actor, row: Any) -> bool:
        """Whether the actor may see a record, or what was recorded of one that exists no more."""
        seen = access.visible_projects(actor)
        project = self.project_id_of(row)
        return seen.exists() if project is None else seen.filter(pk=project).exists()


_KINDS: dict[str, RecordKind] = {}


def register(kind: RecordKind) -> None:
    _KINDS[kind.slug] = kind


def find(slug: str) -> RecordKind | None:
    return _KINDS.get(slug)


def kinds() -> list[RecordKind]:
    return list(_KINDS.values())


def of(record: Model) -> RecordKind:
    """The kind of a record. Raises Refusal for what nobody edits."""
    for kind in _KINDS.values():
        if kind.model is type(record):
            return kind
    raise Refusal(_("A %(kind)s is not edited.") % {"kind": record._meta.verbose_name})


def require_anywhere(actor: Actor, least: Role) -> None:
    """For what belongs to no project: whoever has the role in one may change it."""
    allowed: QuerySet[Project] = access.editable_projects(actor)
    if least is Role.MANAGER and not getattr(actor, "is_superuser", False):
        allowed = allowed.filter(memberships__user=actor.pk, memberships__role=Role.MANAGER)
    if not allowed.exists():
        raise NotAllowed(_("This needs the role of %(role)s in a project.") % {"role": least.label})
