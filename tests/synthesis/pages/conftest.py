"""Alice manages, Bob edits, Vera only looks, Charlie belongs to another project."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest
from django.test import Client

from synthesis.models import Project, Role
from tests.factories import ProjectFactory, UserFactory, member


@dataclass
class Lab:
    project: Project
    alice: Any
    bob: Any
    vera: Any
    charlie: Any

    def as_(self, person: Any) -> Client:
        client = Client()
        client.force_login(person)
        return client


def people() -> Lab:
    project: Any = ProjectFactory(name="ASSLB additives", slug="asslb")
    other: Any = ProjectFactory(name="Elsewhere", slug="elsewhere")
    return Lab(
        project=project,
        alice=member(project, Role.MANAGER, username="alice", is_staff=True),
        bob=member(project, Role.EDITOR, username="bob"),
        vera=member(project, Role.VIEWER, username="vera"),
        charlie=member(other, Role.EDITOR, username="charlie"),
    )


@pytest.fixture
def lab(db: None) -> Lab:
    return people()


def no_project() -> Any:
    return UserFactory(username="nobody")
