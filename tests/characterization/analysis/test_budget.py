"""An analysis that does not come to an end costs its own findings and not the table."""

from __future__ import annotations

import time
from contextlib import suppress
from pathlib import Path

import polars as pl
import pytest

from characterization.analysis import process, registry
from characterization.analysis.base import Conditions, Method, Result
from characterization.analysis.budget import TookTooLong, within
from characterization.charts.chart import Chart
from characterization.instruments.base import Recording, Technique


def endless(_recording: Recording, _conditions: Conditions) -> Result:
    until = time.monotonic() + 20
    while time.monotonic() < until:
        with suppress(Exception):  # as a method may do around a fit
            time.sleep(0.01)
    return Result()


def quick(_recording: Recording, _conditions: Conditions) -> Result:
    return Result(parameters={"rows": 2})


def nothing(*_told: object) -> list[Chart]:
    return []


def test_an_analysis_that_takes_too_long_leaves_a_flag_and_the_table_and_the_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    methods = [
        Method(name, "1.0", name.title(), Technique.CYCLING, compute, nothing)
        for name, compute in (("endless", endless), ("quick", quick))
    ]
    monkeypatch.setattr(registry, "methods_for", lambda _technique: methods)
    monkeypatch.setattr(process, "ANALYSIS_SECONDS", 0.2)
    recording = Recording(Technique.CYCLING, pl.DataFrame({"time_s": [0.0, 1.0]}))
    begun = time.monotonic()
    kept = process._kept(recording, tmp_path, "0", Conditions())
    assert time.monotonic() - begun < 10
    assert pl.read_parquet(kept["table"]).height == 2
    slow, fast = kept["analyses"]
    (flag,) = slow["flags"]
    assert flag["code"] == "analysis_took_too_long"
    assert flag["message"].startswith("Endless was given up after 0.2 s over 2 rows.")
    assert (fast["flags"], fast["parameters"]) == ([], {"rows": 2})


def test_after_a_block_that_was_in_time_nothing_rings() -> None:
    with within(0.05):
        pass
    time.sleep(0.1)
    with pytest.raises(TookTooLong), within(0.05):
        time.sleep(5)
