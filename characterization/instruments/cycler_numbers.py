"""Numbers as exports write them: decimal point or comma, with thousands parted or not."""

from __future__ import annotations

import re
from enum import StrEnum

import polars as pl


class Decimals(StrEnum):
    POINT = "point"
    COMMA = "comma"
    POINT_AND_THOUSANDS = "1,234.5"
    COMMA_AND_THOUSANDS = "1.234,5"


def decimals_of(sample: str, separator: str) -> Decimals:
    """Which marks the numbers of a table's first rows have. In a table parted by commas only quoted cells may tell."""
    if "," not in sample:
        return Decimals.POINT
    if separator == ",":
        sample = "\t".join(re.findall(r'"([^"\n]*)"', sample))
    if re.search(r"(?<![\d.,])\d{1,3}(,\d{3})+\.\d", sample):
        return Decimals.POINT_AND_THOUSANDS
    if re.search(r"(?<![\d.,])\d{1,3}(\.\d{3})+,\d", sample):
        return Decimals.COMMA_AND_THOUSANDS
    return Decimals.COMMA if re.search(r"(?<![\d.,])\d*,\d+(?![\d.,])", sample) else Decimals.POINT


def number(cells: pl.Expr, decimals: Decimals, *, stripped: bool = False) -> pl.Expr:
    """Text as Float64; what is no number becomes null. ``stripped`` says that no blanks stand around the numbers."""
    if decimals in (Decimals.POINT_AND_THOUSANDS, Decimals.COMMA_AND_THOUSANDS):
        parting = "," if decimals is Decimals.POINT_AND_THOUSANDS else "."
        cells = cells.str.replace_all(parting, "", literal=True)
    if decimals in (Decimals.COMMA, Decimals.COMMA_AND_THOUSANDS):
        cells = cells.str.replace(",", ".", literal=True)
    return (cells if stripped else cells.str.strip_chars()).cast(pl.Float64, strict=False)
