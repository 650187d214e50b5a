"""Arbin's tables in HDF5: read without trust, one recording per test."""

import pickle
from pathlib import Path

import h5py
import numpy as np
import pytest

from characterization.instruments import registry
from characterization.instruments.base import Recording, UnreadableFile
from characterization.instruments.formats.arbin_h5 import READER
from tests.characterization.instruments.mutations import outcome
from tests.corpus import corpus

NUMBERS = ["Test_Time", "Step_Time", "Current", "Voltage", "Charge_Capacity", "Discharge_Capacity"]
COUNTS = ["Test_ID", "Data_Point", "Date_Time", "Cycle_Index", "Step_Index"]
FIRST = 15_930_015_334_602_000
"""100 ns since 1970: 2020-06-24 12:25:33.4602 UTC."""


def frame_table(group: h5py.Group, tests: tuple[int, ...] = (1,), rows: int = 30) -> None:
    """Records as pandas' appendable tables: two blocks of columns, whose names are pickled."""
    kind = np.dtype([("index", "<i8"), ("values_block_0", "<f8", (6,)), ("values_block_1", "<i8", (5,))])
    table = np.zeros(rows * len(tests), kind)
    for place, test in enumerate(tests):
        for row in range(rows):
            at = place * rows + row
            table[at]["values_block_0"] = [row * 10.0, row * 10.0, 1e-3, 3.5, row / 360 * 1e-3, 0.0]
            table[at]["values_block_1"] = [test, row + 1, FIRST + row * 100_000_000, 1, 1]
    data = group.create_dataset("table", data=table)
    data.attrs["values_block_0_kind"] = np.bytes_(pickle.dumps(NUMBERS, protocol=0))
    data.attrs["values_block_1_kind"] = np.bytes_(pickle.dumps(COUNTS, protocol=0))


def written(folder: Path, tests: tuple[int, ...] = (1,), rows: int = 30) -> Path:
    path = folder / "cell.h5"
    with h5py.File(path, "w") as file:
        frame_table(file.create_group("data_df"), tests, rows)
    return path


def complaint(path: Path) -> UnreadableFile:
    found = outcome(READER, path.read_bytes(), path.name)
    assert isinstance(found, UnreadableFile)
    return found


def read(path: Path) -> list[Recording]:
    return READER.read(path)


def test_the_records_come_in_our_units_with_the_time_in_utc(tmp_path: Path):
    (recording,) = read(written(tmp_path))
    assert recording.table.height == 30
    assert recording.table["current_mA"].to_list() == pytest.approx([1.0] * 30)
    assert recording.table["charge_capacity_mAh"][29] == pytest.approx(29 / 360)
    assert recording.started_at is not None
    assert recording.started_at.isoformat(timespec="seconds") == "2020-06-24T12:25:33+00:00"


def test_each_test_is_a_recording_of_its_own(tmp_path: Path):
    assert [(r.part, r.table.height) for r in read(written(tmp_path, (1, 2)))] == [
        ("test 1", 30),
        ("test 2", 30),
    ]


def test_columns_side_by_side_are_a_table_too(tmp_path: Path):
    path = tmp_path / "plain.h5"
    with h5py.File(path, "w") as file:
        for name, step in (("Test_Time", 10.0), ("Voltage", 0.0), ("Current", 0.0), ("Step_Index", 0.0)):
            file[f"channel/{name}"] = np.arange(5) * step + 1
    assert read(path)[0].table["time_s"].to_list() == [1.0, 11.0, 21.0, 31.0, 41.0]


def test_a_table_without_arbins_columns_is_not_this_format(tmp_path: Path):
    path = tmp_path / "other.h5"
    with h5py.File(path, "w") as file:
        file["x"] = np.arange(3)
    assert complaint(path).code == "not_this_format"


def test_a_cut_file_is_truncated(tmp_path: Path):
    path = written(tmp_path, rows=4000)
    path.write_bytes(path.read_bytes()[:-5000])
    assert complaint(path).code == "truncated"


def test_another_files_bytes_cannot_be_shown_through_external_storage(tmp_path: Path):
    path, secret = tmp_path / "external.h5", tmp_path / "secret"
    secret.write_bytes(b"x" * 800)
    with h5py.File(path, "w") as file:
        for name in ("Test_Time", "Voltage", "Current", "Step_Index"):
            file.create_dataset(name, (100,), "<f8", external=[(str(secret), 0, 800)])
    error = complaint(path)
    assert error.code == "hostile" and "another file" in error.message


NEEDED = ("Test_Time", "Voltage", "Current", "Step_Index")


def test_virtual_data_sets_are_refused(tmp_path: Path):
    source = tmp_path / "source.h5"
    with h5py.File(source, "w") as file:
        file["x"] = np.arange(4.0)
    layout = h5py.VirtualLayout((4,), "<f8")
    layout[:] = h5py.VirtualSource(str(source), "x", (4,))
    path = tmp_path / "virtual.h5"
    with h5py.File(path, "w") as file:
        for name in NEEDED:
            file.create_virtual_dataset(name, layout)
    assert complaint(path).code == "hostile"


@pytest.mark.parametrize("link", [h5py.SoftLink("/Voltage"), h5py.ExternalLink("source.h5", "/x")])
def test_links_that_lead_elsewhere_are_refused(tmp_path: Path, link: h5py.SoftLink | h5py.ExternalLink):
    path = tmp_path / "link.h5"
    with h5py.File(path, "w") as file:
        for name in NEEDED:
            file[name] = np.arange(4.0)
        file["x"] = link
    error = complaint(path)
    assert error.code == "hostile" and "leads elsewhere (/x)" in error.message


def test_a_table_that_would_swell_is_refused(tmp_path: Path):
    path = tmp_path / "bomb.h5"
    with h5py.File(path, "w") as file:
        kind = np.dtype([(name, "<f8") for name in ("Test_Time", "Voltage", "Current", "Step_Index")])
        file.create_dataset("bomb", (2**31,), kind, chunks=(2**16,), compression="gzip")
    error = complaint(path)
    assert error.code == "hostile" and "65,536 MiB" in error.message


def test_a_pickle_is_never_loaded(tmp_path: Path):
    class Trap:
        def __reduce__(self) -> tuple[object, tuple[str]]:
            return (Path.touch, (Path(tmp_path / "sprung"),))  # type: ignore[return-value]

    path = written(tmp_path)
    with h5py.File(path, "r+") as file:
        file["data_df/table"].attrs["values_block_0_kind"] = np.void(pickle.dumps(Trap()))
    assert complaint(path).code == "not_this_format"
    assert not (tmp_path / "sprung").exists()


@pytest.mark.corpus
def test_the_corpus_file_holds_three_tests_of_a_channel():
    """The table has 47 rows, numbered 1-2, 1-11 and 1-34; the mass is 0.01 g."""
    path = corpus("cycler/arbin/20200624_test001_cc_01.h5")
    found = registry.read(path, path.name)
    assert found.reader.name == "arbin_h5"
    assert [r.table.height for r in found.recordings] == [2, 11, 34]
    assert found.recordings[0].meta["active_mass_mg"] == 10.0
    assert found.recordings[0].meta["schedule"] == "Simple-OCV+cc-ch2.sdx"
    assert found.recordings[0].title == "20200624_test001_cc_01"
    assert "time_runs_backwards" in {flag.code for flag in found.recordings[1].flags}
    aux = found.recordings[2].table["aux1_voltage_V"]
    assert aux[0] == pytest.approx(0.00153446, abs=1e-8)
