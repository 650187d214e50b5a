"""What a browser sends twice is booked once: one after the other, both at once, and after a refusal."""

from __future__ import annotations

import threading
import uuid
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from synthesis.models import NanospongeBatch, Role, Sample, Submission
from tests import factories
from tests.synthesis.pages.conftest import Lab, people


def values(lab: Lab, source: Any, **more: str) -> dict[str, str]:
    return {
        "project": str(lab.project.pk), "amount_made": "15 g", "takes-TOTAL_FORMS": "1",
        "takes-INITIAL_FORMS": "0", "takes-0-role": "melamine", "takes-0-sample": source.code,
        "takes-0-amount": "4 g", "submission_key": str(uuid.uuid4()), **more,
    }  # fmt: skip


@pytest.fixture
def lab(db: None) -> Lab:
    return people()


@pytest.fixture
def source(lab: Lab) -> Any:
    return factories.lot(lab.project, "20")


def left(sample: Sample) -> Decimal:
    sample.refresh_from_db()
    return sample.amount_left


def test_the_same_form_again_is_led_to_what_it_recorded(lab, source):
    bob, sent = lab.as_(lab.bob), values(lab, source)
    first, second = bob.post("/log/nanosponge/", sent), bob.post("/log/nanosponge/", sent)
    assert first.status_code == second.status_code == 302
    assert first["Location"] == second["Location"]
    assert NanospongeBatch.objects.count() == 1
    assert left(source) == 16
    page = bob.get(second["Location"]).content.decode()
    assert "nothing was booked a second time" in page


def test_a_key_in_the_header_counts_like_the_field(lab, source):
    bob, sent, key = lab.as_(lab.bob), values(lab, source), str(uuid.uuid4())
    sent.pop("submission_key")
    for _ in range(2):
        bob.post("/log/nanosponge/", sent, headers={"Submission-Key": key})
    assert (NanospongeBatch.objects.count(), Submission.objects.get().key) == (1, uuid.UUID(key))


def test_a_refused_form_may_be_corrected_under_its_key(lab, source):
    bob, sent = lab.as_(lab.bob), values(lab, source)
    refused = bob.post("/log/nanosponge/", {**sent, "takes-0-amount": "21 g"})
    assert refused.status_code == 409
    assert sent["submission_key"] in refused.content.decode()
    assert (Submission.objects.count(), left(source)) == (0, Decimal(20))
    assert bob.post("/log/nanosponge/", sent).status_code == 302
    assert left(source) == 16


def test_a_form_without_a_key_is_recorded_each_time(lab, source):
    bob, sent = lab.as_(lab.bob), values(lab, source, submission_key="")
    for _ in range(2):
        assert bob.post("/log/nanosponge/", sent).status_code == 302
    assert left(source) == 12


def test_what_is_no_key_is_refused_and_nothing_booked(lab, source):
    answer = lab.as_(lab.bob).post("/log/nanosponge/", values(lab, source, submission_key="7; drop"))
    assert answer.status_code == 400
    assert "is no key of a form" in answer.content.decode()
    assert left(source) == 20


def test_somebody_elses_key_says_nothing_of_what_it_recorded(lab, source):
    sent = values(lab, source)
    address = lab.as_(lab.bob).post("/log/nanosponge/", sent)["Location"]
    answer = lab.as_(lab.charlie).post("/log/nanosponge/", sent)
    assert answer.status_code == 409
    assert address not in answer.content.decode()


def test_a_viewer_who_may_not_log_leaves_no_key_behind(lab, source):
    assert lab.as_(lab.vera).post("/log/nanosponge/", values(lab, source)).status_code == 403
    assert Submission.objects.count() == 0


@pytest.mark.django_db(transaction=True)
def test_eight_at_the_same_time_book_once():
    lab = people()
    source, bob = factories.lot(lab.project, "20"), factories.member(lab.project, Role.EDITOR)
    sent, answers, start = values(lab, source), [], threading.Barrier(8)
    clients = [Client() for _ in range(8)]
    for client in clients:
        client.force_login(bob)

    def post(client: Client) -> None:
        start.wait()
        try:
            answers.append(client.post("/log/nanosponge/", sent)["Location"])
        finally:
            connection.close()

    threads = [threading.Thread(target=post, args=(client,)) for client in clients]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(answers) == 8
    assert len(set(answers)) == 1
    assert NanospongeBatch.objects.count() == 1
    assert left(source) == 16
