"""From a furnace's file to the run's page: whose it is, what deviated, who is told."""

from __future__ import annotations

import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from characterization import intake
from characterization.models import JobState, Measurement
from synthesis import flags, ledger
from synthesis.models import Flag, FreezeDriedBatch, LedgerEntry
from tests import factories
from tests.characterization import furnace_logs

pytestmark = pytest.mark.django_db


@pytest.fixture
def run(lab):
    return furnace_logs.run(lab.project, boats=2)


def sentences(run) -> list[str]:
    return [flag.sentence for flag in flags.of_thing(run).order_by("code")]


@pytest.mark.parametrize("where", ["name", "header"])
def test_a_log_that_names_its_run_belongs_to_it(lab, run, where):
    name = f"{run.code}.csv" if where == "name" else "log.csv"
    file = lab.file(name, furnace_logs.log(head="" if where == "name" else f"Programme of {run.code}"))
    assert (file.run, file.sample, file.job.state) == (run, None, JobState.DONE)
    assert Measurement.objects.get().run == run


def test_a_log_that_names_the_additive_of_a_boat_is_the_boats_runs(lab, run):
    additive = run.boats.first().additive
    assert lab.file(f"{additive.code}_furnace.csv", furnace_logs.log()).run == run


def test_a_pattern_that_names_a_run_is_not_the_runs(lab, run):
    file = lab.file(f"{run.code}.xy")
    assert (file.run, file.job.state) == (None, JobState.UNMATCHED)


def test_a_run_as_planned_has_no_flag(lab, run):
    lab.file("log.csv", furnace_logs.log(), run=run)
    assert sentences(run) == []
    found = Measurement.objects.get().analyses.get().findings
    assert found.get(name="hold_time").value == pytest.approx(4, abs=0.05)


def test_what_deviated_is_flagged_on_the_run_and_told_on_the_page_of_what_came_of_it(lab, run):
    lab.file("log.csv", furnace_logs.log(over_degC=14, gas_off_min=12), run=run)
    assert sentences(run) == [
        "no gas for 12 min above 200 °C (from 3 h on)",
        "overshoot of 14 °C (714 °C at 2 h 17 min; limit 5 °C)",
    ]
    additive = run.boats.first().additive
    page = lab.client(lab.vera).get(additive.get_absolute_url()).content.decode()
    assert f"{run.code} deviated: overshoot of 14" in page or f"{run.code} deviated: no gas for 12" in page
    assert "Touches 2 lots." in page


def test_reading_again_leaves_the_same_flags_once(lab, run):
    file = lab.file("log.csv", furnace_logs.log(over_degC=14), run=run)
    first = list(Flag.objects.values_list("pk", flat=True))
    intake.read_again(file)
    lab.reread(file)
    assert list(Flag.objects.values_list("pk", flat=True)) == first


def test_flags_go_with_the_file_when_it_is_of_another_run(lab, run):
    other = furnace_logs.run(lab.project)
    file = lab.file("log.csv", furnace_logs.log(over_degC=14), run=run)
    intake.attach(file, other)
    assert (sentences(run), len(sentences(other))) == ([], 1)
    intake.attach(file, None)
    assert Flag.objects.count() == 0


def test_a_log_that_is_attached_by_hand_is_held_against_the_programme(lab, run):
    file = lab.file("log.csv", furnace_logs.log(hold_h=3.2))
    assert file.job.state == JobState.UNMATCHED
    answer = lab.client(lab.bob).post(
        f"/files/{file.pk}/attach/", {"code": run.code.lower()}, headers={"HX-Request": "true"}
    )
    assert json.loads(answer["HX-Trigger"])["labsys:attached"]["text"] == f"log.csv attached to {run.code}"
    lab.reread(file)
    assert sentences(run) == ["hold of 3.2 h instead of 4 h at 700 °C"]


def test_the_newest_run_is_suggested_for_a_log_that_names_none(lab, run):
    file = lab.file("log.csv", furnace_logs.log())
    page = lab.client(lab.bob).get(f"/files/{file.pk}/")
    assert page.context["suggestions"][0].owner == run
    assert run.code in page.content.decode()


def test_a_run_of_a_stranger_is_as_if_it_did_not_exist(lab):
    foreign = furnace_logs.run(lab.elsewhere)
    file = lab.file(f"{foreign.code}.csv", furnace_logs.log())
    assert file.run is None
    answer = lab.client(lab.bob).post(f"/files/{file.pk}/attach/", {"code": foreign.code})
    assert answer.status_code == 400
    assert "There is no sample and no furnace run" in answer.content.decode()


