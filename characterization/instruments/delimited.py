"""Large text tables of cyclers as polars frames: encodings, line ends, separators and decimal commas told from the
text, the body parsed by polars, and every line held against the number of heads."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import polars as pl

from characterization.instruments.base import UnreadableFile, wide_encoding
from characterization.instruments.textual import MOST_TEXT_BYTES, looks_binary

AGAIN = "Export it again on the instrument; the file that arrived is kept."
_MARKS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
_CHINESE = re.compile("循环|工步|电流|电压|时间|容量|记录|能量|数据|静置|恒流")
_EMPTY, _NO_VALUE = b"\0 \r\n\t", b" \t,;|\n"
_LONGEST_HEAD = 65536
_SHOWN_CELL = 20


@dataclass(frozen=True)
class Text:
    """A text in UTF-8 with LF line ends, the name of its file, and whether its last line is ended."""

    raw: bytes
    name: str
    ended: bool

    def line(self, start: int) -> str:
        end = self.raw.find(b"\n", start)
        return self.raw[start : end if end >= 0 else len(self.raw)].decode(errors="replace")


def text_of(raw: bytes) -> bytes:
    """The text in UTF-8 with LF line ends, whichever encoding it came in: a mark is believed, then UTF-8, then the
    Chinese code page where it gives a cycler's words, then that of the West."""
    for mark, encoding in _MARKS:
        if raw.startswith(mark):
            raw = raw.decode(encoding, errors="replace").encode()
            break
    else:
        wide = wide_encoding(raw)
        raw = raw.decode(wide, errors="replace").encode() if wide else _recoded(raw)
    return _unified(raw) if b"\r" in raw else raw


def _unified(raw: bytes) -> bytes:
    letters = np.frombuffer(raw, np.uint8)
    returns = letters == ord("\r")
    if not returns[-1] and not (returns[:-1] & (letters[1:] != ord("\n"))).any():
        return raw.translate(
            None, b"\r"
        )  # each stands before a line break: three times as fast as to replace them
    return raw.replace(b"\r\n", b"\n").replace(b"\r", b"\n")


def _recoded(raw: bytes) -> bytes:
    if raw.isascii():
        return raw
    try:
        raw.decode()
    except UnicodeDecodeError as error:
        if error.reason == "unexpected end of data" and error.start > len(raw) - 4:
            return raw[: error.start]  # the last letter is cut in two
        chinese = raw[:_LONGEST_HEAD].decode("gb18030", errors="replace")
        encoding = "gb18030" if _CHINESE.search(chinese) else "cp1252"
        return raw.decode(encoding, errors="replace").encode()
    return raw


def without_blank_end(raw: bytes) -> bytes:
    """The text without lines at its end that hold no value: blank ones, and those of bare separators that a
    spreadsheet leaves. A last line of separators that has no line break is a cut one and stays."""
    end = raw[len(raw.rstrip(_NO_VALUE)) :]
    whole, mark, open_line = end.rpartition(b"\n")
    if not mark or open_line.strip(b" ") or (not open_line and b"\n" not in whole):
        return raw
    return raw[: len(raw) - len(end) + end.index(b"\n") + 1]


def load(path: Path) -> Text:
    """The file's text. Raises UnreadableFile ``empty``, ``too_large`` or ``not_this_format``."""
    size = path.stat().st_size
    if size > MOST_TEXT_BYTES:
        raise UnreadableFile(
            "too_large", f"{path.name} has {size // 1024**2:,} MiB; a text may have 1,024 MiB.", "Split it."
        )
    raw = path.read_bytes()
    if not raw[:_LONGEST_HEAD].strip(_EMPTY) and not raw.strip(_EMPTY):
        raise UnreadableFile("empty", f"{path.name} is empty.", AGAIN)
    if looks_binary(raw[:65536]):
        raise UnreadableFile("not_this_format", f"{path.name} is not text.", "Export it as text.")
    text = without_blank_end(text_of(raw))
    return Text(text, path.name, text.endswith(b"\n"))


def cells(line: str, separator: str) -> list[str]:
    """The cells of a line; quoted ones lose their quotes. An empty last cell, of a trailing separator, counts."""
    return [cell.strip().strip('"').strip() for cell in line.split(separator)]


def separator_of(line: str) -> str:
    return max("\t;,", key=line.count)


