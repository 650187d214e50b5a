"""Powder patterns as text, ``.xy``, ``.xye``, ``.csv``, ``.txt``, ``.dat``: 2θ in degrees, intensity, at
times its error.

Written by Bruker EVA (one quoted header line), PANalytical (sections ``[Measurement conditions]``, ``[Scan
points]``), synchrotron beamlines (C-style and # comments) and by hand. Cells are parted by blanks, tabs,
commas or semicolons, decimal marks are points or commas, line ends of every kind, encodings too. The
intensity is in counts unless the column's title says counts per second. The wavelength is taken from the
header where it is stated and is absent otherwise: a pattern without it has no d-spacings.

Oddities: two columns of numbers may be anything. A table is taken for a pattern only if its header speaks
of diffraction, or if it comes without any header under an ending that means a pattern and its first column
looks like 2θ. Any other table waits for a person to name its columns.
"""

from __future__ import annotations

import re
from itertools import pairwise
from pathlib import Path

import numpy as np
import polars as pl

from characterization.instruments.base import Reader, Recording, Technique, UnreadableFile, decode, ending
from characterization.instruments.diffraction.two_column_header import describe, pairs
from characterization.instruments.text_table import TextTable, parse_table
from characterization.instruments.textual import flag_open_end, looks_binary, read_text, to_number, unify

_PATTERN_ENDINGS = (".xy", ".xye")
_TABLE_ENDINGS = (".csv", ".txt", ".dat", ".tsv", ".prn", ".asc", ".chi", ".dpt", ".nor", ".xmu", ".gr")
_ERROR = re.compile(r"sigma|σ|\besd\b|e\.s\.d|err|std|uncert|±|fehler|误差|誤差|^e$|^s$", re.IGNORECASE)
_NO_COUNTS = re.compile(
    r"calc|back|bkg|\bbg\b|diff\b|difference|resid|obs\s*-|time.?per.?step|step.?time|zeit|weight",
    re.IGNORECASE,
)
_OWN = re.compile(r'^\[Scan points\]|^.?Id:\s*".*(Anode|Scantype):\s*"', re.MULTILINE)
_DIFFRACTION = re.compile(
    r"2[\s_-]*(th[eê]ta|θ|th\b|th_)|two[\s_-]*theta|diffract|k-?alpha|\bxrd\b|\banode\b|°2|衍射角|回折角|beugungswinkel",
    re.IGNORECASE,
)
_ELSEWHERE = re.compile(
    r"(binding|kinetic|excitation|photon) energy|\braman|wave ?number|cm-?1|1/cm|\bfreq|volt|ampere|\bmAh\b"
    r"|##XUNITS",
    re.IGNORECASE,
)
_PER_SECOND = re.compile(r"\bcps\b|counts?\s*/\s*s|c/s", re.IGNORECASE)
_RIGAKU_ASC = re.compile(r"^\*BEGIN\b.*^\*START\s*=.*^\*COUNT\s*=", re.MULTILINE | re.DOTALL)
_LONGEST_HEAD = 65536
_FEWEST, _FEWEST_BEFORE_FAULT = 30, 5
_NAME_THEM = "Say what its columns are and in which units; the answer is remembered for files like it."
_AGAIN = "Export it again on the instrument; the file that arrived is kept."


def _speaks_of_diffraction(header: str) -> bool:
    return bool(_OWN.search(header) or (_DIFFRACTION.search(header) and not _ELSEWHERE.search(header)))


def _looks_like_two_theta(x: np.ndarray, fewest: int) -> bool:
    """Rising in even steps of 0.0005 to 0.5° within -10 and 180°, from ``fewest`` points on."""
    if x.size < fewest or x[0] < -10 or x[-1] > 180:
        return False
    steps = np.diff(x)
    middle = float(np.median(steps))
    return bool(
        0.0005 <= middle <= 0.5
        and (steps > 0).all()
        and np.abs(steps - middle).max() < max(0.2 * middle, 2e-3)
    )


def _needs_mapping(name: str, titles: list[str], width: int) -> UnreadableFile:
    columns = [title or f"column {place}" for place, title in enumerate(titles or [""] * width, 1)]
    return UnreadableFile(
        "needs_mapping",
        f"{name} is a table of {width} columns that nobody knows: {', '.join(columns)[:300]}.",
        _NAME_THEM,
        columns,
    )


def _unknown_table(text: str, name: str) -> UnreadableFile:
    """A table with words among its numbers: the widest line that has as many cells as the one below it."""
    lines = [line for line in text.split("\n")[:200] if line.strip()]
    best: list[str] = []
    for separator in ("\t", ";", ","):
        for above, below in pairwise(lines):
            cells, values = above.split(separator), below.split(separator)
            numbers = any(to_number(value) is not None for value in values)
            if numbers and len(best) < len(cells) == len(values) > 1:
                best = [cell.strip().strip('"') for cell in cells]
    if best:
        return _needs_mapping(name, best, len(best))
    return UnreadableFile(
        "not_this_format", f"{name} holds no table of numbers.", "Export the data as a table."
    )


