"""How fast the text exports of Arbin and Neware are read: ``python -m tests.benchmarks.exports``.

Files of 2 MB and more, written here: a row of real width, repeated with a running point, time and clock. Wall time is
the best of several readings, processor time that of the same; the bar is 40 MB/s.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

from characterization.instruments.base import Reader
from characterization.instruments.formats import arbin_csv, neware_csv

BAR_MB_PER_S = 40.0
ROUNDS = 7
START = datetime(2024, 5, 3, 8)
ARBIN = (
    "Data_Point,Test_Time(s),Date_Time,Step_Time(s),Step_Index,Cycle_Index,Current(A),Voltage(V),Charge_Capacity(Ah),"
    "Discharge_Capacity(Ah),Charge_Energy(Wh),Discharge_Energy(Wh),dV/dt(V/s),Internal_Resistance(Ohm)"
)
NEWARE = (
    "DataPoint,Cycle Index,Step Index,Step Type,Time,Total Time,Current(A),Voltage(V),Capacity(Ah),Energy(Wh),Date,"
    "Power(W)"
)


def arbin_row(point: int) -> str:
    at = (START + timedelta(seconds=5 * point)).strftime("%m/%d/%Y %H:%M:%S.000")
    return (
        f"{point},{5.0027 * point:.4f},{at},{5.0027 * (point % 700):.4f},{2 + point // 700 % 2},{1 + point // 1400},"
        f"{1.0999289 * (-1) ** (point // 700):.7f},{3.3750653 + point % 700 / 1e3:.7f},0.88141066,0.00012711,3.0958047,"
        "0.00061598,0.000828743,0.017097674"
    )


def neware_row(point: int) -> str:
    total, passed = 60 * point, 60 * (point % 300)
    at = (START + timedelta(seconds=total)).isoformat(" ")
    kind = ("CC Chg", "CC DChg")[point // 300 % 2]
    return (
        f"{point},{1 + point // 600},{1 + point // 300},{kind},{hms(passed)},{hms(total)},0.99171000,4.2510,"
        f"{passed * 2.7e-4:.8f},{passed * 1e-3:.8f},{at},0.42158000"
    )


def hms(seconds: int) -> str:
    return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"


def main() -> int:
    slow = 0
    with tempfile.TemporaryDirectory() as folder:
        for reader, heads, row, rows in (
            (arbin_csv.READER, ARBIN, arbin_row, 16_000),
            (arbin_csv.READER, ARBIN, arbin_row, 160_000),
            (neware_csv.READER, NEWARE, neware_row, 20_000),
            (neware_csv.READER, NEWARE, neware_row, 200_000),
        ):
            slow += not fast_enough(reader, written(Path(folder), heads, row, rows))
    return 1 if slow else 0


def written(folder: Path, heads: str, row: Callable[[int], str], rows: int) -> Path:
    path = folder / f"{rows}.csv"
    path.write_text("\n".join([heads, *map(row, range(1, rows + 1))]) + "\n")
    return path


def fast_enough(reader: Reader, path: Path) -> bool:
    size = path.stat().st_size / 1e6
    wall, busy = [], []
    for _ in range(ROUNDS):
        began, worked = time.perf_counter(), time.process_time()
        reader.read(path)
        wall.append(time.perf_counter() - began)
        busy.append(time.process_time() - worked)
    speed = size / min(wall)
    print(
        f"{reader.name}, {size:.1f} MB: {speed:.0f} MB/s, {size / min(busy):.0f} MB per second of processor; bar 40"
    )
    return speed >= BAR_MB_PER_S


if __name__ == "__main__":
    sys.exit(main())
