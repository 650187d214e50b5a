"""Gamry Framework data (``.DTA``): tab-separated text that begins with ``EXPLAIN``.

A header of lines ``NAME⇥KIND⇥value⇥words`` (``NOTES`` says how many lines of notes follow, ``TAG`` names the
technique, ``DATE`` and ``TIME`` the naive start), then tables: a line ``CURVE⇥TABLE⇥rows`` (the count is often left
out), a line of column names, a line of units, and rows that begin with a tab. ``ZCURVE`` holds a spectrum (Hz, Ω,
imaginary part with its sign, DC in A and V), ``OCVCURVE`` the open circuit before it, ``CURVE``, ``CURVE1``,
``CURVE2`` … time, voltage ``Vf`` and current ``Im`` in A. Newer programs add ``FRACURVE``, the wave of one point,
which is left out. The decimal mark is that of the PC: ``2,5E-003`` occurs. A voltammogram may also be one ``CURVE``
whose column ``Cycle`` counts the cycles from 0. An aborted experiment says ``EXPERIMENTABORTED``. ``CONVENTION`` 1 is
the usual sign of current; 0 would be the other, but files with 0 were seen that hold the usual one too: the sign
stays as written, which is said.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import numpy as np
import polars as pl

from characterization.instruments.base import Reader, Recording, Technique, UnreadableFile, ending
from characterization.instruments.cycling import flag_clock, flag_values
from characterization.instruments.impedance import AGAIN, day_and_time, spectra
from characterization.instruments.textual import read_text, to_number

_TABLE = re.compile(r"^([A-Z0-9_]+)\tTABLE(?:\t(\d+))?", re.IGNORECASE)
_ENTRY = re.compile(r"^[A-Z0-9_]+\t[A-Z0-9]+\t", re.ASCII)
_SPECTRUM = {
    "Freq": "frequency_Hz",
    "Zreal": "z_real_ohm",
    "Zimag": "z_imag_ohm",
    "Time": "time_s",
    "Vdc": "voltage_V",
}
_SWEPT = ("CV", "LSV", "LPR", "POTENTIODYNAMIC", "PWR800_CV")


@dataclass
class _Table:
    name: str
    declared: int | None
    columns: list[str] = field(default_factory=list)
    units: list[str] = field(default_factory=list)
    rows: list[list[str]] = field(default_factory=list)


@dataclass
class _File:
    header: dict[str, list[str]] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    tables: list[_Table] = field(default_factory=list)

    def said(self, name: str, place: int = 1) -> str:
        cells = self.header.get(name, [])
        return cells[place].strip() if len(cells) > place else ""

    def number(self, name: str) -> float | None:
        return to_number(self.said(name))


def _parse(text: str, name: str) -> _File:
    """Header, notes and tables. A row with too few cells is ``truncated`` at the end and ``damaged`` before."""
    found = _File()
    lines = text.split("\n")
    table: _Table | None = None
    notes_left = 0
    for number, line in enumerate(lines, 1):
        head = _TABLE.match(line)
        notes_left = 0 if head or _ENTRY.match(line) else notes_left
        if notes_left:
            notes_left -= 1
            found.notes += [line.strip()] if line.strip() else []
        elif head:
            table = _Table(head[1].upper(), int(head[2]) if head[2] else None)
            found.tables.append(table)
        elif table is not None and line.startswith("\t"):
            _add(table, line[1:].split("\t"), name, number, last=number >= len(lines) - 1)
        elif line.strip():
            table = None
            notes_left = _note(found, line)
    return found


def _note(found: _File, line: str) -> int:
    """Keeps a line of the header; how many lines of notes follow it."""
    cells = line.split("\t")
    if not cells[0]:
        found.notes.append(line.strip())
        return 0
    found.header[cells[0].upper()] = cells[1:]
    stated = cells[2] if len(cells) > 2 and cells[1].upper() == "NOTES" else ""
    return int(stated) if re.fullmatch(r"\d{1,3}", stated) else 0


def _add(table: _Table, cells: list[str], name: str, number: int, *, last: bool) -> None:
    if not table.columns:
        table.columns = [cell.strip() for cell in cells]
    elif not table.units:
        table.units = [cell.strip() for cell in cells]
    elif len(cells) < len(table.columns):
        code, where = (
            ("truncated", "ends in the middle of a row of") if last else ("damaged", "has a short row in")
        )
        raise UnreadableFile(code, f"{name} {where} {table.name} (line {number:,}).", AGAIN)
    else:
        table.rows.append(cells)


def _numbers(table: _Table, column: str) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    place = table.columns.index(column)
    found = (to_number(row[place]) for row in table.rows)
    return np.array([float("nan") if value is None else value for value in found])


def _flag_missing_rows(recording: Recording, tables: list[_Table]) -> None:
    for table in tables:
        if table.declared is not None and len(table.rows) < table.declared:
            recording.flag(
                "rows_missing",
                f"{table.name} declares {table.declared:,} rows and holds {len(table.rows):,}: the file is an excerpt, "
                "or it was cut between two rows. Copy it again from the instrument if it should be whole.",
            )


def _spectrum(found: _File, table: _Table, name: str, started: datetime | None) -> Recording:
    columns = {ours: _numbers(table, theirs) for theirs, ours in _SPECTRUM.items() if theirs in table.columns}
    if "Idc" in table.columns:
        columns["current_mA"] = 1000 * _numbers(table, "Idc")
    for theirs, ours in (
        ("ZrealDrCor", "z_real_drift_corrected_ohm"),
        ("ZimagDrCor", "z_imag_drift_corrected_ohm"),
    ):
        if theirs in table.columns:
            columns[ours] = _numbers(table, theirs)
    recording = spectra(
        name, columns, meta=_meta(found), started_at=started, title=_title(found), hints=_hints(found)
    )
    _flag_missing_rows(recording, [table])
    return recording


def _meta(found: _File) -> dict[str, object]:
    return {
        "technique": found.said("TAG", 0),
        "device": found.said("PSTAT"),
        "area_cm2": found.number("AREA"),
        "amplitude_mV": found.number("VAC"),
        "notes": " ".join(found.notes)[:500],
        "framework_version": found.said("FRAMEWORKVERSION"),
    }


def _title(found: _File) -> str:
    return found.said("TITLE") if found.said("TITLE") != "Potentiostatic EIS" else ""


def _hints(found: _File) -> list[str]:
    return [_title(found), *found.notes]


def _curves(found: _File, tables: list[_Table], name: str, started: datetime | None, part: str) -> Recording:
    """Voltage and current against time out of one table or the numbered ones of a voltammogram."""
    swept = part == "" and found.said("TAG", 0).upper().startswith(_SWEPT)
    frames = [_curve(table, number) for number, table in enumerate(tables, 1)]
    if swept and len(tables) == 1 and "Cycle" in tables[0].columns:
        frames = [_by_cycle(frames[0], tables[0])]
    whole = pl.concat(frames)
    technique = Technique.CV if swept else Technique.CYCLING
    whole = whole.rename({"curve": "scan" if swept else "step"})
    rate = found.number("SCANRATE")
    meta = _meta(found) | ({"scan_rate_mV_per_s": rate} if rate else {})
    recording = Recording(technique, whole, meta, started_at=started, part=part, title=_title(found),
                          sample_hints=tuple(hint for hint in _hints(found) if hint.strip()))  # fmt: skip
    if found.said("CONVENTION") == "0":
        recording.flag(
            "current_convention",
            "The file's current convention is 0, which Gamry calls cathodic; the sign of the current is as written. "
            "Check it: here a positive current oxidises, or charges.",
        )
    _flag_missing_rows(recording, tables)
    flag_values(recording)
    flag_clock(recording)
    return recording


def _curve(table: _Table, number: int) -> pl.DataFrame:
    voltage = next(column for column in ("Vf", "Vm", "V", "Vu") if column in table.columns)
    current = next((column for column in ("Im", "I") if column in table.columns), None)
    time_s = _numbers(table, next(column for column in ("T", "Time") if column in table.columns))
    amperes = _numbers(table, current) if current else np.zeros(len(time_s))
    return pl.DataFrame(
        {
            "time_s": time_s,
            "voltage_V": _numbers(table, voltage),
            "current_mA": 1000 * amperes,
            "curve": np.full(len(time_s), number, dtype=np.int32),
        }
    )


def _by_cycle(frame: pl.DataFrame, table: _Table) -> pl.DataFrame:
    """The curve counted by its column ``Cycle``, from 1, where that holds whole numbers."""
    cycles = _numbers(table, "Cycle")
    if not np.isfinite(cycles).all() or (cycles != np.round(cycles)).any():
        return frame
    return frame.with_columns(pl.Series("curve", cycles - cycles.min() + 1, dtype=pl.Float64).cast(pl.Int32))


def _nothing_read(found: _File, name: str) -> UnreadableFile:
    """Why no table of the file became a recording: there is none with rows, or none of a kind that is read."""
    others = [f"{table.name} ({', '.join(table.columns[:8])})" for table in found.tables if table.rows]
    if not others:
        text = f"{name} is a Gamry file without a row of data: its header alone, or an experiment that did not run."
        return UnreadableFile("empty", text, "Check that the experiment ran, and that the file is whole.")
    text = f"{name} holds Gamry's {found.said('TAG', 0) or 'unnamed'} experiment, whose table is not read: {others[0]}."
    hint = "Impedance and voltage against time are read; of a cycle test send the files of its single steps."
    return UnreadableFile("unsupported", text, hint)


def read(path: Path) -> list[Recording]:
    """The main table first, then the open circuit before it. Raises UnreadableFile."""
    text = read_text(path)
    if not text.lstrip("\ufeff \n").startswith("EXPLAIN"):
        raise UnreadableFile("not_this_format", f"{path.name} does not begin with EXPLAIN.", AGAIN)
    found = _parse(text, path.name)
    started = day_and_time(found.said("DATE"), found.said("TIME"))
    held = [table for table in found.tables if table.rows]
    recordings = _recordings(found, held, path.name, started)
    if not recordings:
        raise _nothing_read(found, path.name)
    if found.said("EXPERIMENTABORTED").upper() == "T":
        recordings[0].flag("aborted", "The experiment was aborted: the table ends before its programme did.")
    if not text.endswith("\n"):
        recordings[0].flag(
            "last_line_open", "The last line does not end in a line break: its last number may be cut off."
        )
    return recordings


def _recordings(found: _File, held: list[_Table], name: str, started: datetime | None) -> list[Recording]:
    impedance = [table for table in held if "Freq" in table.columns and "Zreal" in table.columns]
    timed = [table for table in held if _has_curve(table)]
    rest = [table for table in timed if table.name == "OCVCURVE"]
    main = [table for table in timed if table.name != "OCVCURVE"]
    recordings = [_spectrum(found, table, name, started) for table in impedance]
    if main:
        recordings.append(_curves(found, main, name, started, "" if not impedance else "current and voltage"))
    if rest:
        recordings.append(_curves(found, rest, name, started, "open circuit"))
    return recordings


def _has_curve(table: _Table) -> bool:
    columns = set(table.columns)
    return (
        table.name != "FRACURVE"
        and bool(columns & {"Vf", "Vm"})
        and bool(columns & {"T", "Time"})
        and "Freq" not in columns
    )


def sniff(head: bytes, name: str) -> int:
    if head.lstrip(b"\xef\xbb\xbf \r\n").startswith(b"EXPLAIN"):
        return 3
    return 1 if ending(name, ".dta") else 0


READER = Reader(
    name="gamry_dta",
    version="1.1",
    label="Gamry Framework (DTA)",
    techniques=(Technique.EIS, Technique.CV, Technique.CYCLING),
    sniff=sniff,
    read=read,
    extensions=(".dta",),
)
