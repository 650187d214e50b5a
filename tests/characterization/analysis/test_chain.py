"""Files of one cell become one history: what is taken, what stands twice, what is counted where two files meet."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import pairwise

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from characterization.analysis import chain, chain_table
from characterization.analysis.base import Conditions
from characterization.analysis.methods.cycling import METHOD
from characterization.instruments.base import Recording, Technique

START = datetime(2026, 3, 2, 8, tzinfo=UTC).timestamp()
ROW_S, CURRENT_mA, POINTS = 60.0, 1.5, 40


def cell_test(cycles: int = 3, counter: str = "none") -> pl.DataFrame:
    """Charges and discharges of 1 mAh, 40 rows each, a row a minute; 1.5 mA; 2 to 3.7 V."""
    sign = np.tile(np.repeat([1.0, -1.0], POINTS), cycles)
    place = np.tile(np.arange(POINTS) / (POINTS - 1), 2 * cycles)
    wave = 0.002 * np.sin(np.arange(len(sign)) * 1.7)  # no two charges are alike
    step = np.repeat(np.arange(1, 2 * cycles + 1), POINTS)
    table = pl.DataFrame(
        {
            "time_s": np.arange(len(sign)) * ROW_S,
            "voltage_V": np.where(sign > 0, 2.0 + 1.7 * place, 3.7 - 1.7 * place) + wave,
            "current_mA": sign * CURRENT_mA,
        }
    )
    per_row = CURRENT_mA * ROW_S / 3600
    if counter == "step":
        counted = np.tile(np.arange(POINTS), 2 * cycles) * per_row
        words = np.where(sign > 0, "CC_Chg", "CC_DChg")
        return table.with_columns(
            pl.Series("step", step), pl.Series("step_type", words), pl.Series("step_capacity_mAh", counted)
        )
    if counter == "direction":
        return table.with_columns(
            pl.Series("charge_capacity_mAh", np.cumsum((sign > 0) * per_row)),
            pl.Series("discharge_capacity_mAh", np.cumsum((sign < 0) * per_row)),
        )
    return table


def piece(
    key: int, table: pl.DataFrame, started_s: float | None = START, content: str | None = None
) -> chain.Piece:
    return chain.opened(key, f"{key}.nda", table, started_s, f"{key}" if content is None else content)


def restarted(table: pl.DataFrame) -> tuple[pl.DataFrame, float]:
    """The rows as a file of their own, whose clock starts at 0, and how much later it began."""
    first = table["time_s"][0]
    return table.with_columns(pl.col("time_s") - first), first


def states(arranged: list[chain.Piece]) -> list[tuple[int, str, int | None]]:
    return [(one.key, one.state, one.by) for one in arranged]


def kept(arranged: list[chain.Piece]) -> list[chain.Piece]:
    return [one for one in arranged if one.is_kept]


def cycles(table: pl.DataFrame) -> pl.DataFrame:
    found = METHOD.compute(Recording(Technique.CYCLING, table), Conditions())
    return found.tables["cycles"].select("cycle", "charge_capacity_mAh", "discharge_capacity_mAh")


@pytest.mark.parametrize("counter", ["none", "step", "direction"])
@settings(max_examples=60, deadline=None)
@given(cuts=st.sets(st.integers(2, 6 * POINTS - 2), max_size=4))
def test_a_test_cut_into_files_anywhere_has_the_cycles_of_the_whole(counter: str, cuts: set[int]):
    whole = cell_test(counter=counter)
    edges = [0, *sorted(cuts), whole.height]
    parts = [
        restarted(whole[first:last]) for first, last in pairwise(edges) if last - first > 1 or len(edges) == 2
    ]
    if sum(table.height for table, _ in parts) < whole.height:
        return  # a file of one row has no rhythm to say whether the next one follows at once
    pieces = [piece(key, table, START + later) for key, (table, later) in enumerate(parts, 1)]
    joined = chain_table.join(chain.arrange(pieces, {}))
    assert joined.height == whole.height
    assert joined["time_s"].to_list() == pytest.approx(whole["time_s"].to_list())
    expected = cycles(whole)
    assert cycles(joined).to_numpy() == pytest.approx(
        expected.to_numpy(), rel=0.026 if counter == "none" else 1e-9
    )


def test_a_growing_file_stands_once():
    whole = cell_test(3)
    pieces = [piece(1, whole.head(70)), piece(2, whole.head(150)), piece(3, whole)]
    arranged = chain.arrange(pieces, {})
    assert states(arranged) == [(1, "replaced", 2), (2, "replaced", 3), (3, "taken", None)]
    assert chain_table.join(kept(arranged)).height == whole.height


def test_a_growing_file_without_a_date_stands_once_too():
    whole = cell_test(3)
    arranged = chain.arrange([piece(1, whole.head(70), None), piece(2, whole, None)], {})
    assert states(arranged) == [(1, "replaced", 2), (2, "taken", None)]


def test_the_shorter_file_that_comes_later_is_replaced_by_the_longer():
    whole = cell_test(3)
    assert states(chain.arrange([piece(1, whole), piece(2, whole.head(70))], {})) == [
        (1, "taken", None),
        (2, "replaced", 1),
    ]


def test_trap_10_the_same_records_in_other_bytes_are_taken_once():
    whole = cell_test(2)
    arranged = chain.arrange([piece(1, whole, content="a"), piece(2, whole, content="a")], {})
    assert states(arranged) == [(1, "taken", None), (2, "same", 1)]


def test_the_same_test_exported_with_fewer_decimals_is_the_same():
    whole = cell_test(2)
    rounded = whole.with_columns(pl.col("voltage_V").round(3), pl.col("time_s").round(0))
    assert states(chain.arrange([piece(1, whole), piece(2, rounded)], {}))[1] == (2, "same", 1)


def test_what_stands_at_the_end_of_one_and_the_beginning_of_the_next_is_taken_from_the_next():
    whole = cell_test(3)
    second, later = restarted(whole[100:])
    arranged = chain.arrange([piece(1, whole.head(130)), piece(2, second, START + later)], {})
    assert states(arranged) == [(1, "partly", 2), (2, "taken", None)]
    joined = chain_table.join(kept(arranged))
    assert joined.height == whole.height
    assert cycles(joined).to_numpy() == pytest.approx(cycles(whole).to_numpy(), rel=0.026)


def test_other_records_at_the_same_time_are_both_kept_and_flagged():
    one, other = cell_test(1), cell_test(1).with_columns(pl.col("voltage_V") + 0.1)
    arranged = chain.arrange([piece(1, one), piece(2, other, START + 3600)], {})
    assert [found.state for found in arranged] == ["taken", "taken"]
    flags = chain.oddities(arranged)
    assert [flag.code for flag in flags] == ["pieces_overlap"]
    assert flags[0].message.startswith("2.nda begins 0.317 h before 1.nda ends")  # 79 min long, 60 min later
    times = chain_table.join(arranged)["time_s"]
    assert times.is_sorted()


def test_of_many_files_that_overlap_twenty_are_told_and_the_others_counted():
    shifts = [0.1 * number for number in range(24)]  # 79 min long, one begins an hour after the other
    tables = [cell_test(1).with_columns(pl.col("voltage_V") + shift) for shift in shifts]
    arranged = chain.arrange([piece(n, table, START + 3600 * n) for n, table in enumerate(tables)], {})
    flags = chain.oddities(arranged)
    assert [flag.code for flag in flags] == ["pieces_overlap"] * 21
    assert flags[-1].message.startswith("3 more files begin before the one before them ends")


def test_trap_09_two_tests_are_chained_by_date_and_never_by_their_record_numbers():
    later, earlier = cell_test(2), cell_test(1)
    arranged = chain.arrange([piece(1, later, START + 5 * 86400), piece(2, earlier, START)], {})
    assert [one.key for one in arranged] == [2, 1]
    second = arranged[1]
    assert second.gap_s == pytest.approx(5 * 86400 - 79 * 60)
    joined = chain_table.join(arranged)
    assert joined["time_s"][-1] == pytest.approx(5 * 86400 + 159 * 60)
    assert cycles(joined)["cycle"].to_list() == [1, 2, 3]


def test_nothing_is_counted_for_a_time_without_records():
    whole = cell_test(1)
    second, later = restarted(whole[30:])
    arranged = chain.arrange([piece(1, whole.head(20)), piece(2, second, START + later)], {})
    charge = cycles(chain_table.join(arranged))["charge_capacity_mAh"][0]
    assert charge == pytest.approx((19 + 9) * CURRENT_mA * ROW_S / 3600)  # 20 and 10 rows; 11 min between


def test_what_a_counter_says_of_a_time_without_records_is_counted():
    whole = cell_test(1, counter="step")
    second, later = restarted(whole[30:])
    arranged = chain.arrange([piece(1, whole.head(20)), piece(2, second, START + later)], {})
    charge = cycles(chain_table.join(arranged))["charge_capacity_mAh"][0]
    assert charge == pytest.approx(39 * CURRENT_mA * ROW_S / 3600)


def test_a_file_without_a_start_comes_last_and_is_flagged():
    arranged = chain.arrange([piece(1, cell_test(2), None), piece(2, cell_test(1))], {})
    assert [one.key for one in arranged] == [2, 1]
    assert [flag.code for flag in chain.oddities(arranged)] == ["piece_without_start"]
    assert arranged[1].gap_s is None


def test_linked_techniques_share_one_start_and_their_time_goes_on():
    whole = cell_test(2)
    arranged = chain.arrange([piece(1, whole[100:]), piece(2, whole.head(100))], {})
    assert [one.key for one in arranged] == [2, 1]
    assert chain_table.join(arranged)["time_s"].to_list() == whole["time_s"].to_list()


def test_a_tables_own_clock_says_when_its_first_row_was():
    shifted = cell_test(1).with_columns(
        (pl.col("time_s") + START).alias("unix_time_s"), pl.col("time_s") + 500.0
    )
    assert piece(1, shifted).begins_s == START


def test_what_was_found_before_is_not_looked_at_again():
    empty = pl.DataFrame({"time_s": []})
    arranged = chain.arrange([piece(1, empty), piece(2, cell_test(1))], {1: ("replaced", 2)})
    assert states(arranged) == [(1, "replaced", 2), (2, "taken", None)]


def test_steps_and_pieces_count_up_through_the_history():
    table = cell_test(1, counter="step")
    joined = chain_table.join(chain.arrange([piece(1, table), piece(2, table, START + 86400)], {}))
    assert joined["step"].unique().sort().to_list() == [1, 2, 3, 4]
    assert joined["piece"].unique().sort().to_list() == [1, 2]
    assert "step_capacity_mAh" not in joined.columns
