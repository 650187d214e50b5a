"""The library: what a laboratory adds is checked, kept in versions, and reaches the process that analyses."""

from __future__ import annotations

import csv
import json

import pytest

from characterization import ingest, library, sandbox, tasks
from characterization.analysis.library.entries import NotTaken
from characterization.analysis.library.told import Told
from characterization.library import Given, Kind
from characterization.models import LibraryEntry, Measurement
from synthesis.errors import Refusal
from synthesis.models import Role
from tests import factories
from tests.characterization import files

SILICON = """data_Si
_chemical_name_mineral Silicon
_chemical_formula_sum Si
_journal_name_full 'Acta Cryst.'
_journal_year 1975
_cell_length_a 5.4309
_cell_length_b 5.4309
_cell_length_c 5.4309
_cell_angle_alpha 90
_cell_angle_beta 90
_cell_angle_gamma 90
_symmetry_space_group_name_H-M 'F d -3 m :1'
loop_
_atom_site_label
_atom_site_type_symbol
_atom_site_fract_x
_atom_site_fract_y
_atom_site_fract_z
Si1 Si 0 0 0
"""
MODEL = json.dumps({
    "name": "C 1s of ours", "region": "C 1s", "window_eV": [281, 296], "background": "shirley", "source": "our own",
    "components": [{"name": "C–C", "centre_eV": 284.8, "fwhm_eV": [0.7, 1.8]}],
})  # fmt: skip
FACTORS = "excitation_eV 1486.6\nC 1s\t1,00\nO 1s = 2.93\n# ours\n"
WIDTHS = "21.36 0.052\n30.38 0.050\n37.44;0.049"


@pytest.fixture(autouse=True)
def own_store(settings, tmp_path):
    settings.LABSYS_BLOBS = tmp_path / "blobs"
    settings.LABSYS_SCRATCH = tmp_path / "scratch"


@pytest.fixture
def manager(client, db):
    client.force_login(factories.member(factories.ProjectFactory(), Role.MANAGER))
    return client


def entry(kind=Kind.XPS_SENSITIVITIES, text=FACTORS, **more):
    return library.add(Given(kind, text, **{"name": "ours", "source": "a calibration", **more}), None)


def told(instrument=None):
    where = library.told(instrument)
    return Told(where["path"], where["instrument"])


def test_factors_are_read_with_decimal_commas_and_the_source_they_are_for():
    found = library.checked(Kind.XPS_SENSITIVITIES, FACTORS)
    assert found.content == {"factors": {"C 1s": 1.0, "O 1s": 2.93}, "excitation_eV": 1486.6}


@pytest.mark.parametrize(
    ("kind", "text", "sentence"),
    [
        (Kind.XPS_SENSITIVITIES, "C 1s 1\nC1s 2", "C 1s stands there twice, the second time in line 2"),
        (Kind.XPS_SENSITIVITIES, "C 1s none", "Line 1 ends with ‘none’, which is no number"),
        (Kind.XPS_SENSITIVITIES, "C 1s -1", "-1 is no factor"),
        (Kind.XPS_SENSITIVITIES, "carbon 1", "‘carbon’ names no photoelectron line"),
        (Kind.XPS_SENSITIVITIES, "", "No factor is given"),
        (Kind.XRD_WIDTHS, "20 0.1\n30 0.1", "2 lines of the standard are given; 3 are the fewest"),
        (Kind.XRD_WIDTHS, "20 0.1\n30 0.1\n20 0.2", "20° stands there twice"),
        (Kind.XRD_WIDTHS, "20 0.1\n30 0.1\n190 0.2", "190 is no angle"),
        (Kind.XRD_WIDTHS, "20 0.1\n30 0.1\n40 7", "a width of 7° cannot be"),
        (Kind.XPS_MODELS, "{", "no JSON"),
        (Kind.XPS_MODELS, '{"region": "C 1s", "components": [{"centre_eV": NaN}]}', "NaN is no number"),
        (Kind.XPS_MODELS, "[" * 100_000, "nested too deeply"),
        (Kind.PHASES, "no CIF", "no CIF"),
        (Kind.PHASES, "data_x\n_cell_length_a 5\n", "unit cell"),
        (Kind.PHASES, SILICON.replace("Si1 Si 0 0 0\n", ""), "atom site"),
    ],
)
def test_what_cannot_be_an_entry_is_refused_with_a_sentence_for_its_field(kind, text, sentence):
    with pytest.raises(Refusal) as refused:
        library.checked(kind, text)
    assert refused.value.field == "text"
    assert sentence in refused.value.message
    assert isinstance(refused.value.__cause__, NotTaken)


