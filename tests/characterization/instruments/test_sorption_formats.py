"""Isotherms of seven kinds of files: the points that were written come back, in mmol/g and kPa, with their branches."""

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from characterization.instruments import registry
from characterization.instruments.base import Technique
from characterization.instruments.formats import (
    aif,
    micromeritics,
    micromeritics_smp,
    microtracbel,
    pygaps_json,
    quantachrome,
    threep,
)
from tests.characterization.instruments import written_sorption as written
from tests.characterization.instruments.mutations import code_of, damaged, keeps_its_promise, outcome
from tests.corpus import corpus

REPORT = [written.micromeritics_rows(), written.BET_PAGE]
FILES = [
    (micromeritics.READER, written.old_book(REPORT), "carbon.xls"),
    (micromeritics.READER, written.old_book([written.micromeritics_rows("mmol/g")], bars=False), "below.XLS"),
    (micromeritics.READER, written.micromeritics_text(), "carbon.TXT"),
    (micromeritics_smp.READER, written.smp(), "carbon.SMP"),
    (quantachrome.READER, written.quantachrome(), "carbon.txt"),
    (microtracbel.READER, written.belsorp_dat(), "carbon.DAT"),
    (microtracbel.READER, written.belsorp_csv(), "carbon.csv"),
    (threep.READER, written.threep(), "carbon.xlsx"),
    (pygaps_json.READER, written.pygaps_json(), "carbon.json"),
    (aif.READER, written.aif(), "carbon.aif"),
]
NAMES = [f"{reader.name} {name}" for reader, _, name in FILES]


def read(tmp_path, raw, name):
    path = tmp_path / name
    path.write_bytes(raw)
    return registry.read(path, name)


def only(found):
    (recording,) = found.recordings
    return recording


@pytest.mark.parametrize(("reader", "raw", "name"), FILES, ids=NAMES)
def test_each_kind_of_file_gives_the_points_that_were_written(reader, raw, name, tmp_path):
    found = read(tmp_path, raw, name)
    recording = only(found)
    assert found.reader is reader
    assert recording.technique == Technique.SORPTION
    table = recording.table
    assert table["relative_pressure"].to_numpy() == pytest.approx(
        [one[0] for one in written.POINTS], rel=1e-5
    )
    assert table["amount_mmol_per_g"].to_numpy() == pytest.approx(
        [one[1] for one in written.POINTS], rel=1e-4
    )
    assert table["branch"].to_list() == ["adsorption"] * 7 + ["desorption"] * 2
    assert recording.meta["gas"] == "N2"
    assert "CARBON-7" in recording.sample_hints


@pytest.mark.parametrize(
    ("reader", "raw"),
    [(reader, raw) for reader, raw, _ in FILES if reader not in (pygaps_json.READER,)],
    ids=[name for name in NAMES if "json" not in name],
)
def test_pressures_come_in_kilopascals(reader, raw, tmp_path):
    name = next(name for _, other, name in FILES if other is raw)
    table = only(read(tmp_path, raw, name)).table
    expected = [one[0] * written.SATURATION_kPa for one in written.POINTS]
    assert table["pressure_kPa"].to_numpy() == pytest.approx(expected, rel=1e-4)


def test_what_the_report_prints_is_kept_with_the_points_that_it_used(tmp_path):
    printed = only(read(tmp_path, written.old_book(REPORT), "carbon.xls")).meta["printed"]
    assert printed["bet_area_m2_per_g"] == 194.7493
    assert printed["bet_monolayer_mmol_per_g"] == pytest.approx(44.7434 / 22.414)
    assert (printed["bet_points"], printed["bet_from"], printed["bet_to"]) == (3, 0.05, 0.2)


@pytest.mark.parametrize(
    ("unit", "factor"),
    [
        ("cm³/g STP", 1),
        ("mmol/g", 1),
        ("µmol/g", 1e3),
        ("mol/kg", 1),
        ("mg/g", 28.0134),
        ("wt%", 2.80134),
        ("mol/g", 1e-3),
    ],
)
def test_amounts_in_any_usual_unit_become_mmol_per_gram(unit, factor, tmp_path):
    rows = written.micromeritics_rows(unit, [(rel, amount * factor) for rel, amount in written.POINTS])
    table = only(read(tmp_path, written.old_book([rows]), "carbon.xls")).table
    assert table["amount_mmol_per_g"].to_numpy() == pytest.approx(
        [one[1] for one in written.POINTS], rel=1e-6
    )


