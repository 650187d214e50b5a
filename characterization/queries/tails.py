"""The end of a measured table: its last point, and how far the last day went. Kept, since a table never changes."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

import polars as pl

from characterization import blobs

DAY_S = 86_400.0
_COLUMNS = ("time_s", "unix_time_s", "voltage_V", "current_mA")
_MOST_KEPT = 4096
_LOOKED_AT = 256
_MOST_VOLTAGES = 500


@dataclass(frozen=True)
class Tail:
    """``time_s`` of the last point since the start of the file, ``unix_time_s`` where the file says it.

    ``voltages`` are some 500 (time_s, V) of the last 24 h in the order of time; ``lowest_V`` is the least under
    current, since a cell at rest before its first charge lies where it lies. None where a column is missing.
    """

    time_s: float | None = None
    unix_time_s: float | None = None
    voltage_V: float | None = None
    current_mA: float | None = None
    temperature_degC: float | None = None
    highest_V: float | None = None
    lowest_V: float | None = None
    hottest_degC: float | None = None
    voltages: tuple[tuple[float, float], ...] = field(default_factory=tuple)


def tail_of(table_sha256: str, overview_sha256: str) -> Tail:
    """Reads the last row of the table and the last day of its overview; empty where the tables are gone."""
    paths = blobs.path_of(table_sha256), blobs.path_of(overview_sha256)
    return _read(*paths) if all(path.exists() for path in paths) else Tail()


@lru_cache(maxsize=_MOST_KEPT)
def _read(table: Path, thinned: Path) -> Tail:
    whole, overview = pl.scan_parquet(table), pl.scan_parquet(thinned)
    names = [name for name, kind in whole.collect_schema().items() if kind.is_numeric()]
    warm = _temperature(names)
    wanted = [name for name in (*_COLUMNS, *([warm] if warm else [])) if name in names]
    if not wanted:
        return Tail()
    whole, overview = (rows.select(map(_finite, wanted)) for rows in (whole, overview))
    last = _last_point(whole, overview)
    return _told(last, _last_day(overview, last), warm)


def _finite(name: str) -> pl.Expr:
    return pl.when(pl.col(name).is_finite()).then(pl.col(name)).alias(name)


def _temperature(names: list[str]) -> str:
    """The column of the cell's temperature: the plain one, else the first auxiliary one."""
    return next((name for name in names if name == "temperature_degC"), "") or next(
        (name for name in names if name.endswith("_degC")), ""
    )


def _last_point(whole: pl.LazyFrame, overview: pl.LazyFrame) -> dict[str, float | None]:
    """The last row that says anything; files may end in rows without values."""
    for rows in (whole.tail(_LOOKED_AT), overview):
        said = rows.filter(~pl.all_horizontal(pl.all().is_null())).tail(1).collect().to_dicts()
        if said:
            found: dict[str, float | None] = said[0]
            return found
    return {}


def _last_day(overview: pl.LazyFrame, last: dict[str, float | None]) -> pl.DataFrame:
    end = last.get("time_s")
    if end is None:
        return overview.clear().collect()
    return overview.filter(pl.col("time_s") >= end - DAY_S).collect()


def _told(last: dict[str, float | None], day: pl.DataFrame, warm: str) -> Tail:
    has = set(day.columns)
    under_current = day.filter(pl.col("current_mA") != 0) if "current_mA" in has else day
    return Tail(
        time_s=last.get("time_s"),
        unix_time_s=last.get("unix_time_s"),
        voltage_V=last.get("voltage_V"),
        current_mA=last.get("current_mA"),
        temperature_degC=last.get(warm) if warm else None,
        highest_V=_most(day, "voltage_V"),
        lowest_V=_least(under_current, "voltage_V"),
        hottest_degC=_most(day, warm) if warm else None,
        voltages=_voltages(day) if {"time_s", "voltage_V"} <= has else (),
    )


def _voltages(day: pl.DataFrame) -> tuple[tuple[float, float], ...]:
    points = day.select("time_s", "voltage_V").drop_nulls().sort("time_s")
    thinned = points.gather_every(max(points.height // _MOST_VOLTAGES, 1))
    return (*thinned.iter_rows(), *points.tail(1).iter_rows())


def _most(rows: pl.DataFrame, name: str) -> float | None:
    return _number(rows[name].max()) if name in rows.columns and rows.height else None


def _least(rows: pl.DataFrame, name: str) -> float | None:
    return _number(rows[name].min()) if name in rows.columns and rows.height else None


def _number(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) else None
