"""A report of every kind of sample, for whoever may see it."""

from __future__ import annotations

import re
import shutil
import subprocess

import pytest
from django.urls import reverse

from cells.models import Cell
from characterization import ingest
from characterization.models import Job
from labsys.reports.figures import figures_of
from labsys.reports.gather import gather
from synthesis import access, ledger
from synthesis.models import CarbonAdditive, Role, Sample
from synthesis.models.samples import Kind
from synthesis.units import parse
from tests import factories
from tests.labsys.demo import loading

pytestmark = [pytest.mark.django_db, pytest.mark.takes(28)]


@pytest.fixture
def team(monkeypatch):
    return loading.load(monkeypatch)


@pytest.fixture
def additive(team):
    return CarbonAdditive.objects.get(group="Mo-Ni@NPCs")


def read_all() -> None:
    for job in Job.objects.order_by("pk"):
        ingest.ingest(job.pk)


def text_of(pdf: bytes, tmp_path) -> str:
    if shutil.which("pdftotext") is None:
        pytest.skip("pdftotext (poppler-utils) is not installed")
    path = tmp_path / "report.pdf"
    path.write_bytes(pdf)
    return subprocess.run(
        ["pdftotext", "-layout", str(path), "-"], capture_output=True, check=True
    ).stdout.decode()


def test_the_chain_leads_from_reagents_over_the_furnace_to_the_additive(team, additive):
    graph = gather(additive, team.viewer).report.graph
    main = [box.code for box in graph.boxes if box.y == graph.boxes[0].y]
    assert main == ["NS-0003", "IM-0002", "FD-0002", "CR-0002", "CCA-0004"]
    assert [box.about for box in graph.boxes if box.code == "CR-0002"] == ["boat 2 of 2"]
    amounts = [arrow.amount.replace("\u00a0", " ") for arrow in graph.arrows if arrow.main]
    assert amounts == ["20 g", "136.8 g", "20 g", "7.31 g"]
    sides = {box.code for box in graph.boxes} - set(main)
    assert sides == {"6 lots", "LOT-0007", "LOT-0008"}


def test_a_second_way_of_the_same_sample_into_a_cell_is_drawn_too(team):
    """Electrolyte goes into the cathode and, as separator, straight into the cell."""
    cell = Cell.objects.get(group="")
    graph = gather(cell, team.viewer).report.graph
    separator = [arrow.amount.replace("\u00a0", " ") for arrow in graph.arrows if not arrow.main]
    assert "80 mg" in separator
    assert [box.code for box in graph.boxes].count("LPSC-0001") == 2


def test_many_inputs_of_one_kind_fold_into_one_box():
    project = factories.ProjectFactory()
    alice = factories.member(project, Role.EDITOR)
    sponges = [factories.sponge(project) for _ in range(6)]
    lots = [factories.lot(project) for _ in range(4)]
    pooled = factories.additive(project, takes=[factories.take(one, "1") for one in [*sponges, *lots]])
    boxes = {box.code: box.about for box in gather(pooled, alice).report.graph.boxes}
    assert boxes["4 lots"] == "reagents" and boxes["5 samples"] == "made here"


def test_steps_stand_planned_beside_actual_and_the_drift_is_flagged_with_its_reason(team, additive):
    lines = gather(additive, team.viewer).report.steps
    salt = next(line for line in lines if line.quantity == "Mo salt, LOT-0007")
    assert (salt.planned, salt.actual) == ("0.005 mol", "0.005\u00a0mol (6.242\u00a0g)")
    hot = next(line for line in lines if line.quantity == "Highest temperature")
    assert (hot.planned, hot.actual, hot.deviation, hot.over) == ("700 °C", "714 °C", "+14\u00a0°C", True)
    assert hot.remark.startswith("over limit ± 10 °C: Thermocouple moved")
    assert [line.quantity for line in lines if line.over] == ["Highest temperature"]


