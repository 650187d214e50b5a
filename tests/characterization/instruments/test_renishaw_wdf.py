import struct

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from characterization.instruments.base import Recording, Technique, UnreadableFile
from characterization.instruments.formats.renishaw_wdf import READER
from tests.characterization.instruments.mutations import code_of, damaged, keeps_its_promise, outcome
from tests.corpus import corpus

NAME = "map.wdf"
AXIS = np.linspace(1700.0, 1200.0, 12)  # WiRE writes it falling


def block(kind: bytes, payload: bytes) -> bytes:
    return kind + struct.pack("<IQ", 0, 16 + len(payload)) + payload


def wdf(
    spectra: int = 3, planned: int = 3, unit: int = 6, axis_unit: int = 1, laser_nm: float = 532.0
) -> bytes:
    head = bytearray(512)
    struct.pack_into("<4sIQ", head, 0, b"WDF1", 1, 512)
    struct.pack_into("<IQQI", head, 60, AXIS.size, planned, spectra, 4)
    struct.pack_into("<I", head, 132, 3)
    struct.pack_into("<Q", head, 136, 133_000_000_000_000_000)
    struct.pack_into("<If", head, 152, unit, 1e7 / laser_nm)
    head[240:256] = b"CCA-0061 map".ljust(16, b"\0")
    data = np.arange(planned * AXIS.size, dtype="<f4").reshape(planned, AXIS.size)
    lists = [(3, 5, np.arange(planned) * 0.5), (4, 5, np.zeros(planned))]
    origins = struct.pack("<I", len(lists))
    for kind, code, values in lists:
        origins += struct.pack("<II16s", kind, code, b"") + values.astype("<f8").tobytes()
    return bytes(head) + b"".join([
        block(b"DATA", data.tobytes()),
        block(b"XLST", struct.pack("<II", 1, axis_unit) + AXIS.astype("<f4").tobytes()),
        block(b"ORGN", origins),
        block(b"TEXT", b"powder on silicon"),
    ])  # fmt: skip


def read(raw: bytes) -> Recording:
    found = outcome(READER, raw, NAME)
    assert isinstance(found, list), found
    return found[0]


def complaint(raw: bytes) -> UnreadableFile:
    found = outcome(READER, raw, NAME)
    assert isinstance(found, UnreadableFile)
    return found


def test_a_map_is_one_table_with_the_place_of_each_spectrum():
    found = read(wdf())
    assert found.technique == Technique.RAMAN
    assert found.table.columns == ["spectrum", "x_um", "y_um", "raman_shift_per_cm", "intensity_counts"]
    second = found.table.filter(spectrum=2)
    assert second["x_um"].unique().to_list() == [0.5]
    assert second["raman_shift_per_cm"].to_numpy() == pytest.approx(AXIS[::-1], abs=1e-3)
    assert second["intensity_counts"].to_list() == list(range(23, 11, -1))
    assert found.meta["laser_nm"] == pytest.approx(532.0, abs=0.01)
    assert (found.title, found.meta["comment"]) == ("CCA-0061 map", "powder on silicon")


def test_an_aborted_map_gives_what_was_measured_and_says_so():
    found = read(wdf(spectra=2))
    assert found.table["spectrum"].max() == 2
    assert [flag.code for flag in found.flags] == ["aborted"]


def test_a_spectrum_over_wavelength_is_refused_with_what_to_do():
    assert "Raman shift" in complaint(wdf(axis_unit=3)).hint


def test_a_head_that_declares_more_than_anybody_measures_is_refused_before_memory_is_asked_for():
    raw = bytearray(wdf())
    struct.pack_into("<QQ", raw, 64, 2**40, 2**40)
    assert complaint(bytes(raw)).code == "too_large"


@settings(max_examples=300, deadline=None)
@given(damaged(wdf()))
def test_damage_gives_a_table_or_a_named_fault(raw: bytes):
    keeps_its_promise(READER, raw, NAME)


@settings(max_examples=100, deadline=None)
@given(st.integers(1, len(wdf()) - 1))
def test_a_cut_file_is_never_read_as_a_whole_one(keep: int):
    # at the seam behind all that is needed only blocks that nobody asked for are gone
    raw = wdf()
    assert code_of(READER, raw[:keep], NAME) != "read" or raw[keep : keep + 4] in (b"ORGN", b"TEXT")


def test_the_line_map_of_the_corpus_holds_235_spectra_of_1015_points():
    found = READER.read(corpus("characterization/raman/line.wdf"))[0]
    assert found.table.height == 235 * 1015
    assert found.table["spectrum"].max() == 235
    assert found.meta["laser_nm"] == pytest.approx(532.2, abs=0.1)
    x = found.table.group_by("spectrum", maintain_order=True).first()["x_um"].to_numpy()
    y = found.table.group_by("spectrum", maintain_order=True).first()["y_um"].to_numpy()
    # the steps along the slanted line, against the step that the file states
    assert np.abs(np.diff(x)).mean() == pytest.approx(0.23159, abs=1e-3)
    assert np.isfinite(y).all()


def test_the_single_spectrum_of_the_corpus_is_of_a_633_nm_laser():
    found = READER.read(corpus("characterization/raman/raman_example.wdf"))[0]
    assert found.table.height == 1011
    assert found.table["raman_shift_per_cm"].max() == pytest.approx(1879.4, abs=0.1)
    assert found.meta["laser_nm"] == pytest.approx(632.8, abs=0.1)
    assert found.started_at is not None and found.started_at.year == 2023
