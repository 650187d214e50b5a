"""One sorption isotherm out of what a file says: columns in their units, branches, and what is missing or odd."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from characterization.instruments.base import Recording, Technique, UnreadableFile
from characterization.instruments.clock_text import one_moment
from characterization.instruments.sorption_units import Amount

AGAIN = "Export it again on the instrument; the file that arrived is kept."
ADSORPTION, DESORPTION = "adsorption", "desorption"
FEWEST_POINTS = 2
MOST_POINTS = 100_000
DISAGREE = 0.02
HIGHEST_RELATIVE = 1.1
_COLUMNS = ("pressure_kPa", "relative_pressure", "saturation_pressure_kPa")

Values = npt.NDArray[np.float64]


@dataclass
class Points:
    """Rows in the order of measuring; lists may hold None. ``branch`` is empty where the file does not say it."""

    amount: list[float | None] = field(default_factory=list)
    pressure_kPa: list[float | None] = field(default_factory=list)
    relative_pressure: list[float | None] = field(default_factory=list)
    saturation_pressure_kPa: list[float | None] = field(default_factory=list)
    branch: list[str] = field(default_factory=list)

    def add(
        self,
        amount: float | None,
        pressure: float | None = None,
        relative: float | None = None,
        saturation: float | None = None,
        branch: str = "",
    ) -> None:
        self.amount.append(amount)
        self.pressure_kPa.append(pressure)
        self.relative_pressure.append(relative)
        self.saturation_pressure_kPa.append(saturation)
        self.branch.append(branch)


def isotherm(name: str, points: Points, meta: dict[str, Any], unit: Amount, title: str = "") -> Recording:
    """The recording; ``unit`` turns the amounts into mmol/g, with ``sample_mass_g`` of ``meta`` where they are whole.

    Raises UnreadableFile ``empty``, ``too_large``, ``damaged`` or ``unsupported``.
    """
    _check_size(name, points)
    columns = {key: _values(getattr(points, key)) for key in _COLUMNS}
    amount = _values(points.amount) * unit.factor / _grams(name, meta, unit)
    _fill(columns, meta.get("saturation_pressure_kPa"))
    _check_rows(name, amount, columns)
    if not any((columns[key] > 0).any() for key in ("pressure_kPa", "relative_pressure")):
        raise UnreadableFile(
            "damaged", f"{name}: none of its {amount.size} points has a pressure above 0.", AGAIN
        )
    branch = points.branch if all(points.branch) else _branches(columns)
    table = pl.DataFrame(
        {key: values for key, values in columns.items() if np.isfinite(values).any()}
        | {"amount_mmol_per_g": amount, "branch": list(branch)}
    )
    table = table.with_columns(pl.col(pl.Float64).fill_nan(None))
    known = {key: value for key, value in meta.items() if value not in (None, "", {}, [])}
    recording = Recording(Technique.SORPTION, table, meta=known, title=title)
    recording.sample_hints = tuple(dict.fromkeys(filter(None, [title, *_hints(known)])))
    _flag(recording, amount, columns)
    return recording


def _hints(meta: dict[str, Any]) -> list[str]:
    return [str(meta[key]) for key in ("sample", "comment", "original_file") if meta.get(key)]


def _values(cells: Sequence[float | None]) -> Values:
    return np.array([np.nan if cell is None else cell for cell in cells], dtype=np.float64)


def _check_size(name: str, points: Points) -> None:
    count = len(points.amount)
    if count < FEWEST_POINTS:
        raise UnreadableFile("empty", f"{name} has {count} points of an isotherm.", AGAIN)
    if count > MOST_POINTS:
        raise UnreadableFile(
            "too_large", f"{name} has {count:,} points; {MOST_POINTS:,} are read.", "Split it."
        )


def _grams(name: str, meta: dict[str, Any], unit: Amount) -> float:
    mass = meta.get("sample_mass_g")
    if not unit.whole:
        return 1.0
    if not mass or not np.isfinite(mass) or mass <= 0:
        raise UnreadableFile(
            "unsupported",
            f"{name} gives the amount for the whole sample and does not state the sample's mass.",
            "Enter the mass on the instrument and export again, or export the amount per gram.",
        )
    return float(mass)


def _fill(columns: dict[str, Values], saturation_kPa: Any) -> None:
    """Relative from absolute pressure and back, by the saturation pressure of the row or of the file."""
    known = columns["saturation_pressure_kPa"]
    each = np.where(np.isfinite(known), known, saturation_kPa or np.nan)
    pressure, relative = columns["pressure_kPa"], columns["relative_pressure"]
    with np.errstate(all="ignore"):
        columns["relative_pressure"] = np.where(np.isfinite(relative), relative, pressure / each)
        columns["pressure_kPa"] = np.where(np.isfinite(pressure), pressure, relative * each)


def _check_rows(name: str, amount: Values, columns: dict[str, Values]) -> None:
    """Each row has an amount and a pressure, in the range of numbers that mean something."""
    pressed = np.isfinite(columns["pressure_kPa"]) | np.isfinite(columns["relative_pressure"])
    relative, pressure = columns["relative_pressure"], columns["pressure_kPa"]
    wild = (np.abs(amount) > 1e5) | (relative < -0.01) | (relative > 10) | (pressure < -10) | (pressure > 1e6)
    bad = ~np.isfinite(amount) | ~pressed | wild
    if bad.any():
        row = int(bad.argmax())
        raise UnreadableFile(
            "damaged",
            f"{name}: point {row + 1} of {len(amount)} has no pressure and amount that an isotherm can have.",
            AGAIN,
        )


def _branches(columns: dict[str, Values]) -> list[str]:
    """Desorption begins after the row of the highest pressure, where no branch is told."""
    relative = columns["relative_pressure"]
    order = relative if np.isfinite(relative).all() else columns["pressure_kPa"]
    top = len(order) - 1 - int(np.argmax(order[::-1]))
    return [ADSORPTION] * (top + 1) + [DESORPTION] * (len(order) - top - 1)


def _flag(recording: Recording, amount: Values, columns: dict[str, Values]) -> None:
    for key, words in (
        ("gas", "the gas"),
        ("temperature_K", "the temperature"),
        ("sample_mass_g", "the mass"),
    ):
        if recording.meta.get(key) is None:
            text = f"The file does not say {words}: it can be chosen for the analysis."
            recording.flag(f"{key.removesuffix('_K').removesuffix('_g')}_missing", text)
    relative = columns["relative_pressure"]
    if not np.isfinite(relative).all():
        text = "The file has no saturation pressure: relative pressures are left to the analysis."
        recording.flag("saturation_missing", text)
    high = int((relative > HIGHEST_RELATIVE).sum())
    if high:
        text = f"{high} points lie above {HIGHEST_RELATIVE:g} of the saturation pressure, {np.nanmax(relative):.3g}."
        recording.flag("above_saturation", text)
    if (amount < 0).any():
        text = f"{int((amount < 0).sum())} amounts are negative, down to {amount.min():.3g} mmol/g."
        recording.flag("negative_amounts", text)
    _flag_disagreement(recording, columns)


def _flag_disagreement(recording: Recording, columns: dict[str, Values]) -> None:
    """Says where p / p0 of a row is not the relative pressure that stands beside it."""
    pressure, saturation = columns["pressure_kPa"], columns["saturation_pressure_kPa"]
    relative = columns["relative_pressure"]
    with np.errstate(all="ignore"):
        off = np.abs(pressure / saturation / relative - 1)
    off = np.where((relative > 1e-3) & np.isfinite(off), off, 0.0)
    if (off > DISAGREE).any():
        text = (
            f"In {int((off > DISAGREE).sum())} rows the pressure over the saturation pressure differs from the "
            f"relative pressure by up to {100 * off.max():.1f} %. The relative pressure is taken as written."
        )
        recording.flag("pressures_disagree", text)


def whole_text(text: str, name: str) -> str:
    """The text, unless bytes of zero stand in it: a disk or a transfer lost what was there."""
    if "\0" in text:
        raise UnreadableFile("damaged", f"{name} has a hole of zeros in its text.", AGAIN)
    return text


def moment(text: object, *others: object, usual: str = "mdy") -> datetime | None:
    """A date of a header; ``others`` are dates of the same file that tell day from month."""
    if isinstance(text, datetime):
        return text
    return one_moment(str(text), usual, [str(other) for other in others]) if text else None
