"""Scanning: what stands on labels opens what it is on, the scan page tells and lists, a row says what does not fit."""

from __future__ import annotations

import pytest

from synthesis import decisions
from synthesis.models import CarbonizationRun, MaterialLot, Place
from tests import factories


@pytest.fixture
def sponge(lab):
    return factories.sponge(lab.project, "20", name="batch twelve", place="Cabinet 2")


@pytest.mark.parametrize("way", ["{}", "{} ", "lower", "bare"])
def test_the_address_on_a_label_opens_the_sample_however_it_is_typed(lab, sponge, way):
    typed = {"lower": sponge.code.lower(), "bare": sponge.code.replace("-", "").lower()}.get(
        way, way.format(sponge.code)
    )
    assert lab.as_(lab.vera).get(f"/s/{typed}")["Location"] == f"/samples/{sponge.code}/"


def test_runs_and_places_have_that_address_too(lab):
    run = CarbonizationRun.objects.create(project=lab.project)
    place = Place.objects.create(name="Shelf", path="Shelf")
    bob = lab.as_(lab.bob)
    assert bob.get(f"/s/{run.code}")["Location"] == f"/furnace-runs/{run.code}/"
    assert bob.get(f"/s/PL-{place.pk}")["Location"] == f"/places/PL-{place.pk:04d}/"


def test_an_unknown_code_says_so_and_shows_what_is_one_slip_away(lab, sponge):
    page = lab.as_(lab.bob).get("/s/NS-0010")
    assert page.status_code == 404
    assert "nothing of this code in your projects" in page.content.decode()
    assert sponge.code in page.content.decode()
    assert sponge.code not in lab.as_(lab.charlie).get("/s/NS-0010").content.decode()


def test_a_scan_tells_what_it_is_and_what_can_be_done(lab, sponge, django_assert_max_num_queries):
    bob = lab.as_(lab.bob)
    with django_assert_max_num_queries(15):
        page = bob.get("/scan/", {"text": f"https://lab/s/{sponge.code}\r"}).content.decode()
    for said in (sponge.code, "20\u00a0g", "batch twelve", "Cabinet 2", f"/log/impregnation/?from={sponge.code}",
                 f"/samples/{sponge.code}/?tab=ledger", f"/labels/?codes={sponge.code}"):  # fmt: skip
        assert said in page
    assert "Stock-take" not in lab.as_(lab.vera).get("/scan/", {"text": sponge.code}).content.decode()


def test_several_scans_make_a_list_for_labels(lab, sponge, django_assert_num_queries):
    others = [factories.sponge(lab.project) for _ in range(30)]
    codes = ",".join(other.code for other in others)
    bob = lab.as_(lab.bob)
    with django_assert_num_queries(4):  # the session, the person, their projects, all codes at once
        page = bob.get("/scan/", {"text": sponge.code, "codes": codes}).content.decode()
    assert f"/labels/?codes={sponge.code},{codes}" in page
    with django_assert_num_queries(4):
        again = bob.get("/scan/", {"text": sponge.code, "codes": sponge.code}).content.decode()
    assert f"codes={sponge.code}," not in again


def test_what_is_unknown_leaves_the_list_as_it_was(lab, sponge):
    page = lab.as_(lab.bob).get("/scan/", {"text": "<b>?</b>", "codes": sponge.code}).content.decode()
    assert "Nothing of this code in your projects" in page
    assert "&lt;B&gt;?&lt;/B&gt;" in page
    assert f'value="{sponge.code}"' in page


def look(lab, text, role=""):
    return lab.as_(lab.bob).get("/scan/look/", {"text": text, "role": role}).json()


def test_a_row_is_told_what_is_left_of_what_fits(lab):
    melamine = factories.lot(lab.project, "140", material=factories.MaterialFactory(name="Melamine"))
    answer = look(lab, melamine.code, "melamine")
    assert (answer["code"], answer["said"], answer["left"], answer["unit"]) == (
        melamine.code,
        "",
        "140",
        "g",
    ) or (answer["said"] == "" and float(answer["left"]) == 140)


@pytest.mark.parametrize(
    ("role", "sentence"),
    [("Span 60", "is Melamine; here goes Span 60"), ("nanosponge", ""), ("Mo salt", ""), ("", "")],
)
def test_the_wrong_material_is_named(lab, role, sentence):
    factories.MaterialFactory(name="Span 60")
    melamine = factories.lot(lab.project, "140", material=factories.MaterialFactory(name="Melamine"))
    assert sentence in look(lab, melamine.code, role)["said"]


def test_the_wrong_kind_the_held_and_the_used_up_are_named(lab, sponge):
    assert "here goes impregnated batch" in look(lab, sponge.code, "impregnated batch")["said"]
    decisions.decide(sponge, "hold", lab.alice, "weighed twice")
    assert "is on hold" in look(lab, sponge.code, "nanosponge")["said"]
    lot = MaterialLot.objects.create(project=lab.project, material=factories.MaterialFactory())
    assert f"Nothing is left of {lot.code}" in look(lab, lot.code)["said"]


def test_what_is_no_sample_or_unknown_is_told(lab):
    run = CarbonizationRun.objects.create(project=lab.project)
    assert "is no sample" in look(lab, run.code, "melamine")["said"]
    assert look(lab, "NS-9999") == {
        "found": False, "code": "NS-9999",
        "said": "NS-9999: nothing of this code in your projects. Scan again or type the code.",
    }  # fmt: skip
