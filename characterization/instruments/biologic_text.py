"""The parts of an EC-Lab or BT-Lab text export: header lines, column titles, and the rows as numbers.

Line 2 says how many lines stand before the first row; the last of them are the column titles, parted by tabs and
mostly with a tab behind the last. Rows are numbers parted by tabs, with a point or a comma as decimal mark.
Exports without a header begin with the titles. The rows are handed to polars as they are; what it takes for no
number is looked at cell by cell.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from characterization.instruments.base import UnreadableFile, decode
from characterization.instruments.biologic_columns import tidy
from characterization.instruments.biologic_rows import AGAIN, Rows, read_rows

_FIRST_LINE = re.compile(r"(EC|BT)-?Lab ASCII FILE", re.IGNORECASE)
_OTHER_FILE = re.compile(r"(EC|BT)-?Lab (LOG|SETTINGS?) FILE|VMP EXPERIMENT LOOP INDEXES", re.IGNORECASE)
_DECLARED = re.compile(r"[^\t:]*:\s*(\d{1,6})\s*$")
_TITLES = re.compile(r"(^|\t)\s*(time/(s|mn|h)|freq/Hz)\s*(\t|\r?$)", re.IGNORECASE)
_OWN_TITLES = re.compile(r"(^|\t)\s*(<?E(we|ce|cell)|-Im\(Z\)/Ohm|\(Q-Qo\)|ox/red|<I>)")
_MOST_HEAD_LINES = 100_000
_FEWEST_LINES = 3


@dataclass
class Text:
    """``header`` are the lines before the titles; ``found_elsewhere`` says that these are not where the header
    says."""

    header: list[str]
    rows: Rows
    found_elsewhere: bool = False


def looks_like_export(head: str) -> bool:
    """Whether the first lines are those of an EC-Lab text file of any kind, or its titles alone."""
    first = head.lstrip("\ufeff \r\n").partition("\n")[0]
    return bool(_FIRST_LINE.match(first) or _OTHER_FILE.match(first)) or is_titles(first)


def is_titles(line: str) -> bool:
    return (
        "\t" in line.lstrip()
        and line[:1] != "\t"
        and bool(_TITLES.search(line))
        and bool(_OWN_TITLES.search(line))
    )


def read_text_export(raw: bytes, name: str) -> Text:
    """Raises UnreadableFile ``not_this_format``, ``unsupported``, ``truncated``, ``empty`` or ``damaged``."""
    if raw.startswith((b"\xff\xfe", b"\xfe\xff", b"\xef\xbb\xbf")):
        raw = decode(raw).encode()
    if b"\r" in raw and b"\n" not in raw:
        raw = raw.replace(b"\r", b"\n")
    raw = raw.lstrip(b"\r\n ")
    _check_kind(raw, name)
    declared = _declared_lines(raw)
    place, ends = max(declared - 1, 0), _line_ends(raw, max(declared, _FEWEST_LINES))
    if len(ends) < max(declared, _FEWEST_LINES if not is_titles(_lines(raw, ends)[0]) else 1):
        said = f"it speaks of {declared} lines, " if declared else ""
        raise UnreadableFile("truncated", f"{name} ends in its header: {said}{len(ends)} arrived.", AGAIN)
    elsewhere = not _names_columns(_lines(raw, ends)[place])
    if elsewhere:
        place, ends = _search_titles(raw, name, declared)
    header = _lines(raw, ends)
    titles, body = _titles(header[place]), raw[ends[place] :]
    return Text(header[:place], read_rows(body, titles, place + 2, name), elsewhere)


def _check_kind(raw: bytes, name: str) -> None:
    first = decode(raw[:4096]).lstrip().partition("\n")[0]
    if _OTHER_FILE.match(first):
        raise UnreadableFile(
            "unsupported",
            f"{name} is a log, a settings file or a list of loops of EC-Lab: it holds no measured points.",
            "Send the .mpr file of the same test, or its export as text (.mpt).",
        )
    if not _FIRST_LINE.match(first) and not is_titles(first):
        raise UnreadableFile("not_this_format", f"{name} is no text export of EC-Lab or BT-Lab.")
    if b"\0" in raw:
        raise UnreadableFile("damaged", f"{name} is damaged: byte {raw.index(0):,} is no text.", AGAIN)


def _declared_lines(raw: bytes) -> int:
    """How many lines the header says it has, its titles among them; 0 where the titles are the first line."""
    head = decode(raw[:4096]).lstrip("\r\n ").split("\n")
    if is_titles(head[0]):
        return 0
    found = next(
        (_DECLARED.match(line.rstrip()) for line in head[1:3] if _DECLARED.match(line.rstrip())), None
    )
    return int(found[1]) if found else 0


def _line_ends(raw: bytes, lines: int) -> list[int]:
    """Where each of the first lines ends, its line break included; fewer where the file has fewer whole lines."""
    ends: list[int] = []
    at = 0
    while len(ends) < min(lines, _MOST_HEAD_LINES) and (found := raw.find(b"\n", at)) >= 0:
        at = found + 1
        ends.append(at)
    return ends


def _lines(raw: bytes, ends: list[int]) -> list[str]:
    """The lines that end there, without their line breaks; never none."""
    return [line.rstrip("\r") for line in decode(raw[: ends[-1] if ends else 0]).split("\n")]


def _names_columns(line: str) -> bool:
    return "\t" in line.strip() and any("/" in tidy(title) for title in line.split("\t"))


def _search_titles(raw: bytes, name: str, declared: int) -> tuple[int, list[int]]:
    """The line of titles, where it is not the one that the header speaks of."""
    ends = _line_ends(raw, max(declared + 50, 500))
    lines = _lines(raw, ends)[: len(ends)]
    place = next((place for place, line in enumerate(lines) if is_titles(line)), None)
    if place is None:
        raise UnreadableFile(
            "damaged",
            f"{name} is damaged: line {declared or 1} does not name its columns, nor does another.",
            AGAIN,
        )
    return place, ends


def _titles(line: str) -> list[str]:
    """Titles up to the first empty one: what stands behind it has no values. A surplus ``Ewe-Ece/V`` may also
    stand there without a gap: the rows tell."""
    titles = [title.strip() for title in line.split("\t")]
    return titles[: titles.index("")] if "" in titles else titles
