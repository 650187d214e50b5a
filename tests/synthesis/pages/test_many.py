"""Many rows at once: how heads are understood, what is wrong with each row, and that all are recorded or none."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

import cells.many
import synthesis.many.ground_floor  # noqa: F401  # registers its kinds
from cells.models import CathodeBatch, Cell
from synthesis import ledger, sheets
from synthesis.errors import Refusal
from synthesis.many import checking, importing, kinds, recording
from synthesis.many.adding_up import ranges
from synthesis.many.checking import Check
from synthesis.many.mapping import Entry
from synthesis.models import LedgerEntry, Material, MaterialLot, NanospongeBatch, Sample
from synthesis.units import parse
from tests import factories
from tests.factories import MaterialFactory, lot
from tests.synthesis.pages.conftest import Lab

assert cells.many

HEAD = "Material;Amount (g);Lot no;Purity;Arrived\n"


def imported(
    lab: Lab, text: str | bytes, kind: str = "lot", name: str = "lots.csv", **common: str
) -> importing.Import:
    found = kinds.find(kind)
    assert found
    content = text if isinstance(text, bytes) else text.encode()
    given = {"project": str(lab.project.pk), **common}
    return importing.read_and_check(content, name, found, given, lab.bob)


def rows(lab: Lab, kind: str, *values: dict[str, str], **common: str) -> Check:
    found = kinds.find(kind)
    assert found
    entries = [Entry(number, dict(row)) for number, row in enumerate(values, start=1)]
    shown = list(dict.fromkeys(name for row in values for name in row))
    return checking.check(found, {"project": str(lab.project.pk), **common}, entries, shown, lab.bob)


def faults(check: Check) -> dict[int, dict[str, list[str]]]:
    return {entry.number: entry.faults for entry in check.entries if entry.faults}


@pytest.fixture
def melamine(lab: Lab) -> Material:
    return MaterialFactory(name="melamine", short_name="MA", cas_number="108-78-1")


def test_a_delivery_list_becomes_lots_with_their_units_and_dates(lab: Lab, melamine: Material) -> None:
    text = (
        "Delivery of October;;;;\n\n"
        + HEAD
        + "melamine;1,5;BX-1;99,5;12.11.2025\n108-78-1;2 kg;BX-2;;2025-11-13\n"
    )
    found = imported(lab, text)
    assert [head.column for head in found.table.heads] == [
        "material", "amount_made", "lot_number", "purity_percent", "made_at",
    ]  # fmt: skip
    made = recording.record(found.check, lab.bob, "lots.csv").records
    first, second = MaterialLot.objects.order_by("pk")
    assert [one.code for one in made] == [first.code, second.code]
    assert (first.amount_left, first.purity_percent, first.lot_number) == (
        Decimal("1.5"),
        Decimal("99.5"),
        "BX-1",
    )
    assert f"{first.made_at:%Y-%m-%d}" == "2025-11-12"
    assert second.amount_left == Decimal(2000)
    assert first.created_by == lab.bob
    assert set(first.joint_entries.get().samples.values_list("code", flat=True)) == {first.code, second.code}


def test_a_unit_in_the_head_counts_for_bare_numbers_only(lab: Lab, melamine: Material) -> None:
    check = imported(lab, "material,amount [mg]\nmelamine,500\nMA,2 g\n").check
    recording.record(check, lab.bob)
    assert [one.amount_left for one in MaterialLot.objects.order_by("pk")] == [Decimal("0.5"), Decimal(2)]


def test_a_unit_in_a_column_of_its_own_is_understood(lab: Lab, melamine: Material) -> None:
    check = imported(lab, "material,amount made,unit\nmelamine,500,mg\nmelamine,1,L\n").check
    recording.record(check, lab.bob)
    assert [(one.amount_left, one.unit) for one in MaterialLot.objects.order_by("pk")] == [
        (Decimal("0.5"), "g"), (Decimal(1000), "mL"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("row", "column", "sentence"),
    [
        ("melamine;-3;;;", "amount_made", "is nothing: an amount made is above zero."),
        ("melamine;NaN;;;", "amount_made", "‘NaN’ is not a quantity."),
        ("melamine;5 stone;;;", "amount_made", "‘stone’ is not a known unit."),
        ("melamine;5 piece;;;", "amount_made", "this field is a mass"),
        ("melamine;=B2*2;;;", "amount_made", "‘=B2*2’ is a formula. Write its value."),
        ("melamine;;;;", "amount_made", "Amount delivered is missing."),
        ("unobtainium;5;;;", "material", "‘unobtainium’ is not known here. Known: melamine."),
        ("melamine;5;;120;", "purity_percent", "A purity lies above 0 and at 100 % at most."),
        ("melamine;5;;pure;", "purity_percent", "‘pure’ is not a quantity."),
        ("melamine;5;;;2999-01-01", "made_at", "is in the future"),
        ("melamine;5;;;01/02/2025", "made_at", "can be read in two ways. Write year, month, day"),
        ("melamine;5;;;yesterday", "made_at", "is not a date"),
        ("melamine;5;;;;extra;cells", "", "The row has 7 cells, the head 5."),
    ],
)
def test_what_is_wrong_is_said_beside_the_row_and_nothing_is_recorded(
    lab: Lab, melamine: Material, row: str, column: str, sentence: str
) -> None:
    check = imported(lab, f"{HEAD}melamine;5;;;\n{row}\n").check
    assert list(faults(check)) == [3]
    assert sentence in faults(check)[3][column][0]
    with pytest.raises(recording.RowsRefused) as refused:
        recording.record(check, lab.bob)
    assert refused.value.message == "1 of 2 rows has a fault. Nothing was recorded."
    assert not MaterialLot.objects.exists()


@pytest.mark.parametrize("encoding", ["gb18030", "utf-8-sig", "utf-16", "utf-16-le", "cp1252"])
def test_files_of_every_encoding_are_understood(lab: Lab, encoding: str) -> None:
    name = "三聚氰胺" if encoding != "cp1252" else "Größenmaß"
    MaterialFactory(name=name)
    found = imported(lab, f"Material;Amount (g)\n{name};5\n".encode(encoding))
    assert not faults(found.check)
    recording.record(found.check, lab.bob)
    assert MaterialLot.objects.get().name == name


def test_merged_heads_are_read_with_what_stands_above_them(lab: Lab) -> None:
    first, second = lot(lab.project), lot(lab.project)
    text = f"name,weights,,dry yield (g)\n,{'melamine lot'},melamine (g),\nA,{first.code},1,\nB,{second.code},2,\n"
    found = imported(lab, text, "nanosponge")
    assert [head.column for head in found.table.heads] == [
        "name",
        "takes-5-sample",
        "takes-5-amount",
        "amount_made",
    ]
    recording.record(found.check, lab.bob)
    assert Sample.objects.get(pk=second.pk).amount_left == Decimal(18)


def test_the_row_that_tips_a_lot_over_carries_the_fault(lab: Lab) -> None:
    melamine = lot(lab.project, "18.2", code="LOT-0003")
    text = "name;melamine (g)\n" + "".join(f"S{number};3,5\n" for number in range(6))
    check = imported(lab, text, "nanosponge", **{"takes-5-sample": melamine.code}).check
    assert list(faults(check)) == [7]
    assert faults(check)[7]["takes-5-amount"] == [
        "LOT-0003 has 18.2 g left for rows 2–7, which take 21 g. Take 2.8 g less, or draw on another."
    ]
    with pytest.raises(recording.RowsRefused):
        recording.record(check, lab.bob)
    assert Sample.objects.get(pk=melamine.pk).amount_left == Decimal("18.2")
    assert not NanospongeBatch.objects.exists()


def test_what_somebody_took_since_the_check_is_found_under_the_lock(lab: Lab) -> None:
    melamine = lot(lab.project, "10")
    check = rows(lab, "nanosponge", {"name": "A", "takes-5-amount": "8"}, **{"takes-5-sample": melamine.code})
    assert check.sound
    ledger.use(factories.take(melamine, "5"), by=lab.bob)
    with pytest.raises(recording.RowsRefused) as refused:
        recording.record(check, lab.bob)
    assert "has 5 g left for row 1, which takes 8 g" in faults(refused.value.check)[1]["takes-5-amount"][0]
    assert not NanospongeBatch.objects.exists()


def test_all_are_recorded_or_none(lab: Lab, melamine: Material, monkeypatch: Any) -> None:
    check = rows(lab, "lot", *[{"material": "melamine", "amount_made": "5 g"} for _number in range(3)])
    real, calls = ledger.record, []

    def failing(*args: Any, **options: Any) -> Any:
        calls.append(1)
        if len(calls) == 3:
            raise Refusal("the scales fell down")
        return real(*args, **options)

    monkeypatch.setattr(ledger, "record", failing)
    with pytest.raises(Refusal):
        recording.record(check, lab.bob)
    assert not MaterialLot.objects.exists()
    assert not LedgerEntry.objects.exists()


def test_a_code_that_exists_and_one_that_stands_twice_are_faults(lab: Lab) -> None:
    taken = factories.sponge(lab.project).code
    check = rows(
        lab, "nanosponge",
        {"code": taken}, {"code": "NS-0777"}, {"code": "ns 777"}, {"code": "CCA-0001"}, {"code": "NS-0800"},
    )  # fmt: skip
    said = {number: found["code"][0] for number, found in faults(check).items()}
    assert said[1] == f"{taken} exists already."
    assert said[3] == "NS-0777 stands in row 2 too."
    assert "‘CCA-0001’ is no code for this" in said[4]
    assert set(said) == {1, 3, 4}


def test_given_codes_are_kept_and_drawn_ones_come_after_them(lab: Lab) -> None:
    check = rows(lab, "nanosponge", {"name": "new", "code": ""}, {"name": "old", "code": "NS-0042"})
    made = recording.record(check, lab.bob).records
    assert [one.code for one in made] == ["NS-0043", "NS-0042"]
    assert factories.sponge(lab.project).code == "NS-0044"


def test_twelve_cells_are_drawn_from_one_cathode_in_the_morning(lab: Lab) -> None:
    recipe = factories.recipe(lab.project)
    cathode = ledger.record(
        CathodeBatch(project=lab.project, recipe=recipe, group="SP"), parse("200 mg", "mg"), [], None
    )
    values = [{"name": f"C {n:02d}", "takes-0-amount": "14.3"} for n in range(1, 13)]
    check = rows(
        lab,
        "cell",
        *values,
        **{"takes-0-sample": cathode.code, "area_cm2": "0,785", "temperature_degC": "60"},
    )
    made = recording.record(check, lab.bob).records
    assert len(made) == 12
    cell = Cell.objects.get(name="C 07")
    assert (cell.composite_mass_mg, cell.area_cm2) == (14.3, 0.785)
    assert cell.active_mass_mg == pytest.approx(10.01)
    assert (cell.group, cell.amount_left) == ("SP", Decimal(1))
    assert Sample.objects.get(pk=cathode.pk).amount_left == Decimal("28.4")


def test_a_row_may_say_something_else_than_what_is_common(lab: Lab) -> None:
    two = ({"name": "A", "place": "shelf 2"}, {"name": "B", "place": ""})
    check = rows(lab, "nanosponge", *two, place="shelf 1", reaction_time_h="3")
    recording.record(check, lab.bob)
    kept = NanospongeBatch.objects.order_by("pk").values_list("place", "reaction_time_h")
    assert list(kept) == [("shelf 2", 3), ("shelf 1", 3)]


def test_a_fault_of_a_common_value_stands_once_and_not_in_every_row(lab: Lab) -> None:
    check = rows(lab, "nanosponge", {"name": "A"}, {"name": "B"}, reaction_time_h="long")
    assert not faults(check)
    assert check.common_faults["reaction_time_h"][0].startswith("‘long’ is not a quantity.")
    assert not check.sound


def test_samples_are_found_by_name_where_only_one_is_called_so(lab: Lab) -> None:
    first = lot(lab.project, material=MaterialFactory(name="β-cyclodextrin"))
    check = rows(lab, "nanosponge", {"takes-3-sample": "β-cyclodextrin", "takes-3-amount": "2 g"})
    assert check.sound
    second = lot(lab.project, material=first.material)
    check = rows(lab, "nanosponge", {"takes-3-sample": "β-cyclodextrin", "takes-3-amount": "2 g"})
    assert faults(check)[1]["takes-3-sample"] == [
        f"‘β-cyclodextrin’ is the name of {first.code}, {second.code}. Write the code."
    ]


def test_nobody_takes_from_or_logs_into_a_project_of_others(lab: Lab) -> None:
    hidden = lot(factories.ProjectFactory(name="Hidden"), "20")
    check = rows(lab, "nanosponge", {"takes-5-sample": hidden.code, "takes-5-amount": "1 g"})
    assert "No sample" in faults(check)[1]["takes-5-sample"][0]
    found = kinds.find("nanosponge")
    assert found
    foreign = checking.check(
        found, {"project": str(hidden.project.pk)}, [Entry(1, {"name": "A"})], ["name"], lab.bob
    )
    assert not foreign.sound
    viewed = checking.check(
        found, {"project": str(lab.project.pk)}, [Entry(1, {"name": "A"})], ["name"], lab.vera
    )
    assert not viewed.sound


def test_cathodes_take_what_their_recipe_names(lab: Lab) -> None:
    recipe = factories.recipe(lab.project)
    active = lot(lab.project, "5")
    common = {"recipe": str(recipe.pk), "takes-0-sample": active.code}
    check = rows(lab, "cathode", {"name": "A", "takes-0-amount": "70 mg", "target_mass_mg": "100"}, **common)
    recording.record(check, lab.bob)
    batch = CathodeBatch.objects.get()
    assert (batch.target_mass_mg, batch.planned["LCO"]) == (100, "70 mg")
    assert LedgerEntry.objects.get(product=batch).role == "LCO"


def test_materials_are_recorded_and_a_name_that_exists_is_refused(lab: Lab, melamine: Material) -> None:
    check = rows(
        lab, "material", {"name": "melamine", "phase": "solid"}, {"name": "kerosene", "phase": "liquid"}
    )
    assert list(faults(check)) == [1]
    recording.record(rows(lab, "material", {"name": "kerosene", "phase": "Liquid"}), lab.bob)
    assert Material.objects.get(name="kerosene").phase == "liquid"


def test_an_exported_list_can_be_imported_again(lab: Lab, melamine: Material) -> None:
    lot(
        lab.project,
        "0.123456789",
        material=melamine,
        supplier="=evil()",
        lot_number="-7",
        purity_percent=Decimal("99.5"),
    )
    client = lab.as_(lab.bob)
    answer: Any = client.get("/materials/?export=csv")
    content = b"".join(answer.streaming_content)
    found = imported(lab, content)
    (fault,) = faults(found.check).values()
    assert "exists already" in fault["code"][0]
    chosen = {head.place: head.column if head.column != "code" else "" for head in found.table.heads}
    kind = kinds.find("lot")
    assert kind
    again = importing.read_and_check(
        content, "lots.csv", kind, {"project": str(lab.project.pk)}, lab.bob, chosen=chosen
    )
    recording.record(again.check, lab.bob)
    old, new = MaterialLot.objects.order_by("pk")
    for name in ("material", "amount_made", "supplier", "lot_number", "purity_percent", "made_at", "project"):
        left, right = getattr(old, name), getattr(new, name)
        assert (left.replace(microsecond=0) if name == "made_at" else left) == right, name


def test_the_template_is_understood_and_its_example_is_not_recorded(lab: Lab, melamine: Material) -> None:
    content = lab.as_(lab.bob).get("/many/lot/template.csv").content
    line = f"{lab.project},melamine,7,,,,,,,,\r\n".encode()
    found = imported(lab, content + line)
    assert not found.left_out
    assert "The example of the template was left out." in found.table.notes
    assert len(found.check.entries) == 1
    assert found.check.sound, faults(found.check)


def test_five_hundred_rows_are_checked_with_a_fixed_number_of_queries(lab: Lab, melamine: Material) -> None:
    def queries(count: int) -> int:
        text = HEAD + "".join(
            f"melamine;{number + 1};BX-{number};99,5;2025-10-01\n" for number in range(count)
        )
        with CaptureQueriesContext(connection) as asked:
            assert imported(lab, text).check.sound
        return len(asked)

    assert queries(500) == queries(5)


def test_more_rows_than_one_file_may_have_are_refused_with_the_number(lab: Lab, melamine: Material) -> None:
    text = HEAD + "melamine;5;;;\n" * (sheets.MAX_ROWS + 1)
    with pytest.raises(Refusal) as refused:
        imported(lab, text)
    assert "The table has more than 5,000 rows." in refused.value.message


def test_rows_are_named_as_people_do() -> None:
    assert ranges([4, 5, 6, 9, 11, 12]) == "4–6, 9, 11–12"
