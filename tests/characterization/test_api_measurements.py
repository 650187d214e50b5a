"""Measurements over REST: findings, cycles, series and whole tables, as a real reading left them."""

from __future__ import annotations

import io

import polars as pl
import pytest

from characterization import ingest, store
from characterization.instruments import bdf_columns
from characterization.models import Measurement
from synthesis.models import Role
from tests import factories, rest
from tests.characterization import files

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def own_blobs(settings, tmp_path):
    settings.LABSYS_BLOBS = tmp_path / "blobs"


@pytest.fixture
def project():
    return factories.ProjectFactory()


@pytest.fixture
def bob(project):
    return rest.of(factories.member(project, Role.EDITOR))


@pytest.fixture
def cell(project):
    return factories.cell(project, active_mass_mg=10.0)


@pytest.fixture
def cycling(project, cell):
    """Three cycles of 1.5 mAh each way at 0.15 mA."""
    file = files.deliver(project, "run.bdf.csv", files.bdf(), sample=cell)
    ingest.ingest(file.job.pk)
    return Measurement.objects.get(file=file)


@pytest.fixture
def pattern(project):
    file = files.deliver(project, "scan.xy", files.xy(points=6000), sample=factories.sponge(project))
    ingest.ingest(file.job.pk)
    return Measurement.objects.get(file=file)


def body(answer) -> bytes:
    return b"".join(answer.streaming_content)


def test_a_measurement_tells_its_columns_with_units_and_what_was_found(bob, cycling, cell):
    found = bob.get(f"measurements/{cycling.pk}/").json()
    assert (found["technique"], found["sample"], found["rows"]) == ("cycling", cell.code, 246)
    units = {column["name"]: column["unit"] for column in found["columns"]}
    assert (units["time_s"], units["voltage_V"], units["current_mA"]) == ("s", "V", "mA")
    finding = next(
        one for one in found["findings"] if one["name"] == "first_charge_capacity" and one["unit"] == "mAh"
    )
    assert finding["value"] == pytest.approx(1.5, rel=1e-3)
    assert finding["method"]
    assert finding["method_version"]


def test_cycles_come_absolute_and_per_gram_of_active_material(bob, cycling):
    cycles = bob.get(f"measurements/{cycling.pk}/cycles/").json()["results"]
    assert [cycle["cycle"] for cycle in cycles] == [1, 2, 3]
    assert cycles[0]["discharge_capacity_mAh"] == pytest.approx(1.5, rel=1e-3)
    assert cycles[0]["discharge_capacity_mAh_per_g"] == pytest.approx(150, rel=1e-3)


def test_cycles_say_at_which_rate_and_between_which_voltages_they_ran(bob, cycling):
    first = bob.get(f"measurements/{cycling.pk}/cycles/").json()["results"][0]
    assert first["charge_c_rate"] == pytest.approx(first["discharge_c_rate"])
    assert first["end_of_charge_voltage_V"] > first["end_of_discharge_voltage_V"]
    assert first["cv_share_percent"] == 0.0
    assert "internal_resistance_ohm" in first


def test_a_series_keeps_to_its_ceiling_and_its_extremes(bob, pattern):
    found = bob.get(
        f"measurements/{pattern.pk}/series/", x="two_theta_deg", y="intensity_counts", points=200
    ).json()
    assert (found["x_unit"], found["y_unit"], found["rows"]) == ("°", "counts", 6000)
    assert len(found["x"]) == len(found["y"]) == found["points"] <= 200
    assert max(found["y"]) == pytest.approx(3332.6, abs=2)  # 200 + 500 e^(-26.54/20) + 3000
    assert (found["x"][0], found["x"][-1]) == (10, 80)


