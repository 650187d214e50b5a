"""A text file parted into header, column titles and rows of numbers: nothing here knows what the numbers
mean."""

from __future__ import annotations

import re
from dataclasses import dataclass

from characterization.instruments.base import UnreadableFile
from characterization.instruments.textual import separator_of, split_line, to_number

_COMMENT = re.compile(r"\s*([#;!'\"*%]|//|/\*)")
_UNIT = re.compile(
    r"(rel\. *)?(1/cm|cm\s*\^?\(?[-−–⁻][1¹]\)?)|°|deg|°?C|K|s|sec|min|h|m?g|wt\.?-?%|%( ?[TR])?"
    r"|[munµμk]?m|k?eV|[mk]?V|[mµ]?A"
    r"|m?T|G|a\. ?u\.?|arb\. ?u(nits?|\.)|cps|cts|counts|counts */ *s|CCD cts"
    r"|mW|mW/mg|W/g|nm|Å|kPa|Pa|m?bar|Torr|mmHg|-",
    re.IGNORECASE,
)
_TITLES_WITHIN = 40
_AGAIN = "Export it again on the instrument; the file that arrived is kept."


@dataclass
class TextTable:
    """``titles`` are empty where no line names the columns; ``rows`` have as many numbers as ``width``.

    ``fault`` says where the rows are not whole: ``truncated`` in the last one, ``damaged`` in another.
    """

    header: list[str]
    titles: list[str]
    rows: list[list[float]]
    width: int
    fault: UnreadableFile | None = None


def without_c_comments(text: str) -> tuple[str, list[str]]:
    """The text with ``/* … */`` blanked out, line for line, and the lines that stood inside."""
    inside: list[str] = []
    kept: list[str] = []
    place = 0
    while (start := text.find("/*", place)) >= 0 and (end := text.find("*/", start + 2)) >= 0:
        comment = text[start : end + 2]
        inside.extend(comment.split("\n"))
        kept += [text[place:start], "\n" * comment.count("\n")]
        place = end + 2
    return "".join(kept) + text[place:], inside


def numbers_in(line: str, separator: str) -> list[float] | None:
    """The line as numbers, None unless every cell is one and there are at least two."""
    cells = split_line(line, separator)
    if len(cells) < 2:
        return None
    row: list[float] = []
    for cell in cells:
        number = to_number(cell)
        if number is None:
            return None
        row.append(number)
    return row


def _is_comment(line: str) -> bool:
    return not line.strip() or bool(_COMMENT.match(line))


def first_row(lines: list[str], start: int = 0) -> int | None:
    """The line at which the numbers begin: a row of numbers that another of the same width follows, or
    nothing."""
    for place in range(start, len(lines)):
        if _is_comment(lines[place]):
            continue
        row = numbers_in(lines[place], separator_of(lines[place]))
        if row is None:
            continue
        rest = next((line for line in lines[place + 1 :] if line.strip()), None)
        following = numbers_in(rest, separator_of(rest)) if rest else row
        if rest is None or (following and len(following) == len(row)):
            return place
    return None


def titles_before(lines: list[str], place: int, width: int, separator: str) -> list[str]:
    """The cells of the line above the numbers if there are as many as columns, without their comment mark."""
    above = [
        line for line in lines[max(place - _TITLES_WITHIN, 0) : place] if re.search(r"[^\W_]|[%°]", line)
    ][-2:]
    titles = _titles_of(above[-1], width, separator) if above else []
    units = _units_of(above[-1], width, separator) if len(above) > 1 else []
    named = (
        [cell.strip('"# ') for cell in split_line(above[0].strip().lstrip("#"), separator)] if units else []
    )
    if len(named) != width or _units_of(above[0], width, separator):
        return titles
    return [f"{title} ({unit})" if unit else title for title, unit in zip(named, units, strict=True)]


def _titles_of(line: str, width: int, separator: str) -> list[str]:
    bare = re.sub(r"^\s*(#|;|!|//|%(?=\s))*\s*(ColumnLabels:)?", "", line).strip()
    whole = line if line.startswith(separator) and separator != " " else bare  # the first column has no title
    if "=" in bare:
        return []
    for text, mark in (
        (whole, separator),
        *((bare, mark) for mark in (separator, ",", "\t", ";", " ", "  ")),
    ):
        cells = [cell.strip().strip('"') for cell in _parted(text, mark)]
        numbers = sum(to_number(cell) is not None for cell in cells)
        if len(cells) == width and numbers <= width // 2:
            return cells
    return []


