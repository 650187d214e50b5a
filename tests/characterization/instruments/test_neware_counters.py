"""Records put together from marks equal those of fastnda to the last bit, and what is not plain is left to it."""

import struct
import zipfile
from pathlib import Path
from typing import NamedTuple

import fastnda
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from characterization.instruments.neware_counters import read_counted
from characterization.instruments.neware_decode import decode
from tests.corpus import corpus

BLOCK, FIRST, BITS = 4096, 132, 4
RECORD, MARK, STEP = struct.Struct("<ff"), struct.Struct("<Ix4f8xiIIIh8x"), struct.Struct("<II16xB12x")
REST, CHARGE, DISCHARGE = 4, 1, 2
UNMARKED = [(3.5, 0.1)] * 8
floats = st.floats(-5, 5, width=32)


class Mark(NamedTuple):
    """What stands in ``data_runInfo.ndc``, as it stands there: ms, Ah, Wh, s."""

    step_ms: int
    charged: float
    discharged: float
    charged_Wh: float
    discharged_Wh: float
    dt_ms: int
    unix_s: int
    step: int
    record: int
    unix_ms: int


def member(kind: int, form: struct.Struct, rows: list[tuple[float, ...]], version: int = 14) -> bytes:
    """Blocks of 4,096 bytes: a head, then bits that say which places are filled, and the rows from byte 132 on."""
    per_block = (BLOCK - FIRST - 1) // form.size
    blocks = [bytes([kind, 0, version]).ljust(BLOCK, b"\0")]
    for start in range(0, max(len(rows), 1), per_block):
        part = rows[start : start + per_block]
        block = bytearray(BLOCK)
        for place, row in enumerate(part):
            block[BITS + place // 8] |= 1 << place % 8
            form.pack_into(block, FIRST + place * form.size, *row)
        blocks.append(bytes(block))
    return b"".join(blocks)


def written(folder: Path, records: list[tuple[float, float]], marks: list[Mark], **extra: bytes) -> Path:
    steps = [
        (step // 3, step, (REST, CHARGE, DISCHARGE)[step % 3]) for step in range(max(m.step for m in marks))
    ]
    path = folder / "test.ndax"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("data.ndc", member(1, RECORD, list(records)))
        archive.writestr("data_runInfo.ndc", member(18, MARK, list(marks)))
        archive.writestr("data_step.ndc", member(7, STEP, list(steps)))
        for name, content in extra.items():
            archive.writestr(f"{name}.ndc", content)
    return path


def mark(index: int, step: int = 1, dt_ms: int = 100) -> Mark:
    return Mark(index * 100, 0.001, 0.0, 0.003, 0.0, dt_ms, 1_700_000_000 + index, step, index, 250)


def of_fastnda(path: Path) -> pl.DataFrame:
    table: pl.DataFrame = fastnda.read(path, cycle_mode="raw")
    return table


def assert_same(path: Path) -> None:
    ours, theirs = read_counted(path), of_fastnda(path)
    assert ours is not None
    assert ours.schema == {name: theirs.schema[name] for name in ours.columns}
    assert set(theirs.columns) - set(ours.columns) == {"step_time_s", "step_index"}
    assert ours.equals(theirs.select(ours.columns))


@st.composite
def cell_tests(draw: st.DrawFn) -> tuple[list[tuple[float, float]], list[Mark]]:
    marks: list[Mark] = []
    records: list[tuple[float, float]] = []
    step, unix = 1, 1_700_000_000
    for stretch in draw(st.lists(st.integers(1, 130), min_size=1, max_size=25)):
        up, down, up_Wh, down_Wh = (draw(st.floats(-2, 2, width=32)) for _ in range(4))
        passed = [draw(st.integers(0, 10**7)), draw(st.integers(1, 90_000))]
        at, unix_ms = len(records) + 1, draw(st.integers(0, 999))
        marks.append(Mark(passed[0], up, down, up_Wh, down_Wh, passed[1], unix, step, at, unix_ms))
        records += [(draw(floats), draw(floats))] * (stretch - 1) + [(draw(floats), draw(floats))]
        step, unix = step + draw(st.integers(0, 1)), unix + draw(st.integers(-5, 500))
    return records, marks


@settings(max_examples=60, deadline=None)
@given(test=cell_tests(), turned=st.booleans())
def test_sums_between_marks_equal_those_of_fastnda_to_the_last_bit(
    test: tuple[list[tuple[float, float]], list[Mark]], turned: bool, tmp_path_factory: pytest.TempPathFactory
):
    records, marks = test
    first, *rest = marks
    assert_same(
        written(tmp_path_factory.mktemp("ndax"), records, [first, *rest, *([first] if turned else [])])
    )


def test_between_marks_capacity_and_energy_grow_with_what_flowed(tmp_path: Path):
    """0.1 A at 3.5 V for 3 intervals of 10 s beside a mark of 1 mAh and 3 mWh."""
    table = read_counted(written(tmp_path, UNMARKED[:4], [mark(1, dt_ms=10_000)]))
    assert table is not None
    assert table["capacity_mAh"][3] == pytest.approx(1 + 100 * 30 / 3600)
    assert table["energy_mWh"][3] == pytest.approx(3 + 3.5 * 100 * 30 / 3600)
    assert table["total_time_s"].to_list() == pytest.approx([0.1, 10.1, 20.1, 30.1])
    assert table["unix_time_s"][3] == pytest.approx(1_700_000_001.25 + 30)


@pytest.mark.parametrize(
    "marks",
    [
        [mark(2), mark(5)],
        [mark(1), mark(9)],
        [mark(5, step=2), mark(1, step=1)],
    ],
    ids=["no mark at the first record", "a mark behind the last record", "a later step written first"],
)
def test_marks_that_do_not_fit_the_records_are_left_to_fastnda(tmp_path: Path, marks: list[Mark]):
    path = written(tmp_path, UNMARKED, marks)
    assert read_counted(path) is None
    assert decode(path).table.equals(of_fastnda(path))


def test_a_current_that_is_no_number_is_left_to_fastnda(tmp_path: Path):
    path = written(tmp_path, [*UNMARKED, (3.5, float("inf"))], [mark(1)])
    assert read_counted(path) is None
    assert decode(path).table.height == 9


def test_a_container_with_auxiliary_channels_is_left_to_fastnda(tmp_path: Path):
    path = written(tmp_path, UNMARKED, [mark(1)], data_AUX_1_2_3=member(5, RECORD, []))
    assert read_counted(path) is None


@pytest.mark.parametrize(
    "name",
    ["BTS85-36-6-5-110-20240424.ndax", "test_2.ndax", "nw4-120-1-6-53.ndax", "nw4-120-6-1-36.ndax",
     "interp-test.ndax", "21_10_7_85.ndax", "filetype14-0.ndax"],
)  # fmt: skip
def test_real_files_equal_fastnda_to_the_last_bit(name: str):
    assert_same(corpus(f"cycler/neware/{name}"))
