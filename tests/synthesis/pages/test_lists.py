"""Lists: who sees what, filters, search, sorting, paging, and a fixed number of queries."""

from __future__ import annotations

import re
from typing import Any

import pytest

from tests.factories import MaterialFactory, additive, lot, sponge
from tests.synthesis.pages.conftest import Lab

LISTS = ["/batches/", "/furnace-runs/", "/additives/", "/materials/", "/electrolytes/"]


@pytest.mark.parametrize("address", [*LISTS, "/materials/?show=materials"])
def test_an_empty_list_says_what_would_stand_here(lab: Lab, address: str) -> None:
    page = lab.as_(lab.bob).get(address).content.decode()
    assert "Nothing here yet" in page
    assert "Log the first" in page


def test_a_stranger_sees_none_of_the_samples(lab: Lab) -> None:
    seen = additive(lab.project)
    assert seen.code in lab.as_(lab.vera).get("/additives/").content.decode()
    assert seen.code not in lab.as_(lab.charlie).get("/additives/").content.decode()


def test_120_samples_come_in_pages_of_50_each_once(lab: Lab, django_assert_max_num_queries: Any) -> None:
    codes = {additive(lab.project, "1", group="SP").code for _ in range(120)}
    client, address, seen = lab.as_(lab.vera), "/additives/?sort=amount_left", []
    for _ in range(3):
        with django_assert_max_num_queries(8):
            page = client.get(address).content.decode()
        seen.append(re.findall(r'<tr data-href="/samples/(CCA-\d+)/', page))
        following = re.search(r'<a class="push" href="([^"]+)">Next 50', page)
        address = f"/additives/{following[1].replace('&amp;', '&')}" if following else ""
    assert [len(part) for part in seen] == [50, 50, 20]
    assert address == ""
    assert {code for part in seen for code in part} == codes


def test_filters_and_search_narrow_the_list_and_can_be_taken_off(lab: Lab) -> None:
    first, second = (
        additive(lab.project, group="SP", place="shelf 1"),
        additive(lab.project, group="CNT", place="x"),
    )
    client = lab.as_(lab.vera)
    page = client.get("/additives/?group=SP").content.decode()
    assert first.code in page
    assert second.code not in page
    assert second.code in client.get("/additives/?group=CNT").content.decode()
    assert second.code not in client.get("/additives/?q=shelf").content.decode()
    assert "Nothing matches." in client.get("/additives/?q=nowhere").content.decode()


def test_clicking_a_head_sorts_and_says_so(lab: Lab) -> None:
    small, large = additive(lab.project, "1"), additive(lab.project, "9")
    client = lab.as_(lab.vera)
    page = client.get("/additives/?sort=amount_left").content.decode()
    assert 'aria-sort="ascending"' in page
    assert page.index(small.code) < page.index(large.code)
    page = client.get("/additives/?sort=-amount_left").content.decode()
    assert page.index(large.code) < page.index(small.code)


@pytest.mark.parametrize(
    "query", ["sort=secret", "after=x|1", "after=|", "state=nonsense", "after=2|99999999999"]
)
def test_a_query_that_nobody_gave_out_does_no_harm(lab: Lab, query: str) -> None:
    additive(lab.project)
    assert lab.as_(lab.vera).get(f"/additives/?sort=made_at&{query}").status_code == 200
    assert lab.as_(lab.vera).get(f"/additives/?{query}").status_code == 200


def test_lots_show_their_suppliers_number_and_materials_their_molar_mass(lab: Lab) -> None:
    lot(
        lab.project,
        lot_number="BX-77",
        material=MaterialFactory(name="melamine", molar_mass_g_per_mol="126.12"),
    )
    client = lab.as_(lab.vera)
    assert "BX-77" in client.get("/materials/?q=BX-77").content.decode()
    assert "126.12" in client.get("/materials/?show=materials").content.decode()


def test_batches_of_all_three_kinds_stand_in_one_list(lab: Lab) -> None:
    batch = sponge(lab.project, "1,234.5".replace(",", ""))
    page = lab.as_(lab.vera).get("/batches/?kind=nanosponge").content.decode()
    assert batch.code in page
    assert "1.234\u00a0kg" in page or "1.235\u00a0kg" in page
    assert batch.code not in lab.as_(lab.vera).get("/batches/?kind=impregnated").content.decode()
