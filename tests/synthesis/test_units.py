from __future__ import annotations

from decimal import Decimal

import pytest

from synthesis import units
from synthesis.errors import Refusal


@pytest.mark.parametrize(
    ("written", "value", "unit"),
    [
        ("20 g", "20", "g"),
        ("20", "20", "g"),
        ("0,02 kg", "0.02", "kg"),
        ("1.2e-3 mol", "0.0012", "mol"),
        ("1 200,5 mg", "1200.5", "mg"),
        ("5 ug", "5", "µg"),
        ("−0.4 g", "-0.4", "g"),
        ("3.5mg", "3.5", "mg"),
    ],
)
def test_a_quantity_is_read_as_people_write_it(written, value, unit):
    assert units.parse(written, "g") == units.Quantity(Decimal(value), unit)


@pytest.mark.parametrize("written", ["", "g", "abc", "NaN", "inf g", "1,2,3 g", "--3 g"])
def test_what_is_no_quantity_is_said_to_be_none(written):
    with pytest.raises(Refusal) as refusal:
        units.parse(written, "g")
    assert refusal.value.code in {"no_number", "unknown_unit"}


def test_an_unknown_unit_lists_the_known_ones():
    with pytest.raises(Refusal, match=r"‘lb’ is not a known unit\. Known: kg, g, mg"):
        units.parse("20 lb", "g")


def test_a_volume_is_no_mass():
    with pytest.raises(Refusal, match="‘20\u00a0mL’ is a volume; this field is a mass"):
        units.parse("20 mL", "g").to("g")


def test_conversion_is_exact():
    assert units.parse("0.02 kg", "g").to("mg") == units.Quantity(Decimal("20000"), "mg")


@pytest.mark.parametrize("written", ["99999999999 kg", "1e11 g", "2e400 mol"])
def test_an_amount_that_no_column_holds_is_refused_where_it_is_read_or_converted(written):
    with pytest.raises(Refusal, match="too large") as refusal:
        units.parse(written, "g").to("mg" if written.endswith("mol") else "g")
    assert refusal.value.code == "too_large"


@pytest.mark.parametrize(
    "written", ["1" * 61, " " * 30_000 + "x" + " " * 30_000 + "y", "0." + "0" * 100 + "1 g"]
)
def test_what_is_longer_than_a_quantity_is_none_and_said_so_at_once(written):
    with pytest.raises(Refusal, match="is not a quantity"):
        units.parse(written, "g")