@pytest.mark.parametrize(
    ("unit", "kPa"), [("Torr", 0.1333224), ("bar", 100), ("mbar", 0.1), ("Pa", 1e-3), ("mmHg", 0.1333224)]
)
def test_pressures_in_any_usual_unit_become_kilopascals(unit, kPa, tmp_path):
    raw = written.aif(pressure=unit, scale=written.SATURATION_kPa / kPa)
    table = only(read(tmp_path, raw, "carbon.aif")).table
    expected = [one[0] * written.SATURATION_kPa for one in written.POINTS]
    assert table["pressure_kPa"].to_numpy() == pytest.approx(expected, rel=1e-5)


def test_numbers_as_text_with_decimal_commas_are_read(tmp_path):
    recording = only(read(tmp_path, written.threep(decimal_text=True), "carbon.xlsx"))
    assert recording.table["amount_mmol_per_g"].to_numpy() == pytest.approx(
        [one[1] for one in written.POINTS], rel=1e-5
    )
    assert recording.meta["printed"]["bet_area_m2_per_g"] == 803.818
    assert recording.meta["printed"]["total_pore_volume_at"] == 0.99
    assert recording.meta["sample_mass_g"] == 0.0304


def test_a_japanese_export_is_read_like_an_english_one(tmp_path):
    raw = written.belsorp_csv(("吸着質名称", "吸着温度", "サンプル質量", "コメント１"))
    recording = only(read(tmp_path, raw, "carbon.csv"))
    assert recording.meta["temperature_K"] == 77.0
    assert recording.meta["sample_mass_g"] == 0.0184
    assert recording.sample_hints[0] == "CARBON-7"


def test_units_that_an_isotherm_file_does_not_state_are_not_assumed():
    assert code_of(aif.READER, written.aif(pressure="?"), "a.aif") == "unsupported"
    assert code_of(aif.READER, written.aif(loading="?"), "a.aif") == "unsupported"
    changed = {"material_basis": "volume", "material_unit": "cm3"}
    assert code_of(pygaps_json.READER, written.pygaps_json(**changed), "a.json") == "unsupported"


def test_a_volume_of_the_whole_sample_without_its_mass_is_refused():
    assert code_of(quantachrome.READER, written.quantachrome(mass=0), "a.txt") == "unsupported"


def test_fewer_points_than_stated_are_a_cut_file():
    assert code_of(microtracbel.READER, written.belsorp_csv(counts=(8, 2)), "a.csv") == "truncated"
    cut = written.belsorp_dat().rpartition(b"0\t0\t0\t0\t0")[0]
    assert code_of(microtracbel.READER, cut, "a.dat") == "truncated"


def test_a_point_with_half_its_numbers_is_no_end_of_the_table():
    rows = written.micromeritics_rows()
    rows[-3][2] = ""
    assert code_of(micromeritics.READER, written.old_book([rows]), "a.xls") == "truncated"
    rows = written.micromeritics_rows()
    rows.insert(-2, ["lost", "", "", "", ""])
    assert code_of(micromeritics.READER, written.old_book([rows]), "a.xls") == "damaged"


def test_an_old_workbook_of_something_else_is_refused_with_a_sentence(tmp_path):
    raw = written.old_book([[["Time", "Voltage"], [0, 3.0], [1, 3.1]]])
    path = tmp_path / "other.xls"
    path.write_bytes(raw)
    with pytest.raises(registry.UnreadableFile, match="Micromeritics report") as caught:  # type: ignore[attr-defined]
        registry.read(path, "other.xls")
    assert caught.value.code == "not_this_format"


def test_what_the_file_does_not_say_is_flagged(tmp_path):
    raw = written.pygaps_json(temperature=None, adsorbate="", pressure_mode="absolute", pressure_unit="bar")
    codes = {flag.code for flag in only(read(tmp_path, raw, "carbon.json")).flags}
    assert codes == {"gas_missing", "temperature_missing", "sample_mass_missing", "saturation_missing"}


