"""Ametek VersaStudio (``.par``): UTF-8 text of sections ``<Name>`` … ``</Name>`` with lines ``key=value``.

``<Experiment>`` states ``DateAcquired=Thursday, July 19, 2018`` and ``TimeAcquired=9:40:30 AM`` (naive), written as the
computer's country writes them. Data stand in
``<Segment1>``, ``<Segment2>`` …: a line ``Definition=`` with the column names (``Segment #, Point #, E(V), I(A),
Elapsed Time(s), …, Frequency(Hz), …, Z Real, Z Imag, …``, behind them a 0 that names no column) and comma-separated
rows. Frequencies are 0 in segments without impedance. Z Imag has its sign.
"""

from __future__ import annotations

import re
from datetime import datetime
from pathlib import Path

import numpy as np
import numpy.typing as npt
import polars as pl

from characterization.instruments.base import Reader, Recording, Technique, UnreadableFile, ending
from characterization.instruments.cycling import flag_clock, flag_values
from characterization.instruments.impedance import AGAIN, spectra
from characterization.instruments.textual import read_text, to_number

_SEGMENT = re.compile(r"<(Segment\d+)>\n(.*?)(?:</\1>|\Z)", re.DOTALL)
_ACTION = re.compile(r"<(Action\d+)>\n(.*?)</\1>", re.DOTALL)
_NEEDED = ("E(V)", "I(A)", "Elapsed Time(s)")
_WAVES = ("Frequency(Hz)", "Z Real", "Z Imag")
_MONTHS = {
    "januar": "January", "februar": "February", "märz": "March", "mai": "May", "juni": "June", "juli": "July",
    "oktober": "October", "dezember": "December",
}  # fmt: skip
"""German names of months that differ from the English ones."""
Table = dict[str, npt.NDArray[np.float64]]


def _segment(body: str, name: str, *, closed: bool) -> Table:
    """The columns of one segment by their names. Raises UnreadableFile for a row that is not whole."""
    lines = body.split("\n")
    defined = next((line for line in lines if line.startswith("Definition=")), "")
    titles = [title.strip() for title in defined.removeprefix("Definition=").removesuffix(", 0").split(",")]
    if not set(_NEEDED) <= set(titles):
        return {}
    rows: list[list[float | None]] = []
    for number, line in enumerate((line for line in lines if "=" not in line and "," in line), 1):
        cells = [to_number(cell) for cell in line.split(",")]
        if len(cells) < len(titles):
            code = "damaged" if closed else "truncated"
            raise UnreadableFile(
                code, f"{name}: row {number:,} of a segment has {len(cells)} of {len(titles)} cells.", AGAIN
            )
        rows.append(cells)
    if not closed:
        raise UnreadableFile("truncated", f"{name} ends in a segment after {len(rows):,} rows.", AGAIN)
    columns = zip(*rows, strict=False)
    return {
        title: np.array([float("nan") if cell is None else cell for cell in column])
        for title, column in zip(titles, columns, strict=False)
    }


def _said_start(text: str) -> str:
    """When the experiment began, as written, without the day of the week."""
    date = re.search(r"^DateAcquired=(.*)$", text, re.MULTILINE)
    time = re.search(r"^TimeAcquired=(.*)$", text, re.MULTILINE)
    day = re.sub(r"^[^\W\d]+,\s*", "", date[1].strip()) if date else ""
    return f"{day} {time[1].strip() if time else ''}".strip()


def _started(text: str) -> datetime | None:
    """The start in the forms of several countries' computers; None where it is in another."""
    said = re.sub(r"[^\W\d]+", lambda word: _MONTHS.get(word[0].lower(), word[0]), _said_start(text))
    for date in ("%B %d, %Y", "%d %B %Y", "%d. %B %Y", "%Y-%m-%d", "%Y年%m月%d日", "%d.%m.%Y"):
        for time in ("%I:%M:%S %p", "%H:%M:%S"):
            try:
                return datetime.strptime(said, f"{date} {time}")
            except ValueError:
                continue
    try:
        return datetime.strptime(said, "%m/%d/%Y %I:%M:%S %p")
    except ValueError:
        return None


