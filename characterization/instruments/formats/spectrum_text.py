"""Spectra and curves as plain tables: Raman, infrared, UV-vis, EPR, XANES and thermogravimetry.

Known by the titles of the columns (``Raman shift (cm-1)``, ``Wellenzahl``, ``Field [G]``, ``energy xmu``, ``Temp./°C``
beside ``Mass/%``). One column is the axis; every other one is a spectrum of its own. Cells are parted by tabs,
semicolons, commas or blanks, decimal commas and every usual encoding are fine. Gauss and tesla become mT, keV eV, K °C,
minutes s.

Without any title only one table is known: two columns whose positions begin below zero and stand as a grating leaves
them, each step a little smaller than the one before: a Raman spectrum with the laser's own line in it. A flag says so.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from characterization.instruments import spectral
from characterization.instruments.base import Reader, Recording, Technique, UnreadableFile, decode, json_ready
from characterization.instruments.spectral import Numbers
from characterization.instruments.spectrum_titles import Meant, axis_of, ordinate_of, time_of
from characterization.instruments.text_table import TextTable, parse_table
from characterization.instruments.textual import flag_open_end, looks_binary, read_text, to_number, unify

_FEWEST = 5
_LEAST_EDGE_EV = 54.0  # the K edge of lithium, the lowest that is measured
_ROWS_OF_HEAD = 20
_PAIR = re.compile(r"^[\s#;!*/']*([^=:\t]{2,60}?)\s*[=:\t]\s*(.+?)\s*$")
_SIGNAL = re.compile(r"Sig\d+\t(.+)")
_SAID = {
    "laser_nm": re.compile(r"(laser|excitation|anregung)", re.IGNORECASE),
    "microwave_frequency_GHz": re.compile(r"(microwave|mw).*freq", re.IGNORECASE),
    "sample_name": re.compile(r"^(sample|sample ?name|title|probe|name|identity)$", re.IGNORECASE),
    "element": re.compile(r"element(\.symbol)?$", re.IGNORECASE),
    "edge": re.compile(r"(^|\.)edge$", re.IGNORECASE),
    "sample_mass_mg": re.compile(r"^(sample )?mass.*mg", re.IGNORECASE),
    "atmosphere": re.compile(r"^(atmosphere|purge|gas)", re.IGNORECASE),
}


def _header(table: TextTable) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for line in table.header[:500]:
        pair = _PAIR.match(line[:500])
        for name, pattern in _SAID.items() if pair else ():
            if pair and name not in found and pattern.search(pair[1]):
                value = _value(name, pair[2].strip('" '))
                found |= {} if value is None else {name: value}
    return found


def _value(name: str, text: str) -> Any:
    if name == "laser_nm":
        return spectral.laser_nm(text)
    if name == "microwave_frequency_GHz":
        number = to_number(text.split(maxsplit=1)[0]) if text.split() else None
        return number / 1e9 if number and number > 1e6 else number
    if name == "sample_mass_mg":
        return to_number(text.split(maxsplit=1)[0]) if text.split() else None
    return text[:200]


def _is_bare_raman(x: Numbers) -> bool:
    """From below zero far beyond it, in steps that shrink as those of a grating do."""
    if x.size < _FEWEST or x[0] > -20:
        return False
    steps = np.diff(x)
    middle = np.median(steps)
    even = np.abs(np.diff(steps)).max(initial=0.0) < 0.05 * middle
    return bool((steps > 0).all() and even and steps[-1] < steps[0] and 0.1 < middle < 20)


def _columns(table: TextTable, at: int, technique: Technique) -> dict[int, Meant]:
    """What the columns beside the axis mean, the unknown ones left out."""
    found: dict[int, Meant] = {}
    for place, title in enumerate(table.titles):
        if place == at:
            continue
        meant = (time_of(title) if technique == Technique.TGA else None) or ordinate_of(technique, title)
        if meant is not None:
            found[place] = meant
    return found


def _signals(table: TextTable) -> list[str]:
    """The titles of TA Instruments: lines ``Sig1⇥Time (min)`` in the head, one per column."""
    found = [signal[1].strip() for line in table.header if (signal := _SIGNAL.match(line))]
    return found if len(found) == table.width else []


def _no_axis(table: TextTable, name: str) -> UnreadableFile:
    columns = [
        title or f"column {place}" for place, title in enumerate(table.titles or [""] * table.width, 1)
    ]
    return UnreadableFile(
        "not_this_format",
        f"{name} is a table of {table.width} columns without a known axis: {', '.join(columns)[:300]}.",
        "Say what its columns are and in which units.", columns,
    )  # fmt: skip


def _curve(
    values: Numbers, at: int, axis: Meant, others: dict[int, Meant], technique: Technique
) -> Recording:
    """A TGA run or another curve in the order in which it was measured, which need not ascend."""
    columns = {axis.name: values[:, at] * axis.factor + axis.offset}
    for place, meant in others.items():
        columns.setdefault(meant.name, values[:, place] * meant.factor + meant.offset)
    order = list(dict.fromkeys(name for name in ("time_s", axis.name, *columns) if name in columns))
    return Recording(technique, pl.DataFrame({name: columns[name] for name in order}))


def _spectra(
    values: Numbers,
    at: int,
    axis: Meant,
    others: dict[int, Meant],
    technique: Technique,
    table: TextTable,
    name: str,
) -> list[Recording]:
    """One recording per kind of ordinate; several columns of one kind are several spectra of it."""
    x = values[:, at] * axis.factor + axis.offset
    kinds: dict[str, list[int]] = {}
    for place, meant in others.items():
        kinds.setdefault(meant.name, []).append(place)
    found = []
    for column, places in kinds.items():
        ys = np.array([values[:, place] * others[place].factor for place in places])
        found.append(_of_axis(name, technique, axis.name, column, x, ys))
        if len(places) > 1:
            found[-1].meta["spectra"] = [table.titles[place] for place in places]
        found[-1].part = column if len(kinds) > 1 else ""
    return found


def _of_axis(name: str, technique: Technique, axis: str, column: str, x: Numbers, ys: Numbers) -> Recording:
    if technique in spectral.ABSCISSAS:
        return spectral.recording(name, technique, column, x, ys)
    order = np.argsort(x, kind="stable")
    if not np.isfinite(x).all() or not np.isfinite(ys).any():
        raise UnreadableFile("damaged", f"{name} holds positions that are no numbers.", spectral.AGAIN)
    columns: dict[str, Any] = (
        {"spectrum": np.repeat(np.arange(1, len(ys) + 1), x.size)} if len(ys) > 1 else {}
    )
    columns |= {axis: np.tile(x[order], len(ys)), column: ys[:, order].ravel()}
    return Recording(technique, pl.DataFrame(columns))


def read(path: Path) -> list[Recording]:
    """Recordings. Raises UnreadableFile."""
    text = read_text(path)
    table = parse_table(text, path.name)
    if table is None:
        raise UnreadableFile(
            "not_this_format", f"{path.name} holds no table of numbers.", "Export it as a table."
        )
    table.titles = table.titles or _signals(table)
    values = np.array(table.rows, dtype=np.float64).reshape(-1, table.width)
    known = axis_of(table.titles) if table.titles else None
    if known is None and not (table.width == 2 and not table.titles and _is_bare_raman(values[:, 0])):
        raise _no_axis(table, path.name)
    if table.fault:
        raise table.fault
    if values.shape[0] < _FEWEST:
        raise UnreadableFile(
            "truncated",
            f"{path.name} holds {values.shape[0]} rows; {_FEWEST} are the fewest.",
            spectral.AGAIN,
        )
    found = _bare(values, path.name) if known is None else _titled(values, table, known, path.name)
    said = _header(table)
    for one in found:
        one.meta |= json_ready(said)
        one.title = str(said.get("sample_name", ""))
        one.sample_hints = (one.title,) if one.title else ()
        if "laser_nm" in said:
            one.flags = [flag for flag in one.flags if flag.code != "laser_missing"]
        flag_open_end(one, text)
    return found


def _bare(values: Numbers, name: str) -> list[Recording]:
    found = spectral.recording(name, Technique.RAMAN, "intensity_au", values[:, 0], values[:, 1])
    found.flag(
        "taken_for_raman",
        "The file has no titles; its positions begin below zero and stand as a grating leaves them, so they are "
        "taken for Raman shifts in cm⁻¹.",
    )
    return [found]


def _titled(
    values: Numbers, table: TextTable, known: tuple[Technique, int, Meant], name: str
) -> list[Recording]:
    technique, at, axis = known
    if technique == Technique.XANES and values.size and values[:, at].max() * axis.factor < _LEAST_EDGE_EV:
        raise _no_axis(table, name)  # photon energies of an optical spectrum
    others = _columns(table, at, technique)
    if not others:
        raise _no_axis(table, name)
    if technique == Technique.TGA:
        return [_curve(values, at, axis, others, technique)]
    return _spectra(values, at, axis, others, technique, table, name)


def sniff(head: bytes, name: str) -> int:
    if looks_binary(head) or not head.strip():
        return 0
    text = unify(decode(head))
    text = text[: text.rfind("\n") + 1] if len(head) >= 4096 else text
    table = parse_table(text, name)
    if table is None or not table.rows:
        return 0
    table.titles = table.titles or _signals(table)
    if table.titles:
        return 2 if axis_of(table.titles) else 0
    rows = [row[0] for row in table.rows[:_ROWS_OF_HEAD]]
    return 2 if table.width == 2 and _is_bare_raman(np.array(rows)) else 0


READER = Reader(
    name="spectrum_text",
    version="1.1",
    label="Raman, infrared, UV-vis, EPR, XANES or TGA as text",
    techniques=(
        Technique.RAMAN,
        Technique.FTIR,
        Technique.UV_VIS,
        Technique.EPR,
        Technique.XANES,
        Technique.TGA,
    ),
    sniff=sniff,
    read=read,
    extensions=(".txt", ".csv", ".dat", ".asc"),
)
