"""Tables as they are kept: a hash that outlives versions, and an overview that keeps what is drawn."""

from __future__ import annotations

import hashlib
import json
import math
import struct
from collections.abc import Callable

import numpy as np
import polars as pl
import pytest

from characterization.instruments import tables


def recorded() -> pl.DataFrame:
    return pl.DataFrame(
        {
            "voltage_V": [3.1, None, 3.3],
            "step": [1, 1, 2],
            "step_type": ["CC_Chg", "CC_Chg", None],
        }
    )


def test_the_hash_is_the_same_with_every_version_of_the_libraries():
    """Worked out once from the rule in the docstring of ``content_hash``, not from a library's own hash."""
    assert tables.content_hash(recorded()) == by_hand()


def by_hand() -> str:
    voltage = bytes([0b01000000]) + struct.pack("<3d", 3.1, 0.0, 3.3)  # 3.1 takes all 8 bytes
    step = struct.pack("<3b", 1, 1, 2)
    kind = bytes([0b00100000]) + struct.pack("<2b", 2, 1)
    heads = (
        ["voltage_V", "float", 8, [], 1],
        ["step", "integer", 1, [], 0],
        ["step_type", "text", 1, ["CC_Chg", None], 1],
    )
    parts = zip((voltage, step, kind), heads, strict=True)
    digests = [hashlib.sha256(values + json.dumps(head).encode()).hexdigest() for values, head in parts]
    return hashlib.sha256("\n".join(["3", *digests]).encode()).hexdigest()


@pytest.mark.parametrize(
    "stored_otherwise",
    [
        lambda table: table.with_columns(pl.col("step").cast(pl.Int16)),
        lambda table: table.with_columns(pl.col("step").cast(pl.Float64).cast(pl.Int64)),
        lambda table: table.with_columns(pl.col("step_type").cast(pl.Categorical)),
        lambda table: pl.concat([table[:1], table[1:]], rechunk=False),
    ],
)
def test_the_same_records_stored_otherwise_have_the_same_hash(
    stored_otherwise: Callable[[pl.DataFrame], pl.DataFrame],
):
    assert tables.content_hash(stored_otherwise(recorded())) == tables.content_hash(recorded())


def test_single_precision_hashes_like_the_same_numbers_in_double():
    short = pl.DataFrame({"voltage_V": pl.Series([3.1, None, float("nan"), -0.0], dtype=pl.Float32)})
    assert tables.content_hash(short) == tables.content_hash(short.cast(pl.Float64))


@pytest.mark.parametrize(
    "other",
    [
        lambda table: table.with_columns(pl.col("voltage_V").fill_null(0.0)),
        lambda table: table.with_columns(pl.col("voltage_V").fill_null(float("nan"))),
        lambda table: table.with_columns(pl.col("voltage_V") + 1e-15),
        lambda table: table.with_columns(pl.col("step_type").fill_null("")),
        lambda table: table.rename({"step": "cycle"}),
        lambda table: table[:2],
        lambda table: table[::-1],
    ],
)
def test_other_records_have_another_hash(other: Callable[[pl.DataFrame], pl.DataFrame]):
    assert tables.content_hash(other(recorded())) != tables.content_hash(recorded())


def test_an_overview_keeps_the_spike_beside_what_cannot_be_drawn():
    values = np.sin(np.arange(20_000) / 50)
    values[7_000], values[7_003] = math.inf, 9.0
    values[12_001], values[12_002] = -math.inf, -9.0
    values[15_000:15_600] = math.nan
    kept = tables.overview(pl.DataFrame({"time_s": np.arange(20_000), "voltage_V": values}))
    drawn = kept.filter(pl.col("voltage_V").is_finite())
    assert (drawn["voltage_V"].max(), drawn["voltage_V"].min()) == (9.0, -9.0)
    assert (kept["time_s"][0], kept["time_s"][-1]) == (0, 19_999)
    assert kept.height < 20_000 / 25


def test_an_overview_knows_which_rows_it_keeps():
    whole = pl.DataFrame({"time_s": np.arange(20_000.0), "voltage_V": np.sin(np.arange(20_000) / 50)})
    kept = tables.overview(whole)
    rows = kept[tables.ROW].to_list()
    assert whole["voltage_V"].gather(rows).to_list() == kept["voltage_V"].to_list()


def test_bytes_count_in_the_hash_and_are_left_out_of_the_overview():
    one, other = (pl.DataFrame({"width_px": [2], "pixels": [raw]}) for raw in (b"\x00\xff", b"\x00\xfe"))
    assert tables.content_hash(one) != tables.content_hash(other)
    assert tables.content_hash(one) == tables.content_hash(one.clone())
    assert tables.overview(one).columns == ["width_px"]
