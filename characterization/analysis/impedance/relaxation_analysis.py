"""Distributions of relaxation times of every spectrum of a recording, their peaks tracked and labelled D1 … D6."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import polars as pl

from characterization.analysis.base import Conditions, Finding, Result
from characterization.analysis.impedance.kramers_kronig import kramers_kronig
from characterization.analysis.impedance.peaks import MOST_LABELS, Peak, Track, peaks_of, tracked
from characterization.analysis.impedance.relaxation import CRITERION, Distribution, distribution
from characterization.analysis.impedance.reporting import most_asked, quoted, subject
from characterization.analysis.impedance.spectra import Spectrum, spectra_of
from characterization.instruments.base import Recording

JUDGES = 5
LAMBDA_RANGE = (1e-8, 1e3)
PEAK_SCHEMA = {
    "spectrum": pl.Int64,
    "label": pl.String,
    "tau_s": pl.Float64,
    "frequency_Hz": pl.Float64,
    "resistance_ohm": pl.Float64,
    "gamma_ohm": pl.Float64,
}


def compute(recording: Recording, conditions: Conditions) -> Result:
    """Tables ``distributions`` (γ over τ, and whether ω = 1/τ was measured), ``peaks`` (D1 … D6) and ``spectra``.

    Parameters: ``lambda`` (else found; one for all spectra, so that they can be compared), ``most_spectra``.
    """
    result = Result()
    spectra = spectra_of(recording, result.flag, most_asked(conditions))
    if not spectra:
        return result
    ridge, way = _ridge(spectra, conditions)
    found = [distribution(spectrum, ridge) for spectrum in spectra]
    result.parameters = {"criterion": CRITERION, "lambda": ridge, "lambda_from": way, "weighting": "1/|Z|"}
    inside = [_inside(spectrum, one) for spectrum, one in zip(spectra, found, strict=True)]
    tracks = tracked(inside)
    rows = [_row(spectrum, one) for spectrum, one in zip(spectra, found, strict=True)]
    result.tables["spectra"] = pl.DataFrame(rows, infer_schema_length=None)
    result.tables["distributions"] = pl.concat(
        [_distribution(spectrum, one) for spectrum, one in zip(spectra, found, strict=True)]
    )
    result.tables["peaks"] = _peaks(spectra, tracks)
    result.findings = _findings(spectra, found, tracks, f"{CRITERION}, λ {ridge:.2g}, {way}")
    _flag(result, inside, tracks)
    return result


def _ridge(spectra: Sequence[Spectrum], conditions: Conditions) -> tuple[float, str]:
    """λ as asked for, or the median of those that cross-validation finds on up to five spectra."""
    asked = conditions.parameters.get("lambda")
    if isinstance(asked, int | float) and LAMBDA_RANGE[0] <= asked <= LAMBDA_RANGE[1]:
        return float(asked), "as asked for"
    places = np.unique(np.linspace(0, len(spectra) - 1, JUDGES).round().astype(int))
    own = [distribution(spectra[place]).ridge for place in places.tolist()]
    if len(own) == 1:
        return own[0], "cross-validated"
    return float(np.median(own)), f"median of {len(own)} spectra, one for all"


def _inside(spectrum: Spectrum, found: Distribution) -> list[Peak]:
    """Peaks between the highest and the lowest measured frequency: what lies beyond is an extrapolation."""
    fastest, slowest = 1 / spectrum.omega[0], 1 / spectrum.omega[-1]
    return [peak for peak in peaks_of(found) if fastest <= peak.tau_s <= slowest]


def _row(spectrum: Spectrum, found: Distribution) -> dict[str, object]:
    inside = (found.tau_s >= 1 / spectrum.omega[0]) & (found.tau_s <= 1 / spectrum.omega[-1])
    return spectrum.state | {
        "kramers_kronig": kramers_kronig(spectrum).state,
        "lambda": found.ridge,
        "misfit_percent": found.misfit_percent,
        "series_resistance_ohm": found.resistance_ohm,
        "inductance_H": found.inductance_H,
        "blocking_ohm": found.blocking_ohm,
        "blocking_exponent": found.blocking_exponent,
        "polarisation_ohm": float(found.gamma_ohm[inside].sum() * found.step),
    }


def _distribution(spectrum: Spectrum, found: Distribution) -> pl.DataFrame:
    return pl.DataFrame(
        {
            "spectrum": np.full(len(found.tau_s), spectrum.number),
            "tau_s": found.tau_s,
            "gamma_ohm": found.gamma_ohm,
            "measured": (found.tau_s >= 1 / spectrum.omega[0]) & (found.tau_s <= 1 / spectrum.omega[-1]),
        }
    )


def _peaks(spectra: Sequence[Spectrum], tracks: Sequence[Track]) -> pl.DataFrame:
    rows = [
        (
            spectra[place].number,
            f"D{number}",
            peak.tau_s,
            peak.frequency_Hz,
            peak.resistance_ohm,
            peak.height_ohm,
        )
        for number, track in enumerate(tracks, start=1)
        for place, peak in track.seen
    ]
    return pl.DataFrame(rows, schema=PEAK_SCHEMA, orient="row")


def _findings(
    spectra: Sequence[Spectrum], found: Sequence[Distribution], tracks: Sequence[Track], way: str
) -> list[Finding]:
    told: list[Finding] = []
    for words, place in quoted([(spectrum, place) for place, spectrum in enumerate(spectra)]):
        verdict = kramers_kronig(spectra[place])
        doubt = "" if verdict.passed else f"; the spectrum {verdict.words}"
        base = f"{way}; misfit {found[place].misfit_percent:.2f} %{doubt}"
        for number, track in enumerate(tracks, start=1):
            for peak in (peak for seen, peak in track.seen if seen == place):
                about = subject(f"D{number}", words)
                area = f"area between minima, peak at {peak.frequency_Hz:.3g} Hz; {base}"
                told.append(
                    Finding("drt_resistance", "DRT peak", peak.resistance_ohm, "Ω", None, area, about)
                )
                told.append(
                    Finding("drt_time_constant", "DRT time constant", peak.tau_s, "s", None, base, about)
                )
    return told


def _flag(result: Result, inside: Sequence[Sequence[Peak]], tracks: Sequence[Track]) -> None:
    labelled = sum(len(track.seen) for track in tracks)
    lost = sum(len(peaks) for peaks in inside) - labelled
    if not labelled:
        result.flag(
            "no_peak", "The distribution of relaxation times has no peak within the measured frequencies."
        )
    elif lost:
        text = (
            f"{lost} of {lost + labelled} peaks have no label: they belong to no process that is seen in 15 % of the "
            f"spectra, or to none of the {MOST_LABELS} with most resistance."
        )
        result.flag("unlabelled_peaks", text)