def test_findings_ledger_cells_and_hashes_are_there(team, additive, tmp_path):
    read_all()
    report = gather(additive, team.viewer).report
    assert {"Carbonization yield", "Strongest line", "Area, Mo 3d"} <= {
        line.quantity for line in report.findings
    }
    assert [line.what for line in report.ledger] == ["made", "used for CAT-0004, CCA"]
    assert len(report.taken) == 6 + 3 + 1 + 1
    best = report.groups[0]
    assert (best.group, best.n, best.discharge) == ("Mo-Ni@NPCs", "2", "148.61 ± 1.26")
    assert best.retention == "93.26 ± 0.49"
    assert len(report.cells) == 8
    assert all(re.fullmatch("[0-9a-f]{64}", line.sha256) for line in report.files)
    assert report.files[0].reader.startswith("panalytical_xrdml ")
    sections = [figure.section for figure in figures_of(gather(additive, team.viewer), team.viewer)]
    assert sections.count("findings") >= 4 and sections.count("cells") == 2


def test_the_report_is_the_same_twice_and_changes_with_the_record(team, additive, client):
    client.force_login(team.viewer)
    address = reverse("sample-report", args=[additive.code])
    first, second = (client.get(address) for _ in range(2))
    assert first["Content-Type"] == "application/pdf" and first.content.startswith(b"%PDF")
    assert first.content == second.content
    ledger.discard(additive, parse("0.1 g", "g"), by=team.alice, reason="spilt")
    assert client.get(address).content != first.content


@pytest.mark.parametrize("kind", list(Kind.values))
def test_every_kind_of_sample_has_a_report(team, client, kind, tmp_path):
    client.force_login(team.viewer)
    sample = Sample.objects.filter(kind=kind).earliest("pk")
    answer = client.get(reverse("sample-report", args=[sample.code]))
    assert answer.status_code == 200
    words = text_of(answer.content, tmp_path)
    assert sample.code in words and "Signatures" in words and "simulated" in words


def test_a_sample_with_nothing_but_itself_has_a_report(client, tmp_path):
    project = factories.ProjectFactory()
    alice = factories.member(project, Role.EDITOR)
    sponge = factories.sponge(project, note='#eval("x") ]', name="]#")
    client.force_login(alice)
    words = text_of(client.get(reverse("sample-report", args=[sponge.code])).content, tmp_path)
    assert "Nothing was taken from other samples to make it." in words
    assert '#eval("x") ]' in words
    assert "simulated" not in words


def test_a_stranger_is_told_that_there_is_none_and_a_passer_by_to_log_in(team, additive, client):
    charlie = factories.UserFactory()
    address = reverse("sample-report", args=[additive.code])
    assert client.get(address).status_code == 302
    client.force_login(charlie)
    assert client.get(address).status_code == 404


def test_a_script_gets_it_with_a_token_and_not_without(team, additive, client):
    address = f"/api/v1/samples/{additive.code}/report.pdf"
    assert client.get(address).status_code == 401
    header = {"Authorization": f"Bearer {access.new_token('script', user=team.viewer)}"}
    answer = client.get(address, headers=header)
    assert answer.status_code == 200 and answer.content.startswith(b"%PDF")
    stranger = {"Authorization": f"Bearer {access.new_token('other', user=factories.UserFactory())}"}
    assert client.get(address, headers=stranger).status_code == 404
    assert client.get(address, headers={**header, "Accept": "application/pdf"}).status_code == 200


def test_what_stands_in_another_project_is_counted_and_not_shown(team, additive):
    other = factories.ProjectFactory()
    bob = factories.member(other, Role.EDITOR)
    mixed = factories.additive(other, takes=[factories.take(additive, "0.5")])
    report = gather(mixed, bob).report
    assert [box.code for box in report.graph.boxes] == [mixed.code]
    assert "samples of other projects are not shown" in report.graph.remark
    assert additive.code not in str(report)
