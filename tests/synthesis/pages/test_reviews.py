"""The page of a review: signing, what is then refused everywhere, opening again, and changes behind our back."""

from __future__ import annotations

import html
from typing import Any

import orjson
import psycopg
import pytest
from django.db import connection, transaction

from synthesis import changes, furnace, ledger, reviews, verification
from synthesis.errors import Refusal
from synthesis.models import CarbonizationRun, NanospongeBatch, Sample, Signature
from synthesis.pages import page
from synthesis.units import parse
from tests.factories import PASSWORD, ProjectFactory, lot, sponge, take
from tests.synthesis.pages.conftest import Lab, people


@pytest.fixture
def batch(lab: Lab) -> NanospongeBatch:
    return made(lab)


def made(lab: Lab) -> NanospongeBatch:
    dextrin = lot(lab.project, "200")
    product = NanospongeBatch(project=lab.project, name="first", stirring_speed_rpm=300, note="milky")
    return ledger.record(
        product, parse("38.6 g", "g"), [take(dextrin, "20.04", role="β-cyclodextrin")], lab.bob
    )


def signing(**values: str) -> dict[str, str]:
    return {"do": "sign", "meaning": "performed", "password": PASSWORD, **values}


def said(answer: Any) -> str:
    return html.unescape(answer.content.decode()).replace("\u00a0", " ")


def test_a_signature_is_given_with_the_password_and_stands_on_the_page(
    lab: Lab, batch: NanospongeBatch
) -> None:
    bob, address = lab.as_(lab.bob), f"/samples/{batch.code}/review/"
    assert "Nobody signed it yet" in said(bob.get(address))
    assert bob.post(address, signing(reason="all there"))["Location"] == address
    text = said(bob.get(address))
    signature = Signature.objects.get()
    assert signature.sha256 in text
    assert "I did this as it is written here" in text
    assert "The record is as it was signed." in text
    overview = said(bob.get(batch.get_absolute_url()))
    assert "Locked: bob signed it on" in overview
    assert signature.sha256 in overview


@pytest.mark.parametrize(
    ("sent", "status", "sentence"),
    [
        (signing(password="wrong"), 400, "This is not the password of bob"),
        (signing(password=""), 422, "This field is required"),
        (signing(meaning=""), 422, "This field is required"),
        (signing(meaning="approved"), 422, "Select a valid choice"),
        (signing(meaning="reviewed"), 403, "somebody else reviews it"),
    ],
)
def test_what_is_wrong_with_a_signature_is_said_beside_its_field(
    lab: Lab, batch: NanospongeBatch, sent: dict[str, str], status: int, sentence: str
) -> None:
    answer = lab.as_(lab.bob).post(f"/samples/{batch.code}/review/", sent | {"reason": "kept"})
    assert answer.status_code == status
    assert sentence in said(answer)
    assert 'value="kept"' in said(answer)
    assert PASSWORD not in said(answer)
    assert not Signature.objects.exists()


def test_everything_that_would_change_a_signed_record_is_refused(lab: Lab, batch: NanospongeBatch) -> None:
    reviews.sign(batch, "performed", lab.bob, PASSWORD)
    batch = NanospongeBatch.objects.get(pk=batch.pk)
    bob = lab.as_(lab.bob)
    with pytest.raises(reviews.Signed):
        changes.apply(batch, {}, {"note": "clear"}, lab.bob)
    with pytest.raises(reviews.Signed):
        ledger.make(batch, parse("1 g", "g"), by=lab.bob)
    with pytest.raises(reviews.Signed):
        ledger.use(take(lot(lab.project), "1"), by=lab.bob, product=batch)
    for path in ("samples", "nanosponge-batches"):
        with transaction.atomic():
            answer = bob.patch(
                f"/api/v1/{path}/{batch.code}/", orjson.dumps({"note": "x"}), content_type="application/json"
            )
            transaction.set_rollback(True)
        assert answer.status_code == 409, path
        assert answer.json()["type"].endswith(":signed")
        assert "locked" in answer.json()["detail"]
    yielded = bob.post(
        f"/samples/{batch.code}/book/", {"kind": "make", "amount": "1 g", "reason": "weighed again"}
    )
    assert yielded.status_code == 409
    assert "Open the review again" in said(yielded)
    lab.alice.is_superuser = True
    lab.alice.save()
    admin = lab.as_(lab.alice).post(f"/admin/synthesis/nanospongebatch/{batch.pk}/change/", {"note": "x"})
    assert admin.status_code == 403
    assert Sample.objects.get(pk=batch.pk).note == "milky"


def test_what_is_left_may_still_be_used_and_moved(lab: Lab, batch: NanospongeBatch) -> None:
    reviews.sign(batch, "performed", lab.bob, PASSWORD)
    ledger.use(take(batch, "5"), by=lab.bob)
    changes.apply(NanospongeBatch.objects.get(pk=batch.pk), {}, {"place": "freezer 2"}, lab.bob)
    assert [one.valid for one in verification.check(batch, lab.bob)] == [True]


def test_the_last_guard_speaks_as_the_first_does(lab: Lab, batch: NanospongeBatch) -> None:
    """A page that forgot to ask is stopped by the database, and answers with the same status and words."""
    reviews.sign(batch, "performed", lab.bob, PASSWORD)

    @page
    def careless(request: Any) -> Any:
        with transaction.atomic():
            Sample.objects.filter(pk=batch.pk).update(note="x")

    request = lab.as_(lab.bob).get("/").wsgi_request
    answer = careless(request)
    assert answer.status_code == 409
    assert "Open the review again before it is changed" in said(answer)


