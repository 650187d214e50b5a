"""Neware's layered export: lines of cycles, of steps and of records in one file, told apart by how far they are
indented with empty cells.

The vendor's line of a cycle stands before its steps, the line of a step before its records, and the first cycle's
line runs on into that of its first step. What these lines say is held against the records.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import polars as pl

from characterization.instruments.arbin_table import named
from characterization.instruments.base import Recording, UnreadableFile
from characterization.instruments.cycler_heads import Head, Kind
from characterization.instruments.delimited import Text, body_of, cells
from characterization.instruments.neware_records import AGAIN, recording
from characterization.instruments.neware_words import in_english, neware_heads

_SHORT_S, _SHORT_SHARE = 2.0, 0.02
_ROUNDED_MAH = 0.02
_SHARE = 2e-3
_MOST_NAMED = 5


@dataclass(frozen=True)
class Layers:
    """The heads of the three kinds of lines, what parts their cells, and where the lines below begin."""

    cycle: list[str]
    step: list[str]
    record: list[str]
    separator: str
    start: int


@dataclass
class _Lines:
    """Lines of records, for each the number of its step line and cycle line, and these lines' cells."""

    records: list[bytes]
    step_of: list[int]
    cycle_of: list[int]
    steps: list[list[str]]
    cycles: list[list[str]]
    last_is_record: bool = False
    hollow: int = 0


def _parted(text: Text, layers: Layers) -> _Lines:
    separator = layers.separator.encode()
    found = _Lines([], [], [], [], [])
    for line in text.raw[layers.start :].split(b"\n"):
        if not line.strip(separator + b" \t"):
            found.hollow += bool(line)
            continue
        found.last_is_record = line.startswith(separator * 2)
        if found.last_is_record:
            found.records.append(line[2:])
            found.step_of.append(len(found.steps) - 1)
            found.cycle_of.append(len(found.cycles) - 1)
            continue
        parts = cells(line.decode(errors="replace"), layers.separator)
        if line.startswith(separator):
            found.steps.append(parts[1:])
            continue
        found.cycles.append(parts[: len(layers.cycle)])
        if len(parts) > len(layers.cycle) + 1:
            found.steps.append(parts[len(layers.cycle) :])
    return found


def read_layers(text: Text, layers: Layers) -> Recording:
    """The records, with the cycle and step that they stand under; the vendor's summary of cycles in ``meta``.

    Raises UnreadableFile ``truncated`` where the last step or cycle says more than its records hold.
    """
    lines = _parted(text, layers)
    if lines.hollow and not text.ended:
        raise UnreadableFile("truncated", f"{text.name} ends in the middle of its last line.", AGAIN)
    if not lines.records:
        raise UnreadableFile("empty", f"{text.name} has heads and no records.", AGAIN)
    titles = layers.record[2:]
    heads = neware_heads(titles)
    body = Text(b"\n".join(lines.records), text.name, text.ended or not lines.last_is_record)
    needed = max(head.place for head in heads if head.ours in ("voltage_V", "current_mA")) + 1
    texts = [head.place for head in heads if head.kind not in (Kind.NUMBER, Kind.COUNT)]
    places = [head.place for head in heads]
    frame = body_of(body, 0, layers.separator, len(titles), places, texts, needed)
    if frame.height != len(lines.records):
        raise UnreadableFile(
            "damaged",
            f"{text.name}: {len(lines.records):,} lines of records part into {frame.height:,} rows.",
            AGAIN,
        )
    table = named(frame, heads).with_columns(_context(lines, layers))
    steps = _summary(lines.steps, layers.step[1:])
    cycles = _summary(lines.cycles, layers.cycle)
    meta = {"columns_in_file": titles, "vendor_cycles": [_plain(row) for row in cycles.iter_rows(named=True)]}
    found = recording(table, meta, text.name)
    _hold_steps(found, steps, text.name)
    _hold_cycles(found, cycles, text.name)
    return found


def _context(lines: _Lines, layers: Layers) -> list[pl.Series]:
    """Per record its step as counted, its step's number and type in the programme, and its cycle."""
    heads = {head.ours: head.place for head in neware_heads(layers.step[1:])}

    def of_step(ours: str) -> list[str | None]:
        place = heads.get(ours)
        known = [row[place] if place is not None and place < len(row) else None for row in lines.steps]
        return [known[step] if step >= 0 else None for step in lines.step_of]

    cycles = [row[0] if row else None for row in lines.cycles]
    found = [
        pl.Series("step", [step + 1 for step in lines.step_of], dtype=pl.Int32),
        pl.Series("vendor_cycle", [cycles[c] if c >= 0 else None for c in lines.cycle_of]).cast(
            pl.Int32, strict=False
        ),
    ]
    if "step_index" in heads:
        found.append(
            pl.Series("step_index", of_step("step_index"), dtype=pl.String).cast(pl.Int32, strict=False)
        )
    if "step_type" in heads:
        found.append(in_english(pl.Series("step_type", of_step("step_type"), dtype=pl.String)))
    return found


