import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from characterization.instruments.base import Recording, UnreadableFile
from characterization.instruments.formats.labspec import READER
from tests.characterization.instruments.mutations import code_of, damaged, keeps_its_promise, outcome
from tests.corpus import corpus

NAME = "cca.txt"
HEAD = [
    "#Acq. time (s)=\t30", "#Accumulations=\t4", "#Range (cm-¹)=\t1200...1700", "#ND Filter=\t10%",
    "#Laser=\t532nm_Edge",
    "#X (µm)=\t-1.5", "#Sample=\tCCA-0061", "#Title=\tpowder", "#Acquired=\t14.02.2026 10:41:56",
]  # fmt: skip
AXIS = [1200.0, 1300.5, 1400.0, 1500.0, 1600.0, 1700.0]


def single(mark: str = ".") -> str:
    rows = [f"{x}\t{10 * number + 0.5}".replace(".", mark) for number, x in enumerate(AXIS)]
    return "\r\n".join([*HEAD, *rows]) + "\r\n"


def series(types: tuple[str, ...] = ()) -> str:
    count = max(len(types), 1)
    kinds = [f"#AxisType[{place + 2}]={kind}" for place, kind in enumerate(types)]
    rows = ["\t" * count + "\t".join(map(str, AXIS))]
    for number in range(3):
        cells = [str(7.5 * number + place) for place in range(count)]
        rows.append("\t".join([*cells, *(str(10 * number + place) for place in range(6))]))
    return "\n".join([*HEAD, *kinds, *rows]) + "\n"


def read(text: str, encoding: str = "cp1252") -> Recording:
    found = outcome(READER, text.encode(encoding), NAME)
    assert isinstance(found, list), found
    return found[0]


@pytest.mark.parametrize("encoding", ["cp1252", "utf-8", "utf-16"])
@pytest.mark.parametrize("mark", [".", ","])
def test_a_single_spectrum_is_read_in_every_encoding_and_with_decimal_commas(encoding, mark):
    found = read(single(mark), encoding)
    assert found.table["raman_shift_per_cm"].to_list() == AXIS
    assert found.table["intensity_counts"].to_list() == [0.5, 10.5, 20.5, 30.5, 40.5, 50.5]
    assert found.meta["laser_nm"] == 532
    assert (found.meta["exposure_s"], found.meta["accumulations"], found.meta["laser_power_percent"]) == (
        30,
        4,
        10,
    )
    assert found.sample_hints == ("CCA-0061", "powder")
    assert found.started_at is not None and found.started_at.isoformat() == "2026-02-14T10:41:56"


def test_a_series_has_the_time_of_each_spectrum():
    found = read(series())
    assert found.table["spectrum"].max() == 3
    assert found.table.filter(spectrum=3)["time_s"].unique().to_list() == [15.0]
    assert found.table.filter(spectrum=2)["intensity_counts"].to_list() == [10, 11, 12, 13, 14, 15]


def test_a_map_has_the_place_of_each_spectrum():
    found = read(series(("Y", "X")))
    last = found.table.filter(spectrum=3)
    assert (last["y_um"][0], last["x_um"][0]) == (15.0, 16.0)


def test_planned_spectra_that_hold_only_zeros_are_said():
    text = series().replace("20\t21\t22\t23\t24\t25", "0\t0\t0\t0\t0\t0")
    assert [flag.code for flag in read(text).flags] == ["blank_spectra"]


def test_a_baseline_that_was_taken_off_before_is_said():
    text = single().replace("#Title=", "#Base:Sub=\t23.10.2023 17:07:17\r\n#Title=")
    assert [flag.code for flag in read(text).flags] == ["processed"]


def test_an_axis_in_nm_is_refused_with_what_to_do():
    found = outcome(READER, single().replace("#Title", "#AxisUnit[1]=nm\r\n#Title").encode("cp1252"), NAME)
    assert isinstance(found, UnreadableFile) and "1/cm" in found.hint


@settings(max_examples=150, deadline=None)
@given(damaged(single().encode("cp1252")))
def test_damage_gives_a_table_or_a_named_fault(raw: bytes):
    keeps_its_promise(READER, raw, NAME)


@settings(max_examples=150, deadline=None)
@given(damaged(series().encode("cp1252")))
def test_damage_of_a_series_gives_a_table_or_a_named_fault(raw: bytes):
    keeps_its_promise(READER, raw, NAME)


@settings(max_examples=60, deadline=None)
@given(st.integers(len("\n".join(HEAD)) + 60, len(series()) - 4))
def test_a_series_cut_inside_a_row_is_never_read_as_a_whole_one(keep: int):
    text = series()
    cut = text[:keep]
    whole_rows = text[keep] == "\n" or cut.endswith("\n")
    assert whole_rows or code_of(READER, cut.encode("cp1252"), NAME) != "read" or not text[keep].isspace()


def test_the_single_spectrum_of_the_corpus_says_its_laser_and_its_removed_baseline():
    found = READER.read(corpus("characterization/raman/labspec_raman_example.txt"))[0]
    assert found.table.height == 341
    assert found.table.row(0) == (201.795, 45.0984)
    assert found.meta["laser_nm"] == 532
    assert "processed" in [flag.code for flag in found.flags]


def test_the_series_of_the_corpus_has_168_spectra_of_1024_points_of_which_58_were_never_measured():
    found = READER.read(corpus("characterization/raman/serie190214-1.txt"))[0]
    assert found.table.height == 168 * 1024
    times = found.table.group_by("spectrum", maintain_order=True).first()["time_s"].to_numpy()
    assert times[:2] == pytest.approx([0, 59.8802])
    assert (np.diff(times) > 0).all()
    assert any("58 of 168" in flag.message for flag in found.flags)
