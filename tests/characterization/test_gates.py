"""What is measured is held against the limits as soon as it is stored or attached."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from characterization import ingest, intake
from synthesis import gates
from synthesis.models import GateDecision, Project, Sample, SpecificationLimit
from tests import factories
from tests.characterization import files

pytestmark = pytest.mark.django_db


@pytest.fixture
def project(settings: Any, tmp_path: Path) -> Project:
    settings.LABSYS_BLOBS = tmp_path / "blobs"
    made = factories.ProjectFactory()
    SpecificationLimit.objects.create(
        project=made, kind="cell", quantity="first_discharge_capacity", lower=1.6, unit="mAh"
    )
    return made


def state(sample: Sample) -> str:
    return Sample.objects.values_list("state", flat=True).get(pk=sample.pk)


def test_a_file_whose_finding_misses_a_limit_puts_its_sample_on_hold_once(project: Project) -> None:
    cell = factories.cell(project)
    file = files.deliver(project, "a.bdf.csv", files.bdf(capacity_Ah=0.0015), sample=cell)
    assert state(cell) == "available"
    ingest.ingest(file.job.pk)
    assert state(cell) == "hold"
    decision = gates.newest(cell)
    assert decision is not None
    assert decision.by_itself
    assert decision.reason.startswith("First discharge capacity 1.5")
    intake.read_again(file)
    ingest.ingest(file.job.pk)
    assert GateDecision.objects.count() == 1


def test_a_file_that_is_attached_later_is_judged_then(project: Project) -> None:
    good, cell = factories.cell(project), factories.cell(project)
    whole = files.deliver(project, "b.bdf.csv", files.bdf(capacity_Ah=0.0018), sample=good)
    lost = files.deliver(project, "c.bdf.csv", files.bdf(capacity_Ah=0.0014))
    for file in (whole, lost):
        ingest.ingest(file.job.pk)
    assert (state(good), state(cell)) == ("available", "available")
    intake.attach(lost, cell)
    assert state(cell) == "hold"
