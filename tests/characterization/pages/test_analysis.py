"""The page of one analysis: trying choices without keeping anything, saving versions, opening older ones."""

from __future__ import annotations

import time

import numpy as np
import pytest

from characterization import ingest, panels, previewing, sandbox, tasks
from characterization.charts.chart import Axis, Chart, Layer, Pane
from characterization.models import Analysis, AnalysisChoice, Job, Measurement
from synthesis.models import Role
from tests import factories
from tests.characterization import files

pytestmark = pytest.mark.django_db
AT_ONCE_S = 1.0


@pytest.fixture(autouse=True)
def own_store(settings, tmp_path, monkeypatch):
    settings.LABSYS_BLOBS = tmp_path / "blobs"
    settings.LABSYS_SCRATCH = tmp_path / "scratch"
    monkeypatch.setattr(tasks, "ring", lambda job_id: None)
    monkeypatch.setattr(tasks, "ring_history", lambda sample_id: None)


@pytest.fixture(scope="module", autouse=True)
def end_the_processes():
    yield
    sandbox.shared.close()
    previewing.process.close()


@pytest.fixture
def cell():
    return factories.cell(factories.ProjectFactory())


@pytest.fixture
def measurement(cell):
    file = files.deliver(cell.project, "test.bdf.csv", files.bdf(cycles=4), sample=cell)
    ingest.ingest(file.job.pk)
    return Measurement.objects.get(file=file)


@pytest.fixture
def editor(cell, client):
    client.force_login(factories.member(cell.project, Role.EDITOR))
    return client


def address(measurement, more=""):
    return f"/measurements/{measurement.pk}/analysis/cycling/{more}"


def test_a_change_is_computed_at_once_and_nothing_of_it_is_kept(editor, measurement):
    before = (
        Analysis.objects.count(),
        AnalysisChoice.objects.count(),
        Job.objects.get(file=measurement.file).state,
    )
    editor.post(address(measurement, "preview/"), {})  # the process has imported everything now
    begun = time.monotonic()
    answer = editor.post(address(measurement, "preview/?chart=capacity"), {"reference_cycle": "3"})
    assert time.monotonic() - begun < AT_ONCE_S
    found = answer.json()
    assert "over that of cycle 3" in found["findings"]
    assert found["chart"]["figure"]["data"]
    assert (
        Analysis.objects.count(),
        AnalysisChoice.objects.count(),
        Job.objects.get(file=measurement.file).state,
    ) == before


def test_what_cannot_be_taken_is_told_for_its_field(editor, measurement):
    answer = editor.post(address(measurement, "preview/"), {"reference_cycle": "many"})
    assert answer.status_code == 422
    assert "not a whole number" in answer.json()["errors"]["reference_cycle"][0]


def test_a_process_that_does_not_answer_in_time_is_said_so(editor, measurement, monkeypatch):
    monkeypatch.setattr(previewing, "LONGEST_S", 0.0)
    answer = editor.post(address(measurement, "preview/"), {}, headers={"Accept": "application/json"})
    assert answer.status_code == 503
    assert "No result within" in answer.json()["error"]


def test_a_version_is_saved_with_a_reason_and_both_can_be_seen(editor, measurement):
    assert editor.post(address(measurement), {"reference_cycle": "3"}).status_code == 422
    answer = editor.post(address(measurement), {"reference_cycle": "3", "reason": "formation ends at 2"})
    assert answer.status_code == 302
    ingest.ingest(measurement.file.job.pk)
    page = editor.get(address(measurement)).content.decode()
    assert "current: version 2" in page
    assert "formation ends at 2" in page
    assert "automatic" in page
    assert "over that of cycle 3" in page
    older = editor.get(address(measurement, "?version=1")).content.decode()
    assert "This is version 1. Reports and tables use version 2." in older
    assert "over that of cycle 1" in older
    run = Analysis.objects.get(measurement=measurement, method="cycling", choice=None)
    chart = f"/measurements/{measurement.pk}/runs/{run.pk}/charts/capacity.svg"
    assert editor.get(chart).status_code == 200
    assert (
        f"cycling {run.method_version}, version 2"
        in editor.get(measurement.get_absolute_url()).content.decode()
    )


def test_a_viewer_tries_but_saves_nothing(client, cell, measurement):
    client.force_login(factories.member(cell.project, Role.VIEWER))
    page = client.get(address(measurement)).content.decode()
    assert "Save as version" not in page
    assert client.post(address(measurement, "preview/"), {}).status_code == 200
    assert client.post(address(measurement), {"reason": "x"}).status_code == 403


def test_the_page_asks_few_questions(editor, measurement, django_assert_max_num_queries):
    with django_assert_max_num_queries(25):
        editor.get(address(measurement))


def test_components_are_taken_hold_of_where_they_stand_highest_above_the_background():
    x = np.linspace(280, 295, 301)
    background = 0 * x + 100
    peak = background + 50 * np.exp(-((x - 286.5) ** 2))
    layers = [
        Layer("area", x, peak, label="C–O", y2=background, colour="s2"),
        Layer("line", x, peak, label="envelope"),
    ]
    residual = Pane(Axis("Residual", "σ"), [Layer("line", x, 0 * x)])
    chart = Chart(
        "c1s",
        "C 1s",
        Axis("Binding energy", "eV", reversed=True),
        [residual, Pane(Axis("Intensity"), layers)],
    )
    (handle,) = panels.handles_of(chart)
    assert (handle.name, handle.colour) == ("C–O", "s2")
    assert handle.x == pytest.approx(286.5, abs=0.05)
