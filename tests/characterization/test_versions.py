"""Versions of what is chosen: one measurement's own before its sample's, the automatic result kept beside."""

from __future__ import annotations

import pytest

from characterization import choosing, ingest, sandbox, tasks
from characterization.analysis.registry import method_named
from characterization.models import Analysis, Job, Measurement
from synthesis.models import Role
from tests import factories
from tests.characterization import files

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def own_store(settings, tmp_path, monkeypatch):
    settings.LABSYS_BLOBS = tmp_path / "blobs"
    settings.LABSYS_SCRATCH = tmp_path / "scratch"
    monkeypatch.setattr(tasks, "ring", lambda job_id: None)
    monkeypatch.setattr(tasks, "ring_history", lambda sample_id: None)


@pytest.fixture(scope="module", autouse=True)
def end_the_reader():
    yield
    sandbox.shared.close()


@pytest.fixture
def cell():
    return factories.cell(factories.ProjectFactory())


@pytest.fixture
def measurement(cell):
    return measured(cell)


def measured(cell, cycles=4):
    file = files.deliver(cell.project, f"{cell.code}-{cycles}.bdf.csv", files.bdf(cycles=cycles), sample=cell)
    ingest.ingest(file.job.pk)
    return Measurement.objects.get(file=file)


def own(measurement, cycle, reason="formation"):
    parameters = {"reference_cycle": cycle} if cycle else {}
    made = choosing.choose_own(measurement, method_named("cycling"), parameters, reason, None)  # type: ignore[arg-type]
    ingest.ingest(Job.objects.get(file=measurement.file).pk)
    return made


def present(measurement):
    return Analysis.objects.get(measurement=measurement, method="cycling", current=True)


def test_the_first_version_that_somebody_saves_is_2_and_the_automatic_one_stays_beside(measurement):
    automatic = present(measurement)
    own(measurement, 3)
    assert present(measurement).choice_version == 2
    assert str(present(measurement)).endswith(", version 2")
    assert present(measurement).parameters["reference_cycle_used"] == 3
    two, one = choosing.versions(measurement, "cycling")
    assert (two.number, two.current, two.choice.reason) == (2, True, "formation")  # type: ignore[union-attr]
    assert (one.number, one.current, one.analysis.pk) == (1, False, automatic.pk)  # type: ignore[union-attr]


def test_other_measurements_of_the_sample_keep_what_holds_for_the_sample(cell, measurement):
    other = measured(cell, cycles=5)
    own(measurement, 3)
    assert present(other).choice is None
    choosing.choose(cell, method_named("cycling"), {"reference_cycle": 2}, "all", None)  # type: ignore[arg-type]
    for one in (measurement, other):
        ingest.ingest(one.file.job.pk)
    assert present(measurement).parameters["reference_cycle_used"] == 3
    assert present(other).parameters["reference_cycle_used"] == 2
    assert tasks.read_again(cell, "nothing has changed since") == 0


def test_a_version_without_any_choice_is_automatic_even_where_the_sample_has_choices(cell, measurement):
    choosing.choose(cell, method_named("cycling"), {"reference_cycle": 2}, "all", None)  # type: ignore[arg-type]
    made = own(measurement, None, "this one is fine by itself")
    assert made.version == 3
    assert present(measurement).parameters["reference_cycle_used"] == 1
    assert tasks.read_again(cell, "nothing has changed since") == 0


def test_every_version_is_kept_with_what_it_found(measurement):
    own(measurement, 3)
    own(measurement, 2, "better")
    found = choosing.versions(measurement, "cycling")
    assert [one.number for one in found] == [3, 2, 1]
    assert [one.analysis.parameters["reference_cycle_used"] for one in found] == [2, 3, 1]  # type: ignore[union-attr]
    assert [one.current for one in found] == [True, False, False]


def test_a_file_chosen_for_by_a_newer_method_has_its_automatic_result_beside_too(measurement):
    own(measurement, 3)
    Analysis.objects.filter(measurement=measurement).update(method_version="0")
    choosing.lease.put_back(measurement.file, "read again")  # type: ignore[attr-defined]
    ingest.ingest(measurement.file.job.pk)
    made = Analysis.objects.filter(measurement=measurement, method="cycling").exclude(method_version="0")
    assert {(one.choice_version, one.current) for one in made} == {(1, False), (2, True)}


def test_what_is_told_of_a_version_reaches_scripts(client, cell, measurement):
    client.force_login(factories.member(cell.project, Role.EDITOR))
    address = f"/api/v1/measurements/{measurement.pk}/choices/cycling/"
    sent = {"parameters": {"reference_cycle": 3}, "reason": "formation", "only_this": True}
    answer = client.put(address, sent, content_type="application/json")
    assert answer.status_code == 200, answer.content
    assert [one["version"] for one in answer.json()["versions"]] == [2, 1]
    ingest.ingest(measurement.file.job.pk)
    analyses = client.get(f"/api/v1/measurements/{measurement.pk}/").json()["analyses"]
    assert {one["method"]: one["choice_version"] for one in analyses}["cycling"] == 2
