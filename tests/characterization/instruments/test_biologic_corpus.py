"""Real BioLogic files: rows, values and starts against the vendor's own text exports and known numbers."""

import json
import re
from datetime import datetime
from functools import cache

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from characterization.analysis.base import Conditions
from characterization.analysis.methods.cycling import METHOD
from characterization.instruments import registry
from characterization.instruments.base import Reader, Recording, Technique, UnreadableFile
from characterization.instruments.formats import biologic_mpr, biologic_mpt
from tests.characterization.instruments.mutations import outcome
from tests.corpus import corpus, truth

pytestmark = pytest.mark.corpus
CYCLER, EIS, CV = "cycler/biologic/", "characterization/eis/", "characterization/cv/"
JDB11 = f"{CYCLER}jdb11-1_c3_gcpl_5cycles_2V-3p8V_C-24_data_C09.mpr"
PELLET = f"{EIS}PEIS_LPSCl_IonBlocking_-25C"


@cache
def read(path: str) -> list[Recording]:
    found = corpus(path)
    return registry.read(found, found.name).recordings


ROWS = {
    JDB11: 46102, f"{CYCLER}biol.mpr": 23561, f"{CYCLER}PEIS-0.mpr": 60,
    f"{CYCLER}250116_kigr_gen6_01_01_GCPL_CD8.mpr": 392, f"{CYCLER}250116_kigr_gen6_01_02_GCPL_CD8.mpr": 3791,
    f"{CYCLER}gcpl.issue_149.mpr": 132, f"{CYCLER}gcpl.issue_149.mpt": 132, f"{CYCLER}gcpl.issue_211.mpr": 2767,
    f"{CYCLER}gcpl.issue_211.mpt": 2767, f"{CYCLER}cv.issue_217.mpr": 9353, f"{CYCLER}cv.issue_217.mpt": 9353,
    f"{CYCLER}peis.mpr": 32, f"{CYCLER}peis.mpt": 32, f"{CYCLER}peis.issue_225.with_ece.mpr": 32,
    f"{CYCLER}geis.mpr": 2528, f"{CYCLER}geis.mpt": 2528, f"{CYCLER}ocv.mpr": 602, f"{CYCLER}mb.mpr": 1588,
    f"{CYCLER}mb.mpt": 1588, f"{CYCLER}mb.issue_95.de.mpt": 33, f"{CYCLER}Pt_poly_cv.mpt": 4473,
    f"{CYCLER}Sample_data_biologic_01_MB_CA1.txt": 1397, f"{CYCLER}Sample_data_biologic_02_MB_CA1.txt": 1397,
    f"{EIS}exampleDataBioLogic.mpt": 43, f"{PELLET}.mpr": 79, f"{PELLET}.txt": 79, f"{EIS}PEIS_SSB.mpr": 89,
    f"{EIS}geis.mpr": 2528, f"{CV}Pt_poly_cv_CUT.mpt": 223, f"{CV}cva.issue_202.mpr": 455,
}  # fmt: skip


@pytest.mark.parametrize(("path", "rows"), ROWS.items())
def test_every_real_file_is_read_with_all_its_rows(path: str, rows: int):
    """The counts are those of other readers and of the lines of the text files."""
    recording = read(path)[0]
    technique = Technique.CYCLING
    if "eis" in path.lower():
        technique = Technique.EIS
    elif re.search(r"/(cv\.|cva|Pt_poly_cv)", path):
        technique = Technique.CV
    assert (recording.table.height, recording.technique) == (rows, technique)


def test_a_wait_that_recorded_nothing_is_empty():
    with pytest.raises(UnreadableFile, match=r"wait.mpr holds no measured point") as caught:
        read(f"{CYCLER}wait.mpr")
    assert caught.value.code == "empty"


PAIRS = [*(f"{CYCLER}{name}" for name in (
    "gcpl.issue_149", "gcpl.issue_211", "cv.issue_217", "peis", "geis", "mb")), PELLET]  # fmt: skip


