"""The people of the demonstration: two who make and build, one who decides, one who looks, and the visitor."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.models import User

from synthesis.models import Membership, Project, Role

PROJECT_NAME, PROJECT_SLUG = "ASSLB additives", "asslb-additives"
LOGIN = "demo"
_ABOUT = (
    "Simulated demonstration study: conductive carbon additives for Li6PS5Cl-based all-solid-state lithium batteries, "
    "seeded with the numbers of Gao et al., Nano-Micro Lett. 17:140 (2025), CC BY 4.0."
)


@dataclass(frozen=True)
class Team:
    """Who does what in the story. ``visitor`` is the login that the command prints."""

    project: Project
    alice: User
    wei: User
    ines: User
    viewer: User
    visitor: User


def gather(password: str) -> Team:
    """Makes the project and its people. Only the visitor can log in; the others have no password."""
    project = Project.objects.create(name=PROJECT_NAME, slug=PROJECT_SLUG, description=_ABOUT)
    visitor, _ = get_user_model().objects.get_or_create(username=LOGIN, defaults={"first_name": "Demo"})
    visitor.set_password(password)
    visitor.save()
    _join(project, visitor, Role.MANAGER)
    return Team(
        project,
        alice=_person(project, "alice.moreau", "Alice", "Moreau", Role.EDITOR),
        wei=_person(project, "chen.wei", "伟", "陈", Role.EDITOR),
        ines=_person(project, "ines.hartmann", "Ines", "Hartmann", Role.MANAGER),
        viewer=_person(project, "jonas.lind", "Jonas", "Lind", Role.VIEWER),
        visitor=visitor,
    )


def _person(project: Project, username: str, first: str, last: str, role: Role) -> User:
    names: dict[str, Any] = {"first_name": first, "last_name": last}
    person, new = get_user_model().objects.get_or_create(username=username, defaults=names)
    if new:
        person.set_unusable_password()
        person.save()
    _join(project, person, role)
    return person


def _join(project: Project, person: User, role: Role) -> None:
    Membership.objects.create(project=project, user=person, role=role)
