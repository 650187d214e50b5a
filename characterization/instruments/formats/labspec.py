"""Horiba LabSpec text: one Raman spectrum, a series in time, or a map.

Lines of ``#Key=⇥value`` in the Windows code page or UTF-8, then the table. A single spectrum is two columns. A series
or map has the axis in its first row, after one empty cell per coordinate; each later row begins with its coordinates
(time in s, or X and Y in µm, as ``#AxisType`` says) and holds the intensities. The axis may be Raman shift, wavelength
or energy: only the first is taken.
"""

from __future__ import annotations

import re
from datetime import datetime
from pathlib import Path

import numpy as np

from characterization.instruments import spectral
from characterization.instruments.base import Reader, Recording, Technique, UnreadableFile, decode
from characterization.instruments.spectral import AGAIN
from characterization.instruments.textual import flag_open_end, looks_binary, read_text, to_number, unify

_OWN = re.compile(
    r"^#(Acq\. time|Acquired|Windows|AxisType\[0\]|Accumulations|Laser|Grating)[^=\n]*=", re.MULTILINE
)
_OF_LABSPEC = 2  # different keys that say so
_TIME, _X, _Y = (
    re.compile(r"time", re.IGNORECASE),
    re.compile(r"^x$", re.IGNORECASE),
    re.compile(r"^y$", re.IGNORECASE),
)
_COORDINATES = (("time_s", _TIME), ("x_um", _X), ("y_um", _Y))
_MOST_COORDINATES = 4


def _header(lines: list[str]) -> tuple[dict[str, str], int]:
    """What the comment lines say, and the line at which the table begins."""
    said: dict[str, str] = {}
    for place, line in enumerate(lines):
        if not line.startswith("#"):
            return said, place
        key, mark, value = line[1:].partition("=")
        if mark:
            said[key.strip()] = value.strip()
    return said, len(lines)


def _cells(line: str) -> list[str]:
    return line.rstrip().split("\t") if "\t" in line else line.split()


def _numbers(line: str, row: int, name: str, width: int | None) -> list[float]:
    values = [to_number(cell) for cell in _cells(line)]
    if (width is not None and len(values) != width) or any(value is None for value in values):
        raise UnreadableFile(
            "damaged",
            f"{name}: line {row:,} is not a row of {width or 2} numbers as those above.",
            AGAIN,
        )
    return [value for value in values if value is not None]


def _single(lines: list[tuple[int, str]], name: str) -> tuple[np.ndarray, np.ndarray]:
    rows = np.array([_numbers(line, row, name, 2) for row, line in lines])
    return rows[:, 0], rows[:, 1]


def _table(lines: list[tuple[int, str]], blanks: int, name: str) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Axis, coordinates (spectra × blanks) and intensities (spectra × points)."""
    row, first = lines[0]
    axis = np.array(_numbers("\t".join(_cells(first)[blanks:]), row, name, None))
    spectral.check_size(name, axis.size, len(lines) - 1)
    rows = np.array([_numbers(line, row, name, blanks + axis.size) for row, line in lines[1:]])
    return axis, rows[:, :blanks], rows[:, blanks:]


def _coordinates(said: dict[str, str], values: np.ndarray) -> dict[str, np.ndarray]:
    """The columns before the intensities under this project's names; one alone that nobody names is a time."""
    kinds = [said[key] for key in sorted(said) if re.fullmatch(r"AxisType\[\d+\]", key)]
    kinds = [kind for kind in kinds if not re.match(r"Intens|Spectr", kind, re.IGNORECASE)]
    count = values.shape[1]
    if not kinds and count == 1:
        kinds = ["time"]
    if not kinds and count == 2:
        kinds = ["Y", "X"]
    if len(kinds) != count:
        return {}
    found: dict[str, np.ndarray] = {}
    for place, kind in enumerate(kinds):
        for name, pattern in _COORDINATES:
            if pattern.search(kind):
                found.setdefault(name, values[:, place])
    return found