@pytest.mark.parametrize("name", PAIRS)
def test_binary_and_text_of_one_test_agree_in_every_column(name: str):
    """Tolerance 2e-7 of the column's largest value: the text of single precision has seven decimals."""
    text_ending = "txt" if name == PELLET else "mpt"
    for binary, text in zip(read(f"{name}.mpr"), read(f"{name}.{text_ending}"), strict=True):
        shared = [column for column in binary.table.columns if column in text.table.columns]
        assert len(shared) >= 9
        assert binary.table.height == text.table.height
        for column in shared:
            assert_equal(column, binary.table[column], text.table[column])
        assert (binary.started_at, binary.technique) == (text.started_at, text.technique)
        about = {"current_mA_is", "original_name"}
        same = {key for key in binary.meta if key in text.meta and binary.meta[key] == text.meta[key]}
        assert set(binary.meta) & set(text.meta) - same <= about


def assert_equal(column: str, ours: pl.Series, theirs: pl.Series) -> None:
    if not ours.dtype.is_numeric():
        assert ours.cast(pl.String).to_list() == theirs.cast(pl.String).to_list()
        return
    assert ours.is_null().to_list() == theirs.is_null().to_list(), column
    ours, theirs = ours.drop_nulls().cast(pl.Float64), theirs.drop_nulls().cast(pl.Float64)
    largest = theirs.abs().max()
    assert isinstance(largest, float)
    assert (ours - theirs).abs().max() == pytest.approx(0, abs=2e-7 * (largest or 1)), column


@pytest.mark.parametrize("name", PAIRS[:2])
def test_the_computed_current_is_the_vendors(name: str):
    """EC-Lab computes <I> on export; the binary file holds none."""
    ours, theirs = read(f"{name}.mpr")[0].table["current_mA"], read(f"{name}.mpt")[0].table["current_mA"]
    assert (ours - theirs).abs().max() == pytest.approx(0, abs=1e-8)


def known(path: str) -> dict[str, object]:
    found: dict[str, object] = json.loads(truth("cycler.json").read_text())[path.removeprefix("cycler/")]
    return found


CYCLED = [JDB11, f"{CYCLER}gcpl.issue_211.mpr", f"{CYCLER}250116_kigr_gen6_01_02_GCPL_CD8.mpr"]


@pytest.mark.parametrize("path", CYCLED)
def test_cycles_of_real_files_are_the_known_ones(path: str):
    """Half cycles in their order within 0.2 %; one of the files begins with a discharge, paired with the charge
    after it."""
    says = known(path)
    cycles = METHOD.compute(read(path)[0], Conditions()).tables["cycles"]
    assert cycles.height == says["cycles"]
    first, last = says["first_cycle"], says["last_cycle"]
    for row, cycle in ((0, first), (-1, last)):
        assert isinstance(cycle, dict)
        for way in ("charge", "discharge"):
            assert (cycles[f"{way}_capacity_mAh"][row] or 0) == pytest.approx(cycle[f"{way}_mAh"], rel=2e-3)


@pytest.mark.parametrize("path", CYCLED)
def test_rows_extremes_and_starts_of_real_files_are_the_known_ones(path: str):
    says, recording = known(path), read(path)[0]
    table = recording.table
    assert table.height == says["rows"]
    volts = [table["voltage_V"].min(), table["voltage_V"].max()]
    assert volts == pytest.approx([says["v_min"], says["v_max"]], abs=1e-5)
    assert [table["current_mA"].min(), table["current_mA"].max()] == pytest.approx(
        [says["i_min_mA"], says["i_max_mA"]], abs=1e-5
    )
    assert recording.started_at == datetime.fromisoformat(str(says["start"]))
    assert table["time_s"][-1] - table["time_s"][0] == pytest.approx(says["duration_s"], abs=1e-3)


def test_counter_and_integral_of_the_46_thousand_rows_agree():
    flags = METHOD.compute(read(JDB11)[0], Conditions()).flags
    assert {flag.code for flag in flags} == {"discharge_first", "first_efficiency_meaningless"}


