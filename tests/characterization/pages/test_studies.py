"""Comparisons: means with their spread, who was left out, what is kept as a study."""

from __future__ import annotations

import pytest

from cells.models import Study
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def four(lab):
    """Two cells with SP (140 and 144 mAh/g), one left out (60 mAh/g), one with Mo-Ni@NPCs (150 mAh/g)."""
    return [
        lab.cell("SP", 1.40),
        lab.cell("SP", 1.44),
        lab.cell("SP", 0.60, left_out=True, left_out_reason="soft short at cycle 2"),
        lab.cell("Mo-Ni@NPCs", 1.50),
    ]


def address(cells) -> str:
    return f"/cells/compare/?cells={','.join(cell.code for cell in cells)}"


def test_means_and_spread_are_over_the_cells_that_count(lab, four):
    compared = lab.client(lab.vera).get(address(four)).context["compared"]
    rows = {row.group.name: row for row in compared.rows}
    carbon = rows["SP"]
    assert (len(carbon.group.cells), carbon.total) == (2, 3)
    assert carbon.first_discharge.mean == pytest.approx(142, rel=1e-3)
    assert carbon.first_discharge.sd == pytest.approx(2.828, rel=1e-2)  # 4 / √2
    assert rows["Mo-Ni@NPCs"].first_discharge.sd is None


def test_a_cell_left_out_is_named_with_its_reason_and_small_n_is_said_in_words(lab, four):
    page = lab.client(lab.vera).get(address(four)).content.decode()
    assert "Left out:" in page and "soft short at cycle 2" in page
    assert "n is 1–2 per group" in page


def test_a_cell_without_cycles_is_named_too(lab, four):
    bare = factories.cell(lab.project, group="SP")
    compared = lab.client(lab.vera).get(address([*four, bare])).context["compared"]
    assert [cell.code for cell in compared.not_measured] == [bare.code]


@pytest.mark.parametrize(
    "query", ["", "&show=cells", "&scale=retention", "&show=cells&scale=retention&basis=total"]
)
def test_the_charts_of_a_comparison_are_drawn_in_every_view(lab, four, query):
    codes = ",".join(cell.code for cell in four)
    client = lab.client(lab.vera)
    for key in ("comparison", "first_cycle"):
        answer = client.get(f"/cells/compare/charts/{key}.json?cells={codes}{query}")
        assert answer.status_code == 200
        assert answer.json()["figure"]["data"]


def test_a_cell_of_a_stranger_cannot_be_compared(lab, four):
    answer = lab.client(lab.charlie).get(address(four[:1]))
    assert answer.status_code == 404


def test_a_study_is_kept_shown_and_changed(lab, four):
    client = lab.client(lab.bob)
    sent = {
        "project": lab.project.pk,
        "name": "SP against Mo-Ni",
        "reference_cycle": 1,
        "cells": [c.pk for c in four],
    }
    made = client.post("/studies/new/", sent)
    study = Study.objects.get()
    assert made["Location"] == f"/studies/{study.pk}/"
    assert (study.cells.count(), study.created_by) == (4, lab.bob)
    assert "SP against Mo-Ni" in client.get("/studies/").content.decode()
    assert client.get(f"/studies/{study.pk}/charts/comparison.svg").status_code == 200
    client.post(f"/studies/{study.pk}/change/", sent | {"name": "Two additives", "reference_cycle": 2})
    study.refresh_from_db()
    assert (study.name, study.reference_cycle) == ("Two additives", 2)


def test_a_study_without_a_question_is_refused_beside_its_field(lab, four):
    answer = lab.client(lab.bob).post(
        "/studies/new/", {"project": lab.project.pk, "name": "", "reference_cycle": 1}
    )
    assert answer.status_code == 400
    assert "This field is required." in answer.content.decode()


def test_viewers_look_at_studies_and_strangers_do_not(lab, four):
    study = Study.objects.create(project=lab.project, name="Four additives")
    study.cells.set(four)
    vera, charlie = lab.client(lab.vera), lab.client(lab.charlie)
    assert vera.get(f"/studies/{study.pk}/").status_code == 200
    assert vera.get(f"/studies/{study.pk}/change/").status_code == 403
    assert charlie.get(f"/studies/{study.pk}/").status_code == 404
    assert charlie.get(f"/studies/{study.pk}/charts/comparison.json").status_code == 404
    assert "Four additives" not in charlie.get("/studies/").content.decode()


def test_a_study_shows_only_the_cells_that_one_may_see(lab, four):
    foreign = factories.cell(lab.elsewhere, group="SP")
    study = Study.objects.create(project=lab.project, name="Across projects")
    study.cells.set([four[0], foreign])
    page = lab.client(lab.vera).get(f"/studies/{study.pk}/")
    assert [cell.code for cell in page.context["cells"]] == [four[0].code]


def test_a_study_asks_the_database_equally_often_for_any_number_of_cells(
    lab, four, django_assert_max_num_queries
):
    client = lab.client(lab.vera)
    with django_assert_max_num_queries(20):
        client.get(address(four))


def test_changing_a_study_keeps_the_cells_that_one_may_not_see(lab, four):
    foreign = factories.cell(factories.ProjectFactory(name="Elsewhere still"))
    study = Study.objects.create(project=lab.project, name="Does Mo help?")
    study.cells.set([four[0], foreign])
    sent = {"project": lab.project.pk, "name": "Does Mo help?", "reference_cycle": 1, "cells": [four[1].pk]}
    assert lab.client(lab.bob).post(f"/studies/{study.pk}/change/", sent).status_code == 302
    assert set(study.cells.values_list("pk", flat=True)) == {four[1].pk, foreign.pk}
