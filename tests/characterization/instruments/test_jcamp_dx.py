from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from characterization.instruments.base import Recording, Technique, UnreadableFile
from characterization.instruments.formats.jcamp_dx import READER
from characterization.instruments.jcamp_numbers import Table
from tests.characterization.instruments.mutations import damaged, keeps_its_promise, outcome
from tests.corpus import corpus

NAME = "npc.jdx"
VALUES = [16, 17, 20, 18, 18, 18, 18, 15, 3, -2]
PLAIN = ["1000 16 17 20 18 18", "1010 18 18 15 3 -2"]


def jdx(
    lines: list[str], unit: str = "ABSORBANCE", x: str = "1/CM", kind: str = "INFRARED SPECTRUM", **more: str
) -> str:
    labels = {
        "TITLE": "CCA-0061", "JCAMP-DX": "4.24", "DATA TYPE": kind, "XUNITS": x, "YUNITS": unit, "XFACTOR": "1",
        "YFACTOR": "0.5", "FIRSTX": "1000", "LASTX": "1018", "NPOINTS": "10", "FIRSTY": "8", "XYDATA": "(X++(Y..Y))",
    } | more  # fmt: skip
    return "\n".join([*(f"##{label}={value}" for label, value in labels.items()), *lines, "##END=", ""])


def read(text: str) -> list[Recording]:
    found = outcome(READER, text.encode(), NAME)
    assert isinstance(found, list), found
    return found


@pytest.mark.parametrize(
    "lines",
    [
        PLAIN,
        ["1000+16+17+20+18+18", "1010+18+18+15+3-2"],  # PAC
        ["1000A6A7B0A8A8", "1010A8A8A5Cb"],  # SQZ
        ["1000A6JLk%", "1010A8%%lj2n"],  # DIF: the second line repeats 18 as its check
        ["1000A6A7B0A8V", "1014A5Cb"],  # DUP
    ],
    ids=["plain", "PAC", "SQZ", "DIF", "DUP"],
)
def test_every_packing_of_the_numbers_gives_the_same_values(lines):
    table = Table(NAME, "", 100).read(lines)
    assert table.values == VALUES
    assert table.doubtful == 0


def test_a_check_value_that_differs_is_counted_and_said():
    found = read(jdx(["1000A6JLk%", "1010A7%%lj2n"]))[0]
    assert "check_values" in [flag.code for flag in found.flags]


def test_the_table_is_scaled_and_ascends():
    found = read(jdx(PLAIN))[0]
    assert found.technique == Technique.FTIR
    assert found.table["absorbance"].to_list() == [value / 2 for value in VALUES]
    assert found.table["wavenumber_per_cm"].to_list() == pytest.approx(list(range(1000, 1020, 2)))
    assert not found.flags


def test_pairs_and_bare_columns_are_read_too():
    pairs = jdx(["1000, 16; 1002, 17", "1004, 20; 1006, 18; 1008, 15"], XYDATA="(XY..XY)", NPOINTS="5")
    assert read(pairs)[0].table["absorbance"].to_list() == [8, 8.5, 10, 9, 7.5]
    bare = "##TITLE=x\n##DATA TYPE=INFRARED SPECTRUM\n##XUNITS=1/CM\n##YUNITS=%T\n" + "".join(
        f"{400 + row} {80 + row}\n" for row in range(8)
    )
    assert read(bare)[0].table["transmittance_percent"].to_list() == list(range(80, 88))


def test_raman_and_wavelengths_are_told_apart_and_micrometres_are_turned():
    assert read(jdx(PLAIN, kind="RAMAN SPECTRUM", unit="COUNTS"))[0].technique == Technique.RAMAN
    assert read(jdx(PLAIN, x="NANOMETERS"))[0].technique == Technique.UV_VIS
    turned = read(jdx(["2.0 16 17 20 18 18", "4.5 18 18 15 3 -2"], x="MICROMETERS", FIRSTX="2", LASTX="6.5"))[
        0
    ]
    assert turned.table["wavenumber_per_cm"].max() == pytest.approx(5000)


def test_several_blocks_are_several_recordings():
    one = jdx(PLAIN)
    found = read(f"##TITLE=both\n##JCAMP-DX=5.00\n##DATA TYPE=LINK\n##BLOCKS=2\n{one}{one}##END=\n")
    assert [recording.part for recording in found] == ["block 1", "block 2"]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (jdx(PLAIN[:1]), "truncated"),
        (jdx([PLAIN[0], "1016 18 18 15 3 -2"]), "damaged"),  # a line was lost and another doubled
        (jdx(PLAIN, NPOINTS="9"), "damaged"),
        (jdx(PLAIN, x="SECONDS"), "unsupported"),
        (
            jdx(["1000, 16; 1002, 5"], **{"PEAK TABLE": "(XY..XY)"}).replace("##XYDATA=(X++(Y..Y))\n", ""),
            "unsupported",
        ),
        (jdx(PLAIN, kind="NMR SPECTRUM"), "unsupported"),
        (jdx(["1000A6S999999999"]), "damaged"),
    ],
)
def test_what_cannot_be_is_a_named_fault(text, code):
    found = outcome(READER, text.encode(), NAME)
    assert isinstance(found, UnreadableFile) and found.code == code, found


@given(st.lists(st.integers(-99_999, 99_999), min_size=5, max_size=60))
@settings(max_examples=60, deadline=None)
def test_differences_give_back_any_values(values: list[int]):
    """Packed here as DIF by hand: the first value squeezed, then differences."""

    def packed(number: int, letters: str, minus: str, zero: str) -> str:
        digits = str(abs(number))
        if number == 0:
            return zero
        first = (letters if number > 0 else minus)[int(digits[0]) - 1]
        return first + digits[1:]

    text = "1000" + packed(values[0], "ABCDEFGHI", "abcdefghi", "@")
    text += "".join(packed(b - a, "JKLMNOPQR", "jklmnopqr", "%") for a, b in pairwise(values))
    assert Table(NAME, "", 100).read([text]).values == values


@settings(max_examples=150, deadline=None)
@given(damaged(jdx(PLAIN).encode()))
def test_damage_gives_a_table_or_a_named_fault(raw: bytes):
    keeps_its_promise(READER, raw, NAME)


@settings(max_examples=150, deadline=None)
@given(damaged(jdx(["1000A6JLk%", "1010A8%%lj2n"]).encode()))
def test_damage_of_packed_numbers_gives_a_table_or_a_named_fault(raw: bytes):
    keeps_its_promise(READER, raw, NAME)


def test_the_corpus_spectrum_of_benzene_has_what_its_head_says():
    found = READER.read(corpus("characterization/ftir/benzene.jdx"))[0]
    assert found.table.height == 3343
    # MAXY=0.8868 and MINY=0 of the file, as percent
    assert found.table["transmittance_percent"].max() == pytest.approx(88.68)
    assert found.table["transmittance_percent"].min() == 0
    # benzene absorbs at 673 cm-1 (gas), nearly all of it
    near = found.table.filter(found.table["wavenumber_per_cm"].is_between(670, 677))
    assert near["transmittance_percent"].to_numpy().min() < 5


def test_the_corpus_file_that_is_only_labels_and_columns_is_read():
    found = READER.read(corpus("characterization/ftir/FTIRText_020.txt"))[0]
    assert found.table.height == 27
    assert found.table["transmittance_percent"][0] == 81.708257
    assert np.diff(found.table["wavenumber_per_cm"].to_numpy()) == pytest.approx(1.928816, abs=1e-5)
