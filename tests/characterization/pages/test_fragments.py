"""Parts of the home page and of a sample's page."""

from __future__ import annotations

from typing import Any

import pytest

from cells.models import Channel, Occupation
from tests import factories

pytestmark = pytest.mark.django_db


def test_the_dashboard_of_a_cell_has_its_key_figures_and_charts(lab):
    cell = lab.cell(capacity_mAh=1.5)
    page = lab.client(lab.vera).get(f"/samples/{cell.code}/dashboards/")
    figures = {figure.label: (figure.written, figure.unit) for figure in page.context["figures"]}
    assert figures["First discharge"] == ("150.00", "mAh/g")
    assert figures["First CE"] == ("100.00", "%")
    assert figures["Retention, cycle 3 / 1"] == ("100.0", "%")
    assert figures["Stack pressure"] == ("–", "MPa")
    assert [panel.key for panel in page.context["panels"]][:2] == ["capacity", "voltage_curves"]


def test_a_cell_without_a_file_says_how_one_gets_there(lab):
    cell = factories.cell(lab.project)
    page = lab.client(lab.vera).get(f"/samples/{cell.code}/dashboards/").content.decode()
    assert "No cycling file of this cell yet" in page


def test_controls_take_what_stands_in_the_address_of_the_page_around_them(lab):
    cell = lab.cell()
    headers = {
        "HX-Request": "true",
        "HX-Current-URL": f"http://testserver/samples/{cell.code}/?basis=total&reference=Li",
    }
    context = lab.client(lab.vera).get(f"/samples/{cell.code}/dashboards/", headers=headers).context
    assert (context["basis"], context["reference"]) == ("total", "Li")


def test_an_additive_shows_findings_and_charts_of_each_technique(lab):
    sample = factories.additive(lab.project)
    lab.file(f"{sample.code}.xy")
    page = lab.client(lab.vera).get(f"/samples/{sample.code}/dashboards/").content.decode()
    assert "Strongest line" in page and "/charts/pattern" in page


def test_fragments_of_a_sample_are_hidden_from_strangers(lab):
    cell = lab.cell()
    for part in ("dashboards", "measurements", "files"):
        assert lab.client(lab.charlie).get(f"/samples/{cell.code}/{part}/").status_code == 404
        assert lab.client(lab.vera).get(f"/samples/{cell.code}/{part}/").status_code == 200


def test_only_those_who_may_change_get_a_place_to_drop_files(lab):
    sample = factories.additive(lab.project)
    address = f"/samples/{sample.code}/files/"
    assert "data-upload" in lab.client(lab.bob).get(address).content.decode()
    assert "data-upload" not in lab.client(lab.vera).get(address).content.decode()


def test_running_cells_show_last_capacity_efficiency_and_retention(lab):
    cell = lab.cell(capacity_mAh=1.5, planned_cycles=100)
    cycler: Any = factories.InstrumentFactory(name="Neware 1")
    channel = Channel.objects.create(instrument=cycler, name="3")
    Occupation.objects.create(channel=channel, cell=cell)
    row = lab.client(lab.vera).get("/home/cells/").context["rows"][0]
    assert (row.cell.code, str(row.place.channel), row.cycles, row.state) == (
        cell.code,
        "Neware 1 · 3",
        3,
        "running",
    )
    assert row.last == pytest.approx(150, rel=1e-3)
    assert row.retention == pytest.approx(100)


def test_the_home_page_asks_equally_often_for_any_number_of_cells(lab, django_assert_max_num_queries):
    for number in range(4):
        lab.cell(capacity_mAh=1 + number / 10)
    client = lab.client(lab.vera)
    with django_assert_max_num_queries(9):
        assert len(client.get("/home/cells/").context["rows"]) == 4


def test_what_needs_somebody_is_named_or_counted(lab):
    lab.file("ch12.ndax", b"")
    lab.file("scan.xy")
    page = lab.client(lab.vera).get("/home/needs/").content.decode()
    assert "ch12.ndax is empty: 0 bytes arrived." in page and "1 file matches no sample" in page
    assert lab.client(lab.charlie).get("/home/needs/").content.decode().strip() == ""


def test_arriving_files_are_those_that_one_may_see(lab):
    lab.file("scan.xy")
    assert "scan.xy" in lab.client(lab.vera).get("/home/files/").content.decode()
    assert "scan.xy" not in lab.client(lab.charlie).get("/home/files/").content.decode()


def test_the_navigation_counts_files_that_wait(lab):
    lab.file("scan.xy")
    assert (
        'id="count-files" hx-swap-oob="true">1<' in lab.client(lab.vera).get("/home/counts/").content.decode()
    )


def test_the_head_of_a_running_cell_says_where_it_runs_and_how_far_it_is(lab):
    cell = lab.cell()
    cell.planned_cycles = 200
    cell.anode = "Li-In"
    cell.save()
    channel = Channel.objects.create(instrument=factories.InstrumentFactory(project=lab.project), name="08")
    Occupation.objects.create(channel=channel, cell=cell)
    page = lab.client(lab.vera).get(f"/samples/{cell.code}/dashboards/").content.decode()
    head = page[page.index('id="head-state"') :]
    assert "running, cycle 3 of 200" in head
    assert str(channel) in head
    assert "anode Li-In" in head
