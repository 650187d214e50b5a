"""A laboratory with people and real files: Alice owns, Bob helps, Vera looks on, Charlie is turned away."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest
from django.test import Client

from characterization import ingest, sandbox
from characterization.models import Measurement, RawFile
from synthesis.models import Role
from tests import factories
from tests.characterization import files


@dataclass
class Lab:
    project: Any
    elsewhere: Any
    alice: Any
    bob: Any
    vera: Any
    charlie: Any

    def client(self, person: Any) -> Client:
        client = Client()
        client.force_login(person)
        return client

    def file(self, name: str = "scan.xy", content: bytes | None = None, **values: Any) -> RawFile:
        """A file that went through the one door and was read by the real reader process."""
        values.setdefault("by", self.alice)
        made = files.deliver(self.project, name=name, content=content, **values)
        ingest.ingest(made.job.pk)
        return RawFile.objects.select_related("job", "sample", "run").get(pk=made.pk)

    def reread(self, file: RawFile) -> None:
        """What a worker does with a file that waits to be read again."""
        ingest.ingest(file.job.pk)

    def cell(self, group: str = "SP", capacity_mAh: float = 1.5, cycles: int = 3, **values: Any) -> Any:
        """A cell with 10 mg of active mass and a cycler's file: every cycle the same capacity both ways."""
        cell = factories.cell(self.project, group=group, first_direction="charge", **values)
        content = files.bdf(cycles=cycles, capacity_Ah=capacity_mAh / 1000)
        self.file(f"{cell.code}.bdf.csv", content + b"\n" * cell.pk, sample=cell)
        return cell

    def measurement(self, sample: Any) -> Measurement:
        return Measurement.objects.get(sample=sample, current=True)


@pytest.fixture(autouse=True)
def own_store(settings, tmp_path):
    settings.LABSYS_BLOBS = tmp_path / "blobs"
    settings.LABSYS_SCRATCH = tmp_path / "scratch"


@pytest.fixture(scope="session", autouse=True)
def end_the_reader():
    yield
    sandbox.shared.close()


@pytest.fixture
def lab(db) -> Lab:
    project: Any = factories.ProjectFactory()
    elsewhere: Any = factories.ProjectFactory()
    alice, bob, vera = (factories.member(project, role) for role in (Role.MANAGER, Role.EDITOR, Role.VIEWER))
    charlie = factories.member(elsewhere, Role.MANAGER)
    return Lab(project, elsewhere, alice, bob, vera, charlie)
