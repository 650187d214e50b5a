from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from synthesis import unit_table, units
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


@pytest.mark.parametrize(
    ("written", "unit", "value"),
    [
        ("30 min", "h", "0.5"),
        ("343 K", "°C", "69.85"),
        ("69.85 °C", "K", "343"),
        ("2 d", "h", "48"),
        ("300 °C/h", "°C/min", "5"),
        ("5 K/min", "°C/min", "5"),
        ("0.3 L/h", "mL/min", "5"),
        ("50 sccm", "mL/min", "50"),
        ("300 rpm", "r/min", "300"),
        ("0.09 mbar", "Pa", "9"),
        ("0,1 bar", "MPa", "0.01"),
        ("1 Torr", "Pa", "133.322368421"),
        ("0.5 mm", "µm", "500"),
        ("2.1e-3 S/cm", "mS/cm", "2.1"),
        ("1400 mV", "V", "1.4"),
        ("1\u2009200\u2009mg", "g", "1.2"),
        ("34 ℃", "°C", "34"),
        ("500 μL", "mL", "0.5"),
    ],
)
def test_a_condition_is_read_in_any_unit_of_its_dimension(written, unit, value):
    assert units.parse(written, unit).to(unit) == units.Quantity(Decimal(value), unit)


@pytest.mark.parametrize(
    ("written", "unit", "said"),
    [
        ("70 °C", "h", "‘70\u00a0°C’ is a temperature; this field is a time (s, min, h, d)."),
        ("3 h", "°C", "‘3\u00a0h’ is a time; this field is a temperature (°C, K)."),
        ("0.1 mol", "g", "‘0.1\u00a0mol’ is an amount of substance; this field is a mass (kg, g, mg, µg)."),
        ("5 mL", "mL/min", "‘5\u00a0mL’ is a volume; this field is a flow ("),
    ],
)
def test_another_dimension_is_named_with_the_units_that_fit(written, unit, said):
    with pytest.raises(Refusal) as refusal:
        units.parse(written, unit).to(unit)
    assert refusal.value.message.startswith(said)


def test_a_density_turns_the_refusal_into_a_proposal():
    with pytest.raises(units.WrongDimension) as refusal:
        units.parse("20 mL", "g").to("g", density_g_per_mL=Decimal("0.79"))
    assert refusal.value.message.endswith("With 0.79\u00a0g/mL it would be 15.8\u00a0g.")
    assert refusal.value.proposal == units.Quantity(Decimal("15.8"), "g")


def test_a_millipascal_is_not_taken_for_a_megapascal():
    with pytest.raises(Refusal, match=r"‘mpa’ is not a known unit\. Known: Pa, hPa, kPa, MPa"):
        units.parse("370 mpa", "MPa")


def test_a_difference_of_temperature_knows_no_zero():
    assert units.difference(Decimal(3), "K", "°C") == 3


_NAMES = st.sampled_from(sorted(unit_table.TABLE))
_VALUES = st.decimals(min_value=-99999, max_value=99999, places=4, allow_nan=False, allow_infinity=False)


@given(_VALUES, _NAMES)
def test_what_is_written_is_read_back_the_same(value, unit):
    quantity = units.Quantity(value, unit)
    assert units.parse(str(quantity), "g") == quantity
    assert units.parse(f"{value}{unit}", unit) == quantity
    assert units.parse(f" {value} ".replace(".", ","), unit) == quantity


@given(_VALUES, _NAMES, st.data())
def test_there_and_back_is_where_one_was(value, unit, data):
    other = data.draw(st.sampled_from(units.units_like(unit)))
    size = unit_table.TABLE[other].factor / unit_table.TABLE[unit].factor
    assume(Decimal("1e-4") <= size <= 10_000)
    back = units.Quantity(value, unit).to(other).to(unit).value
    assert abs(back - value) <= size * Decimal("1e-9") + Decimal("1e-9")


@given(st.text(max_size=80))
def test_whatever_is_typed_is_a_finite_quantity_or_a_sentence(text):
    try:
        quantity = units.parse(text, "g")
    except Refusal as refusal:
        assert refusal.message
        return
    assert quantity.value.is_finite()
    assert quantity.unit in unit_table.TABLE
