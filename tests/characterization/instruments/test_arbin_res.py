"""Arbin databases: what they hold, cell by cell against mdbtools, and that a cut one never passes as whole."""

import io
import json
import shutil
import subprocess
from datetime import datetime

import access_parser
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from characterization.analysis.base import Conditions
from characterization.analysis.methods.cycling import METHOD
from characterization.instruments import tables
from characterization.instruments.base import Recording, UnreadableFile
from characterization.instruments.formats.arbin_res import READER
from characterization.instruments.jet import JetDatabase
from tests.characterization.instruments.mutations import code_of, damaged, keeps_its_promise, outcome
from tests.characterization.instruments.written_jet import PAGE, res
from tests.corpus import corpus, truth

WRITTEN = res()
RECORDS = "Channel_Normal_Table"


def read(raw: bytes, name: str = "cell.res") -> list[Recording]:
    found = outcome(READER, raw, name)
    assert isinstance(found, list)
    return found


def complaint(raw: bytes) -> UnreadableFile:
    found = outcome(READER, raw, "cell.res")
    assert isinstance(found, UnreadableFile)
    return found


def test_rows_come_in_the_order_of_their_data_points_in_our_units():
    table = read(WRITTEN)[0].table
    assert table["time_s"].to_list() == pytest.approx([10.0 * point for point in range(1, 121)])
    assert table["current_mA"][0] == pytest.approx(1.0) and table["current_mA"][-1] == pytest.approx(-1.0)
    assert table["charge_capacity_mAh"].max() == pytest.approx(590 / 3600)
    assert table["discharge_capacity_mAh"][-1] == pytest.approx(590 / 3600)
    assert table["step"].to_list() == [1] * 60 + [2] * 60
    assert table["vendor_cycle"].to_list() == [1] * 60 + [2] * 60


def test_the_start_is_the_ole_date_without_a_zone():
    assert read(WRITTEN)[0].started_at == datetime(2016, 8, 5, 12)


def test_the_mass_is_in_grams_there_and_in_milligrams_here():
    recording = read(WRITTEN)[0]
    assert recording.meta["active_mass_mg"] == pytest.approx(2.5)
    assert recording.sample_hints == ("cell1-01-003", "cell1")


def test_each_test_of_a_database_is_a_recording_of_its_own():
    found = read(res(tests=(1, 4)))
    assert [(r.part, r.title, r.table.height) for r in found] == [
        ("test 1", "cell1-01-003", 120),
        ("test 4", "cell4-01-003", 120),
    ]


def test_auxiliary_channels_stand_beside_the_records_they_belong_to():
    table = read(res(aux=True))[0].table
    assert table["aux1_temperature_degC"].to_list() == pytest.approx(
        [25.0 + point for point in range(1, 121)]
    )


def test_a_pause_is_seen_by_the_clock_that_went_on():
    raw = res()
    assert read(raw)[0].flags == []
    later = raw.replace(_ole(120, hours=0), _ole(120, hours=5))
    assert [flag.code for flag in read(later)[0].flags] == ["paused"]


def _ole(point: int, hours: int) -> bytes:
    return pl.Series([42587.5 + point / 8640 + hours / 24]).to_numpy().tobytes()


def test_another_access_database_is_not_this_format():
    other = WRITTEN.replace(RECORDS.encode("utf-16-le"), "Channel_Xormal_Table".encode("utf-16-le"))
    assert complaint(other).code == "not_this_format"


def test_a_newer_access_database_is_named_as_such():
    assert complaint(WRITTEN[:20] + b"\x02" + WRITTEN[21:]).code == "unsupported"


