"""Protocols: written, released, followed; what deviates is shown and past a limit a reason is asked for."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.db import DatabaseError, transaction

from synthesis import protocols
from synthesis.models import CarbonizationRun, NanospongeBatch, ProtocolVersion
from tests.factories import MaterialFactory, lot, sponge
from tests.synthesis.pages.conftest import Lab
from tests.synthesis.pages.test_log_forms import furnace_form, rows, sponge_form

CONTENT: dict[str, Any] = {
    "values": {"stirring_temperature_degC": 30, "reaction_time_h": 3, "washing": "ethanol, three times"},
    "limits": {
        "stirring_temperature_degC": {"minus": 3, "plus": 3, "in": "unit"},
        "melamine": {"minus": 2, "plus": 2, "in": "percent"},
    },
    "takes": [{"role": "melamine", "unit": "g", "planned": "3 g", "lot": ""}],
}


def released(lab: Lab, kind: str = "nanosponge", **content: Any) -> ProtocolVersion:
    made = protocols.create(lab.project, kind, f"Way of {kind}", {**CONTENT, **content}, lab.alice)
    return protocols.release(made, lab.alice)


def test_a_protocol_is_written_released_by_a_manager_and_then_stays_as_it_is(lab: Lab) -> None:
    sent = {"project": lab.project.pk, "name": "Inverse emulsion", "value-reaction_time_h": "180 min",
            "limit-reaction_time_h": "10 min", "value-reaction_temperature_degC": "70",
            "limit-reaction_temperature_degC": "-1 +3", "note": ""}  # fmt: skip
    sent |= rows("takes", {"role": "melamine", "planned": "3 g", "limit": "2 %", "lot": ""})
    answer = lab.as_(lab.bob).post("/protocols/new/?kind=nanosponge", sent)
    version = ProtocolVersion.objects.get()
    assert answer["Location"] == f"/protocols/{version.protocol_id}/"
    assert version.values == {"reaction_time_h": 3.0, "reaction_temperature_degC": 70.0}
    assert version.limits["reaction_temperature_degC"] == {"minus": 1.0, "plus": 3.0, "in": "unit"}
    assert version.limits["reaction_time_h"]["plus"] == pytest.approx(1 / 6)
    assert version.limits["melamine"]["in"] == "percent"
    address = f"/protocols/{version.protocol_id}/release/"
    assert lab.as_(lab.bob).post(address).status_code == 403
    assert lab.as_(lab.alice).post(address).status_code == 302
    version.refresh_from_db()
    assert version.released_by == lab.alice
    version.values = {}
    with pytest.raises(DatabaseError, match="a released protocol is not changed"), transaction.atomic():
        version.save()


def test_a_new_version_copies_the_last_and_leaves_it_as_it_was(lab: Lab) -> None:
    first = released(lab)
    address = f"/protocols/{first.protocol_id}/draft/"
    page = lab.as_(lab.bob).get(address).content.decode()
    assert 'value="30"' in page
    assert "version 2" in page
    sent = {"value-stirring_temperature_degC": "35", "note": "warmer"} | rows("takes")
    assert lab.as_(lab.bob).post(address, sent).status_code == 302
    second = first.protocol.versions.get(number=2)
    assert second.values["stirring_temperature_degC"] == 35
    first.refresh_from_db()
    assert first.values["stirring_temperature_degC"] == 30


@pytest.mark.parametrize(
    ("field", "typed", "sentence"),
    [
        ("value-reaction_time_h", "70 °C", "this field is a time"),
        ("limit-reaction_time_h", "some", "is no limit"),
        ("limit-reaction_temperature_degC", "5 g", "‘5\u00a0g’ is a mass"),
        ("takes-0-planned", "3 stone", "‘stone’ is not a known unit"),
        ("takes-0-role", "", "Say as what it is used."),
        ("name", "", "required"),
    ],
)
def test_what_a_protocol_cannot_say_is_answered_beside_its_field(
    lab: Lab, field: str, typed: str, sentence: str
) -> None:
    sent = {"project": lab.project.pk, "name": "Odd"} | rows("takes", {"role": "melamine", "planned": "3 g"})
    answer = lab.as_(lab.bob).post("/protocols/new/?kind=nanosponge", {**sent, field: typed})
    assert answer.status_code == 422
    assert sentence in answer.content.decode()
    assert not ProtocolVersion.objects.exists()


def test_the_only_protocol_stands_in_the_form_with_its_plan(lab: Lab) -> None:
    version = released(lab)
    page = lab.as_(lab.bob).get("/log/nanosponge/").content.decode()
    assert f'name="protocol" value="{version.pk}"' in page
    assert 'value="ethanol, three times"' in page
    assert "±\u00a03" in page


def test_a_draft_or_a_strangers_protocol_is_not_followed(lab: Lab) -> None:
    draft = protocols.create(lab.project, "nanosponge", "Not yet", CONTENT, lab.bob)
    answer = lab.as_(lab.bob).get(f"/log/nanosponge/?protocol={draft.pk}")
    assert "is a draft" in answer.content.decode()
    version = released(lab)
    answer = lab.as_(lab.charlie).get(f"/log/nanosponge/?protocol={version.pk}")
    assert "no such protocol" in answer.content.decode()


def test_past_a_limit_a_reason_is_asked_for_and_what_was_typed_stays(lab: Lab) -> None:
    version, melamine = released(lab), lot(lab.project, "140")
    sent = sponge_form(
        lab,
        {"role": "melamine", "sample": melamine.code, "amount": "3.2 g"},
        stirring_temperature_degC="34",
        reaction_time_h="3.1",
        protocol=str(version.pk),
    )
    answer = lab.as_(lab.bob).post("/log/nanosponge/", sent)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "Temperature while stirring is +4\u00a0°C off, past the limit of ±\u00a03." in page
    assert "melamine is +6.7\u00a0% off, past the limit of ±\u00a02\u00a0%." in page
    assert 'value="3.2 g"' in page
    assert not NanospongeBatch.objects.exists()
    reasons = {"why-stirring_temperature_degC": "bath overshot", "takes-0-why": "spatula slipped"}
    assert lab.as_(lab.bob).post("/log/nanosponge/", sent | reasons).status_code == 302
    batch = NanospongeBatch.objects.get()
    assert batch.protocol == version
    assert batch.reasons == {"stirring_temperature_degC": "bath overshot", "melamine": "spatula slipped"}
    shown = lab.as_(lab.vera).get(batch.get_absolute_url()).content.decode()
    assert "+4\u00a0°C, limit ±\u00a03" in shown
    assert "spatula slipped" in shown
    assert "+3.3\u00a0%" in shown  # of the reaction time, which has no limit


def test_two_lots_in_one_role_are_compared_together(lab: Lab) -> None:
    version, first, second = released(lab), lot(lab.project, "1"), lot(lab.project, "140")
    sent = sponge_form(
        lab,
        {"role": "melamine", "sample": first.code, "amount": "1 g"},
        {"role": "melamine", "sample": second.code, "amount": "2 g"},
        protocol=str(version.pk),
    )
    assert lab.as_(lab.bob).post("/log/nanosponge/", sent).status_code == 302


def test_a_used_up_default_lot_is_replaced_by_the_one_that_was_opened_first(lab: Lab) -> None:
    material = MaterialFactory(name="melamine")
    usual = lot(lab.project, "1", material=material)
    lot(lab.project, "140", material=material)
    opened = lot(lab.project, "9", material=material, opened_on="2026-05-01")
    version = released(lab, takes=[{"role": "melamine", "unit": "g", "planned": "3 g", "lot": usual.code}])
    page = lab.as_(lab.bob).get(f"/log/nanosponge/?protocol={version.pk}").content.decode()
    assert f'value="{opened.code}"' in page
    assert f"Instead of {usual.code}, of which 1\u00a0g is left." in page


def test_a_batch_becomes_a_protocol(lab: Lab) -> None:
    melamine = lot(lab.project, "140")
    client = lab.as_(lab.bob)
    sent = sponge_form(
        lab, {"role": "melamine", "sample": melamine.code, "amount": "3 g"}, reaction_time_h="3"
    )
    client.post("/log/nanosponge/", sent)
    page = client.get(f"/protocols/from/{NanospongeBatch.objects.get().code}/").content.decode()
    assert f'value="{melamine.code}"' in page
    assert 'value="3 g"' in page


def test_a_run_is_held_against_its_programme(lab: Lab) -> None:
    segments = [{"from_degC": 25, "to_degC": 700, "rate_degC_per_min": 5, "hold_h": 4}]
    version = released(
        lab, "furnace-run", values={"highest_temperature_degC": 700}, segments=segments,
        limits={"segment.hold_h": {"minus": 0.1, "plus": 0.1, "in": "unit"},
                "NPCs": {"minus": 1, "plus": 1, "in": "percent"}},
        takes=[{"role": "NPCs", "unit": "g", "planned": "20 g", "lot": ""}],
    )  # fmt: skip
    boat = {"source": sponge(lab.project, "30").code, "mass_in": "18 g", "mass_out": "6 g", "group": "NPCs"}
    sent = furnace_form(lab, boat) | {"protocol": str(version.pk)}
    sent["segments-0-hold_h"] = "3.5"
    answer = lab.as_(lab.bob).post("/log/furnace-run/", sent)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert (
        "Segment 1 is −12.5\u00a0% off" in page
        or "Segment 1 is −0.5\u00a0h off, past the limit of ±\u00a00.1." in page
    )
    assert "Mass in is −10.0\u00a0% off" in page
    sent |= {"segments-0-why": "power cut", "boats-0-why": "little was left"}
    assert lab.as_(lab.bob).post("/log/furnace-run/", sent).status_code == 302
    run = CarbonizationRun.objects.get()
    assert run.reasons == {"segment 1": "power cut", "boat 1": "little was left"}
    shown = lab.as_(lab.vera).get(run.get_absolute_url()).content.decode()
    assert "power cut" in shown
    assert "little was left" in shown


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("XX-0042", "is no code for this. Write it as NS-0042"),
        ("NS-0000", "is no code for this"),
        ("NS-12345678", "is no code for this"),
    ],
)
def test_a_code_of_another_form_is_refused(lab: Lab, typed: str, sentence: str) -> None:
    answer = lab.as_(lab.bob).post("/log/nanosponge/", sponge_form(lab, code=typed))
    assert answer.status_code == 422
    assert sentence in answer.content.decode()


def test_an_own_code_is_kept_once_and_the_counter_jumps_past_it(lab: Lab) -> None:
    client = lab.as_(lab.bob)
    client.post("/log/nanosponge/", sponge_form(lab, code="ns 42"))
    assert NanospongeBatch.objects.get().code == "NS-0042"
    answer = client.post("/log/nanosponge/", sponge_form(lab, code="NS-0042"))
    assert answer.status_code == 422
    assert "NS-0042 exists already (made " in answer.content.decode()
    client.post("/log/nanosponge/", sponge_form(lab))
    assert NanospongeBatch.objects.latest("pk").code == "NS-0043"


def test_a_date_in_the_future_is_refused(lab: Lab) -> None:
    for address, field, sent in (
        ("/log/nanosponge/", "made_at", sponge_form(lab)),
        ("/log/furnace-run/", "started_at", furnace_form(lab)),
    ):
        answer = lab.as_(lab.bob).post(address, {**sent, field: "2999-01-01T10:00"})
        assert answer.status_code == 422
        assert "is in the future" in answer.content.decode()


def test_what_is_missing_for_three_runs_is_said_with_the_lot_to_begin_with(lab: Lab) -> None:
    kerosene = MaterialFactory(name="kerosene", density_g_per_mL=Decimal("0.79"))
    usual = lot(lab.project, "180", material=kerosene, unit="mL")
    lot(lab.project, "240", material=kerosene, unit="mL")
    version = released(
        lab, takes=[{"role": "kerosene", "unit": "mL", "planned": "200 mL", "lot": usual.code}]
    )
    page = lab.as_(lab.vera).get(f"/needs/?protocol={version.pk}&times=3").content.decode()
    assert "Needs 600\u00a0mL kerosene, 420\u00a0mL are left in 2 lots: 180\u00a0mL too little." in page
    assert usual.code in page
    assert lab.as_(lab.charlie).get(f"/needs/?protocol={version.pk}").status_code == 404
    assert lab.as_(lab.vera).get(f"/needs/?protocol={version.pk}&times=none").status_code == 422


@pytest.mark.parametrize(
    ("query", "answer"),
    [
        (
            "text=30 min&unit=h&planned=3",
            {"value": "0.5", "note": "30\u00a0min", "deviation": "−83.3\u00a0%", "over": False},
        ),
        (
            "text=34&unit=°C&planned=30&limit=3",
            {"value": "34", "deviation": "+4\u00a0°C, limit ±\u00a03", "over": True},
        ),
        (
            "text=-3&unit=h&lowest=0",
            {"error": "−3\u00a0h is below the lowest possible, 0\u00a0h.", "proposal": ""},
        ),
    ],
)
def test_what_is_typed_is_read_as_the_form_will_read_it(lab: Lab, query: str, answer: dict[str, Any]) -> None:
    found = lab.as_(lab.bob).get(f"/quantities/read/?{query}".replace("+", "%2B"))
    assert found.json() == answer