def test_a_window_of_a_series_holds_that_window(bob, pattern):
    found = bob.get(
        f"measurements/{pattern.pk}/series/",
        x="two_theta_deg",
        y="intensity_counts",
        **{"from": 25, "to": 28},
    ).json()
    assert min(found["x"]) >= 25
    assert max(found["x"]) <= 28
    assert found["rows"] == found["points"] == 257


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"x": "time_h", "y": "voltage_V"}, "x"),
        ({"x": "time_s", "y": "colour"}, "y"),
        ({}, "x"),
        ({"x": "time_s", "y": "voltage_V", "points": "-5"}, "points"),
        ({"x": "time_s", "y": "voltage_V", "points": "9" * 30}, "points"),
        ({"x": "time_s", "y": "voltage_V", "from": "soon"}, "from"),
        ({"x": "time_s", "y": "voltage_V", "to": "nan"}, "to"),
    ],
)
def test_a_series_that_cannot_be_drawn_is_refused_with_what_is_known(bob, cycling, query, field):
    answer = bob.get(f"measurements/{cycling.pk}/series/", **query)
    assert (answer.status_code, list(answer.json()["errors"])) == (400, [field])
    if field in ("x", "y"):
        assert "voltage_V" in answer.json()["detail"]


def test_the_whole_table_comes_as_parquet_and_as_csv(bob, cycling):
    parquet = pl.read_parquet(io.BytesIO(body(bob.get(f"measurements/{cycling.pk}/table/"))))
    csv = pl.read_csv(io.BytesIO(body(bob.get(f"measurements/{cycling.pk}/table/", format="csv"))))
    assert parquet.height == csv.height == 246
    assert parquet.columns == csv.columns
    assert csv["voltage_V"].to_list() == pytest.approx(parquet["voltage_V"].to_list())


def test_a_table_of_many_pieces_has_one_header(bob, cycling, monkeypatch):
    whole = store.batches
    monkeypatch.setattr(store, "batches", lambda measurement: whole(measurement, rows=100))
    lines = body(bob.get(f"measurements/{cycling.pk}/table/", format="csv")).decode().splitlines()
    assert len(lines) == 247
    assert sum(line.startswith("time_s,") for line in lines) == 1


def test_the_battery_data_format_has_its_own_names_and_units_and_reads_back(bob, cycling):
    frame = pl.read_csv(io.BytesIO(body(bob.get(f"measurements/{cycling.pk}/table/", format="bdf"))))
    assert frame.columns[:3] == ["Test Time / s", "Voltage / V", "Current / A"]
    assert frame["Current / A"].max() == pytest.approx(0.00015)
    assert bdf_columns.is_bdf(frame.columns)


def test_a_pattern_has_no_battery_data_format(bob, pattern):
    answer = bob.get(f"measurements/{pattern.pk}/table/", format="bdf")
    assert answer.status_code == 400
    assert "xrd" in answer.json()["detail"]
    assert bob.get(f"measurements/{pattern.pk}/table/", format="xlsx").status_code == 400


def test_a_stranger_finds_no_measurement_by_any_address(cycling):
    charlie = rest.of(factories.member(factories.ProjectFactory(), Role.MANAGER))
    assert charlie.get("measurements/").json()["results"] == []
    for tail in ("", "cycles/", "series/?x=time_s&y=voltage_V", "table/"):
        assert charlie.get(f"measurements/{cycling.pk}/{tail}").status_code == 404


def test_measurements_are_filtered_by_what_they_are(bob, cycling, pattern, cell):
    def ids(**query):
        return [row["id"] for row in bob.get("measurements/", **query).json()["results"]]

    assert ids() == [pattern.pk, cycling.pk]
    assert ids(technique="xrd") == [pattern.pk]
    assert ids(sample=cell.code) == [cycling.pk]
    assert ids(technique=["xrd", "cycling"], ordering="id") == [cycling.pk, pattern.pk]
    Measurement.objects.filter(pk=cycling.pk).update(current=False)
    assert ids() == [pattern.pk]
    assert ids(current="false") == [cycling.pk]


def test_a_page_of_measurements_and_one_measurement_cost_the_same_however_much_there_is(
    bob, project, cell, cycling, django_assert_num_queries
):
    for cycles in (1, 2, 4):
        file = files.deliver(project, "run.bdf.csv", files.bdf(cycles), sample=cell)
        ingest.ingest(file.job.pk)
    bob.get("measurements/")
    with django_assert_num_queries(3):  # the token, whose projects, the rows
        assert len(bob.get("measurements/").json()["results"]) == 4
    with django_assert_num_queries(5):  # the token, whose projects, the measurement, its analyses, findings
        bob.get(f"measurements/{cycling.pk}/")
    with django_assert_num_queries(3):
        bob.get(f"measurements/{cycling.pk}/series/", x="time_s", y="voltage_V")
