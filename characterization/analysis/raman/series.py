"""A series or map of Raman spectra: its field over time or place, and how its bands run.

A band of a list is followed by its height above the straight line between its two sides and by its position (the
weighted middle above half of that height). Components are those of a non-negative matrix factorisation (scikit-learn):
they rebuild the series, and need not be the spectra of pure substances.
"""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import polars as pl

from characterization.analysis.base import Conditions, Finding, Result
from characterization.analysis.raman import carbon
from characterization.analysis.raman.carbon import NoFitError
from characterization.analysis.raman.spectrum import SHIFT, Spectrum, spectra_of, unit_of, without_spikes
from characterization.charts.chart import Numbers
from characterization.instruments.base import Recording

PLACES = ("state_of_charge_percent", "time_s", "voltage_V", "distance_um", "series_value", "spectrum")
BAND_HALF_WIDTH = 20.0
MOST_FITTED = 120
FIELD_ROWS, FIELD_COLUMNS = 240, 320
FIRST_OF_TRACK = 3


def compute(recording: Recording, conditions: Conditions) -> Result:
    """Tables ``field``, ``tracks`` and, where chosen, ``components``. Nothing for a single spectrum."""
    result = Result()
    kind = unit_of(recording)
    if kind is None or "spectrum" not in recording.table.columns:
        return result
    axis, rows, known = spectra_of(recording, kind[0])
    axis = axis + float(conditions.parameters.get("calibration_offset_per_cm", 0.0))
    measured = np.isfinite(rows).all(axis=1) & (rows != 0).any(axis=1)
    if measured.sum() < FIRST_OF_TRACK:
        result.flag(
            "too_few_spectra", f"{int(measured.sum())} measured spectra are no series ({FIRST_OF_TRACK})."
        )
        return result
    rows = np.array([without_spikes(row)[0] for row in rows[measured]])
    name, place = _place(known.filter(pl.Series(measured)))
    order = np.argsort(place, kind="stable")
    rows, place = rows[order], place[order]
    result.parameters = {"over": name, "spectra": len(rows), "unit": kind[1], "blank": int((~measured).sum())}
    result.tables["field"] = _field(axis, rows, place)
    bands = list(conditions.parameters.get("bands_per_cm", []))
    tracks = _tracks(axis, rows, place, bands, result)
    result.tables["tracks"] = tracks.with_columns(over=pl.lit(name), unit=pl.lit(kind[1]))
    count = int(conditions.parameters.get("components", 0))
    if count:
        _components(axis, rows, place, count, result)
    return result


def _place(known: pl.DataFrame) -> tuple[str, Numbers]:
    """By what the spectra are told apart: charge, time, potential, or the way along the sample."""
    if {"x_um", "y_um"} <= set(known.columns) and not known["x_um"].is_null().any():
        x, y = known["x_um"].to_numpy(), known["y_um"].to_numpy()
        along = np.concatenate([[0.0], np.cumsum(np.hypot(np.diff(x), np.diff(y)))])
        known = known.with_columns(distance_um=pl.Series(along))
    for name in PLACES:
        if name == "time_s" and "distance_um" in known.columns:
            continue
        if name in known.columns and known[name].n_unique() > 1:
            return name, known[name].cast(pl.Float64).to_numpy()
    return "spectrum", np.arange(1.0, known.height + 1)


