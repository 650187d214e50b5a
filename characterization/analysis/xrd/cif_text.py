"""The text of a CIF, bounded before it is parsed; one block of it, and single values."""

from __future__ import annotations

import math
import re
from collections.abc import Callable

import gemmi

LONGEST_CIF = 2_000_000
LONGEST_LINE = 20_000


def cif_block(text: str, refusal: Callable[[str], Exception]) -> gemmi.cif.Block:
    """The first block with a cell and sites, else the first with either, else the first of all."""
    if len(text) > LONGEST_CIF:
        raise refusal(
            f"The file has {len(text):,} letters; a CIF of one structure has {LONGEST_CIF:,} at the most."
        )
    if not text.strip():
        raise refusal("The file is empty.")
    if "\0" in text or max(map(len, text.splitlines())) > LONGEST_LINE:
        raise refusal("This is no CIF: it has zero bytes or endless lines.")
    if not re.search(r"(?im)^\s*data_", text):
        raise refusal("This is no CIF: a line that begins with data_ is missing.")
    try:
        document = gemmi.cif.read_string(text.lstrip("\ufeff"), 0)
    except (RuntimeError, ValueError) as error:
        raise refusal(f"The CIF cannot be read: {_reason(str(error))}.") from error
    blocks = sorted(document, key=_worth, reverse=True)
    if not blocks:
        raise refusal("This CIF has no block of data.")
    return blocks[0]


def _worth(block: gemmi.cif.Block) -> int:
    has_cell = any(block.find_value(tag) is not None for tag in ("_cell_length_a", "_cell.length_a"))
    has_sites = len(block.find_values("_atom_site_fract_x")) > 0
    return int(has_cell) + int(has_sites)


def _reason(message: str) -> str:
    """Gemmi's ``string:12:3(301): expected …`` as a line number and the reason."""
    found = re.match(r"string:(\d+):\d+(?:\(\d+\))?:?\s*(.*)", message, re.DOTALL)
    if not found:
        return message.strip()[:200]
    return f"line {found.group(1)}: {found.group(2).strip()[:160]}"


def text_of(block: gemmi.cif.Block, tag: str) -> str:
    """A single value as one line of text; empty where it is missing, ``?`` or ``.``."""
    # Of a loop the first row counts.
    raw = block.find_value(tag) or next(iter(block.find_values(tag)), "")
    if not raw or gemmi.cif.is_null(raw):
        return ""
    return " ".join("".join(filter(_shown, gemmi.cif.as_string(raw))).split())


def _shown(letter: str) -> bool:
    return letter.isprintable() or letter.isspace()


def number(text: str) -> float | None:
    """``5.4310(2)`` as 5.431; None where it is no finite number."""
    found = re.fullmatch(r"\s*([+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)(?:\(\d+\))?\s*", text)
    value = float(found.group(1)) if found else math.nan
    return value if math.isfinite(value) else None
