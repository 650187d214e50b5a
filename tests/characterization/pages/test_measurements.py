"""The page of a measurement, its charts in every form, series for a zoom, the whole table."""

from __future__ import annotations

import base64
import io

import numpy as np
import polars as pl
import pytest

from tests import factories
from tests.characterization import files

pytestmark = pytest.mark.django_db


def values_of(trace) -> np.ndarray:
    packed = trace["y"]
    return np.frombuffer(base64.b64decode(packed["bdata"]), dtype=packed["dtype"])


def test_the_page_names_sample_reader_findings_and_file(lab):
    cell = lab.cell(capacity_mAh=1.5)
    measurement = lab.measurement(cell)
    page = lab.client(lab.vera).get(f"/measurements/{measurement.pk}/").content.decode()
    for words in (
        cell.code,
        "First discharge capacity",
        "mAh/g active",
        f"{measurement.reader_name} {measurement.reader_version}",
    ):
        assert words in page
    assert f'data-chart="/measurements/{measurement.pk}/charts/capacity"' in page


def test_a_stranger_sees_nothing_of_a_measurement(lab):
    pk = lab.measurement(lab.cell()).pk
    client = lab.client(lab.charlie)
    for part in (
        "",
        "series.json?x=time_s&y=voltage_V",
        "charts/capacity.json",
        "charts/capacity.svg",
        "table.csv",
        "table.parquet",
    ):
        assert client.get(f"/measurements/{pk}/{part}").status_code == 404, part


def test_capacity_is_per_gram_of_active_material_unless_another_basis_is_asked_for(lab):
    pk = lab.measurement(lab.cell(capacity_mAh=1.5)).pk
    client = lab.client(lab.vera)
    per_gram = client.get(f"/measurements/{pk}/charts/capacity.json").json()
    absolute = client.get(f"/measurements/{pk}/charts/capacity.json?basis=total").json()
    assert values_of(per_gram["figure"]["data"][-1])[0] == pytest.approx(150, rel=1e-3)  # 1.5 mAh in 10 mg
    assert values_of(absolute["figure"]["data"][-1])[0] == pytest.approx(1.5, rel=1e-3)


def test_voltages_move_by_0_62_V_against_lithium(lab):
    pk = lab.measurement(lab.cell()).pk
    client = lab.client(lab.vera)
    own, lithium = (
        values_of(client.get(f"/measurements/{pk}/charts/voltage_curves.json?reference={name}").json()["figure"]["data"][0])
        for name in ("In-InLi", "Li")
    )  # fmt: skip
    assert lithium - own == pytest.approx(np.full(own.size, 0.62), abs=1e-4)


def test_chosen_cycles_are_drawn_and_a_word_that_is_none_is_refused(lab):
    pk = lab.measurement(lab.cell(cycles=4)).pk
    client = lab.client(lab.vera)
    chosen = client.get(f"/measurements/{pk}/charts/voltage_curves.json?cycles=2, last").json()
    assert chosen["subtitle"] == "cycles 2, 4"
    wrong = client.get(
        f"/measurements/{pk}/charts/voltage_curves.json?cycles=two", headers={"Accept": "application/json"}
    )
    assert wrong.status_code == 400
    assert wrong.json()["error"].startswith("‘two’ names no cycle.")


def test_no_line_has_more_than_2000_points_and_a_window_shows_those_between(lab):
    sample = factories.additive(lab.project)
    lab.file(f"{sample.code}.xy", files.xy(points=9000))
    pk = lab.measurement(sample).pk
    client = lab.client(lab.vera)
    whole = client.get(f"/measurements/{pk}/charts/pattern.json").json()
    assert whole["thinned"] is True
    assert max(values_of(trace).size for trace in whole["figure"]["data"]) <= 2000
    part = client.get(f"/measurements/{pk}/charts/pattern.json?from=26&to=27").json()
    assert values_of(part["figure"]["data"][0]).size == 129  # 9,000 points over 70°, so 128.6 per degree
    assert part["thinned"] is True


def test_a_series_answers_a_window_with_units(lab):
    pk = lab.measurement(lab.cell()).pk
    body = (
        lab.client(lab.vera)
        .get(f"/measurements/{pk}/series.json?x=time_s&y=voltage_V&from=0&to=36000&points=20")
        .json()
    )
    assert (body["x_unit"], body["y_unit"]) == ("s", "V")
    assert 3 < len(body["x"]) <= 20 and max(body["x"]) <= 36000
    assert max(body["y"]) == pytest.approx(3.7)


def test_a_series_of_a_column_that_is_not_there_is_refused(lab):
    pk = lab.measurement(lab.cell()).pk
    answer = lab.client(lab.vera).get(f"/measurements/{pk}/series.json?x=time_s&y=password")
    assert answer.status_code == 400


@pytest.mark.parametrize(
    ("form", "begins"), [("csv", b"# "), ("svg", b"<?xml"), ("png", b"\x89PNG"), ("html", b"<!doctype")]
)
def test_a_chart_is_taken_along_in_every_form(lab, form, begins):
    pk = lab.measurement(lab.cell()).pk
    answer = lab.client(lab.vera).get(f"/measurements/{pk}/charts/capacity.{form}")
    assert answer.status_code == 200
    assert answer.content.startswith(begins)


def test_a_chart_that_nobody_draws_is_not_found(lab):
    pk = lab.measurement(lab.cell()).pk
    assert lab.client(lab.vera).get(f"/measurements/{pk}/charts/nothing.json").status_code == 404


def test_the_whole_table_is_taken_along(lab):
    measurement = lab.measurement(lab.cell())
    client = lab.client(lab.vera)
    lines = (
        b"".join(client.get(f"/measurements/{measurement.pk}/table.csv").streaming_content)
        .decode()
        .splitlines()
    )
    assert lines[0].split(",") == [column["name"] for column in measurement.columns]
    assert len(lines) == measurement.rows + 1
    parquet = b"".join(client.get(f"/measurements/{measurement.pk}/table.parquet").streaming_content)
    assert pl.read_parquet(io.BytesIO(parquet)).height == measurement.rows


def test_the_list_is_filtered_by_technique_and_searched_by_sample(lab):
    cell = lab.cell()
    lab.file("scan.xy")
    client = lab.client(lab.vera)
    assert len(client.get("/measurements/").context["measurements"]) == 2
    assert [one.technique for one in client.get("/measurements/?technique=xrd").context["measurements"]] == [
        "xrd"
    ]
    assert [
        one.sample.code for one in client.get(f"/measurements/?q={cell.code}").context["measurements"]
    ] == [cell.code]


def test_the_list_asks_the_database_equally_often_for_any_length(lab, django_assert_max_num_queries):
    for points in range(300, 305):
        lab.file(f"scan{points}.xy", files.xy(points))
    client = lab.client(lab.vera)
    with django_assert_max_num_queries(8):
        client.get("/measurements/")


def test_what_is_simulated_says_so_on_page_and_chart(lab):
    file = lab.file("scan.xy", simulated=True)
    pk = file.measurements.get().pk
    client = lab.client(lab.vera)
    assert "simulated" in client.get(f"/measurements/{pk}/").content.decode()
    assert b"# simulated" in client.get(f"/measurements/{pk}/charts/pattern.csv").content
