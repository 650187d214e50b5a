"""An instrument that was past its due date shows wherever its figures stand."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.utils import timezone

from characterization.models import Measurement
from labsys.reports import gather
from synthesis.models import EquipmentCheck, Instrument
from tests import factories, rest
from tests.characterization.findings import found
from tests.synthesis.pages.conftest import Lab, people

LATE = "Raman 1: calibration overdue since 1 Feb 2026 ("


@pytest.fixture
def lab(db: None) -> Lab:
    return people()


@pytest.fixture
def measurement(lab: Lab, settings: Any, tmp_path: Any) -> Measurement:
    settings.LABSYS_BLOBS = tmp_path / "blobs"
    raman = factories.InstrumentFactory(name="Raman 1", project=lab.project)
    EquipmentCheck.objects.create(instrument=raman, done_at="2026-01-05T12:00Z", valid_until=date(2026, 2, 1))
    one = found(factories.additive(lab.project)).analysis.measurement
    one.instrument, one.started_at, one.technique = raman, timezone.now(), "log"
    one.save()
    return one


def test_beside_the_figures_of_a_sample_and_over_rest(lab: Lab, measurement: Measurement) -> None:
    assert measurement.sample is not None
    part = lab.as_(lab.vera).get(f"/samples/{measurement.sample.code}/dashboards/").content.decode()
    assert LATE in part
    body = rest.of(lab.vera).get(f"measurements/{measurement.pk}/").json()
    assert body["instrument_standing"]["state"] == "overdue"
    assert body["instrument_standing"]["since"] == "2026-02-01"


def test_on_the_page_of_the_measurement_and_only_while_it_was_so(lab: Lab, measurement: Measurement) -> None:
    client = lab.as_(lab.vera)
    page = client.get(measurement.get_absolute_url()).content.decode()
    assert page.count(LATE) >= 2
    EquipmentCheck.objects.create(instrument=Instrument.objects.get(name="Raman 1"), done_at=timezone.now())
    measurement.started_at = timezone.now()
    measurement.save()
    assert LATE not in client.get(measurement.get_absolute_url()).content.decode()


def test_in_the_report_of_the_sample(lab: Lab, measurement: Measurement) -> None:
    assert measurement.sample is not None
    (line,) = gather.gather(measurement.sample, lab.vera).report.findings
    assert LATE in line.convention
