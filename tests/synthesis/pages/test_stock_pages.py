"""Booking, counting, splitting and pooling by hand: what is said, what stays, and who is turned away."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

import pytest

from synthesis import ledger
from synthesis.models import LedgerEntry, Sample, StockCount
from synthesis.models.samples import State
from tests.factories import MaterialFactory, additive, lot, sponge, take
from tests.synthesis.pages.conftest import Lab


def html(answer: Any) -> str:
    return str(answer.content.decode())


def left(sample: Sample) -> Decimal:
    sample.refresh_from_db()
    return sample.amount_left


def test_a_use_is_told_with_the_way_back_and_undone_by_it(lab: Lab) -> None:
    batch, bob = sponge(lab.project, "40"), lab.as_(lab.bob)
    answer = bob.post(f"/samples/{batch.code}/book/", {"kind": "use", "amount": "20 g"}, follow=True)
    toast = html(answer).split('class="toast"')[1].split("</div>")[0]
    assert f"Took 20\u00a0g from {batch.code}" in toast
    way_back = re.search(r'action="([^"]+/undo/)"', toast)
    assert way_back
    bob.post(way_back[1])
    assert left(batch) == Decimal("40")
    page = html(bob.get(f"/samples/{batch.code}/?tab=ledger"))
    assert "Undo of entry" in page
    assert page.count("/undo/") == 0


def test_an_entry_of_another_sample_or_project_is_not_undone(lab: Lab) -> None:
    batch, other = sponge(lab.project, "40"), sponge(lab.project, "40")
    entry = ledger.use(take(batch, "20"), by=lab.bob)
    assert lab.as_(lab.bob).post(f"/samples/{other.code}/ledger/{entry.pk}/undo/").status_code == 404
    assert lab.as_(lab.charlie).post(f"/samples/{batch.code}/ledger/{entry.pk}/undo/").status_code == 404
    assert lab.as_(lab.vera).post(f"/samples/{batch.code}/ledger/{entry.pk}/undo/").status_code == 403
    assert left(batch) == Decimal("20")


def test_what_a_step_took_has_no_undo(lab: Lab) -> None:
    batch = sponge(lab.project, "40")
    additive(lab.project, takes=[take(batch, "5")])
    assert "/undo/" not in html(lab.as_(lab.bob).get(f"/samples/{batch.code}/?tab=ledger"))


def test_a_count_is_booked_with_its_reason(lab: Lab) -> None:
    batch = sponge(lab.project, "40")
    form = {"kind": "count", "amount": "0,0386 kg", "reason": "yearly"}
    answer = lab.as_(lab.bob).post(f"/samples/{batch.code}/book/", form, follow=True)
    assert "Corrected" in html(answer)
    entry = LedgerEntry.objects.latest("pk")
    assert (entry.delta, entry.reason) == (
        Decimal("-1.4"),
        "counted 0.0386\u00a0kg, expected 40\u00a0g: yearly",
    )


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ({"kind": "correct", "amount": "2 g"}, "Say why"),
        ({"kind": "discard", "amount": "2 g"}, "Say why"),
        ({"kind": "discard_all"}, "Say why"),
        ({"kind": "use", "amount": "41 g"}, "has 40 g left, 1 g too little"),
        ({"kind": "use", "amount": "-3"}, "an amount is above zero"),
        ({"kind": "use", "amount": "NaN"}, "is not a"),
        ({"kind": "use", "amount": "3 mL"}, "is a volume"),
        ({"kind": "use", "amount": "3 stone"}, "is not a known unit"),
        ({"kind": "use", "amount": ""}, "Say how much, with its unit"),
        ({"kind": "count", "amount": "-1 g"}, "less than nothing cannot be there"),
        ({"kind": "give away", "amount": "3 g"}, "Select a valid choice"),
        ({"amount": "3 g"}, "This field is required"),
    ],
)
def test_a_wrong_booking_keeps_what_was_typed_and_says_why_beside_it(
    lab: Lab, sent: dict[str, str], said: str
) -> None:
    batch = sponge(lab.project, "40")
    answer = lab.as_(lab.bob).post(f"/samples/{batch.code}/book/", sent | {"note": ""})
    assert 400 <= answer.status_code < 500
    page = html(answer)
    assert said in page.replace("\u00a0", " ")
    if sent.get("amount"):
        assert f'value="{sent["amount"]}"' in page
    assert left(batch) == Decimal("40")


def test_all_that_is_left_is_discarded_without_an_amount(lab: Lab) -> None:
    batch = sponge(lab.project, "40")
    lab.as_(lab.bob).post(f"/samples/{batch.code}/book/", {"kind": "discard_all", "reason": "mouldy"})
    assert left(batch) == 0


def test_a_whole_material_is_counted_in_one_go(lab: Lab) -> None:
    material = MaterialFactory(name="melamine")
    first, second, third = (lot(lab.project, "20", material=material) for _number in range(3))
    bob = lab.as_(lab.bob)
    page = html(bob.get(f"/materials/{material.pk}/count/"))
    assert all(one.code in page for one in (first, second, third))
    form = {f"expected-{one.pk}": "20.000000000" for one in (first, second, third)}
    form |= {f"counted-{first.pk}": "19.5", f"counted-{second.pk}": "20 g", "reason": "inventory"}
    answer = bob.post(f"/materials/{material.pk}/count/", form, follow=True)
    assert "Counted 2 samples, 1 not as expected." in html(answer)
    assert [left(one) for one in (first, second, third)] == [Decimal("19.5"), Decimal("20"), Decimal("20")]
    assert StockCount.objects.count() == 2


def test_one_wrong_row_books_none_and_says_so_beside_it(lab: Lab) -> None:
    material = MaterialFactory()
    first, second = (lot(lab.project, "20", material=material) for _number in range(2))
    form = {f"counted-{first.pk}": "19", f"counted-{second.pk}": "19 mL",
            f"expected-{first.pk}": "20", f"expected-{second.pk}": "20"}  # fmt: skip
    answer = lab.as_(lab.bob).post(f"/materials/{material.pk}/count/", form)
    assert answer.status_code in (400, 422)
    assert "is a volume" in html(answer)
    assert 'value="19 mL"' in html(answer)
    assert left(first) == Decimal("20")


def test_a_list_that_was_overtaken_shows_what_is_there_now(lab: Lab) -> None:
    material = MaterialFactory()
    one = lot(lab.project, "20", material=material)
    ledger.use(take(one, "20"), by=None)
    form = {f"counted-{one.pk}": "19", f"expected-{one.pk}": "20"}
    answer = lab.as_(lab.bob).post(f"/materials/{material.pk}/count/", form)
    assert answer.status_code == 409
    assert "Count it again" in html(answer)
    assert f'name="expected-{one.pk}" value="0' in html(answer)


def test_a_count_of_nothing_and_by_a_stranger_books_nothing(lab: Lab) -> None:
    material = MaterialFactory()
    one = lot(lab.project, "20", material=material)
    answer = lab.as_(lab.bob).post(f"/materials/{material.pk}/count/", {f"expected-{one.pk}": "20"})
    assert "Nothing was counted yet" in html(answer)
    stranger = {f"counted-{one.pk}": "1", f"expected-{one.pk}": "20"}
    answer = lab.as_(lab.charlie).post(f"/materials/{material.pk}/count/", stranger)
    assert one.code not in html(answer)
    assert left(one) == Decimal("20")


def test_a_lot_is_split_into_three_alike(lab: Lab) -> None:
    one, bob = lot(lab.project, "7"), lab.as_(lab.bob)
    page = html(bob.get(f"/samples/{one.code}/split/?parts=3"))
    amounts = re.findall(r'name="parts-\d-amount" value="([^"]+)"', page)
    assert amounts == ["2.333333333 g", "2.333333333 g", "2.333333334 g"]
    form = {"parts-TOTAL_FORMS": 3, "parts-INITIAL_FORMS": 3} | {
        f"parts-{number}-amount": amount for number, amount in enumerate(amounts)
    }
    answer = bob.post(f"/samples/{one.code}/split/", form, follow=True)
    assert "into LOT-" in html(answer)
    assert left(one) == 0
    assert Sample.objects.filter(kind="lot").count() == 4


def test_parts_beyond_what_is_left_are_refused_beside_the_last(lab: Lab) -> None:
    one = lot(lab.project, "7")
    form = {
        "parts-TOTAL_FORMS": 2,
        "parts-INITIAL_FORMS": 0,
        "parts-0-amount": "5 g",
        "parts-1-amount": "3 g",
    }
    answer = lab.as_(lab.bob).post(f"/samples/{one.code}/split/", form)
    assert answer.status_code == 409
    assert "The parts add to 8 g" in html(answer)
    assert 'value="3 g"' in html(answer)
    assert Sample.objects.count() == 1


@pytest.mark.parametrize("asked", ["0", "61", "99999", "x", "-1", ""])
def test_an_odd_number_of_parts_breaks_nothing(lab: Lab, asked: str) -> None:
    one = lot(lab.project, "7")
    assert lab.as_(lab.bob).get(f"/samples/{one.code}/split/?parts={asked}").status_code == 200


def test_two_batches_are_pooled_whole_where_no_amount_is_typed(lab: Lab) -> None:
    first, second = sponge(lab.project, "7"), sponge(lab.project, "3")
    form = {"pool-TOTAL_FORMS": 2, "pool-INITIAL_FORMS": 2, "pool-0-sample": first.code, "pool-0-amount": "",
            "pool-1-sample": second.code, "pool-1-amount": "1 g", "name": "both", "place": ""}  # fmt: skip
    answer = lab.as_(lab.bob).post(f"/samples/{first.code}/pool/", form, follow=True)
    made = Sample.objects.get(name="both")
    assert made.code in html(answer)
    assert (made.amount_left, left(first), left(second)) == (Decimal("8"), Decimal("0"), Decimal("2"))


def test_what_does_not_pool_is_said_beside_its_row(lab: Lab) -> None:
    first, other = additive(lab.project, group="NPCs"), additive(lab.project, group="SP")
    form = {
        "pool-TOTAL_FORMS": 2,
        "pool-INITIAL_FORMS": 0,
        "pool-0-sample": first.code,
        "pool-1-sample": other.code,
    }
    answer = lab.as_(lab.bob).post(f"/samples/{first.code}/pool/", form)
    assert "differ in additive (NPCs, SP)" in html(answer)


def test_a_used_up_or_held_sample_offers_neither(lab: Lab) -> None:
    batch, empty = sponge(lab.project), sponge(lab.project)
    ledger.discard(empty, None, by=None, reason="x")
    bob = lab.as_(lab.bob)
    assert "/split/" in html(bob.get(f"/samples/{batch.code}/"))
    assert "/split/" not in html(bob.get(f"/samples/{empty.code}/"))
    assert "/split/" not in html(lab.as_(lab.vera).get(f"/samples/{batch.code}/"))
    held = sponge(lab.project, state=State.HOLD)
    assert "/split/" not in html(bob.get(f"/samples/{held.code}/"))
