"""Protocols: which may be followed, what they plan, and the way of a version from draft to released to retired."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import transaction
from django.db.models import Max, Prefetch
from django.utils import timezone
from django.utils.translation import gettext as _

from synthesis import access
from synthesis.access import Actor
from synthesis.deviations import Limit, stored_limits
from synthesis.errors import Refusal
from synthesis.models import CarbonizationRun, Project, Protocol, ProtocolVersion, Role, Sample

FURNACE = "furnace-run"
NOT_ANY = "none"
"""As ``?protocol=``: the step without a protocol, by its built-in plan."""


@dataclass(frozen=True)
class Plan:
    """What a step is planned to be: by a protocol's version, or built in where ``version`` is None.

    ``takes`` are rows with role, unit, planned and the lot usually taken; ``limits`` are by field or role.
    """

    values: Mapping[str, Any] = field(default_factory=dict)
    takes: Sequence[Mapping[str, str]] = ()
    limits: Mapping[str, Limit] = field(default_factory=dict)
    segments: Sequence[Mapping[str, Any]] = ()
    version: ProtocolVersion | None = None


def plan_of(version: ProtocolVersion) -> Plan:
    return Plan(version.values, version.takes, stored_limits(version.limits), version.segments, version)


def limits_of(record: Sample | CarbonizationRun) -> dict[str, Limit]:
    """The limits that a sample or a run was made under; none without a protocol."""
    return stored_limits(record.protocol.limits) if record.protocol is not None else {}


def visible_versions(actor: Actor) -> Any:
    versions = ProtocolVersion.objects.select_related("protocol__project", "released_by")
    return access.visible(versions, actor, "protocol__project")


def offered(actor: Actor, kind: str) -> list[ProtocolVersion]:
    """The newest released version of each protocol of this kind that one may see; the last one used comes first."""
    released = visible_versions(actor).filter(
        protocol__kind=kind, protocol__retired_at__isnull=True, released_at__isnull=False
    )
    newest = list(
        released.order_by("protocol__name", "protocol_id", "-number").distinct(
            "protocol__name", "protocol_id"
        )
    )
    last = last_used(actor, newest)
    return sorted(newest, key=lambda version: version.protocol_id != last)


def last_used(actor: Actor, versions: Sequence[ProtocolVersion]) -> int | None:
    """Which protocol of these the person used last."""
    if not versions:
        return None
    model: Any = CarbonizationRun if versions[0].protocol.kind == FURNACE else Sample
    protocols = [version.protocol_id for version in versions]
    used = model.objects.filter(created_by=actor.pk, protocol__protocol__in=protocols).order_by("-pk")
    found: int | None = used.values_list("protocol__protocol", flat=True).first()
    return found


def choose(actor: Actor, kind: str, asked: str, offers: Sequence[ProtocolVersion]) -> ProtocolVersion | None:
    """The version that a form follows: the one asked for, else the one used last, else the only one there is."""
    if asked == NOT_ANY:
        return None
    if asked:
        return named(actor, kind, asked)
    if len(offers) == 1:
        return offers[0]
    last = last_used(actor, offers)
    return next((version for version in offers if version.protocol_id == last), None)


def named(actor: Actor, kind: str, asked: str) -> ProtocolVersion:
    """A released version by its number in the database. Raises Refusal for a draft or for what one may not see."""
    found: ProtocolVersion | None = None
    if asked.isdecimal() and len(asked) < 18:
        found = visible_versions(actor).filter(pk=int(asked), protocol__kind=kind).first()
    if found is None:
        raise Refusal(_("There is no such protocol for this step that you may see."), field="protocol")
    if found.released_at is None:
        raise Refusal(
            _("%(version)s is a draft. A manager releases it on its page.") % {"version": found},
            field="protocol",
        )
    return found


def newest_of(version: ProtocolVersion | None) -> ProtocolVersion | None:
    """The newest released version of the same protocol, for what is done again; None for a retired one."""
    if version is None or version.protocol.retired_at is not None:
        return None
    released = version.protocol.versions.filter(released_at__isnull=False)
    return released.select_related("protocol__project").order_by("-number").first()


@transaction.atomic
def create(
    project: Project, kind: str, name: str, content: Mapping[str, Any], by: AbstractBaseUser | None
) -> ProtocolVersion:
    """A new protocol with its first version, a draft."""
    if Protocol.objects.filter(project=project, kind=kind, name=name).exists():
        raise Refusal(
            _(
                "%(project)s has a protocol ‘%(name)s’ for this step already. "
                "Draw a new version of it, or choose another name."
            )
            % {"project": project, "name": name},
            field="name",
            status=409,
        )
    protocol = Protocol.objects.create(project=project, kind=kind, name=name, created_by_id=_pk(by))
    return _draft(protocol, content, by)


@transaction.atomic
def new_version(
    protocol: Protocol, content: Mapping[str, Any] | None, by: AbstractBaseUser | None
) -> ProtocolVersion:
    """The next version, a draft; without ``content`` a copy of the last. There is one draft at a time."""
    Protocol.objects.select_for_update().get(pk=protocol.pk)
    last = protocol.versions.order_by("-number").first()
    if last is not None and last.released_at is None:
        raise Refusal(
            _("%(version)s is still a draft. Change or release it first.") % {"version": last},
            code="draft_exists",
            status=409,
        )
    if content is None and last is not None:
        content = {name: getattr(last, name) for name in ("values", "limits", "takes", "segments")}
    return _draft(protocol, content or {}, by)


def _draft(protocol: Protocol, content: Mapping[str, Any], by: AbstractBaseUser | None) -> ProtocolVersion:
    last = protocol.versions.aggregate(last=Max("number"))["last"] or 0
    return ProtocolVersion.objects.create(
        protocol=protocol, number=last + 1, created_by_id=_pk(by), **dict(content)
    )


def change(version: ProtocolVersion, content: Mapping[str, Any]) -> ProtocolVersion:
    """Changes a draft. Raises Refusal for a released version."""
    if version.released_at is not None:
        raise Refusal(
            _("%(version)s was released and stays as it is. Draw a new version.") % {"version": version},
            code="released",
            status=409,
        )
    for name, value in content.items():
        setattr(version, name, value)
    version.save()
    return version


def release(version: ProtocolVersion, by: Any) -> ProtocolVersion:
    """Makes a draft the version that is followed from now on. A manager does."""
    access.require_change(by, version.protocol.project, Role.MANAGER)
    if version.released_at is not None:
        raise Refusal(_("%(version)s is released already.") % {"version": version}, status=409)
    if not (version.values or version.takes or version.segments):
        raise Refusal(
            _("%(version)s plans nothing yet. Give it a planned value first.") % {"version": version}
        )
    version.released_at, version.released_by = timezone.now(), by
    version.save(update_fields=["released_at", "released_by"])
    return version


def retire(protocol: Protocol, by: Any, *, retired: bool = True) -> Protocol:
    """Takes a protocol out of the forms, or back. What followed it keeps it."""
    access.require_change(by, protocol.project, Role.MANAGER)
    protocol.retired_at = timezone.now() if retired else None
    protocol.save(update_fields=["retired_at"])
    return protocol


def listed(actor: Actor) -> list[Protocol]:
    """All protocols that one may see, with their versions, newest first."""
    versions = ProtocolVersion.objects.select_related("released_by").order_by("-number")
    protocols = Protocol.objects.select_related("project").prefetch_related(Prefetch("versions", versions))
    return list(access.visible(protocols, actor).order_by("kind", "name", "pk")[:500])


def _pk(by: AbstractBaseUser | None) -> Any:
    return by.pk if by else None
