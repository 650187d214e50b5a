from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given, settings

from characterization.instruments import registry
from characterization.instruments.base import Recording, Technique, UnreadableFile
from characterization.instruments.formats.spectrum_text import READER
from tests.characterization.instruments.mutations import code_of, damaged, keeps_its_promise, outcome
from tests.corpus import corpus

NAME = "curve.txt"
GRATING = [-95 + 2.96 * place - 0.0003 * place**2 for place in range(400)]


def table(titles: str, rows: Sequence[tuple[float, ...]], separator: str = "\t", mark: str = ".") -> str:
    lines = [separator.join(f"{cell:.4f}".replace(".", mark) for cell in row) for row in rows]
    return "\n".join([*([titles] if titles else []), *lines, ""])


ROWS = [(1000.0 + 10 * place, 50.0 + place) for place in range(12)]


def read(text: str, encoding: str = "utf-8") -> list[Recording]:
    found = outcome(READER, text.encode(encoding), NAME)
    assert isinstance(found, list), found
    return found


@pytest.mark.parametrize(
    ("titles", "technique", "columns"),
    [
        (
            "Raman shift (cm-1)\tIntensity (counts)",
            Technique.RAMAN,
            ["raman_shift_per_cm", "intensity_counts"],
        ),
        ("拉曼位移 (cm-1)\t强度", Technique.RAMAN, ["raman_shift_per_cm", "intensity_au"]),
        ("Wellenzahl / cm-1\tExtinktion", Technique.FTIR, ["wavenumber_per_cm", "absorbance"]),
        ("cm-1\t%T", Technique.FTIR, ["wavenumber_per_cm", "transmittance_percent"]),
        ("Wavelength (nm)\tReflectance (%)", Technique.UV_VIS, ["wavelength_nm", "reflectance_percent"]),
        ("Field [mT]\tIntensity", Technique.EPR, ["field_mT", "intensity_au"]),
        ("energy (eV)\txmu", Technique.XANES, ["energy_eV", "absorption_au"]),
        ("Temp./°C\tMass/%", Technique.TGA, ["temperature_degC", "mass_percent"]),
        ("Temperature (°C)\tWeight (mg)", Technique.TGA, ["temperature_degC", "mass_mg"]),
    ],
)
def test_the_titles_say_which_technique_it_is(titles, technique, columns):
    found = read(table(titles, ROWS))[0]
    assert found.technique == technique
    assert found.table.columns == columns


@pytest.mark.parametrize(
    ("titles", "column", "first"),
    [
        ("Magnetic field (G)\tSignal", "field_mT", 100.0),
        ("Magnetic field (T)\tSignal", "field_mT", 1e6),
        ("Energy (keV)\tmu(E)", "energy_eV", 1e6),
        ("Temp (K)\tWeight (%)", "temperature_degC", 726.85),
    ],
)
def test_other_units_are_turned_into_the_houses_own(titles, column, first):
    assert read(table(titles, ROWS))[0].table[column][0] == pytest.approx(first)


@pytest.mark.parametrize(
    ("separator", "mark", "encoding"), [(";", ",", "cp1252"), (",", ".", "utf-16"), ("\t", ",", "utf-8-sig")]
)
def test_separators_decimal_commas_and_encodings_do_not_matter(separator, mark, encoding):
    text = table(separator.join(["Wellenzahl (cm-1)", "Absorbance"]), ROWS, separator, mark)
    assert read(text, encoding)[0].table["absorbance"].to_list() == [row[1] for row in ROWS]


def test_a_falling_axis_is_turned():
    found = read(table("Wavenumber (cm-1)\tAbsorbance", ROWS[::-1]))[0]
    assert found.table["wavenumber_per_cm"].to_list() == [row[0] for row in ROWS]


def test_several_columns_are_several_spectra_with_their_titles():
    rows = [(x, y, 2 * y) for x, y in ROWS]
    found = read(table("Raman shift (cm-1)\tNPCs\tMo@NPCs", rows))[0]
    assert found.table["spectrum"].max() == 2
    assert found.meta["spectra"] == ["NPCs", "Mo@NPCs"]


def test_a_thermogram_keeps_the_order_of_its_rows_and_its_time():
    rows = [(25.0 + min(place, 6), float(place), 10.0 - 0.1 * place) for place in range(12)]
    found = read(table("Temp./°C\tTime/min\tMass/mg", rows))[0]
    assert found.table["time_s"].to_list() == [60.0 * place for place in range(12)]
    assert found.table["mass_mg"].to_list() == pytest.approx([row[2] for row in rows])


def test_the_header_gives_laser_and_sample():
    text = "# Sample: CCA-0061\n# Laser: 633 nm\n" + table("Raman shift (cm-1)\tCounts", ROWS)
    found = read(text)[0]
    assert (found.meta["laser_nm"], found.title) == (633, "CCA-0061")
    assert not found.flags


def test_a_bare_table_from_below_zero_in_the_steps_of_a_grating_is_taken_for_raman_and_said():
    found = read(table("", [(x, 500.0) for x in GRATING]))[0]
    assert found.technique == Technique.RAMAN
    assert {flag.code for flag in found.flags} == {"laser_missing", "taken_for_raman"}


@pytest.mark.parametrize(
    "rows",
    [
        ROWS,
        [(-2.0 + place / 100, 3.0) for place in range(400)],
        [(-100.0 + place, 3.0) for place in range(400)],
    ],
)
def test_another_bare_table_is_left_to_other_readers(rows):
    assert code_of(READER, table("", rows).encode(), NAME) == "not_this_format"


@pytest.mark.parametrize(
    "titles",
    [
        "Binding energy (eV)\tCounts",
        "2theta\tIntensity",
        "freq/Hz\tRe(Z)/Ohm",
        "Time (s)\tVoltage (V)",
        "Temperature (°C)\tFlow",
    ],
)
def test_titles_of_other_techniques_are_not_taken(titles):
    assert code_of(READER, table(titles, ROWS).encode(), NAME) == "not_this_format"


@settings(max_examples=300, deadline=None)
@given(damaged(table("Raman shift (cm-1)\tIntensity (counts)", ROWS).encode()))
def test_damage_gives_a_table_or_a_named_fault(raw: bytes):
    keeps_its_promise(READER, raw, NAME)


def test_a_row_that_lost_a_cell_is_a_fault():
    text = table("Raman shift (cm-1)\tCounts", ROWS).replace("1050.0000\t55.0000", "1050.0000")
    found = outcome(READER, text.encode(), NAME)
    assert isinstance(found, UnreadableFile) and found.code == "damaged"


@pytest.mark.parametrize("name", ["testDW38C_pos1.txt", "Si_spectrum01.txt"])
def test_the_bare_raman_spectra_of_the_corpus_have_1600_points(name):
    found = registry.read(corpus(f"characterization/raman/{name}"), name)
    assert found.reader.name == "spectrum_text"
    recording = found.recordings[0]
    assert recording.table.height == 1600
    x, y = (recording.table[column].to_numpy() for column in recording.table.columns)
    window = (x > 480) & (x < 560)
    if name.startswith("Si"):
        assert x[window][np.argmax(y[window])] == pytest.approx(521.29, abs=1.5)
