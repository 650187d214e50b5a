"""A window of a long table: its own extremes, its own rows, wherever it begins and however much it holds."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from characterization import blobs, store
from characterization.instruments import tables
from characterization.models import Measurement

ROWS = 60_000
COLUMNS = ("time_s", "voltage_V", "current_mA")


def recorded() -> pl.DataFrame:
    """A test of 60,000 rows with noise, gaps in the clock and equal times."""
    random = np.random.default_rng(7)
    seconds = np.where(random.random(ROWS) < 0.001, 5_000.0, random.integers(0, 3, ROWS))
    return pl.DataFrame(
        {
            "time_s": np.cumsum(seconds),
            "voltage_V": 3 + np.sin(np.arange(ROWS) / 900) + random.normal(0, 0.05, ROWS),
            "current_mA": np.sign(np.sin(np.arange(ROWS) / 900)),
        }
    )


def kept(table: pl.DataFrame, folder) -> Measurement:
    """A measurement whose tables lie in the store; no row of it is needed."""
    tables.write(table, folder / "whole.parquet")
    tables.write_overview(tables.overview(table), folder / "small.parquet", table)
    shas = [blobs.put_path(folder / f"{name}.parquet").sha256 for name in ("whole", "small")]
    return Measurement(
        rows=table.height,
        columns=[{"name": name, "unit": ""} for name in COLUMNS],
        table_sha256=shas[0],
        overview_sha256=shas[1],
    )


@pytest.fixture(autouse=True)
def own_store(settings, tmp_path_factory):
    settings.LABSYS_BLOBS = tmp_path_factory.getbasetemp() / "series"


@pytest.fixture(scope="module")
def table() -> pl.DataFrame:
    return recorded()


@pytest.fixture
def measurement(table, tmp_path) -> Measurement:
    return kept(table, tmp_path)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    edges=st.tuples(st.floats(-0.1, 1.1), st.floats(-0.1, 1.1)).map(sorted),
    points=st.sampled_from([50, 300, 2000]),
)
def test_a_window_shows_its_own_extremes_and_counts_its_own_rows(table, measurement, edges, points):
    low, high = (edge * table["time_s"][-1] for edge in edges)
    truth = table.filter(pl.col("time_s").is_between(low, high))
    found = store.series(measurement, "time_s", "voltage_V", points, low, high)
    assert found.rows == truth.height
    assert len(found.x) <= points
    if truth.height:
        assert (found.y.min(), found.y.max()) == (truth["voltage_V"].min(), truth["voltage_V"].max())
        assert (found.x[0], found.x[-1]) == (truth["time_s"][0], truth["time_s"][-1])
        assert np.all(np.diff(found.x) >= 0)


@pytest.mark.parametrize(("before", "after"), [(0, 0), (1, 1), (0, 5)])
def test_a_window_about_everything_is_drawn_as_the_whole_is(table, measurement, before, after):
    low, high = table["time_s"][0] - before, table["time_s"][-1] + after
    whole = store.series(measurement, "time_s", "voltage_V", 2000)
    found = store.series(measurement, "time_s", "voltage_V", 2000, low, high)
    assert (found.rows, found.x.tolist(), found.y.tolist()) == (ROWS, whole.x.tolist(), whole.y.tolist())


def test_a_window_about_everything_opens_the_long_table_not_once(table, measurement, monkeypatch):
    blobs.path_of(measurement.table_sha256).unlink()
    assert store.series(measurement, "time_s", "voltage_V", 2000, 0.0, 1e9).rows == ROWS


def test_a_window_of_few_rows_holds_every_one_of_them(table, measurement):
    truth = table[30_000:30_100]
    low, high = truth["time_s"][0], truth["time_s"][-1]
    expected = table.filter(pl.col("time_s").is_between(low, high))
    found = store.series(measurement, "time_s", "voltage_V", 2000, low, high)
    assert found.y.tolist() == expected["voltage_V"].to_list()


def test_a_window_of_a_column_that_goes_up_and_down_holds_all_its_rows(table, measurement):
    truth = table.filter(pl.col("voltage_V").is_between(3.0, 3.01))
    found = store.series(measurement, "voltage_V", "current_mA", 2000, 3.0, 3.01)
    assert found.rows == truth.height


def test_the_clock_that_runs_backwards_once_loses_no_row(table, tmp_path):
    broken = table.with_columns(
        time_s=pl.Series(np.concatenate([table["time_s"][:40_000], table["time_s"][40_000:] - 20_000]))
    )
    low, high = broken["time_s"][39_000], broken["time_s"][39_999]
    found = store.series(kept(broken, tmp_path), "time_s", "voltage_V", 2000, low, high)
    assert found.rows == broken.filter(pl.col("time_s").is_between(low, high)).height
