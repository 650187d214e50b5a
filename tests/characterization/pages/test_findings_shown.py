"""Findings and remarks of a measurement's page: grouped, folded where they are many, and none left out."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest

from characterization.models import Measurement
from labsys.demo import photoemission, vamas
from labsys.demo.seeds import SEEDS
from tests import factories

pytestmark = pytest.mark.django_db
MOST_QUERIES = 15


@pytest.fixture
def spectra(lab):
    additive = factories.additive(lab.project)
    content = vamas.write(
        additive.code, photoemission.spectra(SEEDS["SP"], 7), datetime(2026, 11, 17, tzinfo=UTC)
    )
    file = lab.file(f"{additive.code}.vms", content, sample=additive)
    return Measurement.objects.get(file=file, current=True)


def page(lab, measurement, query="") -> str:
    return lab.client(lab.vera).get(f"/measurements/{measurement.pk}/{query}").content.decode()  # type: ignore[no-any-return]


def test_the_components_of_a_region_stand_beside_it_and_those_of_others_do_not(lab, spectra):
    shown = page(lab, spectra)
    assert re.search(r"<summary><b>C 1s: C–N</b> <span[^>]*>Share [\d.]+ ± [\d.]+ %", shown)
    assert "O 1s: " not in shown.split("Findings")[1]


def test_many_remarks_fold_after_the_fourth_and_all_can_be_read(lab, spectra):
    spectra.flags = [{"code": "odd", "message": f"Oddity number {place}."} for place in range(9)]
    spectra.save()
    shown = page(lab, spectra)
    folded = shown.split('<details class="more-flags">')[1].split("</details>")[0]
    others = [message for one in spectra.analyses.filter(current=True) for message in one.flags]
    assert f"{9 + len(others) - 4} more remarks" in folded
    assert "Oddity number 3." not in folded and "Oddity number 3." in shown
    assert all(f"Oddity number {place}." in folded for place in range(4, 9))


def test_the_page_asks_the_database_no_more_than_fifteen_times(lab, spectra, django_assert_max_num_queries):
    client = lab.client(lab.vera)
    client.get(f"/measurements/{spectra.pk}/")
    with django_assert_max_num_queries(MOST_QUERIES):
        client.get(f"/measurements/{spectra.pk}/")