@pytest.mark.django_db
def test_a_phase_takes_its_name_and_source_from_its_cif():
    phase = entry(Kind.PHASES, SILICON, name="", source="")
    assert (phase.name, phase.version) == ("Silicon", 1)
    assert "Acta Cryst." in phase.source
    assert phase.text == SILICON


@pytest.mark.django_db
def test_a_change_is_a_new_version_with_a_reason_and_the_old_one_stays():
    entry()
    with pytest.raises(Refusal, match="Say why there is another"):
        entry(text="C 1s 1")
    second = entry(text="C 1s 1", reason="calibrated anew")
    assert (second.version, second.current) == (2, True)
    first = LibraryEntry.objects.get(name="ours", version=1)
    assert not first.current
    assert first.content["factors"]["O 1s"] == 2.93


@pytest.mark.django_db
def test_widths_reach_only_the_instrument_that_they_belong_to():
    mine, other = factories.InstrumentFactory(), factories.InstrumentFactory()
    with pytest.raises(Refusal, match="which instrument"):
        entry(Kind.XRD_WIDTHS, WIDTHS)
    entry(Kind.XRD_WIDTHS, WIDTHS, instrument=mine)
    (found,) = told(mine.pk)["xrd_widths"]
    assert found["points"] == [[21.36, 0.052], [30.38, 0.05], [37.44, 0.049]]
    assert (found["name"], found["version"], found["instrument"]) == ("ours", "1", mine.name)
    assert told(other.pk)["xrd_widths"] == []
    assert told()["xrd_widths"] == []


@pytest.mark.django_db
def test_the_file_of_the_library_is_written_anew_only_when_something_changed(monkeypatch):
    entry()
    before = library.told(None)["path"]
    monkeypatch.setattr(library.blobs, "put", lambda chunks: pytest.fail("written again"))  # type: ignore[attr-defined]
    assert library.told(None)["path"] == before
    monkeypatch.undo()
    entry(Kind.XPS_MODELS, MODEL, name="")
    after = told()
    assert after.path != before
    assert [one["name"] for one in after["xps_models"]] == ["C 1s of ours"]
    library.retire(LibraryEntry.objects.get(name="ours"))
    assert told()["xps_sensitivities"] == []


@pytest.mark.django_db
def test_a_file_of_the_library_that_was_deleted_is_written_again():
    entry()
    where = library.told(None)["path"]
    library.blobs.path_of(where.rpartition("/")[2]).unlink()  # type: ignore[attr-defined]
    assert [one["name"] for one in told()["xps_sensitivities"]] == ["ours"]


@pytest.mark.django_db(transaction=True)
def test_a_file_is_read_with_the_library_and_its_conditions_do_not_hold_it(monkeypatch):
    monkeypatch.setattr(tasks, "ring", lambda job_id: None)
    asked = []
    real = sandbox.Sandbox.ask
    monkeypatch.setattr(
        sandbox.Sandbox,
        "ask",
        lambda self, request, on_tick=None: asked.append(request) or real(self, request, on_tick),  # type: ignore[func-returns-value]
    )
    entry()
    file = files.deliver(factories.ProjectFactory(), "a.xy", files.xy(200))
    ingest.ingest(file.job.pk)
    sandbox.shared.close()
    assert Told(**asked[0]["library"])["xps_sensitivities"][0]["name"] == "ours"
    assert "library" not in Measurement.objects.get().analyses.first().conditions  # type: ignore[union-attr]