def test_a_file_may_be_sent_to_a_run_from_its_page(lab, run):
    sent = SimpleUploadedFile("log.csv", furnace_logs.log())
    answer = lab.client(lab.bob).post("/files/upload/", {"file": sent, "run": run.code})
    assert answer.status_code == 202
    assert run.files.get().pk == answer.json()["id"]


def test_the_runs_page_asks_for_its_log_and_the_log_shows_chart_findings_and_files(lab, run):
    lab.file("log.csv", furnace_logs.log(over_degC=14), run=run)
    client = lab.client(lab.bob)
    assert f'hx-get="/furnace-runs/{run.code}/log/"' in client.get(run.get_absolute_url()).content.decode()
    page = client.get(f"/furnace-runs/{run.code}/log/").content.decode()
    assert f'data-chart="/measurements/{Measurement.objects.get().pk}/charts/process"' in page
    assert "Overshoot" in page and "log.csv" in page and f'name="run" value="{run.code}"' in page


def test_a_viewer_sees_the_log_without_the_drop_zone(lab, run):
    page = lab.client(lab.vera).get(f"/furnace-runs/{run.code}/log/").content.decode()
    assert "No log of this run yet" in page
    assert "data-upload" not in page


@pytest.mark.parametrize("form", ["json", "csv", "svg", "png", "html"])
def test_the_chart_is_handed_out_in_every_form(lab, run, form):
    lab.file("log.csv", furnace_logs.log(over_degC=14, gas_off_min=12), run=run)
    measurement = Measurement.objects.get()
    answer = lab.client(lab.vera).get(f"/measurements/{measurement.pk}/charts/process.{form}")
    assert answer.status_code == 200
    if form in ("csv", "svg", "png"):
        assert f"{run.code}-process.{form}" in answer["Content-Disposition"]


def test_what_the_log_reached_is_offered_and_taken_only_by_hand(lab, run):
    run.highest_temperature_degC = 700
    run.save()
    lab.file("log.csv", furnace_logs.log(over_degC=14), run=run)
    run.refresh_from_db()
    assert run.highest_temperature_degC == 700
    client = lab.client(lab.bob)
    assert (
        "Reached 714 °C by the log; logged by hand 700 °C."
        in client.get(f"/furnace-runs/{run.code}/log/").content.decode()
    )
    assert client.post(f"/furnace-runs/{run.code}/reached/").status_code == 302
    run.refresh_from_db()
    assert run.highest_temperature_degC == pytest.approx(714, abs=0.1)
    assert "Reached" not in client.get(f"/furnace-runs/{run.code}/log/").content.decode()


def test_a_viewer_takes_nothing_over_and_nobody_where_there_is_no_log(lab, run):
    assert lab.client(lab.vera).post(f"/furnace-runs/{run.code}/reached/").status_code == 403
    assert lab.client(lab.bob).post(f"/furnace-runs/{run.code}/reached/").status_code == 409


def test_the_log_of_a_run_costs_as_many_queries_for_one_file_as_for_five(
    lab, run, django_assert_max_num_queries
):
    for number in range(5):
        lab.file(f"log{number}.csv", furnace_logs.log(over_degC=number), run=run)
    client = lab.client(lab.vera)
    with django_assert_max_num_queries(32):
        client.get(f"/furnace-runs/{run.code}/log/")


def test_a_freeze_dryers_log_is_held_against_its_batch(lab):
    source = factories.sponge(lab.project)
    batch = ledger.record(
        FreezeDriedBatch(project=lab.project, pressure_Pa=9.0, time_h=24.0),
        factories.take(source, "10").amount,
        [factories.take(source, "10")],
        by=None,
    )
    assert LedgerEntry.objects.filter(product=batch).exists()
    rows = "".join(f"{m};{45 if 100 < m < 130 else 8};-58\n" for m in range(12 * 60))
    file = lab.file(f"{batch.code}.csv", f"Time (min);Pressure (Pa);Trap (°C)\n{rows}".encode())
    assert (file.sample_id, file.run) == (batch.pk, None)
    said = [flag.code for flag in flags.of_thing(batch)]
    assert sorted(said) == ["pressure_high", "short_drying"]
