"""How fast text exports of cyclers are read: ``python -m tests.benchmarks.text_exports``; bar 40 MB/s from 2 MB on.

Beside each file stands what the parse of its cells alone costs (polars, all columns as text, on the same bytes): ratios
of one run are to be trusted, absolute times belong to the machine. A tenfold copy of the rows shows whether the cost
per row stays.
"""

from __future__ import annotations

import io
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import polars as pl

from characterization.instruments import registry
from tests.corpus import root

BAR_MB_PER_S = 40
FILES = {
    "maccor/maccor_001.txt": (4, "\t"),
    "maccor/xTESLADIAG_000019_CH70.070": (2, "\t"),
    "pec/pec.csv": (33, ","),
}
TIMES = 9


def best_s(call: Callable[[], object]) -> float:
    """The shortest of several runs in s: what else the machine did is in the others."""
    found = []
    for _ in range(TIMES):
        start = time.perf_counter()
        call()
        found.append(time.perf_counter() - start)
    return min(found)


def main() -> int:
    slow = 0
    print(f"{'file':42} {'MB':>6} {'rows':>9} {'ms':>8} {'MB/s':>6} {'us/row':>7} {'cells alone, ms':>16}")
    for name, (above, separator) in FILES.items():
        path = root() / "cycler" / name
        if not path.exists():
            print("no corpus here: set LABSYS_CORPUS")
            return 2
        for copies in (1, 10) if name.startswith("maccor/x") else (1,):
            slow += one(path, above, separator, copies) < BAR_MB_PER_S
    return 1 if slow else 0


def one(path: Path, above: int, separator: str, copies: int) -> float:
    lines = path.read_bytes().split(b"\n", above)
    body = lines[above] * copies
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / path.name
        copy.write_bytes(b"\n".join([*lines[:above], body]))
        rows = registry.read(copy, path.name).recordings[0].table.height
        seconds = best_s(lambda: registry.read(copy, path.name))
    megabytes = (len(body) + sum(map(len, lines[:above]))) / 1e6
    bare = best_s(lambda: cells_alone(body, separator))
    print(
        f"{path.name + (f' x {copies}' if copies > 1 else ''):42} {megabytes:6.1f} {rows:9,} {1000 * seconds:8.0f} "
        f"{megabytes / seconds:6.0f} {1e6 * seconds / rows:7.2f} {1000 * bare:16.0f}"
    )
    return megabytes / seconds


def cells_alone(body: bytes, separator: str) -> pl.DataFrame:
    return pl.read_csv(
        io.BytesIO(body),
        separator=separator,
        has_header=False,
        infer_schema=False,
        truncate_ragged_lines=True,
    )


if __name__ == "__main__":
    sys.exit(main())
