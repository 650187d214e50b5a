"""VAMAS: every mode of the grammar, energies and rates, what CasaXPS leaves, and where a cut file ends."""

from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from characterization.instruments.base import Recording, Technique, UnreadableFile
from characterization.instruments.formats.vamas import READER
from tests.characterization.instruments.mutations import code_of, damaged, keeps_its_promise, largest, outcome
from tests.characterization.instruments.written import vamas, vamas_block
from tests.corpus import corpus

POINTS = [[200.0], [400.0], [300.0]]
WRITTEN = vamas([vamas_block(POINTS), vamas_block(POINTS, species="O 1s", transition="", start=950)])


def read(text: str, name: str = "survey.vms") -> list[Recording]:
    found = outcome(READER, text.encode("cp1252"), name)
    assert isinstance(found, list), found
    return found


def complaint(text: str) -> UnreadableFile:
    found = outcome(READER, text.encode("cp1252"), "survey.vms")
    assert isinstance(found, UnreadableFile)
    return found


def test_kinetic_energies_become_binding_energies_without_a_work_function():
    table = read(WRITTEN)[0].table.filter(block=1)
    assert table["binding_energy_eV"].to_list() == pytest.approx([296.6, 296.1, 295.6])
    assert table["kinetic_energy_eV"].to_list() == [1190, 1190.5, 1191]


def test_binding_energies_stay_as_they_are():
    table = read(vamas([vamas_block(POINTS, axis="Binding Energy", start=300, step=-0.1)]))[0].table
    assert table["binding_energy_eV"].to_list() == pytest.approx([300, 299.9, 299.8])
    assert "kinetic_energy_eV" not in table.columns


def test_all_regions_stand_in_one_table():
    recording = read(WRITTEN)[0]
    assert recording.table["region"].to_list() == ["C 1s"] * 3 + ["O 1s"] * 3
    assert [entry["points"] for entry in recording.meta["regions"]] == [3, 3]


def test_what_is_said_of_a_region_stands_in_meta():
    entry = read(WRITTEN)[0].meta["regions"][0]
    assert entry["excitation_energy_eV"] == 1486.6
    assert entry["pass_energy_eV"] == 20
    assert (entry["dwell_s"], entry["scans"]) == (0.1, 2)
    assert "analysis_width_mm" not in entry


def test_counts_stay_counts_where_all_blocks_are_in_counts():
    assert read(WRITTEN)[0].table["intensity_counts"].to_list() == [200, 400, 300] * 2


def test_beside_a_rate_counts_are_divided_by_dwell_and_scans():
    text = vamas([vamas_block(POINTS), vamas_block(POINTS, unit="c/s")])
    assert read(text)[0].table["intensity_cps"].to_list() == pytest.approx([1000, 2000, 1500, 200, 400, 300])


def test_the_transmission_stands_beside_the_intensity():
    table = read(vamas([vamas_block([[200.0, 1.5], [400.0, 1.4]])]))[0].table
    assert table["transmission"].to_list() == [1.5, 1.4]


def test_irregular_scans_bring_their_own_axis():
    block = vamas_block([[1190.0, 200.0], [1191.5, 400.0]], irregular=True)
    table = read(vamas([block], scan_mode="IRREGULAR"))[0].table
    assert table["binding_energy_eV"].to_list() == pytest.approx([296.6, 295.1])
    assert table["intensity_counts"].to_list() == [200, 400]


def test_maps_have_their_positions_and_fields_of_view_in_between():
    table = read(vamas([vamas_block(POINTS, mode="MAP")], mode="MAP"))[0].table
    assert table["intensity_counts"].to_list() == [200, 400, 300]


def test_the_moment_carries_its_zone():
    assert read(WRITTEN)[0].started_at == datetime(2026, 3, 1, 9, 30, tzinfo=timezone(timedelta(hours=1)))


@pytest.mark.parametrize("spelling", ["1E+37", "1e+037", "1e37"])
def test_an_excitation_energy_that_is_not_given_leaves_no_binding_energy(spelling: str):
    recording = read(vamas([vamas_block(POINTS, source=spelling)]))[0]
    assert recording.table["binding_energy_eV"].null_count() == 3
    assert [flag.code for flag in recording.flags] == ["no_binding_energy"]


