"""From an axis and its spectra to a recording: one long table for Raman, infrared and UV-vis files of every vendor."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from characterization.instruments.base import Recording, Technique, UnreadableFile, json_ready

Numbers = npt.NDArray[np.float64]

AGAIN = "Copy it again from the instrument; the file that arrived is kept."
FEWEST_POINTS = 5
MOST_VALUES = 50_000_000
ABSCISSAS = {
    Technique.RAMAN: "raman_shift_per_cm",
    Technique.FTIR: "wavenumber_per_cm",
    Technique.UV_VIS: "wavelength_nm",
}
LASERS_NM = (100.0, 3000.0)


def check_size(name: str, points: int, spectra: int) -> None:
    """Refuses what a head declares and nobody measures, before any memory is asked for."""
    if points < FEWEST_POINTS:
        raise UnreadableFile(
            "damaged", f"{name} declares spectra of {points} points; {FEWEST_POINTS} are the fewest.", AGAIN
        )
    if spectra < 1:
        raise UnreadableFile("empty", f"{name} holds no spectrum: nothing was measured.", AGAIN)
    if points * spectra > MOST_VALUES:
        raise UnreadableFile(
            "too_large",
            f"{name} declares {spectra:,} spectra of {points:,} points; {MOST_VALUES:,} values are the most.",
            "Export the map in parts.",
        )


def recording(
    name: str,
    technique: Technique,
    ordinate: str,
    axis: npt.ArrayLike,
    spectra: npt.ArrayLike,
    *,
    places: Mapping[str, npt.ArrayLike] | None = None,
    meta: Mapping[str, Any] | None = None,
    title: str = "",
    hints: Sequence[str] = (),
    started_at: datetime | None = None,
) -> Recording:
    """A recording of ``spectra`` (spectra × points, or points) over ``axis`` (points, in the technique's unit).

    The axis is turned to ascend. ``places`` has one value per spectrum (``time_s``, ``x_um``). Raises UnreadableFile
    where an axis or an intensity cannot be.
    """
    x = np.asarray(axis, dtype=np.float64)
    y = np.atleast_2d(np.asarray(spectra, dtype=np.float64))
    check_size(name, x.size, y.shape[0])
    if y.shape[1] != x.size:
        raise UnreadableFile(
            "damaged", f"{name}: {y.shape[1]:,} intensities stand against {x.size:,} positions.", AGAIN
        )
    order = np.argsort(x, kind="stable")
    x, y = x[order], y[:, order]
    _check_values(name, x, y)
    several = y.shape[0] > 1
    columns: dict[str, Any] = {}
    if several:
        columns["spectrum"] = np.repeat(np.arange(1, y.shape[0] + 1), x.size)
        for place, values in (places or {}).items():
            columns[place] = np.repeat(np.asarray(values, dtype=np.float64), x.size)
    columns[ABSCISSAS[technique]] = np.tile(x, y.shape[0])
    columns[ordinate] = y.ravel()
    told = {key: value for key, value in (meta or {}).items() if value not in (None, "")}
    found = Recording(technique, pl.DataFrame(columns), meta=json_ready(told), title=title)
    found.sample_hints = tuple(dict.fromkeys(hint for hint in hints if hint))
    found.started_at = started_at
    blank = int((y == 0).all(axis=1).sum()) if several else 0
    if blank:
        found.flag(
            "blank_spectra", f"{blank:,} of {y.shape[0]:,} spectra hold only zeros: planned and not measured."
        )
    if technique == Technique.RAMAN and "laser_nm" not in told:
        found.flag("laser_missing", "The file does not say its laser line: no in-plane size is computed.")
    return found


def _check_values(name: str, x: Numbers, y: Numbers) -> None:
    if not np.isfinite(x).all() or (np.diff(x) <= 0).any():
        raise UnreadableFile(
            "damaged", f"{name} holds positions that are no numbers or stand twice in one spectrum.", AGAIN
        )
    if not np.isfinite(y).any(axis=1).all():
        raise UnreadableFile("damaged", f"{name} holds a spectrum without a single intensity.", AGAIN)
    if np.abs(x).max() > 1e7 or np.nanmax(np.abs(y)) > 1e30:
        raise UnreadableFile("damaged", f"{name} holds positions or intensities that cannot be.", AGAIN)


def laser_nm(text: object) -> float | None:
    """The line in nm out of ``532nm_Edge``, ``632.8``, ``785 nm``; None where there is none that a laser has."""
    digits = "".join(letter if letter.isdigit() or letter in ".," else " " for letter in str(text)).split()
    for part in digits:
        try:
            value = float(part.replace(",", "."))
        except ValueError:
            continue
        if LASERS_NM[0] <= value <= LASERS_NM[1]:
            return value
    return None
