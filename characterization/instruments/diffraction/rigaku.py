"""What Rigaku's text and zip files share: three columns of numbers, and the statements of a SmartLab header.

A row is position, intensity, attenuator factor; the true intensity is intensity x factor. The counting time follows
from the speed: 60 x step / speed where that is in deg/min, else it is the time per step.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

import numpy as np

from characterization.instruments.base import Recording
from characterization.instruments.diffraction.axes import moves_two_theta, other_axis
from characterization.instruments.diffraction.scans import Numbers, damaged, pattern, truncated
from characterization.instruments.textual import to_number

_FIGURES = {
    "wavelength_angstrom": "*HW_XG_WAVE_LENGTH_ALPHA1",
    "wavelength_kalpha2_angstrom": "*HW_XG_WAVE_LENGTH_ALPHA2",
    "wavelength_kbeta_angstrom": "*HW_XG_WAVE_LENGTH_BETA",
    "tube_tension_kV": "*MEAS_COND_XG_VOLTAGE",
    "tube_current_mA": "*MEAS_COND_XG_CURRENT",
}
_TEXTS = {
    "anode": "*HW_XG_TARGET_NAME",
    "intended_wavelength": "*MEAS_COND_XG_WAVE_TYPE",
    "sample_name": "*FILE_SAMPLE",
    "comment": "*FILE_COMMENT",
    "operator": "*FILE_OPERATOR",
    "detector": "*HW_COUNTER_SELECT_NAME",
    "optics": "*MEAS_COND_OPT_ATTR",
    "scan_mode": "*MEAS_SCAN_MODE",
    "scan_axis": "*MEAS_SCAN_AXIS_X",
}


def described(said: Mapping[str, str]) -> dict[str, object]:
    """Meta of a header's ``*KEY`` statements."""
    meta: dict[str, object] = {key: said.get(theirs, "").strip() for key, theirs in _TEXTS.items()}
    meta["detector"] = str(meta["detector"]).partition("|")[0]
    for key, theirs in _FIGURES.items():
        value = to_number(said.get(theirs, ""))
        if value:
            meta[key] = value
    step, speed = (to_number(said.get(f"*MEAS_SCAN_{key}", "")) for key in ("STEP", "SPEED"))
    unit = said.get("*MEAS_SCAN_SPEED_UNIT", "").strip()
    if step and speed and unit == "deg/min":
        meta["counting_time_s"] = float(f"{60 * step / speed:.6g}")
    elif speed and unit.startswith("sec"):
        meta["counting_time_s"] = speed
    return meta


def moment_of(text: str) -> datetime | None:
    """A start as ras (``12/05/15 22:01:01``, no zone) and rasx (``2025-03-07T13:28:15Z``) write it."""
    try:
        return datetime.fromisoformat(text.strip())
    except ValueError:
        pass
    try:
        return datetime.strptime(text.strip(), "%m/%d/%y %H:%M:%S")
    except ValueError:
        return None


def rows(text: str, name: str, what: str) -> Numbers:
    """Shape (points, 2 or 3). ``what`` says which scan, for the complaint."""
    cells = text.split()
    lines = [line for line in text.splitlines() if line.strip()]
    width = len(lines[0].split()) if lines else 3
    if width not in (2, 3):
        raise damaged(name, f"a row of {what} has {width} numbers instead of 3")
    if len(cells) != width * len(lines) or (len(lines) > 1 and len(lines[-1].split()) != width):
        raise damaged(name, f"the {len(lines):,} rows of {what} do not all have {width} numbers")
    try:
        return np.array(cells, dtype=np.float64).reshape(-1, width)
    except ValueError as error:
        raise damaged(name, f"a row of {what} holds something else than numbers ({error})") from error


def scan_of(table: Numbers, said: Mapping[str, str], name: str, what: str, axis: str = "") -> Recording:
    """One scan over 2θ, held against the number of points that its header states."""
    stated = to_number(said.get("*MEAS_DATA_COUNT", ""))
    if stated is not None and len(table) < stated:
        raise truncated(name, f"ends in {what} after {len(table):,} of {int(stated):,} points")
    if stated is not None and len(table) > stated:
        raise damaged(name, f"{what} has {len(table):,} points, its header states {int(stated):,}")
    axis = axis or said.get("*MEAS_SCAN_AXIS_X_INTERNAL") or said.get("*MEAS_SCAN_AXIS_X", "")
    if not moves_two_theta(axis):
        raise other_axis(name, axis, len(table))
    factors = table[:, 2] if table.shape[1] == 3 else np.ones(len(table))
    meta = described(said) | {"scan_axis": axis}
    rate = said.get("*MEAS_SCAN_UNIT_Y", "").strip().lower() in ("cps", "counts/s")
    recording = pattern(name, table[:, 0], table[:, 1] * factors, meta, rate=rate, factors=factors)
    recording.started_at = moment_of(said.get("*MEAS_SCAN_START_TIME", ""))
    return recording