def test_blank_lines_before_the_first_and_nul_bytes_are_passed_over():
    assert read("\r\n\r\n" + WRITTEN.replace("1s\r", "1s\0\r"))[0].table["region"][0] == "C 1s"


@pytest.mark.parametrize("line_end", ["\n", "\r"])
def test_every_line_end_gives_the_same_table(line_end: str):
    assert read(WRITTEN.replace("\r\n", line_end))[0].table.equals(read(WRITTEN)[0].table)


def test_what_casaxps_fitted_is_kept():
    comments = (
        "Casa Info Follows", "0", "0", "1",
        "CASA region (*C 1s*) (*Shirley*) 1190 1202 1 2 0 0 335.4 551 436 3 (*C 1s*) 12 0 1", "1",
        "CASA comp (*C-C*) (*GL(30)*) Area 63507.374 1e-020 6383903.5 -1 1 MFWHM 1.25 0.2 4 -1 1 "
        "Position 1201.8 1190 1202 -1 1 RSF 1 MASS 12 INDEX -1 (*C 1s*) CONST (**) UNCORRECTEDRSF 1",
    )  # fmt: skip
    entry = read(vamas([vamas_block(POINTS, comments=comments)]))[0].meta["regions"][0]
    assert entry["regions"] == [
        {"name": "C 1s", "background": "Shirley", "high_eV": 296.6, "low_eV": 284.6, "rsf": 1.0}
    ]
    assert entry["components"] == [
        {
            "name": "C-C",
            "line_shape": "GL(30)",
            "area": 63507.374,
            "fwhm_eV": 1.25,
            "position_eV": 284.8,
            "rsf": 1.0,
        }
    ]


def test_other_techniques_are_kept_over_their_own_axis():
    text = vamas([vamas_block(POINTS), vamas_block(POINTS, technique="AES dir")])
    xps, auger = read(text)
    assert (xps.technique, auger.technique, auger.part) == (Technique.XPS, Technique.OTHER, "AES dir")
    assert auger.table["abscissa"].to_list() == [1190, 1190.5, 1191]
    assert auger.unit("abscissa") == "eV"


def test_a_cut_file_says_in_which_block_it_ends():
    lines = WRITTEN.split("\r\n")
    assert complaint("\r\n".join(lines[:-4])).message == (
        "survey.vms is cut off: it ends in block 2 of 2 after 1 of 3 values."
    )
    assert "in block 1 of 2" in complaint("\r\n".join(lines[:40])).message


def test_without_its_last_line_a_file_is_cut():
    error = complaint(WRITTEN.replace("end of experiment\r\n", ""))
    assert (error.code, "before 'end of experiment'" in error.message) == ("truncated", True)


def test_a_word_where_a_number_belongs_is_named_with_its_line():
    error = complaint(WRITTEN.replace("1190", "many", 1))
    assert error.message == ("survey.vms: line 48, in block 1 of 2: 'many' stands where a number belongs.")


def _listed(length: int, *listed: int) -> str:
    """Two blocks; the second lacks its technique and its pass energy (items 9 and 21)."""
    first, second = vamas_block(POINTS), vamas_block(POINTS, species="O 1s", transition="")
    place = second.index("FAT") + 1
    text = vamas([first, [*second[:10], *second[11:place], *second[place + 1 :]]])
    list_of_items = "\r\n".join(str(number) for number in (length, *listed))
    return text.replace("REGULAR\r\n1\r\n0\r\n0\r\n", f"REGULAR\r\n1\r\n0\r\n{list_of_items}\r\n", 1)


@pytest.mark.parametrize(
    "text", [_listed(-2, 9, 21), _listed(38, *(item for item in range(1, 41) if item not in (9, 21)))]
)
def test_items_that_a_list_leaves_out_are_those_of_the_block_before(text: str):
    entries = read(text)[0].meta["regions"]
    assert [(entry["technique"], entry["pass_energy_eV"]) for entry in entries] == [("XPS", 20.0)] * 2
    assert [entry["region"] for entry in entries] == ["C 1s", "O 1s"]


