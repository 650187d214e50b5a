"""The bare table of a BDF file, as text or as Parquet stores it, or why there is none."""

from __future__ import annotations

import io
import re
from pathlib import Path

import polars as pl

from characterization.instruments.base import UnreadableFile
from characterization.instruments.bdf_columns import is_bdf
from characterization.instruments.textual import read_text

PARQUET_MAGIC = b"PAR1"
_MOST_CELLS = 300_000_000
AGAIN = "Export or convert it again; the file that arrived is kept."


def header_cells(line: str) -> list[str]:
    separator = next((mark for mark in ("\t", ";", ",") if mark in line), ",")
    return [cell.strip().strip('"') for cell in line.split(separator)]


def table_text(text: str) -> str:
    """Text without blank lines and without lines of comment (``#``) above the header."""
    return re.sub(r"\n{2,}", "\n", re.sub(r"\A(\s*#[^\n]*\n)*\s*", "", text))


def read_csv(path: Path) -> tuple[pl.DataFrame, str]:
    """All cells as text, and the file's text. Raises UnreadableFile ``empty``, ``truncated`` or ``damaged``."""
    text = table_text(read_text(path))
    header, _, body = text.partition("\n")
    separator = next((mark for mark in ("\t", ";", ",") if mark in header), ",")
    if not is_bdf(header_cells(header)):
        raise UnreadableFile("not_this_format", f"{path.name} has not the columns of a BDF table.")
    if not body.strip():
        raise UnreadableFile("empty", f"{path.name} has a header and no rows.", AGAIN)
    _check_last_line(path.name, header, text, separator)
    try:
        table = pl.read_csv(io.BytesIO(text.encode()), separator=separator, infer_schema=False)
    except (pl.exceptions.PolarsError, pl.exceptions.PanicException) as error:
        reason = str(error).splitlines()[0][:200]
        raise UnreadableFile("damaged", f"{path.name} is damaged: {reason}.", AGAIN) from error
    return table, text


def _check_last_line(name: str, header: str, text: str, separator: str) -> None:
    last = text.rstrip("\n").rpartition("\n")[2]
    cells, named = last.count(separator) + 1, header.count(separator) + 1
    if cells < named and not text.endswith("\n"):
        rows = text.count("\n")
        raise UnreadableFile(
            "truncated", f"{name} ends in the middle of row {rows:,}: {cells} of {named} columns.", AGAIN
        )


def read_parquet(path: Path) -> pl.DataFrame:
    """The whole table. Raises UnreadableFile ``truncated``, ``too_large`` or ``damaged``."""
    with path.open("rb") as file:
        file.seek(-min(4, path.stat().st_size), io.SEEK_END)
        if file.read(4) != PARQUET_MAGIC:
            raise UnreadableFile("truncated", f"{path.name} is cut off: its end mark is missing.", AGAIN)
    try:
        lazy = pl.scan_parquet(path)
        names = lazy.collect_schema().names()
        rows = int(lazy.select(pl.len()).collect().item())
        if not is_bdf(names):
            raise UnreadableFile(
                "not_this_format",
                f"{path.name} has not the columns of a BDF table: {', '.join(names)[:300]}.",
                "A Parquet file needs a test time, a voltage and a current with their units, as Voltage / V; else csv.",
            )
        if rows * len(names) > _MOST_CELLS:
            raise UnreadableFile(
                "too_large", f"{path.name} holds {rows:,} rows of {len(names)} columns.", AGAIN
            )
        return lazy.collect()
    except (
        pl.exceptions.PolarsError,
        pl.exceptions.PanicException,
        OSError,
        MemoryError,
        ValueError,
    ) as error:
        reason = str(error).splitlines()[0][:200] if str(error) else type(error).__name__
        raise UnreadableFile("damaged", f"{path.name} is damaged: {reason}.", AGAIN) from error
