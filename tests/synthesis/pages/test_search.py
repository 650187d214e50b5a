"""Search and scanning: a code opens its page, anything else lists what fits."""

from __future__ import annotations

from tests.factories import additive, lot
from tests.synthesis.pages.conftest import Lab


def test_a_scanned_code_opens_its_sample(lab: Lab) -> None:
    made = additive(lab.project)
    client = lab.as_(lab.vera)
    assert client.get("/search/", {"q": f" {made.code.lower()} "})["Location"] == f"/samples/{made.code}/"
    assert client.get(f"/s/{made.code}")["Location"] == f"/samples/{made.code}/"


def test_the_beginning_of_a_code_a_name_and_a_suppliers_number_are_found(lab: Lab) -> None:
    made = additive(lab.project, name="Super P", lot_number="TX-9")
    bought = lot(lab.project, lot_number="BX-77")
    client = lab.as_(lab.vera)
    assert made.code in client.get("/search/?q=CCA-").content.decode()
    assert made.code in client.get("/search/?q=super").content.decode()
    assert made.code in client.get("/search/?q=tx-9").content.decode()
    assert bought.code in client.get("/search/?q=BX-7").content.decode()


def test_a_stranger_finds_nothing(lab: Lab) -> None:
    made = additive(lab.project)
    answer = lab.as_(lab.charlie).get("/search/", {"q": made.code})
    assert answer.status_code == 200
    assert "Nothing fits in your projects." in answer.content.decode()
