"""What a Raman spectrum of carbon says: D and G under the chosen convention and, beside it, under the others."""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl
from pybaselines import Baseline
from scipy.signal import find_peaks, savgol_filter

from characterization.analysis.base import Conditions, Finding, Result
from characterization.analysis.raman import carbon
from characterization.analysis.raman.carbon import Fit, NoFitError
from characterization.analysis.raman.spectrum import (
    SHIFT,
    SILICON_PER_CM,
    Spectrum,
    silicon_line,
    spectra_of,
    unit_of,
    without_spikes,
)
from characterization.charts.chart import Numbers
from characterization.instruments.base import Recording

CONVENTIONS = {
    "2 bands, height": (carbon.TWO, "height"),
    "2 bands, area": (carbon.TWO, "area"),
    "4 bands, height": (carbon.FOUR, "height"),
    "4 bands, area": (carbon.FOUR, "area"),
}
USUAL = "2 bands, height"
BESIDE = "id_ig_ratio_otherwise"  # by the conventions that were not chosen
AGREES_PER_CM = 0.3
GREEN_NM = (511.0, 518.0)
PEAK_SIGMAS, PEAK_SHARE, MOST_PEAKS = 6.0, 0.03, 40


def compute(recording: Recording, conditions: Conditions) -> Result:
    """Tables ``spectrum`` (shift, intensity, baseline, each band) and ``peaks``; D/G ratio, positions, widths, L_a."""
    result = Result()
    kind = unit_of(recording)
    if kind is None:
        result.flag("no_spectrum", "The table has no Raman shift with an intensity.")
        return result
    chosen = conditions.parameters
    spectrum = _made_ready(recording, kind[0], float(chosen.get("calibration_offset_per_cm", 0.0)), result)
    if spectrum is None:
        return result
    _calibration(spectrum, result)
    result.tables["peaks"] = _peaks(spectrum)
    convention = str(chosen.get("convention", USUAL))
    baseline = str(chosen.get("baseline", carbon.FITTED))
    window = (
        float(chosen.get("from_per_cm", carbon.WINDOW[0])),
        float(chosen.get("to_per_cm", carbon.WINDOW[1])),
    )
    result.parameters |= {"convention": convention, "baseline": baseline, "window_per_cm": list(window)}
    fits = _fits(spectrum, baseline, window, result)
    shown = fits.get(len(CONVENTIONS[convention][0]))
    result.tables["spectrum"] = _table(spectrum, shown, kind[1])
    if shown is not None:
        _tell(result, fits, shown, convention, baseline, recording.meta.get("laser_nm"))
        _raw_ratio(spectrum, result)
    return result


def _made_ready(recording: Recording, name: str, offset: float, result: Result) -> Spectrum | None:
    """The spectrum, or the mean of several, moved by the calibration and without cosmic rays."""
    axis, rows, _ = spectra_of(recording, name)
    rows = rows[np.isfinite(rows).all(axis=1) & (rows != 0).any(axis=1)]
    if not rows.size or axis.size < carbon.FEWEST_POINTS:
        result.flag(
            "too_few_points", f"{axis.size} points are too few to look for bands in ({carbon.FEWEST_POINTS})."
        )
        return None
    cleaned = [without_spikes(row) for row in rows]
    spikes = sum(count for _, count in cleaned)
    intensity: Numbers = np.mean([row for row, _ in cleaned], axis=0)
    result.parameters |= {"spikes_removed": spikes, "calibration_offset_per_cm": offset, "spectra": len(rows)}
    if spikes:
        result.flag("spikes", f"{spikes} cosmic ray{'s were' if spikes > 1 else ' was'} taken out.")
    if len(rows) > 1:
        result.flag("mean_of_spectra", f"Bands are those of the mean of {len(rows):,} spectra.")
    return Spectrum(axis + offset, intensity)


def _calibration(spectrum: Spectrum, result: Result) -> None:
    found = silicon_line(spectrum)
    if found is None:
        return
    at, sigma, width = found
    way = f"Lorentzian on a line, FWHM {width:.2f} cm⁻¹, reference {SILICON_PER_CM} cm⁻¹"
    result.findings.append(Finding("raman_silicon_position", "Silicon line", at, "cm⁻¹", sigma, way))
    if abs(at - SILICON_PER_CM) > AGREES_PER_CM:
        moved = f"{SILICON_PER_CM - at:+.2f}".replace("-", "−")
        result.flag(
            "calibration",
            f"Silicon's line lies at {at:.2f} cm⁻¹ instead of {SILICON_PER_CM}: a calibration offset of {moved} cm⁻¹ "
            "for this instrument and day would put it right.",
        )


