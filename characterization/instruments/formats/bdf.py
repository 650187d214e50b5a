"""Battery Data Format (BDF), ``.bdf.csv`` and ``.bdf.parquet``: the exchange table of the Battery Data
Alliance.

One table, one row per record, named columns with units: by label (``Test Time / s``, ``Voltage / V``,
``Current / A``) or for machines (``test_time_second``, ``voltage_volt``, ``current_ampere``). These three
must be there; cycle and step numbers, capacities in Ah and energies in Wh by direction, Unix time and
temperatures may be. Current is positive while charging. A, Ah, Wh and W become mA, mAh, mWh and mW here.

Oddities: written by many converters, so the clock may run backwards or count in another unit than it says,
cycle numbers may be no whole numbers, and columns of the original export may stand beside. Decimal commas
with semicolons occur. All rows are kept in their order.
"""

from __future__ import annotations

from pathlib import Path

import polars as pl

from characterization.instruments.base import Reader, Recording, Technique, UnreadableFile, decode
from characterization.instruments.bdf_columns import Column, is_bdf, map_columns
from characterization.instruments.bdf_table import (
    AGAIN,
    PARQUET_MAGIC,
    header_cells,
    read_csv,
    read_parquet,
    table_text,
)
from characterization.instruments.cycling import flag_clock, flag_values, utc
from characterization.instruments.textual import flag_open_end, looks_binary, unify


def _number(column: Column, kind: pl.DataType) -> pl.Expr:
    """A column as Float64 in our unit; text may have a decimal comma."""
    expr = pl.col(column.theirs)
    if isinstance(kind, pl.Duration):
        return (expr.dt.total_microseconds() / 1e6).alias(column.ours)
    if isinstance(kind, pl.Datetime):
        return (expr.dt.epoch("us") / 1e6).alias(column.ours)
    if kind == pl.String:
        expr = expr.str.strip_chars().str.replace(",", ".", literal=True)
    return (expr.cast(pl.Float64, strict=False) * column.factor).alias(column.ours)


def _whole(recording: Recording, column: str) -> None:
    """Counts become whole numbers; a cycle number that is none is kept under another name and named."""
    values = recording.table[column]
    odd = values.filter(values.is_finite() & (values != values.round()))
    if odd.len() == 0:
        whole = values.fill_nan(None).cast(pl.Int32, strict=False)
        recording.table = recording.table.with_columns(whole)
        return
    recording.table = recording.table.rename({column: f"{column}_as_written"})
    recording.flag(
        "count_not_whole",
        f"{column} holds {odd[0]:.6g}, which is no whole number: it is kept but not counted by.",
    )


def _count_steps(recording: Recording) -> None:
    """``step`` counts up through the file: the step count where there is one, else every change of the step
    index."""
    for column in ("vendor_cycle", "step_count", "step_index"):
        if column in recording.table.columns:
            _whole(recording, column)
    if "step_count" in recording.table.columns:
        recording.table = recording.table.rename({"step_count": "step"})
    elif "step_index" in recording.table.columns:
        recording.table = recording.table.with_columns(
            (pl.col("step_index").rle_id() + 1).cast(pl.Int32).alias("step")
        )


def _recording(raw: pl.DataFrame, path: Path) -> Recording:
    columns, others = map_columns(raw.columns)
    table = raw.select([_number(column, raw.schema[column.theirs]) for column in columns])
    recording = Recording(
        Technique.CYCLING,
        table,
        meta={"columns_in_file": raw.columns, "columns_left_out": others},
        units={column.ours: column.unit for column in columns if column.unit},
    )
    _count_steps(recording)
    if "unix_time_s" in recording.table.columns:
        recording.started_at = utc(recording.table["unix_time_s"][0])
    parts = path.stem.split("__")
    recording.sample_hints = (parts[1],) if len(parts) > 2 else ()
    return recording


def read(path: Path) -> list[Recording]:
    """One recording. Raises UnreadableFile where it is no BDF, empty, cut off, too large or damaged."""
    with path.open("rb") as file:
        parquet = file.read(4) == PARQUET_MAGIC
    raw, text = (read_parquet(path), "\n") if parquet else read_csv(path)
    if not raw.height:
        raise UnreadableFile("empty", f"{path.name} has a header and no rows.", AGAIN)
    recording = _recording(raw, path)
    if recording.table["voltage_V"].is_null().all():
        raise UnreadableFile("damaged", f"{path.name} holds no number in its voltage column.", AGAIN)
    flag_values(recording)
    flag_clock(recording)
    flag_open_end(recording, text)
    return [recording]


def sniff(head: bytes, name: str) -> int:
    if head.startswith(PARQUET_MAGIC):
        return 2
    if looks_binary(head):
        return 0
    return 3 if is_bdf(header_cells(table_text(unify(decode(head))).partition("\n")[0])) else 0


READER = Reader(
    name="bdf",
    version="1.1",
    label="Battery Data Format (csv, parquet)",
    techniques=(Technique.CYCLING,),
    sniff=sniff,
    read=read,
    extensions=(".bdf.csv", ".bdf.parquet"),
)
