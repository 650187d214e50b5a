"""Samples over REST: recorded through the ledger, changed, followed along the chain, used up."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.apps import apps

from cells.models import Study
from synthesis.api.chains import ChainSerializer, EdgeSerializer, RelativeSerializer
from synthesis.models import Role, Sample
from synthesis.models.samples import State
from tests import factories, rest

pytestmark = pytest.mark.django_db


@pytest.fixture
def project():
    return factories.ProjectFactory(name="Additives", slug="additives")


@pytest.fixture
def alice(project):
    return rest.of(factories.member(project, Role.MANAGER, username="alice"))


@pytest.fixture
def bob(project):
    return rest.of(factories.member(project, Role.EDITOR, username="bob"))


@pytest.fixture
def viewer(project):
    return rest.of(factories.member(project, Role.VIEWER, username="vera"))


@pytest.fixture
def charlie():
    return rest.of(factories.member(factories.ProjectFactory(), Role.EDITOR, username="charlie"))


def test_a_nanosponge_batch_takes_its_reagents_and_says_what_was_made(bob, project):
    cyclodextrin = factories.lot(project, "50")
    answer = bob.post(
        "nanosponge-batches/",
        {
            "name": "first batch",
            "amount_made": 12.5,
            "unit": "g",
            "stirring_speed_rpm": 600,
            "inputs": [{"sample": cyclodextrin.code, "amount": 5000, "unit": "mg", "role": "monomer"}],
        },
    )
    made = answer.json()
    assert answer.status_code == 201, made
    assert (made["kind"], made["amount_made"], made["amount_left"], made["unit"]) == (
        "nanosponge",
        12.5,
        12.5,
        "g",
    )
    assert (made["project"], made["created_by"], made["stirring_speed_rpm"]) == ("additives", "bob", 600)
    assert bob.get(f"lots/{cyclodextrin.code}/").json()["amount_left"] == 45


def test_an_amount_may_be_written_with_its_unit(bob):
    made = bob.post("electrolyte-batches/", {"amount_made": "800 mg"}).json()
    assert (made["amount_made"], made["unit"]) == (0.8, "g")


def test_too_large_an_input_is_named_and_nothing_is_kept(bob, project):
    lot = factories.lot(project, "2")
    answer = bob.post("nanosponge-batches/", {"inputs": [{"sample": lot.code, "amount": 3}]})
    problem = answer.json()
    assert (answer.status_code, answer["Content-Type"]) == (409, "application/problem+json")
    assert "2 g left" in problem["detail"].replace("\u00a0", " ")
    assert list(problem["errors"]) == ["inputs.0.amount"]
    assert bob.get("nanosponge-batches/").json() == {"results": [], "next": None}


def test_errors_stand_per_field(bob):
    answer = bob.post("freeze-dryings/", {"pressure_Pa": -3, "amount_made": "5 kelvin"})
    problem = answer.json()
    assert (answer.status_code, problem["title"], problem["status"]) == (400, "Bad Request", 400)
    assert list(problem["errors"]) == ["pressure_Pa"]
    assert bob.post("freeze-dryings/", {"amount_made": "5 kelvin"}).json()["errors"].keys() == {"amount_made"}


def test_a_broken_rule_of_the_row_is_said_before_the_database_says_it(bob, project):
    material = factories.MaterialFactory()
    answer = bob.post("lots/", {"material": material.pk, "purity_percent": 120})
    assert answer.status_code == 400
    assert "purity" in answer.content.decode()


def test_a_sample_is_changed_by_an_editor_only(bob, viewer, charlie, project):
    sponge = factories.sponge(project)
    assert bob.patch(f"nanosponge-batches/{sponge.code}/", {"place": "shelf 3"}).json()["place"] == "shelf 3"
    assert bob.patch(f"samples/{sponge.code}/", {"note": "pale"}).json()["note"] == "pale"
    refused = viewer.patch(f"nanosponge-batches/{sponge.code}/", {"place": "my desk"})
    assert refused.status_code == 403
    assert "look, not change" in refused.json()["detail"]
    assert charlie.patch(f"nanosponge-batches/{sponge.code}/", {"place": "my desk"}).status_code == 404


def test_amounts_are_not_changed_past_the_ledger(bob, project):
    sponge = factories.sponge(project, "20")
    answer = bob.patch(f"nanosponge-batches/{sponge.code}/", {"amount_made": 500})
    assert answer.status_code == 400
    assert "ledger" in answer.json()["detail"]
    assert bob.patch(f"samples/{sponge.code}/", {"amount_left": 500}).json()["amount_left"] == 20


def test_to_and_from_a_hold_leads_only_a_decision_with_its_reason(alice, bob, project):
    sponge = factories.sponge(project)
    for person in (alice, bob):
        answer = person.patch(f"samples/{sponge.code}/", {"state": State.HOLD})
        assert answer.status_code == 409
        assert f"POST samples/{sponge.code}/decisions/" in answer.json()["errors"]["state"][0]
    held = {"verdict": "hold", "reason": "smells"}
    assert bob.post(f"samples/{sponge.code}/decisions/", held).status_code == 403
    assert alice.post(f"samples/{sponge.code}/decisions/", held).status_code == 201
    assert alice.patch(f"nanosponge-batches/{sponge.code}/", {"state": State.AVAILABLE}).status_code == 409
    assert alice.get(f"samples/{sponge.code}/").json()["state"] == "hold"
    new = {"project": project.slug, "amount_made": 5, "state": State.REJECTED}
    assert alice.post("nanosponge-batches/", new).status_code == 409
    assert alice.patch(f"samples/{sponge.code}/", {"note": "still here"}).status_code == 200


def test_the_ledger_takes_a_use_and_says_what_is_left(bob, project):
    sponge = factories.sponge(project, "20")
    answer = bob.post(
        f"samples/{sponge.code}/ledger/", {"kind": "use", "amount": 12.000001, "unit": "g", "reason": "XRD"}
    )
    assert answer.status_code == 201
    assert (answer.json()["amount_left"], answer.json()["unit"]) == (7.999999, "g")
    entries = bob.get(f"samples/{sponge.code}/ledger/").json()["results"]
    assert [(entry["kind"], entry["amount"], entry["created_by"]) for entry in entries] == [
        ("use", -12.000001, "bob"),
        ("make", 20, None),
    ]


def test_more_than_is_left_is_refused_with_what_is_left(bob, project):
    sponge = factories.sponge(project, "20")
    answer = bob.post(f"samples/{sponge.code}/ledger/", {"kind": "use", "amount": 30, "unit": "g"})
    assert answer.status_code == 409
    assert answer.json()["type"] == "urn:labsys:problem:not_enough"
    assert f"{sponge.code} has 20 g left" in answer.json()["detail"].replace("\u00a0", " ")


def test_a_correction_needs_a_reason(bob, project):
    sponge = factories.sponge(project, "20")
    answer = bob.post(f"samples/{sponge.code}/ledger/", {"kind": "correct", "amount": -0.5})
    assert (answer.status_code, list(answer.json()["errors"])) == (400, ["reason"])
    corrected = bob.post(
        f"samples/{sponge.code}/ledger/", {"kind": "correct", "amount": -0.5, "reason": "weighed again"}
    )
    assert corrected.json()["amount_left"] == 19.5


def test_what_was_made_cannot_be_booked_by_hand(bob, project):
    sponge = factories.sponge(project, "20")
    assert bob.post(f"samples/{sponge.code}/ledger/", {"kind": "make", "amount": 5}).status_code == 400


@pytest.mark.parametrize("written", ["NaN", "1e400", True, None, [], "twelve", -3, 0])
def test_what_is_no_amount_is_refused(bob, project, written):
    sponge = factories.sponge(project, "20")
    answer = bob.post(f"samples/{sponge.code}/ledger/", {"kind": "use", "amount": written})
    assert (answer.status_code, list(answer.json()["errors"])) == (400, ["amount"])
    sponge.refresh_from_db()
    assert sponge.amount_left == Decimal(20)


def test_the_chain_carries_the_amount_on_every_edge(bob, project):
    sponge = factories.sponge(project, "20")
    black = factories.additive(project, "3", takes=[factories.take(sponge, "7.5", role="boat 1")])
    up = bob.get(f"samples/{black.code}/ancestors/").json()
    assert up["edges"] == [
        {
            "source": sponge.code,
            "target": black.code,
            "amount": 7.5,
            "unit": "g",
            "role": "boat 1",
            "entered": "7.5\u00a0g",
        }
    ]
    assert {sample["code"] for sample in up["samples"]} == {sponge.code, black.code}
    assert up["samples"][0] == {
        "id": sponge.pk,
        "code": sponge.code,
        "kind": "nanosponge",
        "name": sponge.name,
        "group": "",
        "project": project.slug,
        "amount_left": 12.5,
        "unit": "g",
        "state": "available",
    }
    assert set(ChainSerializer().fields) == set(up)
    assert set(RelativeSerializer().fields) == set(up["samples"][0])
    assert set(EdgeSerializer().fields) == set(up["edges"][0])
    assert bob.get(f"samples/{sponge.code}/descendants/").json()["edges"] == up["edges"]
    assert bob.get(f"samples/{sponge.code}/ancestors/").json()["edges"] == []


def test_the_chain_hides_what_belongs_to_projects_of_others(bob, project):
    foreign = factories.sponge(factories.ProjectFactory())
    black = factories.additive(project, "3", takes=[factories.take(foreign, "7.5")])
    up = bob.get(f"samples/{black.code}/ancestors/").json()
    assert ([sample["code"] for sample in up["samples"]], up["edges"], up["hidden"]) == ([black.code], [], 1)


def test_a_sample_of_a_foreign_project_cannot_be_taken_from(bob, project):
    foreign = factories.sponge(factories.ProjectFactory())
    answer = bob.post("impregnations/", {"inputs": [{"sample": foreign.code, "amount": 1}]})
    assert answer.status_code == 400
    assert "may see" in answer.json()["detail"]
    foreign.refresh_from_db()
    assert foreign.amount_left == Decimal(20)


def test_a_furnace_run_leaves_an_additive_lot_per_boat(bob, project):
    dried = factories.sponge(project, "20")
    answer = bob.post(
        "carbonization-runs/",
        {
            "furnace": "tube 2",
            "segments": [{"from_degC": 25, "to_degC": 900, "rate_degC_per_min": 5, "hold_h": 2}],
            "boats": [
                {"source": dried.code, "mass_in_g": 5, "mass_out_g": 1.25, "group": "NPCs"},
                {
                    "source": dried.code,
                    "mass_in_g": "4",
                    "mass_out_g": "1",
                    "group": "Mo@NPCs",
                    "place": "shelf 1",
                },
            ],
        },
    )
    run = answer.json()
    assert answer.status_code == 201, run
    assert [(boat["number"], boat["yield_percent"]) for boat in run["boats"]] == [(1, 25), (2, 25)]
    assert run["segments"][0] == {
        "number": 1, "from_degC": 25, "to_degC": 900, "rate_degC_per_min": 5, "hold_h": 2,
    }  # fmt: skip
    assert bob.get(f"samples/{dried.code}/").json()["amount_left"] == 11
    assert bob.get(f"additives/{run['boats'][1]['additive']}/").json()["group"] == "Mo@NPCs"
    assert (
        bob.patch(f"carbonization-runs/{run['code']}/", {"note": "leak at 400 °C"}).json()["note"]
        == "leak at 400 °C"
    )
    assert bob.patch(f"carbonization-runs/{run['code']}/", {"boats": []}).status_code == 400


def test_a_boat_that_gained_mass_is_refused_by_its_number(bob, project):
    dried = factories.sponge(project, "20")
    boat = {"source": dried.code, "mass_in_g": 1, "mass_out_g": 2, "group": "NPCs"}
    answer = bob.post("carbonization-runs/", {"boats": [boat]})
    assert (answer.status_code, list(answer.json()["errors"])) == (400, ["boats.0"])
    assert bob.post("carbonization-runs/", {"boats": []}).status_code == 400


def test_a_person_of_several_projects_says_which(bob, project):
    person = factories.member(project, Role.EDITOR)
    other = factories.ProjectFactory(slug="electrolytes")
    other.memberships.create(user=person, role=Role.EDITOR)
    both = rest.of(person)
    answer = both.post("nanosponge-batches/", {})
    assert (answer.status_code, list(answer.json()["errors"])) == (400, ["project"])
    assert both.post("nanosponge-batches/", {"project": "electrolytes"}).json()["project"] == "electrolytes"
    assert both.post("nanosponge-batches/", {"project": "nowhere"}).status_code == 400


def test_the_list_is_filtered_sorted_and_paged(bob, project):
    for grams, group in (("5", "NPCs"), ("9", "NPCs"), ("7", "Mo@NPCs")):
        factories.additive(project, grams, group=group)
    assert [
        row["amount_left"] for row in bob.get("additives/", ordering="amount_left").json()["results"]
    ] == [5, 7, 9]
    assert [row["amount_left"] for row in bob.get("additives/", group="NPCs").json()["results"]] == [9, 5]
    seen = []
    page = "additives/?page_size=1&ordering=-amount_left"
    while page:
        body = bob.get(page).json()
        seen += [row["amount_left"] for row in body["results"]]
        page = body["next"]
    assert seen == [9, 7, 5]


def test_pages_by_a_column_with_gaps_show_every_row_once(bob, project):
    names = ["b", "a", "b", "c", "a", "b"]
    for name in names:
        Study.objects.create(project=project, name=name)
    seen = []
    page = "studies/?page_size=2&ordering=name"
    while page:
        body = bob.get(page).json()
        seen += [row["name"] for row in body["results"]]
        page = body["next"]
    assert seen == sorted(names)


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"colour": "red"}, "colour"),
        ({"ordering": "password"}, "ordering"),
        ({"page_size": "201"}, "page_size"),
        ({"page_size": "-1"}, "page_size"),
        ({"cursor": "bm9uc2Vuc2U"}, "cursor"),
        ({"simulated": "perhaps"}, "simulated"),
        ({"made_after": "yesterday"}, "made_after"),
    ],
)
def test_what_a_list_does_not_know_is_refused_with_what_it_knows(bob, query, field):
    answer = bob.get("nanosponge-batches/", **query)
    assert (answer.status_code, list(answer.json()["errors"])) == (400, [field])


def test_every_word_of_a_search_counts(bob, project):
    factories.sponge(project, name="citric acid, slow")
    factories.sponge(project, name="citric acid, fast")
    names = [row["name"] for row in bob.get("samples/", q="citric slow").json()["results"]]
    assert names == ["citric acid, slow"]


def test_a_page_of_samples_costs_the_same_however_long_it_is(bob, project, django_assert_num_queries):
    factories.sponge(project)
    bob.get("nanosponge-batches/")
    with django_assert_num_queries(3):  # the token, whose projects, the rows
        assert len(bob.get("nanosponge-batches/").json()["results"]) == 1
    for _ in range(12):
        factories.sponge(project)
    with django_assert_num_queries(3):
        assert len(bob.get("nanosponge-batches/").json()["results"]) == 13


@pytest.mark.parametrize("path", ["samples/", "nanosponge-batches/"])
def test_a_search_by_the_beginning_of_a_code_goes_on_page_by_page(
    bob, project, path, django_assert_max_num_queries
):
    codes = [factories.sponge(project).code for _ in range(5)]
    factories.additive(project, "3")
    found, address, query = [], path, {"search": "ns-", "page_size": 2}
    while address:
        with django_assert_max_num_queries(5):  # token, whose projects, near ones, all of them, their rows
            page = bob.get(address, **query).json()
        found += [row["code"] for row in page["results"]]
        address, query = page["next"], {}
    assert found == codes[::-1]


def test_a_sample_is_created_in_the_list_of_its_kind(bob):
    assert bob.post("samples/", {"name": "what is it"}).status_code == 405


def test_every_kind_can_be_created_and_read_back(bob, project):
    for prefix in (
        "nanosponge-batches",
        "impregnations",
        "freeze-dryings",
        "additives",
        "electrolyte-batches",
    ):
        made = bob.post(f"{prefix}/", {"amount_made": 1.5})
        assert made.status_code == 201, made.json()
        assert bob.get(f"{prefix}/{made.json()['code']}/").json()["amount_left"] == 1.5
    assert Sample.objects.count() == 5


def test_materials_are_shared_and_whoever_may_log_somewhere_changes_them(bob, viewer):
    made = bob.post("materials/", {"name": "Nickel nitrate hexahydrate", "molar_mass_g_per_mol": 290.79})
    assert made.status_code == 201, made.json()
    address = f"materials/{made.json()['id']}/"
    assert viewer.get(address).json()["molar_mass_g_per_mol"] == 290.79
    assert viewer.post("materials/", {"name": "Toluene"}).status_code == 403
    assert viewer.patch(address, {"molar_mass_g_per_mol": 29}).status_code == 403
    assert viewer.get(address).json()["molar_mass_g_per_mol"] == 290.79
    assert bob.patch(address, {"molar_mass_g_per_mol": 290.8}).json()["molar_mass_g_per_mol"] == 290.8
    events = apps.get_model("synthesis", "MaterialEvent").objects.filter(pgh_obj_id=made.json()["id"])
    assert events.latest("pgh_id").pgh_context["token"] == "script"


def test_projects_are_made_by_administrators_and_described_by_managers(alice, bob, project):
    root = rest.of(factories.UserFactory(is_superuser=True, is_staff=True))
    assert bob.post("projects/", {"name": "Mine", "slug": "mine"}).status_code == 403
    assert root.post("projects/", {"name": "Binders", "slug": "binders"}).status_code == 201
    assert bob.patch("projects/additives/", {"description": "x"}).status_code == 403
    described = alice.patch("projects/additives/", {"description": "Carbons"}).json()
    assert described["description"] == "Carbons"
    assert {member["user"]: member["role"] for member in described["members"]} == {
        "alice": "manager",
        "bob": "editor",
    }


def test_who_changed_what_over_rest_is_recorded_with_the_token(bob, project):
    sponge = factories.sponge(project)
    bob.patch(f"samples/{sponge.code}/", {"note": "pale"})
    event = apps.get_model("synthesis", "SampleEvent").objects.filter(pgh_obj_id=sponge.pk).latest("pgh_id")
    assert event.note == "pale"
    assert event.pgh_context["token"] == "script"
    assert event.pgh_context["url"] == f"/api/v1/samples/{sponge.code}/"
    assert event.pgh_context["user"] is not None
