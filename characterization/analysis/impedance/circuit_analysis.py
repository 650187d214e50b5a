"""Equivalent circuits fitted to every spectrum of a recording, one circuit for all of them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import polars as pl

from characterization.analysis.base import Conditions, Result
from characterization.analysis.impedance import circuit_findings
from characterization.analysis.impedance.choice import Chosen, choose, first_fit, good_percent
from characterization.analysis.impedance.circuit import Circuit
from characterization.analysis.impedance.fit import NEARBY, WEIGHTINGS, Fit, best_of
from characterization.analysis.impedance.grammar import CircuitError
from characterization.analysis.impedance.kramers_kronig import CRITERION, kramers_kronig
from characterization.analysis.impedance.reporting import most_asked
from characterization.analysis.impedance.resistances import Resistances, resistances
from characterization.analysis.impedance.spectra import Spectrum, named, spectra_of
from characterization.instruments.base import Recording

WORSE = 1.5
"""A misfit so much larger than the neighbour's makes the fit begin anew."""

FINER = 4


def compute(recording: Recording, conditions: Conditions) -> Result:
    """Tables ``spectra`` (one row each: state, verdict, misfit, resistances, every parameter), ``elements`` (long),
    ``points`` (measured, fitted, residuals in % of |Z|) and ``curves`` (the fit between the points).

    Parameters: ``circuit`` (``R0-p(R1,CPE1)``; else chosen), ``weighting`` (modulus or unit), ``most_spectra``.
    """
    result = Result()
    spectra = spectra_of(recording, result.flag, most_asked(conditions))
    if not spectra:
        return result
    weighting = _weighting(conditions, result)
    chosen = _wanted(conditions, result) or choose(spectra, weighting)
    fits = _series(chosen.circuit, spectra, weighting) if chosen else []
    if chosen is None or not fits:
        result.flag("no_fit", "No circuit could be fitted: the points are too few for its parameters.")
        return result
    result.parameters = {
        "circuit": chosen.circuit.text,
        "chosen_by": chosen.why,
        "weighting": f"{weighting}: " + ("1/|Z|" if weighting == "modulus" else "the same at every point"),
        "uncertainties": "one standard deviation from the covariance, scaled by the misfit",
        "kramers_kronig": CRITERION,
    }
    told = resistances(fits)
    _tables(result, fits, told)
    result.findings = circuit_findings.findings(fits, told, conditions, result)
    circuit_findings.flag(result, chosen, fits)
    _flag_missing(result, spectra, fits)
    return result


def _weighting(conditions: Conditions, result: Result) -> str:
    wanted = str(conditions.parameters.get("weighting", WEIGHTINGS[0]))
    if wanted not in WEIGHTINGS:
        told = f"‘{wanted[:40]}’ is no weighting; {WEIGHTINGS[0]} is used. Known are {', '.join(WEIGHTINGS)}."
        result.flag("weighting_refused", told)
        return WEIGHTINGS[0]
    return wanted


def _wanted(conditions: Conditions, result: Result) -> Chosen | None:
    """The circuit that a person asked for; None where none was, or where it cannot be read."""
    text = str(conditions.parameters.get("circuit") or "")
    if not text:
        return None
    try:
        return Chosen(Circuit.of(text), "asked for")
    except CircuitError as error:
        result.flag("circuit_refused", f"{error} A circuit was chosen instead.")
        return None


def _series(circuit: Circuit, spectra: Sequence[Spectrum], weighting: str) -> list[Fit]:
    """A fit of each spectrum, begun at the neighbour's values and, where that goes badly, at its own."""
    fits: list[Fit] = []
    for spectrum in spectra:
        near = fits[-1] if fits else None
        content = good_percent(spectrum)
        found = best_of(circuit, spectrum, [near.theta], weighting, content, NEARBY) if near else None
        least = max(content, WORSE * near.misfit_percent) if near else 0.0
        if found is None or found.misfit_percent > least:
            own = first_fit(circuit, spectrum, weighting)
            both = [one for one in (found, own) if one is not None]
            found = min(both, key=lambda one: one.chi_square, default=None)
        if found is not None:
            fits.append(found)
    return fits


def _flag_missing(result: Result, spectra: Sequence[Spectrum], fits: Sequence[Fit]) -> None:
    fitted = {one.spectrum.number for one in fits}
    lost = [spectrum.number for spectrum in spectra if spectrum.number not in fitted]
    if lost:
        result.flag("not_fitted", f"{named(lost)} not fitted; too few points for the circuit's parameters.")


def _tables(result: Result, fits: Sequence[Fit], told: Sequence[Resistances]) -> None:
    rows = [_row(one, own) for one, own in zip(fits, told, strict=True)]
    result.tables["spectra"] = pl.DataFrame(rows, infer_schema_length=None)
    result.tables["elements"] = pl.DataFrame(
        [row for one in fits for row in _elements(one)], infer_schema_length=None
    )
    result.tables["points"] = pl.concat([_points(one) for one in fits])
    result.tables["curves"] = pl.concat([_curve(one) for one in fits])


def _row(one: Fit, own: Resistances) -> dict[str, object]:
    verdict = kramers_kronig(one.spectrum)
    named_values = dict(zip((slot.name for slot in one.circuit.slots), one.values.tolist(), strict=True))
    return one.spectrum.state | {
        "circuit": one.circuit.text,
        "kramers_kronig": verdict.state,
        "kramers_kronig_words": verdict.words,
        "misfit_percent": one.misfit_percent,
        "chi_square": one.chi_square,
        "freedom": one.freedom,
        "ohmic_ohm": own.ohmic[0] if own.ohmic else None,
        "electrolyte_ohm": own.electrolyte[0] if own.electrolyte else None,
        "interfacial_ohm": own.interfacial[0] if own.interfacial else None,
        **named_values,
    }


def _elements(one: Fit) -> list[dict[str, object]]:
    return [
        {
            "spectrum": one.spectrum.number,
            "element": slot.element,
            "kind": slot.code,
            "parameter": slot.parameter.symbol,
            "value": value,
            "uncertainty": None if np.isnan(spread) else spread,
            "unit": slot.parameter.unit,
            "at_bound": held,
        }
        for slot, value, spread, held in zip(
            one.circuit.slots, one.values.tolist(), one.uncertainties.tolist(), one.held.tolist(), strict=True
        )
    ]


def _points(one: Fit) -> pl.DataFrame:
    measured, fitted = one.spectrum.impedance_ohm, one.fitted_ohm
    return pl.DataFrame(
        {
            "spectrum": np.full(len(measured), one.spectrum.number),
            "frequency_Hz": one.spectrum.frequency_Hz,
            "z_real_ohm": measured.real,
            "z_imag_ohm": measured.imag,
            "fit_real_ohm": fitted.real,
            "fit_imag_ohm": fitted.imag,
            "residual_real_percent": 100 * one.residual.real,
            "residual_imag_percent": 100 * one.residual.imag,
        }
    )


def _curve(one: Fit) -> pl.DataFrame:
    frequency = one.spectrum.frequency_Hz
    finer = np.geomspace(frequency[0], frequency[-1], FINER * len(frequency))
    fitted = one.circuit.impedance(2 * np.pi * finer, one.theta)
    return pl.DataFrame(
        {
            "spectrum": np.full(len(finer), one.spectrum.number),
            "frequency_Hz": finer,
            "fit_real_ohm": fitted.real,
            "fit_imag_ohm": fitted.imag,
        }
    )
