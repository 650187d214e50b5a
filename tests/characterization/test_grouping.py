"""Findings in folds: what belongs together stands together, and a convention is said once."""

from characterization.models import Analysis, Finding
from characterization.panels import grouped, with_uncertainty

RUN = Analysis(method="eis_circuit", method_version="1.0")


def found(*rows):
    return [(RUN, Finding(name="n", label=label, subject=subject, unit=unit, convention=said, value=1.0))
            for label, subject, unit, said in rows]  # fmt: skip


def test_what_has_no_subject_comes_first_and_each_subject_has_one_group():
    groups = grouped(
        found(
            ("Area", "C 1s", "", ""), ("Shift", "", "eV", ""), ("Area", "O 1s", "", ""), ("W", "C 1s", "", "")
        )
    )
    assert [(one.subject, [line.finding.label for line in one.lines]) for one in groups] == [
        ("", ["Shift"]), ("C 1s", ["Area", "W"]), ("O 1s", ["Area"]),
    ]  # fmt: skip


def test_a_convention_that_all_rows_of_a_subject_share_is_said_once():
    (group,) = grouped(
        found(("Place", "C–N", "eV", "held; Shirley; 284.8 eV"), ("Share", "C–N", "%", "Shirley; 284.8 eV"))
    )
    assert group.said == "Shirley; 284.8 eV"
    assert [line.said for line in group.lines] == ["held", ""]


def test_a_row_alone_keeps_its_convention_beside_it():
    (group,) = grouped(found(("Shift", "", "eV", "fitted; 284.8 eV")))
    assert (group.said, group.lines[0].said) == ("", "fitted; 284.8 eV")


def test_an_element_of_a_spectrum_stands_in_the_group_of_the_spectrum():
    (group,) = grouped(found(("Misfit", "spectrum 2", "%", ""), ("Resistance", "R1, spectrum 2", "Ω", "")))
    assert [line.part for line in group.lines] == ["", "R1"]
    assert grouped(found(("Area", "a, b", "", "")))[0].subject == "a, b"


def test_a_long_table_folds_all_but_its_first_group_and_a_short_one_none():
    short = [("Area", name, "", "") for name in "abc"]
    assert not any(group.folded for group in grouped(found(*short)))
    long = [
        (label, name, unit, "")
        for name in "abcde"
        for label, unit in (("Place", "eV"), ("Share", "%"), ("W", "eV"))
    ]
    groups = grouped(found(*long))
    assert [group.folded for group in groups] == [False, True, True, True, True]
    assert groups[1].headline.finding.label == "Share"


def test_a_value_far_below_its_uncertainty_is_written_in_the_digits_of_the_uncertainty():
    assert with_uncertainty(9e-25, 5.9) == ("0.0", "± 5.9")
    assert with_uncertainty(9e-25, 5.9e-7) == ("0.0×10⁻⁷", "± 5.9×10⁻⁷")
    assert with_uncertainty(2.3e-9, 2.0e-10) == ("2.30×10⁻⁹", "± 0.20×10⁻⁹")
