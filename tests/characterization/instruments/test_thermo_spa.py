import struct

import numpy as np
import pytest
from hypothesis import given, settings

from characterization.instruments.base import Recording, Technique, UnreadableFile
from characterization.instruments.formats.thermo_spa import READER
from tests.characterization.instruments.mutations import code_of, damaged, keeps_its_promise, outcome
from tests.corpus import corpus

NAME = "NPCs.spa"
VALUES = np.array([0.1, 0.4, 0.9, 0.2, 0.15, 0.12])


def spa(axis: int = 1, ordinate: int = 17, points: int = VALUES.size) -> bytes:
    head = bytearray(304)
    head[:18] = b"Spectral Data File"
    head[30:39] = b"NPCs 2026"
    struct.pack_into("<HI", head, 294, 2, 3_752_637_057)
    description = bytearray(140)
    struct.pack_into("<IB3xB3xff", description, 4, points, axis, ordinate, 4000.0, 3000.0)
    struct.pack_into("<I", description, 36, 64)
    at = 304 + 32
    entries = struct.pack("<BBIIHI", 2, 0, at, 140, 0, 0) + struct.pack(
        "<BBIIHI", 3, 0, at + 140, 4 * VALUES.size, 0, 0
    )
    return bytes(head) + entries + bytes(description) + VALUES.astype("<f4").tobytes()


def read(raw: bytes) -> Recording:
    found = outcome(READER, raw, NAME)
    assert isinstance(found, list), found
    return found[0]


def test_the_spectrum_ascends_and_keeps_its_ordinate_scans_and_time():
    found = read(spa())
    assert found.technique == Technique.FTIR
    assert found.table["wavenumber_per_cm"].to_list() == pytest.approx([3000, 3200, 3400, 3600, 3800, 4000])
    assert found.table["absorbance"].to_numpy()[::-1] == pytest.approx(VALUES, rel=1e-6)
    assert (found.title, found.meta["scans"]) == ("NPCs 2026", 64)
    assert found.started_at is not None and found.started_at.isoformat() == "2018-11-30T07:10:57+00:00"


@pytest.mark.parametrize(("ordinate", "column"), [(16, "transmittance_percent"), (11, "reflectance_percent")])
def test_other_ordinates_are_named(ordinate, column):
    assert column in read(spa(ordinate=ordinate)).table.columns


def test_an_ordinate_that_nobody_knows_is_shown_without_a_unit_and_said():
    found = read(spa(ordinate=99))
    assert "intensity_au" in found.table.columns
    assert [flag.code for flag in found.flags] == ["ordinate_unknown"]


def test_points_that_are_declared_and_not_there_are_a_fault():
    assert code_of(READER, spa(points=7), NAME) == "damaged"


def test_an_axis_that_is_no_wavenumber_is_refused():
    found = outcome(READER, spa(axis=2), NAME)
    assert isinstance(found, UnreadableFile) and found.code == "unsupported"


def test_a_file_cut_anywhere_is_never_read():
    raw = spa()
    assert {code_of(READER, raw[:keep], NAME) for keep in range(1, len(raw))} <= {
        "truncated",
        "not_this_format",
        "damaged",
    }


@settings(max_examples=300, deadline=None)
@given(damaged(spa()))
def test_damage_gives_a_table_or_a_named_fault(raw: bytes):
    keeps_its_promise(READER, raw, NAME)


def test_the_corpus_spectrum_has_5549_points_of_absorbance():
    found = READER.read(corpus("characterization/ftir/7_CZ0-100_Pd_101.SPA"))[0]
    assert found.table.height == 5549
    low, high = found.table["wavenumber_per_cm"].min(), found.table["wavenumber_per_cm"].max()
    assert (low, high) == pytest.approx((649.9207, 5999.7134), abs=1e-3)
    assert found.title == "7_CZ0-100 Pd_101"