def test_trap_08_linked_techniques_share_one_start_and_time_goes_on():
    one, two = (read(f"{CYCLER}250116_kigr_gen6_01_0{n}_GCPL_CD8.mpr")[0] for n in (1, 2))
    assert one.started_at == two.started_at == datetime(2025, 1, 16, 14, 5, 54, 213000)
    assert two.table["time_s"][0] == pytest.approx(43213.76, abs=0.01)
    assert two.table["time_s"][0] - one.table["time_s"][-1] == pytest.approx(0, abs=20)
    for ending in ("mpr", "mpt"):
        assert read(f"{CYCLER}gcpl.issue_211.{ending}")[0].table["time_s"][0] == pytest.approx(
            88246.517, abs=1e-3
        )


@pytest.mark.parametrize("ending", ["mpr", "mpt"])
def test_trap_14_rows_at_0_hz_are_no_impedance(ending: str):
    """geis has 29 such rows among 2,528, mb 1,028 among 1,588."""
    (sweeps,) = read(f"{CYCLER}geis.{ending}")
    resting = sweeps.table.filter(pl.col("frequency_Hz") == 0)
    assert (sweeps.table.height, resting.height, sweeps.meta["rows_at_0_Hz"]) == (2528, 29, 29)
    assert resting["spectrum"].null_count() == 29
    assert sweeps.table["spectrum"].null_count() == 29
    cycling, impedance = read(f"{CYCLER}mb.{ending}")
    assert (cycling.table.height, impedance.table.height) == (1588, 1588 - 1028)
    assert impedance.table["frequency_Hz"].min() > 0  # type: ignore[operator]
    sizes = impedance.table["spectrum"].value_counts()["count"].to_list()
    assert sizes == [70] * 8


def test_the_impedance_of_a_reference_file_has_its_known_ends():
    says, table = known(f"{CYCLER}peis.mpr"), read(f"{CYCLER}peis.mpr")[0].table
    ends = {
        "f_max_Hz": table["frequency_Hz"].max(), "f_min_Hz": table["frequency_Hz"].min(),
        "re_first_ohm": table["z_real_ohm"][0], "re_last_ohm": table["z_real_ohm"][-1],
        "minus_im_last_ohm": -table["z_imag_ohm"][-1],
    }  # fmt: skip
    assert ends == pytest.approx({key: says[key] for key in ends}, rel=1e-6)


def test_the_electrolyte_pellet_is_one_spectrum_of_79_points():
    """T27: 7 MHz to 0.1 Hz, the same in .mpr and .txt; the cell with 89 points; in-situ GEIS with 2,528 rows."""
    for ending in ("mpr", "txt"):
        table = read(f"{PELLET}.{ending}")[0].table
        assert (table.height, table["spectrum"].unique().to_list()) == (79, [1])
        assert table["frequency_Hz"].max() == pytest.approx(7e6, rel=1e-4)
        assert table["frequency_Hz"].min() == pytest.approx(0.1, rel=1e-2)
    assert read(f"{EIS}PEIS_SSB.mpr")[0].table["spectrum"].max() == 1


@pytest.mark.parametrize("path", [f"{CYCLER}cv.issue_217.mpt", f"{CYCLER}cv.issue_217.mpr"])
def test_the_scan_rate_is_stated_or_seen_in_the_controlled_potential(path: str):
    assert read(path)[0].meta["scan_rate_mV_per_s"] == pytest.approx(50, rel=1e-3)
    assert read(path)[0].table["scan"].max() == 11


READERS = {"mpr": biologic_mpr.READER, "mpt": biologic_mpt.READER}


@settings(max_examples=40, deadline=None)
@given(st.data())
@pytest.mark.parametrize(
    "name", ["gcpl.issue_149.mpr", "peis.mpr", "ocv.mpr", "gcpl.issue_149.mpt", "peis.mpt"]
)
def test_a_cut_real_file_is_never_read_as_a_whole_one(name: str, data: st.DataObject):
    """Text without loops may end where a row ends: then it is flagged that its length is not stated."""
    raw = corpus(CYCLER + name).read_bytes()
    reader: Reader = READERS[name[-3:]]
    found = outcome(reader, raw[: data.draw(st.integers(30, len(raw) - 1))], name)
    if isinstance(found, UnreadableFile):
        assert found.code in {"truncated", "empty"}
    else:
        assert {"log_missing", "length_not_stated"} & {flag.code for flag in found[0].flags}