def _moment(said: dict[str, str]) -> datetime | None:
    text = said.get("Acquired") or said.get("Date") or ""
    for form in ("%d.%m.%Y %H:%M:%S", "%d.%m.%Y %H:%M", "%d/%m/%Y %H:%M:%S", "%Y-%m-%d %H:%M:%S"):
        try:
            return datetime.strptime(text, form)
        except ValueError:
            continue
    return None


def _meta(said: dict[str, str]) -> dict[str, object]:
    def number(*keys: str) -> float | None:
        return next((to_number(said[key]) for key in keys if key in said), None)

    filters = re.search(r"[\d.,]+(?=\s*%)", said.get("ND Filter", "") or said.get("Filter", ""))
    return {
        "laser_nm": spectral.laser_nm(said.get("Laser", "")) or spectral.laser_nm(said.get("Laser (nm)", "")),
        "exposure_s": number("Acq. time (s)"),
        "accumulations": number("Accumulations"),
        "laser_power_percent": to_number(filters[0]) if filters else None,
        "instrument": said.get("Instrument"),
        "objective": said.get("Objective"),
        "grating": said.get("Grating"),
        "x_um": number("X (µm)"),
        "y_um": number("Y (µm)"),
        "processed": [key for key in said if key.startswith("Base:")] or None,
    }


def read(path: Path) -> list[Recording]:
    """One recording. Raises UnreadableFile."""
    text = read_text(path)
    lines = text.lstrip("\n").split("\n")
    said, start = _header(lines)
    unit = next((said[key] for key in said if key.startswith("AxisUnit") and said[key] in ("nm", "eV")), "")
    if unit:
        raise UnreadableFile(
            "unsupported",
            f"{path.name} is over {unit}, not over Raman shift.",
            "Show 1/cm in LabSpec and save it again.",
        )
    body = [(row, line) for row, line in enumerate(lines[start:], start + 1) if line.strip()]
    if len(said) < _OF_LABSPEC or not body:
        raise UnreadableFile(
            "truncated" if said else "not_this_format",
            f"{path.name} holds no table below its {len(said)} lines of header.",
            AGAIN,
        )
    cells = _cells(body[0][1])
    blanks = next((place for place, cell in enumerate(cells) if cell.strip()), 0)
    meta = _meta(said)
    hints = [said.get(key, "") for key in ("Sample", "Title", "Site", "Remark", "Project")]
    common = {"meta": meta, "title": said.get("Title", ""), "hints": hints, "started_at": _moment(said)}
    if 0 < blanks <= _MOST_COORDINATES and len(body) > 1:
        axis, values, spectra = _table(body, blanks, path.name)
        places = _coordinates(said, values)
    elif len(cells) == 2:
        axis, spectra = _single(body, path.name)
        places = {}
    else:
        raise UnreadableFile("damaged", f"{path.name}: its first row has {len(cells)} cells.", AGAIN)
    column = "intensity_counts" if said.get("AxisUnit[0]", "Cnt") in ("Cnt", "") else "intensity_au"
    found = spectral.recording(path.name, Technique.RAMAN, column, axis, spectra, places=places, **common)  # type: ignore[arg-type]
    if said.get("AxisUnit[0]", "").lower() in ("cnt/sec", "cnt/s"):
        found.table = found.table.rename({column: "intensity_cps"})
    if meta["processed"]:
        found.flag(
            "processed", "The baseline was already taken off in LabSpec: intensities are not as measured."
        )
    flag_open_end(found, text)
    return [found]


def sniff(head: bytes, name: str) -> int:
    if looks_binary(head):
        return 0
    text = unify(decode(head)).lstrip()
    return 3 if text.startswith("#") and len(set(_OWN.findall(text))) >= _OF_LABSPEC else 0


READER = Reader(
    name="labspec",
    version="1.0",
    label="Horiba LabSpec (txt)",
    techniques=(Technique.RAMAN,),
    sniff=sniff,
    read=read,
    extensions=(".txt",),
)
