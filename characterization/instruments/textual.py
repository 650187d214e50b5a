"""Text tables of instruments: encodings, line ends, separators, decimal commas, each told from the text
itself."""

from __future__ import annotations

import re
from pathlib import Path

from characterization.instruments.base import Recording, UnreadableFile, decode, wide_encoding

MOST_TEXT_BYTES = 1024**3
_CONTROL = bytes(byte for byte in range(32) if byte < 9 or byte > 13)
_END_OF_DOS_TEXT = "\x1a"
_NUMBER = re.compile(r"[+-]?(\d+([.,]\d*)?|[.,]\d+)([eEdD][+-]?\d+)?")


def looks_binary(raw: bytes) -> bool:
    """Whether bytes are no text: NUL bytes outside UTF-16, or many control characters."""
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")) or wide_encoding(raw):
        return False
    control = len(raw) - len(raw.translate(None, _CONTROL))
    return b"\0" in raw or control > len(raw) // 50


def unify(text: str) -> str:
    """One kind of line end: CRLF, bare CR and the CR CR LF of a text translated twice become LF."""
    if "\r" not in text:
        return text
    return text.replace("\r\r\n", "\n").replace("\r\n", "\n").replace("\r", "\n")


def read_text(path: Path, *, nuls: bool = False) -> str:
    """The file as text with LF line ends; ``nuls`` drops NUL bytes, which some write into labels. Raises
    UnreadableFile ``empty``, ``too_large`` or ``not_this_format``."""
    size = path.stat().st_size
    if size > MOST_TEXT_BYTES:
        raise UnreadableFile(
            "too_large",
            f"{path.name} has {size // 1024**2:,} MiB; a text table may have 1,024 MiB.",
            "Split it.",
        )
    raw = path.read_bytes()
    if not raw.strip(b"\0 \r\n\t"):
        raise UnreadableFile("empty", f"{path.name} is empty.", "Export it again on the instrument.")
    wide = wide_encoding(raw) or raw.startswith((b"\xff\xfe", b"\xfe\xff"))
    if nuls and not wide:
        raw = raw.replace(b"\0", b"")
    if looks_binary(raw[:65536]):
        raise UnreadableFile("not_this_format", f"{path.name} is not text.", "Export it as text.")
    text = unify(decode(raw)).replace("\0", "") if nuls else unify(decode(raw))
    return text.removesuffix(_END_OF_DOS_TEXT)


def flag_open_end(recording: Recording, text: str) -> None:
    """Says that the last line has no line end: the file may be cut off inside its last number."""
    if not text.endswith("\n"):
        recording.flag(
            "last_line_open", "The last line does not end in a line break: its last number may be cut off."
        )


def to_number(cell: str) -> float | None:
    """The number in a cell, with point or comma as decimal mark; None where there is none."""
    cell = cell.strip().strip('"').strip()
    if not _NUMBER.fullmatch(cell):
        return None
    return float(cell.replace(",", ".").replace("D", "E").replace("d", "e"))


def separator_of(line: str) -> str:
    """What parts the cells of a line: tab, semicolon, comma, or ``" "`` for blanks.

    A comma is a separator only where it is not the decimal mark: ``1,5 2,5`` is parted by the blank.
    """
    if "\t" in line.strip():
        return "\t"
    if ";" in line:
        return ";"
    blank_cells = line.split()
    if len(blank_cells) > 1 and all(_NUMBER.fullmatch(cell) for cell in blank_cells):
        return " "
    return "," if "," in line else " "


def split_line(line: str, separator: str) -> list[str]:
    """The cells of a line; a trailing separator makes no cell, blanks count as one."""
    if separator == " ":
        return line.split()
    cells = [cell.strip() for cell in line.split(separator)]
    while cells and not cells[-1]:
        cells.pop()
    return cells
