"""Signing a record: who may, with what meaning and password, what it locks, and how it is opened again."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import IntegrityError, transaction

from synthesis import access, furnace, ledger, reviews, signed_content
from synthesis.errors import NotAllowed, Refusal
from synthesis.models import CarbonizationRun, NanospongeBatch, ProgrammeSegment, Role, Sample, Signature
from synthesis.models.samples import State
from synthesis.units import parse
from tests.factories import PASSWORD, InstrumentFactory, ProjectFactory, lot, member, sponge, take

pytestmark = pytest.mark.django_db
Meaning = Signature.Meaning


@pytest.fixture
def project() -> Any:
    return ProjectFactory(name="ASSLB additives")


@pytest.fixture
def alice(project: Any) -> User:
    return member(project, Role.MANAGER, username="alice")


@pytest.fixture
def bob(project: Any) -> User:
    return member(project, Role.EDITOR, username="bob")


@pytest.fixture
def batch(project: Any, bob: User) -> NanospongeBatch:
    dextrin = lot(project, "200")
    made = NanospongeBatch(project=project, name="first", stirring_speed_rpm=300, note="milky")
    return ledger.record(made, parse("38.6 g", "g"), [take(dextrin, "20.04", role="β-cyclodextrin")], bob)


def test_a_signature_keeps_what_was_signed_and_locks_it(batch: NanospongeBatch, bob: User) -> None:
    made = reviews.sign(batch, "performed", bob, PASSWORD)
    batch.refresh_from_db()
    assert batch.signed_at is not None
    assert (
        made.sha256 == signed_content.digest(made.content) == signed_content.digest(signed_content.of(batch))
    )
    assert made.content["record"]["stirring_speed_rpm"] == "300.0"
    assert made.content["made"][0]["amount"] == "38.6"
    assert made.content["inputs"][0]["amount"] == "-20.04"
    assert made.statement == "I did this as it is written here"


def test_what_comes_back_from_the_database_has_the_hash_of_what_was_signed(
    batch: NanospongeBatch, bob: User
) -> None:
    made = reviews.sign(batch, "performed", bob, PASSWORD)
    stored = Signature.objects.get(pk=made.pk)
    assert signed_content.digest(stored.content) == stored.sha256


@pytest.mark.parametrize("password", ["", "white-rabbit-furnace-8", " " + PASSWORD])
def test_without_the_right_password_nothing_is_signed(
    batch: NanospongeBatch, bob: User, password: str
) -> None:
    with pytest.raises(Refusal) as refused:
        reviews.sign(batch, "performed", bob, password)
    assert refused.value.field == "password"
    assert not Signature.objects.exists()


def test_an_account_without_a_password_is_told_so(batch: NanospongeBatch, bob: User) -> None:
    bob.set_unusable_password()
    bob.save()
    with pytest.raises(Refusal, match="has no password here"):
        reviews.confirm(bob, PASSWORD)


def test_an_instrument_cannot_sign(batch: NanospongeBatch) -> None:
    with pytest.raises(NotAllowed):
        reviews.sign(batch, "performed", access.InstrumentActor(InstrumentFactory()), PASSWORD)


def test_a_viewer_cannot_sign(batch: NanospongeBatch, project: Any) -> None:
    with pytest.raises(NotAllowed):
        reviews.sign(batch, "performed", member(project, Role.VIEWER), PASSWORD)


@pytest.mark.parametrize("meaning", ["", "reopened", "checked", "PERFORMED"])
def test_a_meaning_that_is_none_is_refused(batch: NanospongeBatch, bob: User, meaning: str) -> None:
    with pytest.raises(Refusal, match="no meaning"):
        reviews.sign(batch, meaning, bob, PASSWORD)


def test_nobody_reviews_their_own_work(batch: NanospongeBatch, bob: User) -> None:
    with pytest.raises(NotAllowed, match="somebody else reviews it"):
        reviews.sign(batch, "reviewed", bob, PASSWORD)


def test_a_manager_may_and_the_signature_says_it(project: Any, alice: User) -> None:
    own = sponge(project, created_by=alice)
    own = ledger.record(NanospongeBatch(project=project), parse("1 g", "g"), [], alice)
    made = reviews.sign(own, "reviewed", alice, PASSWORD)
    assert "by the same person who made it" in made.statement


def test_whoever_signed_as_performed_is_the_one_who_made_it(
    batch: NanospongeBatch, bob: User, project: Any
) -> None:
    carol = member(project, Role.EDITOR)
    reviews.sign(batch, "performed", carol, PASSWORD)
    with pytest.raises(NotAllowed):
        reviews.sign(batch, "reviewed", carol, PASSWORD)
    reviews.sign(batch, "reviewed", bob, PASSWORD)


def test_approval_comes_after_a_review_and_from_a_manager(
    batch: NanospongeBatch, bob: User, alice: User, project: Any
) -> None:
    with pytest.raises(NotAllowed):
        reviews.sign(batch, "approved", bob, PASSWORD)
    with pytest.raises(Refusal, match="was not reviewed yet"):
        reviews.sign(batch, "approved", alice, PASSWORD)
    reviews.sign(batch, "reviewed", member(project, Role.EDITOR), PASSWORD)
    reviews.sign(batch, "approved", alice, PASSWORD)
    assert [one.meaning for one in reviews.standing(batch)] == ["reviewed", "approved"]


def test_the_same_meaning_is_signed_once_by_one_person(batch: NanospongeBatch, bob: User) -> None:
    reviews.sign(batch, "performed", bob, PASSWORD)
    with pytest.raises(Refusal, match="You signed"):
        reviews.sign(batch, "performed", bob, PASSWORD)


def test_a_step_in_progress_is_not_signed(batch: NanospongeBatch, bob: User) -> None:
    Sample.objects.filter(pk=batch.pk).update(state=State.IN_PROGRESS)
    with pytest.raises(Refusal, match="still in progress"):
        reviews.sign(batch, "performed", bob, PASSWORD)


def test_a_decision_needs_a_manager_and_a_reason_and_locks_nothing(
    batch: NanospongeBatch, alice: User, bob: User
) -> None:
    with pytest.raises(NotAllowed):
        reviews.sign(batch, "decided", bob, PASSWORD, "too grey")
    with pytest.raises(Refusal, match="with its reason"):
        reviews.sign(batch, "decided", alice, PASSWORD, "  ")
    reviews.sign(batch, "decided", alice, PASSWORD, "too grey")
    batch.refresh_from_db()
    assert batch.signed_at is None


def test_opening_again_needs_a_signer_or_a_manager_and_a_reason(
    batch: NanospongeBatch, bob: User, project: Any
) -> None:
    reviews.sign(batch, "performed", bob, PASSWORD)
    with pytest.raises(NotAllowed):
        reviews.reopen(batch, member(project, Role.EDITOR), PASSWORD, "typo")
    with pytest.raises(Refusal, match="Say why"):
        reviews.reopen(batch, bob, PASSWORD, " ")
    reviews.reopen(batch, bob, PASSWORD, "typo in the yield")
    batch.refresh_from_db()
    assert batch.signed_at is None
    assert reviews.standing(batch) == []
    assert [one.meaning for one in reviews.of(batch)] == ["performed", "reopened"]
    with pytest.raises(Refusal, match="open already"):
        reviews.reopen(batch, bob, PASSWORD, "again")


def test_a_locked_record_says_who_locked_it(batch: NanospongeBatch, bob: User) -> None:
    reviews.require_open(batch)
    reviews.sign(batch, "performed", bob, PASSWORD)
    with pytest.raises(reviews.Signed, match="locked, signed by bob on"):
        reviews.require_open(batch)


def test_the_database_keeps_what_was_signed(batch: NanospongeBatch, bob: User) -> None:
    reviews.sign(batch, "performed", bob, PASSWORD)
    for change in (
        lambda: Sample.objects.filter(pk=batch.pk).update(note="clear"),
        lambda: NanospongeBatch.objects.filter(pk=batch.pk).update(stirring_speed_rpm=200),
        lambda: Signature.objects.update(sha256="0" * 64),
    ):
        with pytest.raises(Exception), transaction.atomic():  # noqa: B017  # each guard has its own error
            change()
    Sample.objects.filter(pk=batch.pk).update(place="box 3")


def test_a_run_is_signed_with_its_programme_and_its_boats(project: Any, bob: User) -> None:
    load = furnace.BoatLoad(sponge(project), parse("3 g", "g"), parse("0.9 g", "g"), "NPCs")
    segment = ProgrammeSegment(from_degC=25, to_degC=700, rate_degC_per_min=5, hold_h=4)
    run = furnace.record_run(CarbonizationRun(project=project), [segment], [load], bob)
    made = reviews.sign(run, "performed", bob, PASSWORD)
    assert made.content["boats"][0]["mass_out_g"] == "0.9"
    assert made.content["segments"][0]["to_degC"] == "700.0"
    with pytest.raises(IntegrityError, match="is signed"), transaction.atomic():
        CarbonizationRun.objects.filter(pk=run.pk).update(note="other")
    with pytest.raises(IntegrityError, match="is signed"), transaction.atomic():
        run.boats.update(mass_out_g=Decimal("0.8"))
    reviews.reopen(run, bob, PASSWORD, "a boat was weighed again")
    CarbonizationRun.objects.filter(pk=run.pk).update(note="other")
