"""How fast BioLogic files are read: ``python -m tests.benchmarks.biologic``.

Binary files against 100 MB/s, text against 60 MB/s, a decimal comma without a bar of its own. Printed are the
best of several rounds by the clock and by what this process worked in all its threads; the bars hold for the
better of the two, because other work on the machine only ever slows a read down. For the largest file also what
follows in the worker: cycles, Parquet.
"""

from __future__ import annotations

import io
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from characterization.analysis.base import Conditions
from characterization.analysis.methods.cycling import METHOD
from characterization.instruments.formats import biologic_mpr, biologic_mpt
from tests.corpus import root

FOLDER = "cycler/biologic/"
JDB11 = "jdb11-1_c3_gcpl_5cycles_2V-3p8V_C-24_data_C09.mpr"
BARS = {
    JDB11: 100.0, "biol.mpr": 100.0, "gcpl.issue_211.mpt": 60.0, "mb.mpt": 60.0, "geis.mpt": 60.0,
    "cv.issue_217.mpt": 0.0,
}  # fmt: skip
READERS = {".mpr": biologic_mpr.READER, ".mpt": biologic_mpt.READER}
LONG = "gcpl.issue_211.mpt"
ROUNDS = 15


def best(work: Callable[[], object]) -> tuple[float, float]:
    """Milliseconds of the fastest of several rounds: by the clock, and worked."""
    clock, worked = [], []
    for _ in range(ROUNDS):
        start, busy = time.perf_counter(), time.process_time()
        work()
        worked.append(1000 * (time.process_time() - busy))
        clock.append(1000 * (time.perf_counter() - start))
    return min(clock), min(worked)


def speed(path: Path, bar: float) -> bool:
    clock, worked = best(lambda: READERS[path.suffix].read(path))
    megabytes = path.stat().st_size / 1e6
    reached = 1000 * megabytes / min(clock, worked)
    print(
        f"{path.name[:32]:32} {megabytes:5.1f} MB {clock:7.1f} ms, {worked:6.1f} ms worked: {reached:4.0f} MB/s,"
        f" bar {bar:.0f}{'' if reached >= bar else ' !'}"
    )
    return reached >= bar


def lengthened(path: Path, folder: Path, times: int = 10) -> Path:
    """The text file with its rows so many times over."""
    raw = path.read_bytes()
    begin = raw.index(b"mode\t")
    rows = raw[raw.index(b"\n", begin) + 1 :]
    longer = folder / f"ten_times_{path.name}"
    longer.write_bytes(raw[: raw.index(b"\n", begin) + 1] + (rows + b"\n") * times)
    return longer


def in_the_worker(path: Path) -> None:
    recording = READERS[path.suffix].read(path)[0]
    parts = {
        "read": best(lambda: READERS[path.suffix].read(path)),
        "cycles": best(lambda: METHOD.compute(recording, Conditions())),
        "Parquet": best(lambda: recording.table.write_parquet(io.BytesIO(), compression="zstd")),
    }
    for name, (clock, worked) in parts.items():
        print(f"{recording.table.height:,} rows, {name}: {clock:.1f} ms, {worked:.1f} ms worked")


def main() -> int:
    folder = root() / FOLDER
    if not (folder / JDB11).exists():
        print("no corpus here: set LABSYS_CORPUS")
        return 2
    reached = [speed(folder / name, bar) for name, bar in BARS.items()]
    with tempfile.TemporaryDirectory() as place:
        reached.append(speed(lengthened(folder / LONG, Path(place)), BARS[LONG]))
    in_the_worker(folder / JDB11)
    return 0 if all(reached) else 1


if __name__ == "__main__":
    sys.exit(main())