def _peaks(spectrum: Spectrum) -> pl.DataFrame:
    """Positions, heights above an asymmetric baseline and widths of what stands out, strongest first."""
    x, y = spectrum.shift, spectrum.intensity
    points = min(9, y.size - 1 - y.size % 2)
    smooth = savgol_filter(y, points, 2)
    noise = 1.4826 * float(np.median(np.abs(y - smooth)))
    above = smooth - Baseline(x).asls(smooth, lam=1e6, p=1e-3)[0]
    least = max(PEAK_SIGMAS * noise, PEAK_SHARE * float(above.max()), 1e-12)
    places, found = find_peaks(above, prominence=least, width=1)
    step = float(np.median(np.diff(x)))
    table = pl.DataFrame({
        SHIFT: x[places], "height": above[places], "fwhm_per_cm": found["widths"] * step,
    }, schema={SHIFT: pl.Float64, "height": pl.Float64, "fwhm_per_cm": pl.Float64})  # fmt: skip
    return table.sort("height", descending=True).head(MOST_PEAKS)


def _fits(spectrum: Spectrum, baseline: str, window: tuple[float, float], result: Result) -> dict[int, Fit]:
    """The fits by their number of bands; what could not be fitted is flagged once."""
    fits: dict[int, Fit] = {}
    for bands in (carbon.TWO, carbon.FOUR):
        try:
            fits[len(bands)] = carbon.fit(spectrum, bands, baseline, window)
        except NoFitError as error:
            if not any(flag.code == "no_carbon_bands" for flag in result.flags):
                result.flag("no_carbon_bands", str(error))
    return fits


def _table(spectrum: Spectrum, fit: Fit | None, unit: str) -> pl.DataFrame:
    table = pl.DataFrame({SHIFT: spectrum.shift, "intensity": spectrum.intensity}).with_columns(
        unit=pl.lit(unit)
    )
    if fit is None:
        return table
    parts: dict[str, Any] = {SHIFT: fit.shift, "baseline": fit.baseline, "fit": fit.whole}
    parts |= {f"band_{band.name}": fit.curve(place) for place, band in enumerate(fit.bands)}
    parts["residual_sigma"] = (
        (fit.intensity - fit.whole) / fit.noise if fit.noise else np.zeros_like(fit.shift)
    )
    return table.join(pl.DataFrame(parts), on=SHIFT, how="left", maintain_order="left")


def _tell(
    result: Result, fits: dict[int, Fit], shown: Fit, convention: str, baseline: str, laser_nm: float | None
) -> None:
    way = f"{convention}, baseline: {baseline}"
    for words, (bands, of) in CONVENTIONS.items():
        if len(bands) in fits:
            ratio, sigma = fits[len(bands)].ratio("height" if of == "height" else "area")
            name, subject = ("id_ig_ratio", "") if words == convention else (BESIDE, words)
            result.findings.append(
                Finding(name, "I_D/I_G", ratio, "", sigma, f"{words}, baseline: {baseline}", subject)
            )
    for place, band in enumerate(shown.bands):
        centre, width = float(shown.centres[place]), 2 * float(shown.halves[place])
        sigmas = shown.deviation(place, "centre"), 2 * shown.deviation(place, "half")
        result.findings += [
            Finding("raman_band_position", f"{band.name} band", centre, "cm⁻¹", sigmas[0], way, band.name),
            Finding("raman_band_width", f"{band.name} band, FWHM", width, "cm⁻¹", sigmas[1], way, band.name),
        ]
        if abs(centre - band.centre) > 0.98 * band.span or shown.halves[place] > 0.98 * band.widest:
            result.flag(
                "at_its_bound", f"The {band.name} band ran into its bound: do not trust this fit by itself."
            )
    if 2 in fits:
        _sizes(result, fits[2], baseline, laser_nm)


def _sizes(result: Result, fit: Fit, baseline: str, laser_nm: float | None) -> None:
    if laser_nm is None:
        result.flag("laser_missing", "The laser line is not known: no in-plane size is given.")
        return
    area, spread = fit.ratio("area")
    size = carbon.la_cancado_nm(area, laser_nm)
    way = f"Cançado 2006, 2 bands, area, {laser_nm:g} nm, baseline: {baseline}"
    result.findings.append(Finding("raman_la", "In-plane size L_a", size, "nm", size * spread / area, way))
    if GREEN_NM[0] <= laser_nm <= GREEN_NM[1]:
        height, deviation = fit.ratio("height")
        size = carbon.la_tuinstra_koenig_nm(height)
        way = f"Tuinstra–Koenig 1970, 2 bands, height, {laser_nm:g} nm"
        result.findings.append(
            Finding(
                "raman_la", "In-plane size L_a", size, "nm", size * deviation / height, way, "Tuinstra–Koenig"
            )
        )


def _raw_ratio(spectrum: Spectrum, result: Result) -> None:
    way = "heights of the smoothed spectrum above the line between its ends, nothing fitted"
    value = carbon.raw_ratio(spectrum)
    if np.isfinite(value):
        result.findings.append(Finding(BESIDE, "I_D/I_G", value, "", None, way, "raw height"))
