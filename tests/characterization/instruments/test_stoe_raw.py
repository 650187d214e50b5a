"""STOE RAW: read where everything in the file agrees, refused with a sentence where not."""

from datetime import datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from characterization.instruments.base import UnreadableFile
from characterization.instruments.formats.stoe_raw import READER
from tests.characterization.instruments.mutations import code_of, damaged, keeps_its_promise, outcome
from tests.characterization.instruments.written_diffraction import stoe
from tests.corpus import corpus

COUNTS = [100 + (at * 37) % 91 for at in range(300)]
WRITTEN = stoe(COUNTS)


def complaint(raw: bytes) -> UnreadableFile:
    found = outcome(READER, raw, "scan.raw")
    assert isinstance(found, UnreadableFile), found
    return found


def test_a_file_that_agrees_with_itself_is_read():
    found = outcome(READER, WRITTEN, "scan.raw")
    assert isinstance(found, list)
    assert found[0].table["intensity_counts"].to_list() == COUNTS
    assert found[0].table["two_theta_deg"].to_list() == pytest.approx([10 + 0.015 * at for at in range(300)])
    assert found[0].started_at == datetime(2020, 9, 22, 17, 18)
    assert found[0].meta["anode"] == "Cu"


def test_a_wavelength_of_no_anode_is_not_believed():
    found = outcome(READER, stoe(COUNTS, wavelength=1.2079), "scan.raw")
    assert isinstance(found, list)
    assert "wavelength_angstrom" not in found[0].meta
    assert found[0].flags[0].code == "wavelength_not_believed"


def test_counts_that_do_not_reach_the_stated_extremes_are_of_another_layout():
    changed = bytearray(WRITTEN)
    changed[2048 + 124] ^= 8
    assert complaint(bytes(changed)).code == "unsupported"
    assert "pdCIF" in complaint(bytes(changed)).hint


def test_a_cut_file_says_how_many_points_arrived():
    assert complaint(WRITTEN[:3000]).message == "scan.raw ends after 110 of 300 points."


def test_a_scan_in_which_two_theta_stands_still_is_refused():
    assert "goes along ω" in complaint(stoe(COUNTS, step=0.0)).message


@settings(max_examples=300, deadline=None)
@given(damaged(WRITTEN))
def test_damage_gives_a_table_or_a_named_fault(raw: bytes):
    keeps_its_promise(READER, raw, "scan.raw")


@settings(max_examples=60, deadline=None)
@given(st.integers(20, len(WRITTEN) - 1))
def test_a_cut_file_is_never_read_as_a_whole_one(keep: int):
    assert code_of(READER, WRITTEN[:keep], "scan.raw") == "truncated"


@pytest.mark.corpus
def test_a_real_file_agrees_with_itself():
    """Its own figures: 10° to 91.045° by 0.015°, least 1,129 and greatest 5,824 counts."""
    table = READER.read(corpus("characterization/xrd/stoe.raw"))[0].table
    assert table.height == 5404
    assert table["two_theta_deg"][-1] == pytest.approx(91.045, abs=1e-6)
    assert (table["intensity_counts"].min(), table["intensity_counts"].max()) == (1129, 5824)