def _parted(line: str, mark: str) -> list[str]:
    """The cells; two blanks stand for titles parted by several blanks, or with a unit in brackets behind a blank."""
    if mark != "  ":
        return split_line(line, mark)
    cells = re.split(r"\s{2,}", line.strip())
    return cells if len(cells) > 1 else re.sub(r"\s+(?=[\[(])", "", line).split()


def _units_of(line: str, width: int, separator: str) -> list[str]:
    """The cells of a line of bare units as many as columns, empty ones where a column has none; [] for other lines."""
    cells = [
        cell.strip().strip('"').strip("[]()") for cell in split_line(line.strip().lstrip("#"), separator)
    ]
    cells += [""] * (width - len(cells) if separator != " " else 0)
    known = [bool(_UNIT.fullmatch(cell)) for cell in cells if cell]
    return cells if len(cells) == width and known and all(known) else []


def _decimals(line: str, separator: str) -> list[int]:
    return [
        len(re.split(r"[.,]", cell)[-1]) if re.search(r"[.,]", cell) else 0
        for cell in split_line(line, separator)
    ]


def _last_line_is_cut(lines: list[str], separator: str) -> bool:
    """Whether an unended last line has fewer decimals in its last cell than all the lines before it."""
    sample = [_decimals(line, separator)[-1] for line in lines[-50:-1] if line.strip()]
    return len(set(sample)) == 1 and _decimals(lines[-1], separator)[-1] < sample[0]


def _is_footer(lines: list[str], width: int, separator: str) -> bool:
    """Whether words end the table: they begin with a letter or a bracket and no row of numbers follows."""
    if not re.match(r"\s*[^\W\d_]{3}|\s*[\[{<#*=-]{1,}\s*[^\W\d_]", lines[0]):
        return False
    rows = (numbers_in(line, separator) for line in lines)
    return not any(row is not None and len(row) == width for row in rows)


def _rows(lines: list[str], table: TextTable, separator: str, name: str, offset: int) -> None:
    """Fills the table's rows up to its first fault. The last of ``lines`` has no line end if it is a cut
    one."""
    for index, line in enumerate(lines):
        row = numbers_in(line, separator)
        if row is not None and len(row) == table.width:
            table.rows.append(row)
        elif not _is_comment(line) and _is_footer(lines[index:], table.width, separator):
            table.header += lines[index:]
            return
        elif not _is_comment(line):
            table.fault = UnreadableFile(
                "damaged",
                f"{name}: line {offset + index + 1:,} is not a row of {table.width} numbers as above.",
                _AGAIN,
            )
            return


def _cut(name: str, lines: list[str], table: TextTable, separator: str) -> UnreadableFile | None:
    """The fault of a last line that has no line end and fewer cells or decimals than those before it."""
    row = numbers_in(lines[-1], separator)
    whole = row is not None and len(row) == table.width
    if _is_comment(lines[-1]) or (whole and (len(lines) < 4 or not _last_line_is_cut(lines, separator))):
        return None
    return UnreadableFile("truncated", f"{name} ends in the middle of row {len(lines):,}.", _AGAIN)


def parse_table(text: str, name: str, start: int = 0) -> TextTable | None:
    """The table of a text with LF line ends, None where no two lines of numbers follow each other."""
    bare, inside = without_c_comments(text)
    lines = bare.split("\n")
    place = first_row(lines, start)
    if place is None:
        return None
    separator = separator_of(lines[place])
    width = len(numbers_in(lines[place], separator) or [])
    last = max(index for index, line in enumerate(lines) if line.strip())
    table = TextTable(inside + lines[:place], titles_before(lines, place, width, separator), [], width)
    body = lines[place : last + 1]
    cut = _cut(name, body, table, separator) if last == len(lines) - 1 else None
    _rows(body[:-1] if cut else body, table, separator, name, place)
    table.fault = table.fault or cut
    return table
