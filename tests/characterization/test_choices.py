"""What a person chooses for an analysis: checked, kept with a reason, read by that method only, and analysed again."""

from __future__ import annotations

import polars as pl
import pytest

from characterization import choosing, ingest, sandbox, tasks
from characterization.analysis.choices import checked
from characterization.analysis.registry import method_named
from characterization.models import Analysis, AnalysisChoice, Chain, Finding, Job, JobState, Measurement
from synthesis.models import Role
from tests import factories
from tests.characterization import files
from tests.characterization.analysis.test_gitt import D, film, titration

pytestmark = pytest.mark.django_db
LENGTH_UM = 1.0


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
def editor(cell, client):
    client.force_login(factories.member(cell.project, Role.EDITOR))
    return client


def test_a_stated_diffusion_length_gives_the_diffusion_coefficient(cell, editor):
    measurement = measured(cell, titrated())
    assert not Finding.objects.filter(name="diffusion_coefficient").exists()
    answer = editor.post(
        address(measurement, "gitt"), {"diffusion_length_um": "1,0", "reason": "SEM of the film"}
    )
    assert answer.status_code == 302
    read_again(measurement)
    (found,) = Finding.objects.filter(name="diffusion_coefficient", analysis__current=True)
    assert found.value == pytest.approx(D, rel=0.01)
    assert found.analysis.parameters["diffusion_length_um"] == LENGTH_UM
    earlier = Analysis.objects.get(measurement=measurement, method="gitt", current=False)
    assert earlier.findings.filter(name="diffusion_rate").exists()
    page = editor.get(measurement.get_absolute_url()).content.decode()
    assert "SEM of the film" in page
    assert f"/measurements/{measurement.pk}/analysis/gitt/" in page


def test_a_reference_cycle_changes_what_retention_is_counted_against_and_nothing_of_other_methods(
    cell, editor
):
    measurement = measured(cell, files.bdf(cycles=4))
    editor.post(address(measurement, "cycling"), {"reference_cycle": "3", "reason": "formation ends at 2"})
    read_again(measurement)
    present = Analysis.objects.get(measurement=measurement, method="cycling", current=True)
    assert present.parameters["reference_cycle_used"] == 3
    retained = present.findings.get(name="capacity_retention_last")
    assert retained.convention.startswith("discharge capacity over that of cycle 3; cycle 4")
    assert Analysis.objects.filter(measurement=measurement, method="gitt").count() == 1
    assert tasks.read_again(cell, "nothing has changed since") == 0


def test_choices_that_are_taken_back_are_no_longer_in_force(cell, editor):
    measurement = measured(cell, files.bdf(cycles=4))
    for cycle in ("3", ""):
        editor.post(address(measurement, "cycling"), {"reference_cycle": cycle, "reason": "tried"})
        read_again(measurement)
    present = Analysis.objects.get(measurement=measurement, method="cycling", current=True)
    assert present.parameters["reference_cycle_used"] == 1
    assert "parameters" not in present.conditions


def test_a_wrong_value_gets_its_sentence_beside_the_field_and_changes_nothing(cell, editor):
    measurement = measured(cell, files.bdf())
    answer = editor.post(address(measurement, "cycling"), {"reference_cycle": "2.5", "reason": "tried"})
    assert answer.status_code == 422
    assert "‘2.5’ is not a whole number, or ‘after formation’." in answer.content.decode()
    assert not AnalysisChoice.objects.exists()


def test_a_choice_needs_a_reason(cell, editor):
    measurement = measured(cell, files.bdf())
    assert editor.post(address(measurement, "cycling"), {"reference_cycle": "2"}).status_code == 422
    assert not AnalysisChoice.objects.exists()


def test_a_stranger_finds_nothing_and_a_viewer_may_not_choose(cell, client):
    measurement = measured(cell, files.bdf())
    for person, status in (
        (factories.member(factories.ProjectFactory(), Role.MANAGER), 404),
        (factories.member(cell.project, Role.VIEWER), 403),
    ):
        client.force_login(person)
        body = {"reference_cycle": "2", "reason": "mine"}
        assert client.post(address(measurement, "cycling"), body).status_code == status
    assert address(measurement, "cycling") not in client.get(measurement.get_absolute_url()).content.decode()
    assert not AnalysisChoice.objects.exists()


