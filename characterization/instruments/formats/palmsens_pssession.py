"""PalmSens PSTrace sessions (``.pssession``): JSON in UTF-16 with a NUL or two behind it.

``Measurements`` is a list, each with ``Title``, ``UTCTimeStamp`` (100 ns since the year 1), ``EISDataList`` and
``DataSet``. A data set is a list of arrays with ``ArrayType`` (0 time, 1 potential, 2 current, 5 frequency, 7 Z', 8
−Z'') and ``DataValues`` of ``{"V": number}``. Times are in s, potentials in V, currents in µA, impedances in Ω; the
file holds −Z'', whose sign is turned here. ``EISDataList`` usually repeats the data set; where not, both are read.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from characterization.instruments.base import Reader, Recording, Technique, UnreadableFile, ending
from characterization.instruments.cycling import flag_clock, flag_values
from characterization.instruments.impedance import AGAIN, spectra

_TIME, _POTENTIAL, _CURRENT, _FREQUENCY, _REAL, _MINUS_IMAGINARY = 0, 1, 2, 5, 7, 8
_MOST_BYTES = 512 * 1024**2
Arrays = dict[int, npt.NDArray[np.float64]]


def _session(path: Path) -> dict[str, Any]:
    if path.stat().st_size > _MOST_BYTES:
        raise UnreadableFile(
            "too_large", f"{path.name} is larger than {_MOST_BYTES // 1024**2} MiB.", "Split the session."
        )
    raw = path.read_bytes()
    encoding = "utf-16-le" if b"\0" in raw[:64] else "utf-8"
    text = raw.decode(encoding, errors="replace").strip("\ufeff\0 \r\n")
    if not text.startswith("{"):
        raise UnreadableFile("not_this_format", f"{path.name} is not a PSTrace session.", AGAIN)
    try:
        found = json.loads(text)
    except (ValueError, RecursionError) as error:
        ended = isinstance(error, json.JSONDecodeError) and error.pos >= len(text) - 1
        code = "truncated" if ended or not text.endswith("}") else "damaged"
        raise UnreadableFile(code, f"{path.name} is not whole: {error}.", AGAIN) from error
    if not isinstance(found, dict) or not isinstance(found.get("Measurements"), list):
        raise UnreadableFile("not_this_format", f"{path.name} holds no list of measurements.", AGAIN)
    return found


def _arrays(data_set: Any, name: str) -> Arrays:
    """The arrays of a data set by their type."""
    found: Arrays = {}
    values = data_set.get("Values") if isinstance(data_set, dict) else None
    for array in values if isinstance(values, list) else []:
        try:
            numbers = np.array([float(point["V"]) for point in array["DataValues"]], dtype=np.float64)
            found.setdefault(int(array["ArrayType"]), numbers)
        except (KeyError, TypeError, ValueError) as error:
            raise UnreadableFile(
                "damaged", f"{name}: an array of values is damaged ({error}).", AGAIN
            ) from error
    return found


def _impedance(arrays: Arrays, name: str) -> Recording:
    """A spectrum; DC arrays of another length than it belong to other points and are left out."""
    count = len(arrays[_FREQUENCY])
    columns = {
        "frequency_Hz": arrays[_FREQUENCY],
        "z_real_ohm": arrays[_REAL],
        "z_imag_ohm": -arrays[_MINUS_IMAGINARY],
    }
    if {len(column) for column in columns.values()} != {count}:
        raise UnreadableFile(
            "damaged", f"{name}: the parts of a spectrum differ in their number of points.", AGAIN
        )
    others = {_TIME: ("time_s", 1.0), _POTENTIAL: ("voltage_V", 1.0), _CURRENT: ("current_mA", 1e-3)}
    for kind, (ours, factor) in others.items():
        if kind in arrays and len(arrays[kind]) == count and (kind != _TIME or arrays[kind].any()):
            columns[ours] = factor * arrays[kind]
    return spectra(name, columns)


def _curve(arrays: Arrays) -> Recording:
    few = min(len(arrays[kind]) for kind in (_TIME, _POTENTIAL, _CURRENT))
    table = pl.DataFrame(
        {
            "time_s": arrays[_TIME][:few],
            "voltage_V": arrays[_POTENTIAL][:few],
            "current_mA": arrays[_CURRENT][:few] / 1000,
        }
    )
    return Recording(Technique.CYCLING, table)


def _recordings(measurement: dict[str, Any], name: str) -> Iterator[Recording]:
    """What one measurement holds: its own data set, then each spectrum listed beside it that is another one."""
    listed = measurement.get("EISDataList")
    beside = (
        [entry.get("DataSet") for entry in listed if isinstance(entry, dict)]
        if isinstance(listed, list)
        else []
    )
    taken: list[Recording] = []
    for data_set in [measurement.get("DataSet"), *beside]:
        recording = _recording(measurement, _arrays(data_set, name), name)
        if recording is None or any(recording.table.equals(other.table) for other in taken):
            continue
        if taken:
            recording.flag(
                "data_sets_differ", "This spectrum is listed beside the measurement's own data, which differ."
            )
        taken.append(recording)
        yield recording


def _recording(measurement: dict[str, Any], arrays: Arrays, name: str) -> Recording | None:
    """A spectrum, else a curve where there are time, potential and current."""
    if {_FREQUENCY, _REAL, _MINUS_IMAGINARY} <= set(arrays):
        return _impedance(arrays, name)
    if not {_TIME, _POTENTIAL, _CURRENT} <= set(arrays) or not len(arrays[_TIME]):
        return None
    recording = _curve(arrays)
    if re.search(r"METHOD_ID=(cv|lsv)\b", str(measurement.get("Method", "")), re.IGNORECASE):
        recording.technique = Technique.CV
    return recording


def _moment(ticks: Any) -> datetime | None:
    """A .NET moment: 100 ns since the year 1, UTC."""
    if not isinstance(ticks, int) or not 6.2e17 < ticks < 7e17:
        return None
    return datetime(1, 1, 1, tzinfo=UTC) + timedelta(microseconds=ticks // 10)


def read(path: Path) -> list[Recording]:
    """One recording per spectrum or curve. Raises UnreadableFile."""
    session = _session(path)
    found: list[Recording] = []
    for number, measurement in enumerate(session["Measurements"], 1):
        if not isinstance(measurement, dict):
            raise UnreadableFile("damaged", f"{path.name}: measurement {number} is damaged.", AGAIN)
        for recording in _recordings(measurement, path.name):
            _describe(recording, measurement, len(found))
            found.append(recording)
    if not found:
        raise UnreadableFile(
            "unsupported",
            f"{path.name} holds no impedance and no curve of potential and current.",
            "Export it as csv.",
        )
    return found


def _describe(recording: Recording, measurement: dict[str, Any], before: int) -> None:
    title = str(measurement.get("Title") or "")
    recording.title, recording.sample_hints = title, (title,) if title else ()
    recording.part = f"measurement {before + 1}" if before else ""
    recording.started_at = _moment(measurement.get("UTCTimeStamp"))
    recording.meta = {"device": measurement.get("DeviceSerial"), "firmware": measurement.get("DeviceFW")}
    if recording.technique != Technique.EIS:
        flag_values(recording)
        flag_clock(recording)


def sniff(head: bytes, name: str) -> int:
    if b"PalmSens.DataFiles" in head.replace(b"\0", b""):
        return 3
    return 1 if ending(name, ".pssession") else 0


READER = Reader(
    name="palmsens_pssession",
    version="1.0",
    label="PalmSens PSTrace (pssession)",
    techniques=(Technique.EIS, Technique.CV, Technique.CYCLING),
    sniff=sniff,
    read=read,
    extensions=(".pssession",),
)
