"""A component that is dragged becomes choices, the choices a new fit, and what was found before stays beside it."""

import json
from datetime import UTC, datetime

import pytest

from characterization import ingest, library, sandbox, tasks
from characterization.models import Analysis, Job, Measurement
from labsys.demo import photoemission, vamas
from labsys.demo.seeds import SEEDS
from synthesis.models import Role
from tests import factories
from tests.characterization import files

pytestmark = pytest.mark.django_db
SEED = SEEDS["Mo-Ni@NPCs"]


@pytest.fixture(autouse=True)
def own_store(settings, tmp_path, monkeypatch):
    settings.LABSYS_BLOBS = tmp_path / "blobs"
    settings.LABSYS_SCRATCH = tmp_path / "scratch"
    monkeypatch.setattr(tasks, "ring", lambda job_id: None)


@pytest.fixture(scope="module", autouse=True)
def end_the_reader():
    yield
    sandbox.shared.close()


@pytest.fixture
def additive():
    return factories.additive(factories.ProjectFactory())


@pytest.fixture
def editor(additive, client):
    client.force_login(factories.member(additive.project, Role.EDITOR))
    return client


def measured(additive) -> Measurement:
    spectra = photoemission.spectra(SEED, 7)
    content = vamas.write(additive.code, spectra, datetime(2026, 11, 17, tzinfo=UTC))
    file = files.deliver(additive.project, name=f"{additive.code}.vms", content=content)
    ingest.ingest(file.job.pk)
    return Measurement.objects.get(file=file, current=True)


def again(measurement) -> Analysis:
    ingest.ingest(Job.objects.get(file=measurement.file).pk)
    return Analysis.objects.get(measurement__file=measurement.file, method="xps_regions", current=True)


def share(analysis) -> float:
    return float(analysis.findings.get(name="xps_c_oh_share").value or 0.0)


def address(measurement) -> str:
    return f"/measurements/{measurement.pk}/choices/xps_regions/"


def test_the_demonstrations_spectra_give_the_shares_that_they_were_made_of(additive):
    analysis = measured(additive).analyses.get(method="xps_regions")
    assert share(analysis) == pytest.approx(SEED.c_oh_percent, abs=0.3)
    assert analysis.findings.get(name="xps_o_h_share").value == pytest.approx(SEED.o_h_percent, abs=0.4)
    assert analysis.findings.get(name="xps_charge_shift").value == pytest.approx(
        -photoemission.CHARGING_EV, abs=0.03
    )


def test_a_component_that_is_moved_is_fitted_anew_and_the_earlier_fit_stays(additive, editor):
    measurement = measured(additive)
    before = measurement.analyses.get(method="xps_regions")
    change = {"C 1s": {"components": {"C–OH": {"centre_eV": 286.7, "centre_tolerance_eV": 0}}}}
    body = {"fits": json.dumps(change), "reason": "ketone fitted apart"}
    assert editor.post(address(measurement), body).status_code == 302
    after = again(measurement)
    assert after.findings.get(name="xps_component_position", subject="C 1s: C–OH").value == 286.7
    assert share(after) != pytest.approx(share(before), abs=0.05)
    assert "adjusted by hand" in after.findings.get(name="xps_c_oh_share").convention
    assert Analysis.objects.get(pk=before.pk).current is False
    page = editor.get(address(measurement)).content.decode()
    assert "286.7" in page


def test_scripts_send_the_change_as_an_object_and_are_told_what_is_wrong(additive, editor):
    measurement = measured(additive)
    asked = f"/api/v1/measurements/{measurement.pk}/choices/xps_regions/"
    body = {"parameters": {"fits": {"C 1s": {"background": "linear"}}}, "reason": "flat"}
    assert editor.put(asked, body, content_type="application/json").json()["parameters"] == body["parameters"]
    wrong = body | {"parameters": {"fits": {"C 1s": {"backgrund": "linear"}}}}
    answer = editor.put(asked, wrong, content_type="application/json")
    assert answer.status_code == 400
    assert "‘backgrund’ means nothing here" in answer.content.decode()


def test_a_model_and_factors_of_the_library_are_used(additive, editor):
    model = {"region": "O 1s", "window_eV": [526, 537], "components": [
        {"name": "all oxygen", "centre_eV": 530.3, "centre_tolerance_eV": 1.0, "fwhm_eV": [0.8, 4.0]}]}  # fmt: skip
    library.add(library.Given("xps_models", json.dumps(model), "our O 1s", "measured here"), None)
    library.add(library.Given("xps_sensitivities", "C 1s 1\nO 1s 2.5", "our Thermo", "measured here"), None)
    measurement = measured(additive)
    body = {"sensitivities": "our Thermo", "reason": "our spectrometer"}
    assert editor.post(address(measurement), body).status_code == 302
    found = again(measurement).findings
    told = found.get(name="xps_component_share", subject="O 1s: all oxygen")
    assert "our O 1s, version 1" in told.convention
    assert "our Thermo, version 1" in found.get(name="xps_atomic_percent", subject="O 1s").convention