def test_scripts_read_and_choose_the_same(cell, editor):
    measurement = measured(cell, files.bdf())
    asked = f"/api/v1/measurements/{measurement.pk}/choices/cycling/"
    body = {"parameters": {"reference_cycle": 2, "dqdv_cycles": [1, 3]}, "reason": "formation"}
    assert editor.put(asked, body, content_type="application/json").status_code == 200
    shown = editor.get(asked).json()
    assert (shown["parameters"], shown["reason"]) == (body["parameters"], "formation")
    assert [choice["name"] for choice in shown["choices"]][:2] == ["reference_cycle", "dqdv_smoothing_mV"]
    wrong = editor.put(asked, body | {"parameters": {"lambda": 1}}, content_type="application/json")
    assert wrong.status_code == 400
    assert "‘lambda’ is no choice here" in wrong.content.decode()
    assert editor.get(asked).json() == shown


@pytest.mark.parametrize("method", ["eis_circuit", "cv", "nothing"])
def test_there_is_nothing_to_choose_for_what_does_not_analyse_it(cell, editor, method):
    assert editor.get(address(measured(cell, files.bdf()), method)).status_code == 404


def test_a_history_of_several_files_is_wanted_anew(cell):
    for name in ("a", "b"):
        file = files.deliver(
            cell.project, name=f"{cell.code}_{name}.bdf.csv", content=files.bdf(cycles=2 + (name == "b"))
        )
        ingest.ingest(file.job.pk)
    Job.objects.update(
        state=JobState.FAILED, error_message="It is cut."
    )  # no file is put back, the history all the same
    Chain.objects.update(wanted=None)
    choosing.choose(cell, named("cycling"), {"reference_cycle": 2}, "formation", None)
    assert Chain.objects.get(pk=cell.pk).wanted is not None


@pytest.mark.parametrize(
    ("method", "given", "value"),
    [
        ("cycling", {"reference_cycle": "after formation"}, "after formation"),
        ("cycling", {"dqdv_cycles": "10, 1 2"}, [1, 2, 10]),
        ("cycling", {"dqdv_smoothing_mV": 5}, 5.0),
        ("eis_circuit", {"circuit": "R0-p(R1,CPE1)"}, "R0-p(R1,CPE1)"),
        ("eis_drt", {"lambda": "1e-3"}, 0.001),
        ("eis_kramers_kronig", {"most_spectra": "300"}, 300),
    ],
)
def test_what_is_typed_becomes_what_the_method_reads(method, given, value):
    values, errors = checked(named(method).choices, given)
    assert (list(values.values()), errors) == ([value], {})


@pytest.mark.parametrize(
    ("method", "name", "given", "said"),
    [
        ("gitt", "diffusion_length_um", "-3", "0.0001 µm is the least"),
        ("gitt", "diffusion_length_um", "nan", "not a number"),
        ("gitt", "diffusion_length_um", "thick", "‘thick’ is not a number."),
        ("cycling", "dqdv_cycles", "0, 2", "‘0’ is too little"),
        ("cycling", "reference_cycle", "1e30", "1e+06 is the most"),
        ("cycling", "cycles", "2", "‘cycles’ is no choice here"),
        ("eis_circuit", "circuit", "R0-p(R1", "a bracket opened with p( is not closed"),
        ("eis_circuit", "circuit", "R0-Q9?", "has no meaning in a circuit"),
        ("eis_circuit", "weighting", "none", "not one of modulus, unit"),
        ("eis_drt", "lambda", "1e9", "1,000 is the most"),
    ],
)
def test_what_cannot_be_taken_is_told_why(method, name, given, said):
    values, errors = checked(named(method).choices, {name: given})
    assert values == {}
    assert said in errors[name]


def named(name: str):
    method = method_named(name)
    assert method is not None
    return method


def address(measurement: Measurement, method: str) -> str:
    return f"/measurements/{measurement.pk}/choices/{method}/"


def measured(cell, content: bytes) -> Measurement:
    file = files.deliver(cell.project, name=f"{cell.code}.bdf.csv", content=content)
    ingest.ingest(file.job.pk)
    return Measurement.objects.get(file=file, current=True)


def read_again(measurement: Measurement) -> None:
    job = Job.objects.get(file=measurement.file)
    assert job.state == JobState.RECEIVED
    ingest.ingest(job.pk)


def titrated() -> bytes:
    table = titration(lambda time_s: film(time_s, LENGTH_UM * 1e-4), 6.0).table
    columns = {"Test Time / s": "time_s", "Voltage / V": "voltage_V", "Current / A": "current_mA"}
    out = table.select(pl.col(name).alias(title) for title, name in columns.items())
    text: str = out.with_columns(pl.col("Current / A") / 1000).write_csv()
    return text.encode()
