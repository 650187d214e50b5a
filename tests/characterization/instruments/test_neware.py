"""Neware files: what the vendor's own tables say, what the header says of a cut file, and no surprise from damage."""

import io
import json
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from characterization.instruments.base import Recording, UnreadableFile
from characterization.instruments.formats.neware import READER
from tests.characterization.instruments.mutations import code_of, damaged, keeps_its_promise, largest, outcome
from tests.characterization.instruments.written import nda
from tests.corpus import corpus, truth

CHARGE, DISCHARGE, REST = 1, 2, 4
RECORDS = [
    (1, REST, 3.0, 0.0, 0.0),
    (2, CHARGE, 3.5, 100.0, 0.5),
    (2, CHARGE, 3.6, 100.0, 1.0),
    (3, DISCHARGE, 3.4, -100.0, 0.4),
    (3, DISCHARGE, 3.3, -100.0, 0.9),
]
WRITTEN = nda(RECORDS)


def read(raw: bytes, name: str = "cell.nda") -> Recording:
    found = outcome(READER, raw, name)
    assert isinstance(found, list)
    return found[0]


def complaint(raw: bytes, name: str) -> UnreadableFile:
    found = outcome(READER, raw, name)
    assert isinstance(found, UnreadableFile)
    return found


def zipped(**members: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name.replace("__", "."), content)
    return buffer.getvalue()


def test_it_reads_the_columns_in_our_units():
    table = read(WRITTEN).table
    assert table["voltage_V"].to_list() == pytest.approx([3.0, 3.5, 3.6, 3.4, 3.3])
    assert table["current_mA"].to_list() == pytest.approx([0, 100, 100, -100, -100])
    assert table["step"].to_list() == [1, 2, 2, 3, 3]
    assert table["step_type"].cast(pl.String).to_list() == ["Rest", "CC_Chg", "CC_Chg", "CC_DChg", "CC_DChg"]


def test_it_keeps_the_counter_absolute_and_by_step():
    assert read(WRITTEN).table["step_capacity_mAh"].to_list() == pytest.approx([0, 0.5, 1.0, 0.4, 0.9])


def test_it_knows_when_the_test_began_in_utc():
    assert read(WRITTEN).started_at == datetime.fromtimestamp(1_700_000_001, UTC)


def test_it_goes_by_content_and_not_by_name():
    assert read(WRITTEN, "3f2a9c").table.height == 5
    assert read(WRITTEN, "cell.ndax").table.height == 5


def test_it_flags_a_counter_that_starts_again_inside_a_step():
    records = [(1, DISCHARGE, 3.4, -100.0, filled) for filled in (1.0, 2.0, 3.0, 0.0, 1.0)]
    flags = read(nda(records)).flags
    assert [flag.code for flag in flags] == ["counter_reset"]
    assert "4.0 s" in flags[0].message


def test_a_counter_that_starts_again_with_a_new_step_is_no_flag():
    assert [flag.code for flag in read(WRITTEN).flags] == []


@pytest.mark.parametrize("keep", [10, 399, 400, 401, 459, len(WRITTEN) - 1])
def test_it_refuses_a_cut_file_whose_header_says_its_length(keep: int):
    assert complaint(WRITTEN[:keep], "cell.nda").code in {"truncated", "not_this_format"}


def test_it_names_how_much_of_a_cut_file_arrived():
    assert "speaks of 695 bytes, 600 arrived" in complaint(WRITTEN[:600], "cell.nda").message


def test_without_a_declared_length_a_cut_inside_a_record_still_shows():
    message = complaint(nda(RECORDS, declared=False)[:-9], "cell.nda").message
    assert message == "cell.nda ends in the middle of a record: 50 of 59 bytes."


def test_it_says_that_a_version_is_not_supported():
    assert complaint(nda(RECORDS, version=77), "cell.nda").code == "unsupported"


def test_a_zip_without_its_table_of_contents_is_cut_off():
    assert complaint(zipped(data__ndc=b"x" * 999)[:60], "cell.ndax").code == "truncated"


def test_a_zip_without_records_is_damaged():
    assert "data.ndc" in complaint(zipped(Step__xml=b"<root/>"), "cell.ndax").message


