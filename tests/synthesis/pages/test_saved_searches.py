"""Searches kept under a name, the answers as one types, and the counts of searched lists."""

from __future__ import annotations

from synthesis.models import SavedSearch
from tests.factories import additive
from tests.synthesis.pages.conftest import Lab

SEARCH = {"name": "hot", "query": "carbonization temperature > 650 °C"}


def test_a_search_is_kept_shared_renamed_and_deleted(lab: Lab) -> None:
    client = lab.as_(lab.bob)
    assert client.post("/search/saved/", SEARCH | {"project": lab.project.pk}).status_code == 302
    kept = SavedSearch.objects.get()
    assert "carbonization temperature &gt; 650 °C" in lab.as_(lab.vera).get("/").content.decode()
    assert "hot" in lab.as_(lab.vera).get("/search/").content.decode()
    assert "hot" not in lab.as_(lab.charlie).get("/search/").content.decode()
    client.post(f"/search/saved/{kept.pk}/", {"act": "change", "name": "hotter", "project": ""})
    assert "hotter" in client.get("/search/").content.decode()
    assert "hotter" not in lab.as_(lab.vera).get("/search/").content.decode()
    client.post(f"/search/saved/{kept.pk}/", {"act": "delete"})
    assert not SavedSearch.objects.exists()


def test_another_ones_search_is_not_changed_and_one_without_a_name_not_kept(lab: Lab) -> None:
    lab.as_(lab.bob).post("/search/saved/", SEARCH | {"project": lab.project.pk})
    kept = SavedSearch.objects.get()
    assert lab.as_(lab.vera).post(f"/search/saved/{kept.pk}/", {"act": "delete"}).status_code == 403
    assert lab.as_(lab.charlie).post(f"/search/saved/{kept.pk}/", {"act": "delete"}).status_code == 404
    assert lab.as_(lab.vera).post("/search/saved/", {"name": " ", "query": "x"}).status_code == 400
    assert lab.as_(lab.vera).post("/search/saved/", {"name": "x", "query": " "}).status_code == 400
    assert SavedSearch.objects.count() == 1


def test_answers_come_as_one_types_grouped_and_with_what_was_not_understood(lab: Lab) -> None:
    made = additive(lab.project, name="fluffy carbon")
    client = lab.as_(lab.vera)
    assert made.code in client.get("/search/suggest/?q=fluf").content.decode()
    assert (
        "‘650 g’: carbonization temperature is in °C."
        in client.get("/search/suggest/?q=carbonization temperature > 650 g").content.decode()
    )
    assert "fluffy" in client.get("/search/suggest/?q=flufy").content.decode()
    assert made.code not in lab.as_(lab.charlie).get("/search/suggest/?q=fluf").content.decode()


def test_a_list_is_searched_in_the_same_language_and_says_how_it_read_it(lab: Lab) -> None:
    much, little = additive(lab.project, "9"), additive(lab.project, "0.1")
    page = lab.as_(lab.vera).get("/additives/?q=left < 1 g").content.decode()
    assert little.code in page
    assert much.code not in page
    assert "left &lt; 1\u00a0g" in page


def test_a_script_searches_as_a_person_and_is_told_what_was_not_understood(lab: Lab) -> None:
    made = additive(lab.project, "0.1")
    client = lab.as_(lab.vera)
    found = client.get("/api/v1/samples/", {"search": "left < 1 g"}).json()
    assert [row["code"] for row in found["results"]] == [made.code]
    refused = client.get("/api/v1/samples/", {"search": "left < 1 °C"})
    assert refused.status_code == 400
    assert "left is in g or mL or piece." in refused.json()["detail"]
    kept = client.post("/api/v1/saved-searches/", SEARCH, content_type="application/json")
    assert kept.status_code == 201
    assert client.delete(f"/api/v1/saved-searches/{kept.json()['id']}/").status_code == 204