def _counted(table: TextTable) -> list[int]:
    """The places of the columns that can be intensities: those beside the angle that are not said to be something else.
    Without titles the second is one, and the third of three its error."""
    if not table.titles:
        return [1] if table.width in (2, 3) else list(range(1, table.width))
    titles = list(enumerate(table.titles))[1:]
    return [
        place for place, title in titles if not _NO_COUNTS.search(title) and not _ERROR.search(title.strip())
    ]


def _error_column(table: TextTable) -> int | None:
    if not table.titles:
        return 2 if table.width == 3 else None
    found = [place for place, title in enumerate(table.titles) if place and _ERROR.search(title.strip())]
    return found[0] if len(found) == 1 and len(_counted(table)) == 1 else None


def _is_pattern(table: TextTable, x: np.ndarray, path: Path) -> bool:
    header = "\n".join(table.header)
    if _error_column(table) is None and len(_counted(table)) != 1:
        return False
    if _speaks_of_diffraction(header):
        return bool((np.diff(x) > 0).all() and x[0] > -180 and x[-1] < 180)
    fewest = _FEWEST_BEFORE_FAULT if table.fault else _FEWEST
    bare = not _ELSEWHERE.search(header) and not table.titles
    return bare and not ending(path.name.lower(), *_TABLE_ENDINGS) and _looks_like_two_theta(x, fewest)


def _frame(table: TextTable) -> pl.DataFrame:
    values, counted, error = np.array(table.rows), _counted(table)[0], _error_column(table)
    above = table.titles[counted] if table.titles else next(reversed(table.header), "")
    unit = "cps" if _PER_SECOND.search(above) else "counts"
    columns = {"two_theta_deg": values[:, 0], f"intensity_{unit}": values[:, counted]}
    return pl.DataFrame(columns | ({f"sigma_{unit}": values[:, error]} if error is not None else {}))


def _flag_left_out(recording: Recording, table: TextTable) -> None:
    kept = {0, _counted(table)[0], _error_column(table)}
    left = [title for place, title in enumerate(table.titles) if place not in kept]
    if left:
        recording.flag("columns_left_out", f"Left out are the columns {', '.join(left)[:200]}.")


def _check_declared(recording: Recording, header: list[str], name: str) -> None:
    """Holds the table against the numbers that the header states."""
    said = dict(pairs(header))
    points = to_number(said.get("no. of points", ""))
    rows = recording.table.height
    if points is not None and rows < points:
        raise UnreadableFile("truncated", f"{name} ends after {rows:,} of {int(points):,} points.", _AGAIN)
    stop = to_number(said.get("end 2theta (deg)", ""))
    last = float(recording.table["two_theta_deg"][-1])
    if stop is not None and last < stop - 1:
        recording.flag(
            "range_shorter", f"The header speaks of a scan to {stop:g}°, the table ends at {last:.4g}°."
        )


def read(path: Path) -> list[Recording]:
    """One recording. Raises UnreadableFile ``needs_mapping`` for a table that is certainly no powder
    pattern."""
    text = read_text(path)
    if _RIGAKU_ASC.search(text[:_LONGEST_HEAD]):
        raise UnreadableFile(
            "unsupported",
            f"{path.name} is a Rigaku ASC file: its counts stand several to a line without their angles.",
            "Send the .ras or .raw of the measurement, or export it with angle and intensity in two columns.",
        )
    section = text.find("[Scan points]")
    table = parse_table(text, path.name, text.count("\n", 0, section) + 1 if section >= 0 else 0)
    if table is None:
        raise _unknown_table(text, path.name)
    x = np.array([row[0] for row in table.rows])
    downwards = x.size > 1 and bool((np.diff(x) < 0).all())
    if downwards:
        table.rows, x = table.rows[::-1], x[::-1]
    if not _is_pattern(table, x, path):
        raise _needs_mapping(path.name, table.titles, table.width)
    if table.fault:
        raise table.fault
    meta = describe(table.header) | ({"measured_downwards": True} if downwards else {})
    hints = [str(meta[key]) for key in ("sample_name", "comment") if meta.get(key)]
    recording = Recording(Technique.XRD, _frame(table), meta=meta, title=hints[0] if hints else "")
    recording.sample_hints = tuple(dict.fromkeys(hints))
    _flag_left_out(recording, table)
    _check_declared(recording, table.header, path.name)
    flag_open_end(recording, text)
    return [recording]


def sniff(head: bytes, name: str) -> int:
    if looks_binary(head) or not head.strip():
        return 0
    text = unify(decode(head))
    if _OWN.search(text):
        return 3
    if ending(name, *_PATTERN_ENDINGS):
        return 2
    if not ending(name, *_TABLE_ENDINGS):
        return 0
    return 2 if _speaks_of_diffraction(text) else 1


READER = Reader(
    name="two_column",
    version="1.2",
    label="Powder pattern as text (xy, xye, csv, txt, dat)",
    techniques=(Technique.XRD,),
    sniff=sniff,
    read=read,
    extensions=(*_PATTERN_ENDINGS, ".csv", ".txt", ".dat", ".chi", ".dpt", ".nor", ".xmu"),
)