def test_a_zip_bomb_is_refused_before_it_is_unpacked():
    error = complaint(zipped(data__ndc=bytes(80 * 1024**2)), "cell.ndax")
    assert error.code == "hostile"
    assert "80 MiB" in error.message


def test_an_entity_bomb_in_the_texts_is_hostile():
    bomb = b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "cc">]><root><config>&b;</config></root>'
    assert complaint(zipped(data__ndc=b"x", TestInfo__xml=bomb), "cell.ndax").code == "hostile"


def test_what_is_no_neware_file_goes_to_the_next_reader():
    assert complaint(b"two theta, counts\n", "cell.nda").code == "not_this_format"


@settings(max_examples=120, deadline=None)
@given(damaged(WRITTEN))
def test_damage_gives_a_table_or_a_named_fault(raw: bytes):
    keeps_its_promise(READER, raw, "cell.nda")


@settings(max_examples=60, deadline=None)
@given(st.data())
@pytest.mark.corpus
@pytest.mark.parametrize(
    "name", ["nda_v8.nda", "nda_v22.nda", "filetype14-0.ndax", "21_10_7_85.ndax", "scrubbed_ndc2.ndax"]
)
def test_damage_to_real_files_gives_a_table_or_a_named_fault(name: str, data: st.DataObject):
    keeps_its_promise(READER, data.draw(damaged(corpus(f"cycler/neware/{name}").read_bytes())), name)


@settings(max_examples=40, deadline=None)
@given(st.data())
@pytest.mark.corpus
@pytest.mark.parametrize("name", ["nda_v22.nda", "TestFile.nda", "2-1-6_61[07005012].nda", "21_10_7_85.ndax"])
def test_a_cut_real_file_is_never_read_as_a_whole_one(name: str, data: st.DataObject):
    raw = corpus(f"cycler/neware/{name}").read_bytes()
    keep = data.draw(st.integers(1, len(raw) - 2400 if name.startswith("Test") else len(raw) - 1))
    assert code_of(READER, raw[:keep], name) in {"truncated", "damaged", "not_this_format"}


TRUE = [
    "2-1-6_61[07005012].nda", "SINTEF__G20M7_BTS91.nda", "TestFile.nda", "interp-test.ndax", "test_2.ndax",
    "nw4-120-1-6-53.ndax", "nw4-120-6-1-36.ndax", "TESTCELL0001-B2-2025-M50T_NewareNDA_Investigation.ndax",
]  # fmt: skip


@pytest.mark.corpus
@pytest.mark.parametrize("name", TRUE)
def test_rows_extremes_and_start_are_the_known_ones(name: str):
    """Truth is given to five decimals; the file holds single precision (2^-24 of 5000 mA is 3e-4 mA)."""
    known = json.loads(truth("cycler.json").read_text())[f"neware/{name}"]
    recording = READER.read(corpus(f"cycler/neware/{name}"))[0]
    table = recording.table
    assert table.height == known["rows"]
    assert table["voltage_V"].min() == pytest.approx(known["v_min"], abs=1e-5)
    assert table["voltage_V"].max() == pytest.approx(known["v_max"], abs=1e-5)
    assert table["current_mA"].min() == pytest.approx(known["i_min_mA"], abs=1e-3)
    assert table["current_mA"].max() == pytest.approx(known["i_max_mA"], abs=1e-3)
    assert table["time_s"][-1] - table["time_s"][0] == pytest.approx(known["duration_s"], abs=0.5)
    start = datetime.fromisoformat(known["start"][:26] + known["start"][-6:])
    assert recording.started_at is not None
    assert abs((recording.started_at - start).total_seconds()) < 1e-3


REFERENCES = {
    "2-1-6_61_07005012": "2-1-6_61[07005012].nda", "21_10_7_85": "21_10_7_85.ndax", "TestFile": "TestFile.nda",
    "SINTEF__G20M7_BTS91": "SINTEF__G20M7_BTS91.nda", "interp-test": "interp-test.ndax",
    "TESTCELL0001-B2-2025-M50T_NewareNDA_Investigation":
        "TESTCELL0001-B2-2025-M50T_NewareNDA_Investigation.ndax",
    "Unit27_Example_Corrupt": "Unit27_Example_Corrupt.ndax", "nda_v22": "nda_v22.nda", "nda_v8": "nda_v8.nda",
    "nw4-120-1-6-53": "nw4-120-1-6-53.ndax", "scrubbed_ndc2": "scrubbed_ndc2.ndax", "test_2": "test_2.ndax",
}  # fmt: skip


