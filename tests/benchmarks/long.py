"""What a row costs, from ten thousand to ten million, and what a zoom into the longest costs the web server.

Written tables, read back from Parquet as a reader hands them on; then what every file goes through: written, hashed,
drawn small, analysed. CPU seconds are given beside the clock, because they hardly depend on who else works here.
"""

from __future__ import annotations

import os
import resource
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import django
import numpy as np
import polars as pl

SIZES = (10_000, 100_000, 1_000_000, 10_000_000)
ZOOMS = (1.0, 0.5, 0.1, 0.02, 0.001, 0.00001)
MOST_MS, MOST_SPREAD, MOST_GROWN_MB = 20.0, 3.0, 150.0


def cell_test(rows: int) -> pl.DataFrame:
    """Cycles of 10,000 rows each, a row a second, with the noise of a cycler."""
    random = np.random.default_rng(1)
    place = np.arange(rows) % 10_000
    charging = place < 5_000
    depth = np.where(charging, place, 10_000 - place) / 5_000
    return pl.DataFrame(
        {
            "time_s": np.arange(rows, dtype=np.float64),
            "voltage_V": (2 + 1.7 * depth + random.normal(0, 2e-4, rows)).astype(np.float32),
            "current_mA": np.where(charging, 1.5, -1.5) + random.normal(0, 1e-4, rows),
            "step": (np.arange(rows) // 5_000 + 1).astype(np.int32),
            "temperature_degC": (25 + random.normal(0, 0.02, rows)).astype(np.float32),
        }
    )


def main() -> int:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "labsys.settings")
    django.setup()
    from characterization.analysis import process
    from characterization.analysis.base import Conditions
    from characterization.instruments.base import Recording, Technique

    per_row = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        print(f"{'rows':>12} {'s':>8} {'CPU s':>8} {'µs per row':>11} {'CPU µs per row':>15}")
        for rows in SIZES:
            recording = Recording(Technique.CYCLING, cell_test(rows))
            wall, cpu = best(
                partial(process._kept, recording, folder, "t", Conditions()),
                5 if rows < 1e7 else 1,
            )
            per_row.append(1e6 * cpu / rows)
            print(f"{rows:>12,} {wall:>8.3f} {cpu:>8.3f} {1e6 * wall / rows:>11.2f} {per_row[-1]:>15.2f}")
            print(f"{'':>12} {'#' * round(20 * per_row[-1])}")
        slowest_ms, grown_MB = zooms(folder, SIZES[-1])
    longest = per_row[1:]  # ten thousand rows are mostly the cost of beginning
    spread = max(longest) / min(longest)
    print(f"a row costs {spread:.2f} times as much where it costs most, from 1e5 rows on; bar {MOST_SPREAD}")
    print(
        f"zoom into 10 million rows: at most {slowest_ms:.1f} ms CPU (bar {MOST_MS}), memory grew by {grown_MB:.0f} MB"
    )
    return 0 if slowest_ms <= MOST_MS and spread <= MOST_SPREAD and grown_MB <= MOST_GROWN_MB else 1


def best(act: Callable[[], Any], times: int) -> tuple[float, float]:
    """Least seconds by the clock and of the processor."""
    found = []
    for _ in range(times):
        wall, cpu = time.perf_counter(), time.process_time()
        act()
        found.append((time.perf_counter() - wall, time.process_time() - cpu))
    return min(one[0] for one in found), min(one[1] for one in found)


def zooms(folder: Path, rows: int) -> tuple[float, float]:
    """The slowest zoom in ms of CPU, and by how much the process grew over a hundred of them, in MB."""
    from django.conf import settings

    from characterization import blobs, store
    from characterization.models import Measurement

    settings.LABSYS_BLOBS = folder / "blobs"
    columns = [{"name": name, "unit": ""} for name in ("time_s", "voltage_V")]
    shas = [blobs.put_path(folder / name).sha256 for name in ("t.parquet", "t.overview.parquet")]
    measurement = Measurement(rows=rows, columns=columns, table_sha256=shas[0], overview_sha256=shas[1])
    before, slowest = resident_MB(), 0.0
    for share in ZOOMS:
        start = 0.37 * rows * (1 - share)
        wall, cpu = best(
            partial(store.series, measurement, "time_s", "voltage_V", 2000, start, start + share * rows), 20
        )
        slowest = max(slowest, 1000 * cpu)
        print(f"zoom to {100 * share:g} %: {1000 * wall:.1f} ms, {1000 * cpu:.1f} ms CPU")
    return slowest, resident_MB() - before


def resident_MB() -> float:
    """What this process holds in memory now; not its highest, which making the tables has set already."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize() / 1e6
