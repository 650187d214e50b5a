"""Reports of Micromeritics instruments as pages of cells, from the workbook and from the text, and what stands on them.

A workbook has the printed pages side by side, parted by columns of ``|``; a text has them one below the other. Both
become sections: a title (``BET Report``) and the rows of cells below it. Labels end in a colon, their value stands one
cell to the right. Tables of a text are parted by the places of a full row's cells, as their titles run over lines.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from characterization.instruments.fixed_columns import edges_of, placed, titles_over
from characterization.instruments.old_workbook import Grid

BAR = "|"
HEADER = ""
_TITLE = re.compile(
    r"(?!.*(of pores|cumulative|total pore))"
    r"(summary|isotherm|bet\b|langmuir|t-plot|alpha-s|f-ratio|bjh|d-?h\b|dollimore|dft|h-?k\b|horvath|mp-method"
    r"|options|sample log|freundlich|temkin|nldft|dubinin|validation|advanced)[^:]{0,60}$",
    re.IGNORECASE,
)
_LABEL = re.compile(r"(?<!\S)([^\s:][^:]*?):(?=\s|$)\s*(.*?)(?=\s{3,}[^\s:][^:]*?:(?:\s|$)|$)")


@dataclass
class Section:
    title: str
    rows: Grid = field(default_factory=list)

    def labels(self) -> dict[str, Any]:
        """What stands right of each label, by the label in small letters without its colon; the first one counts."""
        found: dict[str, Any] = {}
        for row in self.rows:
            for at, cell in enumerate(row):
                if isinstance(cell, str) and cell.rstrip().endswith(":"):
                    value = row[at + 1] if at + 1 < len(row) else None
                    if not blank(value):
                        found.setdefault(plain(cell), value)
                elif isinstance(cell, str) and (
                    pair := re.match(r"(Comments?|Note):\s*(\S.*)", cell, re.IGNORECASE)
                ):
                    found.setdefault(pair[1].lower(), pair[2].strip())
        return found


def plain(label: str) -> str:
    return re.sub(r"\s+", " ", label.strip().rstrip(":").strip()).lower()


def blank(cell: Any) -> bool:
    return cell is None or (isinstance(cell, str) and not cell.strip())


def sections_of_sheet(grid: Grid) -> list[Section]:
    """The sections of a sheet: its pages from left to right, and in each what stands below each title."""
    found: list[Section] = []
    for page in _pages(grid):
        current = Section(HEADER)
        found.append(current)
        for row in page:
            words = [cell for cell in row if not blank(cell)]
            if len(words) == 1 and isinstance(words[0], str) and _TITLE.match(words[0].strip()):
                current = Section(words[0].strip())
                found.append(current)
            current.rows.append(row)
    return found


def _pages(grid: Grid) -> Iterator[Grid]:
    width = max((len(row) for row in grid), default=0)
    bars = [at for at in range(width) if _is_bar([row[at] for row in grid if at < len(row)])]
    for start, end in zip([0, *(bar + 1 for bar in bars)], [*bars, width], strict=True):
        if end > start:
            yield [row[start:end] for row in grid]


def _is_bar(column: list[Any]) -> bool:
    filled = [cell for cell in column if not blank(cell)]
    return len(filled) > 3 and all(cell == BAR for cell in filled)


def sections_of_text(text: str) -> list[Section]:
    """The same of a text report with LF line ends."""
    current = Section(HEADER)
    found = [current]
    lines = text.split("\n")
    at = 0
    while at < len(lines):
        line = lines[at]
        bare = line.strip()
        if (
            bare
            and ":" not in bare
            and "\t" not in bare
            and _TITLE.match(bare)
            and not re.search(r"\s{3,}", bare)
        ):
            current = Section(bare)
            found.append(current)
        elif re.fullmatch(r"-{3,}", bare):
            table, at = _fixed_table(lines, at)
            current.rows += table
            continue
        elif "\t" in line:
            current.rows.append([cell.strip() for cell in line.split("\t")])
        elif bare:
            current.rows.append(_labelled(line))
        at += 1
    return found


def _labelled(line: str) -> list[Any]:
    """A line as label, value, label, value where it has labels, else as one cell."""
    pairs = _LABEL.findall(line)
    if not pairs:
        return [line.strip()]
    return [cell for label, value in pairs for cell in (f"{label.strip()}:", value.strip())]


def _fixed_table(lines: list[str], dashes: int) -> tuple[Grid, int]:
    """The table around a line of dashes at this place, its titles joined over their lines, and where it ends."""
    end = dashes + 1
    while end < len(lines) and not lines[end].strip():
        end += 1
    start = end
    while end < len(lines) and lines[end].strip():
        end += 1
    body = lines[start:end]
    edges = edges_of(max(body, key=lambda line: len(line.split()), default=""))
    if not edges:
        return [], end
    first = dashes
    while first > 0 and lines[first - 1].strip():
        first -= 1
    return [list(titles_over(lines[first:dashes], edges)), *(placed(line, edges) for line in body)], end