def test_opening_again_is_said_wherever_the_record_is_shown(lab: Lab, batch: NanospongeBatch) -> None:
    bob, address = lab.as_(lab.bob), f"/samples/{batch.code}/review/"
    bob.post(address, signing())
    assert bob.post(address, {"do": "reopen", "password": PASSWORD, "reason": ""}).status_code == 422
    assert (
        bob.post(address, {"do": "reopen", "password": PASSWORD, "reason": "typo in stirring"}).status_code
        == 302
    )
    changes.apply(NanospongeBatch.objects.get(pk=batch.pk), {}, {"stirring_speed_rpm": 310.0}, lab.bob)
    text = said(lab.as_(lab.vera).get(batch.get_absolute_url()))
    assert "Review opened again by bob on" in text
    assert ": typo in stirring. The record was changed since; it differs in: stirring." in text
    history = said(lab.as_(lab.vera).get(f"{batch.get_absolute_url()}?tab=history"))
    assert "signed: I opened the record again · typo in stirring" in history
    bob.post(address, signing())
    assert "Review opened again" not in said(bob.get(batch.get_absolute_url()))


def test_what_came_later_from_other_floors_breaks_no_signature(
    lab: Lab, batch: NanospongeBatch, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = {"raman.txt": "aaaa"}
    monkeypatch.setattr("synthesis.signed_content._PROVIDERS", [lambda subject: {"files": files}])
    reviews.sign(batch, "performed", lab.bob, PASSWORD)
    files["xps.vms"] = "bbbb"
    (checked,) = verification.check(batch, lab.bob)
    assert (checked.valid, checked.added) == (True, 1)
    files["raman.txt"] = "cccc"
    (checked,) = verification.check(batch, lab.bob)
    assert not checked.valid
    assert checked.deviations[0].label == "files · raman.txt"


def test_a_stranger_to_another_project_learns_no_code_from_what_differs(lab: Lab) -> None:
    elsewhere = ProjectFactory(name="Third", slug="third")
    foreign = sponge(elsewhere)
    product = ledger.record(
        NanospongeBatch(project=lab.project), parse("1 g", "g"), [take(foreign, "1")], lab.bob
    )
    made = reviews.sign(product, "performed", lab.bob, PASSWORD)
    reviews.reopen(product, lab.bob, PASSWORD, "more to come")
    ledger.use(take(foreign, "2"), by=None, product=product)
    text = said(lab.as_(lab.vera).get(f"/samples/{product.code}/review/"))
    assert "a sample of another project" in text
    assert foreign.code not in text
    assert verification.content_for(made, lab.vera) is None


def test_a_run_is_reviewed_on_its_own_page(lab: Lab) -> None:
    load = furnace.BoatLoad(sponge(lab.project), parse("3 g", "g"), parse("0.9 g", "g"), "NPCs")
    run = furnace.record_run(CarbonizationRun(project=lab.project), [], [load], lab.bob)
    bob = lab.as_(lab.bob)
    assert bob.post(f"/furnace-runs/{run.code}/review/", signing()).status_code == 302
    text = said(bob.get(run.get_absolute_url()))
    assert "Locked: bob signed it on" in text
    assert Signature.objects.get().sha256 in text
    assert "signed: I did this" in said(bob.get(f"/history/furnace-run/{run.pk}/"))


def test_a_page_with_signatures_asks_few_questions(
    lab: Lab, batch: NanospongeBatch, django_assert_max_num_queries: Any
) -> None:
    for _round in range(5):
        reviews.sign(batch, "performed", lab.bob, PASSWORD)
        reviews.reopen(batch, lab.bob, PASSWORD, "again")
    bob = lab.as_(lab.bob)
    with django_assert_max_num_queries(15):
        bob.get(f"/samples/{batch.code}/review/")


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("statement", "seen"),
    [
        ("UPDATE synthesis_sample SET note = 'clear'", "differs in: note"),
        ("UPDATE synthesis_nanospongebatch SET stirring_speed_rpm = 301", "differs in: stirring"),
        ("UPDATE synthesis_ledgerentry SET delta = -20.05 WHERE product_id IS NOT NULL", "what it was made of"),
        ("UPDATE synthesis_signature SET content = content - 'made'", "hash no longer fits"),
        ("UPDATE synthesis_signature SET sha256 = repeat('0', 64)", "hash no longer fits"),
    ],
)  # fmt: skip
def test_a_change_behind_our_back_by_the_owner_of_the_database_is_caught(
    owner_of_tables: psycopg.Connection[Any], statement: str, seen: str
) -> None:
    lab = people()
    batch = made(lab)
    reviews.sign(batch, "performed", lab.bob, PASSWORD)
    connection.close()
    table = statement.split()[1]
    owner_of_tables.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
    owner_of_tables.execute(statement)
    owner_of_tables.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")
    text = said(lab.as_(lab.bob).get(batch.get_absolute_url()))
    assert "The signature of bob no longer holds" in text
    assert seen in text


def test_a_signature_made_of_nothing_is_no_refusal_but_silence(lab: Lab, batch: NanospongeBatch) -> None:
    assert verification.check(batch, lab.bob) == []
    with pytest.raises(Refusal):
        reviews.reopen(batch, lab.bob, PASSWORD, "nothing to open")