def _field(axis: Numbers, rows: Numbers, place: Numbers) -> pl.DataFrame:
    """The series as a picture: at most FIELD_ROWS shifts and FIELD_COLUMNS spectra, each the mean of its block."""
    down = -(-axis.size // FIELD_ROWS)
    across = -(-place.size // FIELD_COLUMNS)
    shifts = _means(axis, down)
    columns = _means(place, across)
    field = np.array([_means(row, down) for row in rows])
    field = np.array([_means(column, across) for column in field.T])  # shifts × spectra
    return pl.DataFrame({
        "place": np.tile(columns, shifts.size),
        SHIFT: np.repeat(shifts, columns.size),
        "intensity": field.ravel(),
    })  # fmt: skip


def _means(values: Numbers, size: int) -> Numbers:
    if size == 1:
        return values
    return np.add.reduceat(values, np.arange(0, values.size, size)) / np.diff(
        [*range(0, values.size, size), values.size]
    )


def _tracks(axis: Numbers, rows: Numbers, place: Numbers, bands: list[int], result: Result) -> pl.DataFrame:
    """Per spectrum: place, the ratio and positions of D and G where they were measured, and each band of the list."""
    tracks: dict[str, Any] = {"place": place}
    for centre in bands:
        height, position = np.array([_band(axis, row, float(centre)) for row in rows]).T
        tracks |= {f"height_{centre}": height, f"position_{centre}": position}
    every = -(-len(rows) // MOST_FITTED)
    is_carbon = _carbon(axis, rows.mean(axis=0)) is not None
    fitted = [_carbon(axis, row) if is_carbon and at % every == 0 else None for at, row in enumerate(rows)]
    held = sum(one is not None for one in fitted)
    if held >= FIRST_OF_TRACK:
        nothing = (np.nan,) * 4
        ratio, sigma, d, g = np.array([one or nothing for one in fitted]).T
        tracks |= {"id_ig": ratio, "id_ig_sigma": sigma, "position_D": d, "position_G": g}
        way = "2 bands, height, baseline: line fitted with the bands; mean over the spectra of the series"
        finite = np.isfinite(ratio)
        spread = float(ratio[finite].std(ddof=1))
        result.findings.append(
            Finding(
                "id_ig_ratio_mean",
                "I_D/I_G, mean of the series",
                float(ratio[finite].mean()),
                "",
                spread,
                way,
            )
        )
        if every > 1:
            result.flag("thinned", f"D and G were fitted in every {every}th of {len(rows):,} spectra.")
    for centre in bands:
        position = tracks[f"position_{centre}"]
        finite = np.isfinite(position)
        if finite.sum() >= FIRST_OF_TRACK:
            moved = float(position[finite][-1] - position[finite][0])
            result.findings.append(
                Finding("raman_band_moved", f"Band at {centre} cm⁻¹, last less first", moved, "cm⁻¹",
                        None, "weighted middle above half height", f"{centre} cm⁻¹")
            )  # fmt: skip
    return pl.DataFrame(tracks).fill_nan(None)


def _band(axis: Numbers, row: Numbers, centre: float) -> tuple[float, float]:
    """Height above the line between both sides, and position; NaN where the axis does not reach."""
    inside = np.abs(axis - centre) <= BAND_HALF_WIDTH
    if inside.sum() < 5 or axis[0] > centre - BAND_HALF_WIDTH or axis[-1] < centre + BAND_HALF_WIDTH:
        return np.nan, np.nan
    x, y = axis[inside], row[inside]
    few = max(1, x.size // 8)
    above = y - np.interp(x, x[[0, -1]], [y[:few].mean(), y[-few:].mean()])
    height = float(above.max())
    high = above > 0.5 * height
    return height, float((x[high] * above[high]).sum() / above[high].sum()) if height > 0 else np.nan


def _carbon(axis: Numbers, row: Numbers) -> tuple[float, float, float, float] | None:
    try:
        fit = carbon.fit(Spectrum(axis, row))
    except NoFitError:
        return None
    return (*fit.ratio("height"), float(fit.centres[0]), float(fit.centres[1]))


def factorised(rows: Numbers, count: int) -> tuple[Numbers, Numbers, float]:
    """Shares (spectra × count), components (count × points, largest value 1) and the relative residual of a series.

    Non-negative matrix factorisation from the NNDSVDa start, which needs no chance. What noise or a baseline leaves
    below zero counts as zero. Raises ValueError where there are fewer spectra than components.
    """
    from sklearn.decomposition import NMF  # noqa: PLC0415  # half a second, only for who asks for components
    from sklearn.exceptions import ConvergenceWarning  # noqa: PLC0415

    if count > min(rows.shape):
        raise ValueError(f"{rows.shape[0]} spectra cannot hold {count} components.")
    scale = float(rows.max()) or 1.0
    model = NMF(count, init="nndsvda", max_iter=1000, tol=1e-6, solver="cd")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # the residual says how good it is
        shares = model.fit_transform(np.maximum(rows / scale, 0.0))
    components = model.components_
    size = np.maximum(components.max(axis=1), 1e-30)
    residual = float(np.linalg.norm(rows / scale - shares @ components) / np.linalg.norm(rows / scale))
    return shares * size * scale, components / size[:, None], residual


def _components(axis: Numbers, rows: Numbers, place: Numbers, count: int, result: Result) -> None:
    try:
        shares, components, residual = factorised(rows, count)
    except ValueError as error:
        result.flag("too_many_components", str(error))
        return
    names = [f"component_{at}" for at in range(1, count + 1)]
    result.tables["components"] = pl.DataFrame({SHIFT: axis, **dict(zip(names, components, strict=True))})
    result.tables["shares"] = pl.DataFrame({"place": place, **dict(zip(names, shares.T, strict=True))})
    way = f"non-negative matrix factorisation, {count} components, NNDSVDa start; they need not be pure substances"
    label = "Not rebuilt by the components"
    result.findings.append(Finding("raman_components_residual", label, 100 * residual, "%", None, way))