def _flag_start(recording: Recording, text: str) -> None:
    if recording.started_at is None:
        said = _said_start(text) or "nothing"
        recording.flag(
            "start_unknown", f"The start of the experiment is not understood; the file says: {said}."
        )


def _scan_rate(text: str) -> float | None:
    """In mV/s, None where none or several are stated for voltammetry."""
    bodies = [
        match[2]
        for match in _ACTION.finditer(text)
        if re.search(r"^Name=.*(Voltamm|Linear Scan)", match[2], re.M)
    ]
    rates = {
        found[1] for body in bodies if (found := re.search(r"^Scan Rate \(V/s\)=(.*)$", body, re.MULTILINE))
    }
    rate = to_number(rates.pop()) if len(rates) == 1 else None
    return None if rate is None else float(f"{1000 * rate:.10g}")


def _merged(segments: list[Table]) -> Table:
    shared = [title for title in segments[0] if all(title in segment for segment in segments)]
    return {title: np.concatenate([segment[title] for segment in segments]) for title in shared}


def _impedance(table: Table, name: str, meta: dict[str, object], started: datetime | None) -> Recording:
    names = {"Frequency(Hz)": "frequency_Hz", "Z Real": "z_real_ohm", "Z Imag": "z_imag_ohm",
             "Elapsed Time(s)": "time_s", "E(V)": "voltage_V"}  # fmt: skip
    columns = {ours: table[theirs] for theirs, ours in names.items()} | {"current_mA": 1000 * table["I(A)"]}
    return spectra(name, columns, meta=meta, started_at=started)


def _swept(table: Table, meta: dict[str, object], started: datetime | None) -> Recording:
    action = str(meta.get("actions", "")).lower()
    frame = pl.DataFrame(
        {
            "time_s": table["Elapsed Time(s)"],
            "voltage_V": table["E(V)"],
            "current_mA": 1000 * table["I(A)"],
            "step": table.get("Segment #", np.zeros(len(table["E(V)"]))).astype(np.int32),
        }
    )
    technique = Technique.CV if "voltammetry" in action or "linear scan" in action else Technique.CYCLING
    if technique is Technique.CYCLING:
        meta = {key: value for key, value in meta.items() if key != "scan_rate_mV_per_s"}
    recording = Recording(technique, frame, meta, started_at=started)
    flag_values(recording)
    flag_clock(recording)
    return recording


def read(path: Path) -> list[Recording]:
    """The impedance points as one recording, the other segments as another. Raises UnreadableFile."""
    text = read_text(path)
    if "Name=VersaStudio" not in text[:4096]:
        raise UnreadableFile("not_this_format", f"{path.name} is not a VersaStudio file.", AGAIN)
    found = [
        _segment(match[2], path.name, closed=match[0].endswith(f"</{match[1]}>"))
        for match in _SEGMENT.finditer(text)
    ]
    found = [segment for segment in found if segment]
    if not found:
        raise UnreadableFile(
            "empty", f"{path.name} holds no segment with data.", "Check that the experiment ran."
        )
    actions = [re.search(r"^Name=(.*)$", match[2], re.MULTILINE) for match in _ACTION.finditer(text)]
    meta: dict[str, object] = {
        "actions": "; ".join(action[1] for action in actions if action and action[1] != "Common")
    }
    if (rate := _scan_rate(text)) is not None:
        meta["scan_rate_mV_per_s"] = rate
    started = _started(text)
    with_waves = [
        segment for segment in found if set(_WAVES) <= set(segment) and (segment[_WAVES[0]] > 0).any()
    ]
    others = [segment for segment in found if all(segment is not wave for wave in with_waves)]
    recordings = [_impedance(_merged(with_waves), path.name, meta, started)] if with_waves else []
    if others:
        recordings.append(_swept(_merged(others), meta, started))
        recordings[-1].part = "current and voltage" if with_waves else ""
    _flag_start(recordings[0], text)
    return recordings


def sniff(head: bytes, name: str) -> int:
    if b"Name=VersaStudio" in head[:400]:
        return 3
    return 1 if ending(name, ".par") else 0


READER = Reader(
    name="versastudio_par",
    version="1.0",
    label="VersaStudio (par)",
    techniques=(Technique.EIS, Technique.CV, Technique.CYCLING),
    sniff=sniff,
    read=read,
    extensions=(".par",),
)