@pytest.mark.parametrize("keep", range(1, len(WRITTEN) // PAGE))
def test_trap_13_a_database_cut_at_a_page_is_truncated(keep: int):
    """Written files end in data, so that each page that is missing takes something with it."""
    assert complaint(WRITTEN[: keep * PAGE]).code in {"truncated", "damaged"}


def test_trap_13_says_how_many_rows_of_how_many_arrived():
    error = complaint(res(rows=400)[: -4 * PAGE])
    assert "Channel_Normal_Table should hold 400 rows" in error.message


def test_trap_13_a_database_cut_inside_a_page_says_what_arrived():
    assert "pages of 4,096 bytes" in complaint(WRITTEN[:-1]).message


@settings(max_examples=300, deadline=None)
@given(damaged(WRITTEN))
def test_damage_gives_a_table_or_a_named_fault(raw: bytes):
    keeps_its_promise(READER, raw, "cell.res")


def test_definitions_that_point_at_each_other_end():
    raw = bytearray(WRITTEN)
    raw[3 * PAGE + 4 : 3 * PAGE + 8] = (4).to_bytes(4, "little")
    raw[4 * PAGE + 4 : 4 * PAGE + 8] = (3).to_bytes(4, "little")
    keeps_its_promise(READER, bytes(raw), "cell.res")


FILES = [
    "20160805_test001_45_cc_01.res", "20160805_test001_45_cc_02.res", "20210210_FC_01_cc_01.res",
    "20210210_FC_01_cc_02.res", "arbin_example.res", "aux_multi_x.res", "aux_one_x_dx.res", "mits7-0.res",
]  # fmt: skip
TABLES = (
    RECORDS, "Global_Table", "Auxiliary_Table", "Aux_Global_Data_Table", "Channel_Statistic_Table", "Event_Table",
)  # fmt: skip


@pytest.mark.corpus
def test_trap_13_the_cut_file_of_the_corpus_is_refused_with_both_numbers():
    with pytest.raises(UnreadableFile) as caught:
        _read_cut(corpus("cycler/arbin/arbin_example.res").read_bytes()[: 73 * PAGE])
    assert caught.value.code == "truncated"
    assert "2,150 rows" in caught.value.message


def _read_cut(raw: bytes) -> None:
    found = outcome(READER, raw, "cut.res")
    if isinstance(found, UnreadableFile):
        raise found


@settings(max_examples=60, deadline=None)
@given(st.data())
@pytest.mark.corpus
@pytest.mark.parametrize("name", ["arbin_example.res", "20160805_test001_45_cc_01.res", "aux_one_x_dx.res"])
def test_trap_13_a_real_file_cut_anywhere_is_refused_or_has_all_of_its_records(
    name: str, data: st.DataObject
):
    """What stands on the last pages may be an index: then no record is missing and the table is whole."""
    path = corpus(f"cycler/arbin/{name}")
    raw = path.read_bytes()
    pages = data.draw(st.integers(1, len(raw) // PAGE - 1))
    found = outcome(READER, raw[: pages * PAGE], name)
    if isinstance(found, UnreadableFile):
        assert found.code in {"truncated", "damaged"}
    else:
        assert found[0].table.equals(READER.read(path)[0].table)
    assert code_of(READER, raw[: pages * PAGE - 7], name) in {"truncated", "not_this_format"}


@pytest.mark.corpus
@pytest.mark.skipif(shutil.which("mdb-export") is None, reason="mdbtools is not installed")
@pytest.mark.parametrize("name", FILES)
def test_every_cell_equals_what_mdbtools_prints(name: str):
    """mdb-export prints single precision to 8 digits: 5e-8 relative."""
    path = corpus(f"cycler/arbin/{name}")
    database = JetDatabase(path)
    for table in TABLES:
        ours = database.read(table)
        printed = subprocess.run(["mdb-export", str(path), table], capture_output=True, check=True).stdout
        theirs = pl.read_csv(io.BytesIO(printed), infer_schema=False)
        assert ours.columns == theirs.columns and ours.height == theirs.height
        for column, kind in ours.schema.items():
            if kind == pl.String:
                assert ours[column].fill_null("").to_list() == theirs[column].fill_null("").to_list()
                continue
            want = theirs[column].cast(pl.Float64)
            off = (ours[column].cast(pl.Float64) - want).abs() > 6e-8 * want.abs()
            assert not off.any() and ours[column].null_count() == want.null_count()


@pytest.mark.corpus
@pytest.mark.parametrize("name", ["arbin_example.res", "mits7-0.res"])
def test_every_record_equals_what_another_python_reader_finds(name: str):
    """access-parser unpacks the same bytes, so the numbers are the same to the last bit."""
    path = corpus(f"cycler/arbin/{name}")
    theirs = pl.DataFrame(dict(access_parser.AccessParser(str(path)).parse_table(RECORDS))).sort("Data_Point")
    ours = JetDatabase(path).read(RECORDS).sort("Data_Point").select(theirs.columns)
    assert ours.with_columns(pl.all().cast(pl.Float64)).equals(theirs.with_columns(pl.all().cast(pl.Float64)))


def known(name: str) -> dict[str, object]:
    found: dict[str, object] = json.loads(truth("cycler.json").read_text())[f"arbin/{name}"]
    return found


@pytest.mark.corpus
@pytest.mark.parametrize(
    "name", [name for name in FILES if name[:4] in {"2021", "arbi"} or name.endswith("cc_01.res")]
)
def test_rows_extremes_start_and_cycles_are_the_known_ones(name: str):
    want = known(name)
    recording = READER.read(corpus(f"cycler/arbin/{name}"))[0]
    table = recording.table
    assert table.height == want["rows"]
    assert table["voltage_V"].min() == pytest.approx(want["v_min"], abs=1e-5)
    assert table["voltage_V"].max() == pytest.approx(want["v_max"], abs=1e-5)
    assert table["current_mA"].min() == pytest.approx(want["i_min_mA"], abs=1e-5)
    assert table["current_mA"].max() == pytest.approx(want["i_max_mA"], abs=1e-5)
    assert table["time_s"][-1] - table["time_s"][0] == pytest.approx(want["duration_s"], abs=1e-3)
    start = datetime.fromisoformat(str(want["start"])[:26])
    assert recording.started_at is not None and abs((recording.started_at - start).total_seconds()) < 1e-3
    assert table["vendor_cycle"].n_unique() == want["cycles"]


@pytest.mark.corpus
@pytest.mark.parametrize("name", [FILES[0], FILES[2], FILES[3], FILES[4]])
def test_capacities_of_the_first_cycle_are_the_known_ones_within_two_thousandths(name: str):
    first: dict[str, float] = known(name)["first_cycle"]  # type: ignore[assignment]
    cycles = METHOD.compute(READER.read(corpus(f"cycler/arbin/{name}"))[0], Conditions()).tables["cycles"]
    for column, want in (("charge_capacity_mAh", "charge_mAh"), ("discharge_capacity_mAh", "discharge_mAh")):
        assert cycles[column][0] == pytest.approx(first[want], rel=2e-3)


@pytest.mark.corpus
def test_trap_10_the_same_records_in_other_bytes_have_the_same_content_hash():
    """The two files differ in their bytes and not in one of 10,261 records."""
    one, two = (corpus(f"cycler/arbin/20160805_test001_45_cc_0{number}.res") for number in (1, 2))
    assert one.read_bytes() != two.read_bytes()
    hashes = {tables.content_hash(READER.read(path)[0].table) for path in (one, two)}
    assert len(hashes) == 1


@pytest.mark.corpus
def test_trap_11_the_unsafe_stop_of_the_titration_is_a_pause_of_19_hours():
    """The clock spans 286,659 s, the test time 219,174 s."""
    recording = READER.read(corpus("cycler/arbin/20210210_FC_01_cc_02.res"))[0]
    assert [flag.code for flag in recording.flags] == ["paused"]
    assert "18.7 h" in recording.flags[0].message
    table = recording.table
    assert table["clock_s"][-1] - table["clock_s"][0] == pytest.approx(286_659, abs=1)


@pytest.mark.corpus
def test_twenty_auxiliary_channels_come_with_their_units():
    """71,040 rows of the long table are 20 channels of 3,552 records."""
    recording = READER.read(corpus("cycler/arbin/aux_multi_x.res"))[0]
    aux = [name for name in recording.table.columns if name.startswith("aux")]
    assert len(aux) == 20
    assert {recording.unit(name) for name in aux} == {"V", "°C"}
    assert all(recording.table[name].null_count() == 0 for name in aux)
    assert "records_missing" in {flag.code for flag in recording.flags}


@pytest.mark.corpus
def test_rates_of_auxiliary_channels_are_kept():
    recording = READER.read(corpus("cycler/arbin/aux_one_x_dx.res"))[0]
    assert recording.table["aux1_temperature_rate_degC_per_s"][0] == pytest.approx(0.1116178)
    assert recording.unit("aux1_temperature_rate_degC_per_s") == "°C/s"
