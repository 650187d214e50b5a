"""Formulas against numbers from outside, and what is no formula."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from synthesis import formulas
from synthesis.errors import Refusal

# Molar masses as printed on suppliers' labels and in safety data sheets.
LABELS = (
    ("(NH4)6Mo7O24·4H2O", "1235.86"),
    ("NiCl2·6H2O", "237.69"),
    ("C42H70O35", "1134.98"),  # β-cyclodextrin
    ("Li6PS5Cl", "268.4"),
    ("LiCoO2", "97.87"),
    ("C3H5ClO", "92.52"),  # epichlorohydrin
    ("C3H6N6", "126.12"),  # melamine
    ("P2S5", "222.27"),
    ("Li2S", "45.95"),
    ("K4[Fe(CN)6]·3H2O", "422.39"),
    ("Al2(SO4)3·18H2O", "666.43"),
    ("LiNi0.8Co0.1Mn0.1O2", "97.28"),
    ("H2O", "18.015"),
    ("In", "114.82"),
)


@pytest.mark.parametrize(("formula", "label"), LABELS)
def test_the_molar_mass_is_that_of_the_label_to_three_tenths_of_a_per_mille(formula, label):
    found = formulas.molar_mass(formula)
    assert found is not None
    assert float(found) == pytest.approx(float(label), rel=3e-4)


@pytest.mark.parametrize(
    "written",
    ["NiCl2·6H2O", "NiCl2*6H2O", "NiCl2.6H2O", "NiCl2 · 6 H2O", "NiCl₂·6H₂O", "NiCl2•6(H2O)", "6H2O·NiCl2"],
)
def test_a_hydrate_is_read_however_its_dot_is_written(written):
    assert formulas.molar_mass(written) == formulas.molar_mass("NiCl2(H2O)6")


def test_half_a_water_counts_half():
    with_water, without = formulas.molar_mass("CaSO4·0.5H2O"), formulas.molar_mass("CaSO4")
    assert with_water is not None and without is not None
    assert with_water - without == pytest.approx(Decimal("9.0075"), abs=Decimal("0.001"))
    assert formulas.molar_mass("CaSO4.0.5H2O") == formulas.molar_mass("CaSO4·0.5H2O")


@pytest.mark.parametrize(
    ("written", "why"),
    [
        ("Mo7O24X", "X is no element"),
        ("Mo7Oq24", "‘q’ is no amount"),
        ("LiNixCo1-xO2", "‘x’ is no amount"),
        ("nacl", "‘n’ is no amount"),
        ("(NH4)6Mo7O24·", "a part of it is empty"),
        ("(NH4", "a bracket is not closed"),
        ("NH4)2", "a bracket closes that was not opened"),
        ("(NH4]2", "a bracket closes that was not opened"),
        ("MoO4^2-", "a charge is left out"),
        ("Na+", "a charge is left out"),
        ("H0O", "0 is no amount"),
        ("H2O?", "belongs into no formula"),
        ("H99999999999", "is no amount"),
        ("", "a part of it is empty"),
        ("()2", "a part of it is empty"),
    ],
)
def test_what_is_no_formula_is_said_with_an_example(written, why):
    with pytest.raises(Refusal) as refusal:
        formulas.molar_mass(written)
    assert refusal.value.message.startswith(f"‘{written}’: ")
    assert why in refusal.value.message
    assert refusal.value.message.endswith("Write it as (NH4)6Mo7O24·4H2O.")
    assert refusal.value.field == "formula"


def test_the_sentence_about_an_unknown_element_is_the_one_people_know():
    with pytest.raises(Refusal) as refusal:
        formulas.composition("Mo7O24X")
    assert refusal.value.message == "‘Mo7O24X’: X is no element. Write it as (NH4)6Mo7O24·4H2O."


def test_technetium_is_an_element_without_a_standard_weight():
    assert formulas.molar_mass("NaTcO4") is None


def test_all_elements_are_known_once():
    assert len(formulas.WEIGHTS) == 84
    assert not set(formulas.WEIGHTS) & formulas.WITHOUT_WEIGHT
    assert len(formulas.WEIGHTS) + len(formulas.WITHOUT_WEIGHT) == 118


def test_for_reading_amounts_are_small_figures():
    assert formulas.lowered("(NH4)6Mo7O24·4H2O") == "(NH₄)₆Mo₇O₂₄·4H₂O"


@given(st.text(max_size=120))
def test_whatever_is_typed_is_a_mass_or_a_refusal(text):
    try:
        mass = formulas.molar_mass(text)
    except Refusal:
        return
    assert mass is None or mass >= 0


@given(st.dictionaries(st.sampled_from(sorted(formulas.WEIGHTS)), st.integers(1, 40), min_size=1, max_size=8))
def test_a_formula_made_of_elements_weighs_their_sum(parts):
    written = "".join(f"{symbol}{count if count > 1 else ''}" for symbol, count in parts.items())
    assert formulas.composition(written) == parts
    assert formulas.molar_mass(f"({written})2") == 2 * sum(
        formulas.WEIGHTS[symbol] * count for symbol, count in parts.items()
    )
