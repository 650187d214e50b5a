import struct

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from characterization.instruments.base import Recording, Technique, UnreadableFile
from characterization.instruments.formats.galactic_spc import READER
from tests.characterization.instruments.mutations import code_of, damaged, keeps_its_promise, outcome
from tests.corpus import corpus

NAME = "carbon.spc"
VALUES = np.array([3.0, 5.0, 9.0, 4.0, 2.0, 1.0])


def subhead(order: str, exponent: int, place: float, points: int = 0) -> bytes:
    return struct.pack(f"{order}BbHffIIIf4x", 0, exponent, 0, place, 0, points, 0, 0, 0)


def spc(
    spectra: int = 1, flags: int = 0, order: str = "<", exponent: int = -128, axis: int = 13, ordinate: int = 4,
    values: np.ndarray = VALUES,
) -> bytes:  # fmt: skip
    """A file of version 0x4B or 0x4C: spectrum k is ``values`` + k, from 1200 to 1700."""
    head = bytearray(512)
    version = 0x4B if order == "<" else 0x4C
    struct.pack_into(f"{order}BBBb", head, 0, flags, version, 11, exponent)
    struct.pack_into(f"{order}iddi", head, 4, values.size, 1200.0, 1700.0, spectra)
    head[28], head[29] = axis, ordinate
    struct.pack_into(f"{order}I", head, 32, 2026 << 20 | 3 << 16 | 14 << 11 | 15 << 6 | 9)
    head[88:96] = b"CCA-0061"
    body = b""
    listed = np.linspace(1200, 1700, values.size).astype(f"{order}f4").tobytes()
    body += listed if flags & 128 and not flags & 64 else b""
    for number in range(spectra):
        body += subhead(order, exponent, 10.0 * number, values.size if flags & 64 else 0)
        body += listed if flags & 64 else b""
        shifted = values + number
        if exponent == -128:
            body += shifted.astype(f"{order}f4").tobytes()
        elif flags & 1:
            body += (shifted / 2.0 ** (exponent - 16)).astype(f"{order}i2").tobytes()
        else:
            body += (shifted / 2.0 ** (exponent - 32)).astype(f"{order}i4").tobytes()
    return bytes(head) + body


def old_spc() -> bytes:
    """Version 0x4D: integers with the high half first, the head of 256 bytes with the sub-head in it."""
    head = bytearray(224)
    struct.pack_into("<BBhfff", head, 0, 0, 0x4D, 8, VALUES.size, 4000.0, 400.0)
    struct.pack_into("<BBHBBBB", head, 16, 1, 2, 1994, 8, 26, 16, 45)
    whole = (VALUES / 2.0 ** (8 - 32)).astype(np.int64)
    halves = np.stack([whole >> 16 & 0xFFFF, whole & 0xFFFF], axis=1).astype("<u2")
    return bytes(head) + subhead("<", 8, 0.0) + halves.tobytes()


def read(raw: bytes) -> list[Recording]:
    found = outcome(READER, raw, NAME)
    assert isinstance(found, list), found
    return found


@pytest.mark.parametrize(
    ("flags", "order", "exponent"),
    [
        (0, "<", -128),
        (0, ">", -128),
        (0, "<", 8),
        (1, "<", 8),
        (128, "<", -128),
        (64, "<", -128),
        (4, "<", 10),
    ],
)
def test_every_way_of_keeping_numbers_gives_the_same_spectrum(flags, order, exponent):
    found = read(spc(flags=flags, order=order, exponent=exponent))[0]
    assert found.technique == Technique.RAMAN
    assert found.table["intensity_counts"].to_numpy() == pytest.approx(VALUES, rel=1e-3)
    assert found.table["raman_shift_per_cm"].to_list() == pytest.approx([1200, 1300, 1400, 1500, 1600, 1700])
    assert found.started_at is not None and found.started_at.isoformat() == "2026-03-14T15:09:00"


def test_an_old_file_is_read_with_its_halves_put_right():
    found = read(old_spc())[0]
    assert found.technique == Technique.FTIR
    assert found.table["absorbance"].to_numpy()[::-1] == pytest.approx(VALUES, rel=1e-5)


def test_spectra_over_one_axis_are_one_table_and_over_their_own_axes_several():
    together = read(spc(spectra=3, flags=4))
    assert len(together) == 1 and together[0].table["spectrum"].max() == 3
    assert together[0].table.filter(spectrum=3)["intensity_counts"].to_numpy() == pytest.approx(VALUES + 2)
    apart = read(spc(spectra=3, flags=4 | 64))
    assert [one.part for one in apart] == ["spectrum 1", "spectrum 2", "spectrum 3"]


def test_a_transmittance_that_runs_to_one_is_shown_in_percent_and_said():
    found = read(spc(axis=1, ordinate=128, values=VALUES / 10, flags=0).replace(b"\x0b", b"\x04", 1))[0]
    assert found.technique == Technique.FTIR
    assert found.table["transmittance_percent"].max() == pytest.approx(90)
    assert "share_as_percent" in [flag.code for flag in found.flags]


def test_an_axis_that_is_no_spectrum_is_refused_by_its_name():
    found = outcome(READER, spc(axis=9), NAME)
    assert isinstance(found, UnreadableFile) and "m/z" in found.message


@settings(max_examples=150, deadline=None)
@given(damaged(spc(spectra=3, flags=4 | 64)))
def test_damage_gives_a_table_or_a_named_fault(raw: bytes):
    keeps_its_promise(READER, raw, NAME)


@settings(max_examples=150, deadline=None)
@given(damaged(spc(exponent=8)))
def test_damage_of_scaled_integers_gives_a_table_or_a_named_fault(raw: bytes):
    keeps_its_promise(READER, raw, NAME)


@settings(max_examples=100, deadline=None)
@given(st.integers(1, len(spc(spectra=3)) - 1))
def test_a_cut_file_is_never_read_as_a_whole_one(keep: int):
    assert code_of(READER, spc(spectra=3)[:keep], NAME) != "read"


def test_the_ft_raman_spectrum_of_the_corpus_is_read_to_its_last_byte():
    path = corpus("characterization/raman/RAMAN.SPC")
    found = READER.read(path)[0]
    assert found.technique == Technique.RAMAN
    assert found.table.height == 3632
    assert found.title == "FT Raman Spectrum Example"
    assert found.started_at is not None and found.started_at.isoformat() == "1994-08-26T16:45:00"
    # the laser's own line stands at 0
    strongest = found.table.sort("intensity_au").row(-1, named=True)
    assert abs(strongest["raman_shift_per_cm"]) < 3200
    assert code_of(READER, path.read_bytes()[: 512 + 32 + 4 * 3632 - 1], NAME) == "truncated"