def _summary(rows: list[list[str]], titles: list[str]) -> pl.DataFrame:
    """The vendor's lines of cycles or steps in our units."""
    heads: list[Head] = neware_heads(titles)
    width = len(titles)
    padded = [(row + [""] * width)[:width] for row in rows]
    columns = {f"{h.place}": pl.Series([row[h.place] for row in padded], dtype=pl.String) for h in heads}
    return named(pl.DataFrame(columns), heads) if rows else pl.DataFrame()


def _plain(row: dict[str, Any]) -> dict[str, Any]:
    return {name.replace("vendor_cycle", "cycle"): value for name, value in row.items() if value is not None}


def _hold_steps(found: Recording, steps: pl.DataFrame, name: str) -> None:
    """The records of each step reach to the time that the step's line says."""
    if "step_time_s" not in steps.columns or "step_time_s" not in found.table.columns:
        return
    ends = found.table.group_by("step", maintain_order=True).agg(pl.col("step_time_s").max().alias("end"))
    stated = steps.select("step_time_s").with_row_index("step", 1).with_columns(pl.col("step").cast(pl.Int32))
    both = stated.join(ends, on="step", how="left").with_columns(pl.col("end").fill_null(0.0))
    slack = pl.max_horizontal(pl.lit(_SHORT_S), pl.col("step_time_s") * _SHORT_SHARE)
    short = both.filter(pl.col("step_time_s") - pl.col("end") > slack)
    if not short.height:
        return
    step, says, ends_at = short.row(-1)
    if step == steps.height:
        raise UnreadableFile(
            "truncated",
            f"{name} is cut off: its last step, {step:,}, should run for {says:,.0f} s, its records end after "
            f"{ends_at:,.0f} s.",
            AGAIN,
        )
    found.flag(
        "records_missing",
        f"The records of {short.height} steps end before the step does, first in step {short[0, 0]:,}.",
    )


def _hold_cycles(found: Recording, cycles: pl.DataFrame, name: str) -> None:
    """The vendor's capacities per cycle are the sums over the records' steps."""
    known = {"charge_capacity_mAh", "discharge_capacity_mAh", "vendor_cycle"}
    if not known <= set(cycles.columns) or not {"step_capacity_mAh", "step_type"} <= set(found.table.columns):
        return
    ends = found.table.group_by("vendor_cycle", "step", maintain_order=True).agg(
        pl.col("step_capacity_mAh").max(), pl.col("step_type").first()
    )
    discharging = pl.col("step_type").str.contains("(?i)dch").fill_null(False)
    sums = ends.group_by("vendor_cycle").agg(
        pl.col("step_capacity_mAh").filter(~discharging).sum().alias("charged"),
        pl.col("step_capacity_mAh").filter(discharging).sum().alias("discharged"),
    )
    both = cycles.join(sums, on="vendor_cycle", how="left", maintain_order="left").fill_null(0.0)
    apart = [
        (pl.col(stated) - pl.col(summed)).abs() > _ROUNDED_MAH + _SHARE * pl.col(stated)
        for stated, summed in (("charge_capacity_mAh", "charged"), ("discharge_capacity_mAh", "discharged"))
    ]
    odd = both.filter(pl.any_horizontal(apart))
    if not odd.height:
        return
    last = odd.row(-1, named=True)
    fewer = (
        last["charged"] + last["discharged"] < last["charge_capacity_mAh"] + last["discharge_capacity_mAh"]
    )
    if last["vendor_cycle"] == cycles["vendor_cycle"][-1] and fewer:
        raise UnreadableFile(
            "truncated",
            f"{name} is cut off: its last cycle, {last['vendor_cycle']}, should hold "
            f"{last['charge_capacity_mAh']:.4g} mAh of charge and {last['discharge_capacity_mAh']:.4g} mAh of "
            f"discharge, its records hold {last['charged']:.4g} and {last['discharged']:.4g} mAh.",
            AGAIN,
        )
    numbers = ", ".join(str(cycle) for cycle in odd["vendor_cycle"][:_MOST_NAMED])
    found.flag(
        "summary_differs",
        f"The vendor's summary of {odd.height} cycles differs from the sum over their records, first of {numbers}.",
    )