def body_of(
    text: Text, start: int, separator: str, width: int, kept: Sequence[int], texts: Sequence[int], needed: int
) -> pl.DataFrame:
    """The rows below the heads: the ``kept`` columns by their place as ``"0"``, ``"1"``; numbers as Float64 unless
    their place is in ``texts``. Each line has ``needed`` cells at least, more than ``width`` only if they are empty.

    Raises UnreadableFile ``empty`` without rows, ``truncated`` where an open last line has fewer cells than its
    neighbours, ``damaged`` where another has, or where polars cannot part the text.
    """
    body = text.raw[start:]
    if not body or body.isspace():
        raise UnreadableFile("empty", f"{text.name} has heads and no rows.", AGAIN)
    table = _Body(body, separator, width, kept, texts)
    comma = separator != "," and re.search(rb"\d,\d", body[:20000]) is not None and b"." not in _numbers(body)
    if (
        is_even(body if text.ended else body + b"\n", separator, width)
        and (frame := table.strictly(comma)) is not None
    ):
        return frame
    _check_each(text, body.rstrip(b"\n "), separator, width, needed)
    try:
        return table.leniently()
    except _FAULTS as error:
        reason = str(error).splitlines()[0][:200]
        raise UnreadableFile("damaged", f"{text.name} is damaged: {reason}.", AGAIN) from error


def is_even(raw: bytes, separator: str, width: int) -> bool:
    """Whether each line has ``width`` cells; every line ends in a line break."""
    borders = raw.translate(None, _no_borders(separator))
    return borders == (separator.encode() * (width - 1) + b"\n") * raw.count(b"\n")


@cache
def _no_borders(separator: str) -> bytes:
    """All bytes but those that end a cell or a line."""
    return bytes(set(range(256)) - {ord(separator), ord("\n")})


_FAULTS: tuple[type[BaseException], ...] = (pl.exceptions.PolarsError, pl.exceptions.PanicException)


@dataclass(frozen=True)
class _Body:
    raw: bytes
    separator: str
    width: int
    kept: Sequence[int]
    texts: Sequence[int]

    def parted(self, comma: bool, *, strict: bool = True, all_text: bool = False) -> pl.DataFrame:
        numbers = set() if all_text else set(self.kept) - set(self.texts)
        kinds = {f"{place}": pl.Float64() if place in numbers else pl.String() for place in range(self.width)}
        return pl.read_csv(
            self.raw, has_header=False, separator=self.separator, decimal_comma=comma, columns=list(self.kept),
            schema=kinds, truncate_ragged_lines=not strict, quote_char='"' if b'"' in self.raw else None,
            null_values=["", "-", "--", "NaN", "nan", "N/A"],
        )  # fmt: skip

    def strictly(self, comma: bool) -> pl.DataFrame | None:
        """The rows, None where a cell is no number or a line has more cells than there are heads."""
        try:
            return self.parted(comma)
        except _FAULTS:
            return None

    def leniently(self) -> pl.DataFrame:
        """As text, with what is no number missing: blanks around numbers, decimal commas, heads and
        blank lines in the middle."""
        frame = self.parted(False, strict=False, all_text=True)
        frame = frame.filter(~pl.all_horizontal(pl.all().is_null()))
        numbers = [column for column in frame.columns if int(column) not in self.texts]
        tidy = [pl.col(column).str.strip_chars(" \t\"'") for column in numbers]
        if self.separator != ",":
            tidy = [column.str.replace(",", ".", literal=True) for column in tidy]
        return frame.with_columns([column.cast(pl.Float64, strict=False) for column in tidy])


def _numbers(body: bytes) -> bytes:
    """The first rows without what looks like a date or a version: what is left of points are decimal ones."""
    return re.sub(rb"\d{1,4}\.\d{1,2}\.\d{2,4}|:\d\d\.\d+", b"", body[:20000])


def _check_each(text: Text, body: bytes, separator: str, width: int, needed: int) -> None:
    """Holds each line against the heads; lines with quoted cells are not looked at."""
    if b'"' in body:
        return
    bytes_ = np.frombuffer(body, np.uint8)
    ends = np.append(np.flatnonzero(bytes_ == 10), len(bytes_))
    marks = np.flatnonzero(bytes_ == ord(separator))
    counts = np.diff(np.searchsorted(marks, ends), prepend=0) + 1
    lengths = np.diff(ends, prepend=-1) - 1
    others = counts if text.ended or len(counts) == 1 else counts[:-1]
    usual = int(np.bincount(np.minimum(others, 4096)).argmax())
    if not text.ended and counts[-1] < (min(usual, width) if len(counts) > 1 else width):
        raise UnreadableFile(
            "truncated",
            f"{text.name} ends in the middle of row {len(counts):,}: {counts[-1]} of {width} columns.",
            AGAIN,
        )
    odd = np.flatnonzero(((counts < needed) | (counts > max(width + 1, usual))) & (lengths > 0))
    if len(odd):
        raise UnreadableFile(
            "damaged",
            f"{text.name}: row {odd[0] + 1:,} below the heads has {counts[odd[0]]} cells, the heads name {width}.",
            AGAIN,
        )