@pytest.mark.parametrize(("length", "listed"), [(-1, (41,)), (41, ()), (-1, (9,))])
def test_a_list_that_does_not_fit_the_blocks_is_damage(length: int, listed: tuple[int, ...]):
    assert complaint(_listed(length, *listed)).code == "damaged"


def test_a_map_of_single_values_is_refused():
    assert complaint(WRITTEN.replace("REGULAR", "MAPPING")).code == "unsupported"


def test_the_place_of_a_map_is_kept():
    entry = read(vamas([vamas_block(POINTS, mode="MAP")], mode="MAP"))[0].meta["regions"][0]
    assert entry["position"] == [1.0, 1.0]


def test_a_depth_profile_has_its_sputter_source_in_between():
    """Items 13 and 37 stand only in modes with a depth; the experimental variable says the level."""
    block = vamas_block(POINTS)
    source = block.index("Al (mono)") + 1
    tilt = block.index("pulse counting") + 4
    block = [
        *block[:source],
        "18",
        "1",
        "1",
        *block[source:tilt],
        *["4000", "1e-6", "1", "1", "0", "0", "raster"],
        *block[tilt:],
    ]
    found = read(vamas([block], mode="SDP").replace("SDP\r\nREGULAR\r\n", "SDP\r\nREGULAR\r\n1\r\n"))[0]
    assert found.table["intensity_counts"].to_list() == [200, 400, 300]


@settings(max_examples=300, deadline=None)
@given(damaged(WRITTEN.encode()))
def test_damage_gives_a_table_or_a_named_fault(raw: bytes):
    keeps_its_promise(READER, raw, "survey.vms")


@settings(max_examples=80, deadline=None)
@given(st.integers(1, len(WRITTEN.rstrip()) - 1))
def test_a_cut_file_is_never_read_as_a_whole_one(keep: int):
    assert code_of(READER, WRITTEN.encode()[:keep], "survey.vms") != "read"


POINTS_OF = {
    "0-150W.vms": [1206, 601, 251, 301, 251],
    "Mutlipak_vms.npl": [601, 601, 501, 401, 401],
    "irregular.vms": [1351],
    "regular.vms": [1351],
    "FeO_analyzed.vms": [1121],
}


@pytest.mark.corpus
@pytest.mark.parametrize(("name", "points"), POINTS_OF.items())
def test_real_files_have_their_known_blocks(name: str, points: list[int]):
    """T9."""
    recording = READER.read(corpus(f"characterization/xps/{name}"))[0]
    assert [entry["points"] for entry in recording.meta["regions"]] == points
    assert recording.table.height == sum(points)
    assert recording.table.null_count().select("binding_energy_eV").item() == 0


@pytest.mark.corpus
def test_counts_and_rates_of_one_survey_are_equal():
    """T9: first value 1559.87 counts in 0.1 s against 15598.7 counts/s, printed to six digits."""
    counts = READER.read(corpus("characterization/xps/regular.vms"))[0]
    rates = READER.read(corpus("characterization/xps/irregular.vms"))[0]
    entry = counts.meta["regions"][0]
    seconds = entry["dwell_s"] * entry["scans"]
    assert counts.table["intensity_counts"][0] == pytest.approx(1559.87, abs=0.005)
    assert rates.table["intensity_cps"][0] == pytest.approx(15598.7, abs=0.05)
    ratio = counts.table["intensity_counts"] / seconds / rates.table["intensity_cps"]
    assert largest(ratio - 1) < 1e-5
    assert largest(counts.table["binding_energy_eV"] - rates.table["binding_energy_eV"]) < 1e-6
    assert counts.table["binding_energy_eV"][0] == pytest.approx(1350.0, abs=1e-6)


@pytest.mark.corpus
def test_casaxps_components_of_a_real_file_lie_where_its_report_says():
    """T11 gives 709.03 eV and 3.86 eV from the summed curve; the model's own parameters lie within 0.05 eV."""
    entry = READER.read(corpus("characterization/xps/FeO_analyzed.vms"))[0].meta["regions"][0]
    first = entry["components"][0]
    assert len(entry["components"]) == 4
    assert first["position_eV"] == pytest.approx(709.03, abs=0.05)
    assert first["fwhm_eV"] == pytest.approx(3.86, abs=0.05)