@pytest.mark.corpus
@pytest.mark.parametrize(("reference", "name"), REFERENCES.items())
def test_it_equals_the_vendors_own_table(reference: str, name: str):
    """Vendor columns are in mV, µA, mAs; tolerances are 6e-5 V, 5e-3 mA and 1e-3 mAh."""
    vendor = pl.read_parquet(corpus(f"cycler/neware_btsda_ref/{reference}.parquet"))
    table = READER.read(corpus(f"cycler/neware/{name}"))[0].table
    assert table.height == vendor.height
    assert largest(table["voltage_V"] - vendor["Voltage(mV)"] / 1e3) < 6e-5
    assert largest(table["current_mA"] - vendor["Current(uA)"] / 1e3) <= 5e-3
    assert largest(table["step_capacity_mAh"] - vendor["Capacity(mAs)"].abs() / 3600) < 1e-3
    assert table["step"].to_list() == vendor["Step Count"].to_list()


def flags_of(name: str) -> dict[str, str]:
    return {flag.code: flag.message for flag in READER.read(corpus(f"cycler/neware/{name}"))[0].flags}


@pytest.mark.corpus
def test_the_resumed_discharge_is_flagged_with_both_times_and_left_as_it_is():
    flags = flags_of("SINTEF__G20M7_BTS91.nda")
    assert "90,941.9 s, 91,037.0 s" in flags["counter_reset"]
    table = READER.read(corpus("cycler/neware/SINTEF__G20M7_BTS91.nda"))[0].table
    discharge = table.filter(pl.col("step_type").cast(pl.String) == "CC_DChg")
    assert discharge["step_capacity_mAh"][-1] == pytest.approx(3716.034, abs=1e-3)


@pytest.mark.corpus
def test_a_temperature_called_a_voltage_is_doubted():
    assert "24.8" in flags_of("20260302_IFE_BTS85_2_9_8_1.ndax")["aux_doubtful"]


@pytest.mark.corpus
def test_a_broken_member_costs_its_channels_and_not_the_records():
    assert "aux_left_out" in flags_of("Unit27_Example_Corrupt.ndax")


@pytest.mark.corpus
def test_a_test_without_records_is_empty():
    with pytest.raises(UnreadableFile, match="holds no records") as caught:
        READER.read(corpus("cycler/neware/empty.ndax"))
    assert caught.value.code == "empty"


@pytest.mark.corpus
def test_it_hands_on_what_people_typed():
    recording = READER.read(corpus("cycler/neware/filetype14-0.ndax"))[0]
    assert recording.meta["barcode"] == "commercial_cell_001"
    assert recording.meta["active_mass_mg"] == 4.0
    assert recording.meta["channel"] == "9"
    assert "commercial_cell_001" in recording.sample_hints


@pytest.mark.corpus
def test_chinese_texts_are_kept(tmp_path: Path):
    source = corpus("cycler/neware/filetype14-0.ndax")
    path = tmp_path / "gbk.ndax"
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(path, "w") as new:
        for member in old.namelist():
            raw = old.read(member)
            if member == "TestInfo.xml":
                raw = raw.replace(b'Barcode="commercial_cell_001"', 'Barcode="正极七号"'.encode("gb18030"))
            new.writestr(member, raw)
    assert READER.read(path)[0].meta["barcode"] == "正极七号"


def test_without_a_declared_length_it_says_that_a_cut_would_not_show():
    assert [flag.code for flag in read(nda(RECORDS, declared=False)).flags] == ["length_not_stated"]


def test_a_voltage_that_no_cycler_has_is_flagged():
    flags = read(nda([(1, REST, 3.0, 0.0, 0.0), (1, REST, 99_999.0, 0.0, 0.0)])).flags
    assert [flag.message for flag in flags] == ["1 of 2 rows have a voltage_V beyond 1,000."]