def test_a_manager_adds_a_cif_and_everybody_reads_it(manager, client):
    answer = manager.post("/library/new/?kind=phases", {"text": SILICON}, follow=True)
    assert answer.redirect_chain, answer.content.decode()
    assert "Silicon" in answer.content.decode()
    client.force_login(factories.member(factories.ProjectFactory(), Role.VIEWER))
    assert "Silicon" in client.get("/library/").content.decode()
    assert client.get("/library/new/?kind=phases").status_code == 403


def test_the_sentence_stands_beside_the_field_and_what_was_typed_stays(manager):
    answer = manager.post(
        "/library/new/?kind=xps_sensitivities", {"text": "C 1s none", "name": "x", "source": "y"}
    )
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "id_text_error" in page
    assert "which is no number" in page
    assert "C 1s none</textarea>" in page


def test_a_new_version_asks_why_and_both_can_be_opened(manager):
    manager.post("/library/new/?kind=xps_sensitivities", {"text": FACTORS, "name": "x", "source": "y"})
    first = LibraryEntry.objects.get()
    address = f"/library/new/?of={first.pk}"
    assert manager.post(address, {"text": "C 1s 1", "source": "y"}).status_code == 422
    page = manager.post(address, {"text": "C 1s 1", "source": "y", "reason": "O 1s was wrong"}, follow=True)
    assert "O 1s was wrong" in page.content.decode()
    assert "not in use" in manager.get(first.get_absolute_url()).content.decode()


def test_the_sticks_of_a_cif_are_shown_where_the_tables_have_them(manager):
    """Si: 28.44, 47.30 and 56.12 deg of Cu Kα1, falling in this order (PDF 27-1402)."""
    page = manager.post("/library/new/?kind=phases", {"text": SILICON}, follow=True)
    address = f"{page.redirect_chain[-1][0]}charts/sticks"
    assert address in page.content.decode()
    text = manager.get(f"{address}.csv").content.decode()
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    found = [(float(row["x"]), float(row["y"])) for row in csv.DictReader(lines)][:3]
    assert [angle for angle, _ in found] == pytest.approx([28.443, 47.304, 56.123], abs=0.02)
    heights = [height for _, height in found]
    assert heights[0] == 100
    assert heights == sorted(heights, reverse=True)
    assert manager.get(f"{address}.svg").status_code == 200


def test_what_is_shipped_is_listed_and_opened_with_its_source_and_its_lines(manager):
    assert "Graphite 2H" in manager.get("/library/").content.decode()
    assert "Scofield" in manager.get("/library/?kind=xps_sensitivities").content.decode()
    assert "C 1s" in manager.get("/library/?kind=xps_models").content.decode()
    query = "?kind=phases&name=Graphite+2H"
    page = manager.get(f"/library/shipped/{query}").content.decode()
    assert "Trucano" in page
    assert "comes with labsys" in page
    text = manager.get(f"/library/shipped/charts/sticks.csv{query}").content.decode()
    rows = list(csv.DictReader(line for line in text.splitlines() if not line.startswith("#")))
    strongest = max(rows, key=lambda row: float(row["y"]))
    assert float(strongest["x"]) == pytest.approx(26.54, abs=0.03)  # (002) of c = 6.7106 Å, Bragg
    assert manager.get("/library/shipped/?kind=phases&name=none").status_code == 404


def test_widths_are_drawn(manager):
    instrument = factories.InstrumentFactory()
    sent = {"text": WIDTHS, "name": "LaB6", "source": "SRM 660c", "instrument": instrument.pk}
    page = manager.post("/library/new/?kind=xrd_widths", sent, follow=True)
    address = f"{page.redirect_chain[0][0]}charts/widths"
    assert address in page.content.decode()
    assert b"0.052" in manager.get(f"{address}.csv").content


def test_scripts_read_and_add(manager):
    sent = {"kind": "phases", "text": SILICON}
    answer = manager.post("/api/v1/library/", sent, content_type="application/json")
    assert answer.status_code == 201, answer.content
    (row,) = manager.get("/api/v1/library/?kind=phases&current=true").json()["results"]
    assert row["name"] == "Silicon"
    again = manager.post("/api/v1/library/", sent, content_type="application/json")
    assert again.status_code == 422