BET = "characterization/bet/"
COUNTS = [
    ("Sample_A.xls", "micromeritics", 48, 36, "N2", 77.3),
    ("Sample_C.xls", "micromeritics", 48, 18, "N2", 77.3),
    ("micromeritics.XLS", "micromeritics", 7, 0, "N2", None),
    ("GVM-BET-Gemini.VII.2390.v1.03.TXT", "micromeritics", 29, 0, "N2", None),
    ("SN_45-MIL-160(Al)-2.SMP", "micromeritics_smp", 87, 14, "N2", 77.35),
    ("DUT-6_LP_N2 (Raw Analysis Data).txt", "quantachrome", 82, 24, "N2", 77.3),
    ("DUT-49_N2_77K.DAT", "microtracbel", 89, 45, "N2", 77.4),
    ("DUT-32-N2_77K(BelMax).csv", "microtracbel", 293, 4, "N2", 77.0),
    ("BET.xls", "microtracbel", 21, 11, "N2", 77.0),
    ("CBV712_N2_77K.xlsx", "threep", 31, 19, "N2", None),
    ("NaY N2 77K.json", "pygaps_json", 67, 35, "N2", 77.355),
    ("Takeda 5A N2 77K.json", "pygaps_json", 96, 35, "N2", 77.355),
    ("ar_test_77k.aif", "aif", 98, 52, "Ar", 87.0),
]
"""Rows per branch as the fact sheets count them; the highest point counts to the adsorption."""


@pytest.mark.parametrize(("name", "reader", "adsorbed", "desorbed", "gas", "kelvin"), COUNTS)
def test_real_files_have_the_points_that_are_counted_in_them(name, reader, adsorbed, desorbed, gas, kelvin):
    found = registry.read(corpus(BET + name), name)
    recording = only(found)
    assert found.reader.name == reader
    assert recording.table["branch"].to_list() == ["adsorption"] * adsorbed + ["desorption"] * desorbed
    assert (recording.meta["gas"], recording.meta.get("temperature_K")) == (gas, kelvin)


PRINTED = [
    ("GVM-BET-Gemini.VII.2390.v1.03.TXT", 162.4547, 428.805, 1.66519, 16),
    ("Sample_A.xls", 194.7493, 107.292, 44.7434 / 22.414, 12),
    ("Sample_C.xls", 594.9649, None, None, None),
    ("micromeritics.XLS", 134.0561, 170.615, 1.37410, 3),
    ("BET.xls", 790.62, 11950, 181.65 / 22.414, 7),
    ("CBV712_N2_77K.xlsx", 803.818, 2005.00417, 184.67489 / 22.414, 6),
]


@pytest.mark.parametrize(("name", "area", "c", "monolayer", "points"), PRINTED)
def test_what_six_instruments_printed_is_read(name, area, c, monolayer, points):
    printed = only(registry.read(corpus(BET + name), name)).meta["printed"]
    assert printed["bet_area_m2_per_g"] == area
    assert printed.get("bet_c") == (c and pytest.approx(c, rel=1e-5))
    assert printed.get("bet_monolayer_mmol_per_g") == (monolayer and pytest.approx(monolayer, rel=1e-5))
    assert printed.get("bet_points") == points


def test_a_sample_file_in_binary_says_that_its_layout_is_inferred():
    recording = only(registry.read(corpus(BET + "SN_45-MIL-160(Al)-2.SMP"), "a.SMP"))
    assert recording.meta["sample_mass_g"] == pytest.approx(0.0848, abs=1e-9)
    assert [flag.code for flag in recording.flags] == ["layout_inferred"]
    relative = recording.table["relative_pressure"].to_numpy()
    assert (relative.min(), relative.max()) == (
        pytest.approx(2.7e-5, abs=1e-6),
        pytest.approx(0.98858, abs=1e-5),
    )


@pytest.mark.parametrize("place", range(len(FILES)), ids=NAMES)
def test_damaged_files_are_read_or_refused(place):
    reader, raw, name = FILES[place]

    @settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
    @given(damaged(raw))
    def holds(broken: bytes) -> None:
        keeps_its_promise(reader, broken, name)

    holds()


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.floats(1e-6, 1.0), st.floats(1e-3, 100)), min_size=2, max_size=40))
def test_any_isotherm_that_is_written_is_read_again(points):
    (recording,) = outcome(micromeritics_smp.READER, written.smp(points), "a.smp")  # type: ignore[misc]
    assert recording.table["amount_mmol_per_g"].to_numpy() == pytest.approx(
        [one[1] for one in points], rel=1e-9
    )
    relative = np.array([one[0] for one in points])
    top = len(points) - 1 - int(np.argmax(relative[::-1]))
    assert recording.table["branch"].to_list().count("adsorption") == top + 1
