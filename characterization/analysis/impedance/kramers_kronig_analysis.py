"""The Kramers–Kronig test of every spectrum of a recording: verdicts in words, residuals as a table."""

from __future__ import annotations

import numpy as np
import polars as pl

from characterization.analysis.base import Conditions, Finding, Result
from characterization.analysis.impedance.kramers_kronig import CRITERION, Verdict, kramers_kronig
from characterization.analysis.impedance.reporting import most_asked, quoted
from characterization.analysis.impedance.spectra import Spectrum, named, spectra_of
from characterization.instruments.base import Recording

Tested = list[tuple[Spectrum, Verdict]]


def compute(recording: Recording, conditions: Conditions) -> Result:
    """Tables ``verdicts`` (one row per spectrum) and ``residuals`` (one per point, in % of |Z|).

    Parameter: ``most_spectra``.
    """
    result = Result(parameters={"criterion": CRITERION})
    tested = [
        (one, kramers_kronig(one)) for one in spectra_of(recording, result.flag, most_asked(conditions))
    ]
    if not tested:
        return result
    result.tables["verdicts"] = pl.DataFrame([_row(*pair) for pair in tested], infer_schema_length=None)
    result.tables["residuals"] = pl.concat([_residuals(*pair) for pair in tested])
    _flag(result, tested)
    result.findings = [
        Finding(
            "kramers_kronig_residual",
            "Kramers–Kronig residual, systematic",
            verdict.systematic_percent,
            "%",
            convention=f"{verdict.words}; linear chain of {verdict.elements} RC elements, μ {verdict.mu:.2f}",
            subject=subject,
        )
        for subject, verdict in quoted(tested)
    ]
    return result


def _row(spectrum: Spectrum, verdict: Verdict) -> dict[str, object]:
    return spectrum.state | {
        "points": len(spectrum.frequency_Hz),
        "verdict": verdict.state,
        "systematic_percent": verdict.systematic_percent,
        "largest_percent": verdict.largest_percent,
        "noise_percent": verdict.noise_percent,
        "limit_percent": verdict.limit_percent,
        "worst_Hz": verdict.worst_Hz,
        "elements": verdict.elements,
        "mu": verdict.mu,
    }


def _residuals(spectrum: Spectrum, verdict: Verdict) -> pl.DataFrame:
    return pl.DataFrame(
        {
            "spectrum": np.full(len(spectrum.frequency_Hz), spectrum.number),
            "frequency_Hz": spectrum.frequency_Hz,
            "residual_real_percent": 100 * verdict.residual.real,
            "residual_imag_percent": 100 * verdict.residual.imag,
        }
    )


def _flag(result: Result, tested: Tested) -> None:
    """One sentence for all spectra that fail, one for those that are too noisy, the worst of them in numbers."""
    for state, code in (("fails", "kramers_kronig_failed"), ("noisy", "kramers_kronig_noisy")):
        bad = [pair for pair in tested if pair[1].state == state]
        if bad:
            spectrum, verdict = max(bad, key=lambda pair: (pair[1].systematic_percent, pair[1].noise_percent))
            who = "It" if len(bad) == 1 else f"The worst, {spectrum.number},"
            which = named([one.number for one, _ in bad])
            says = "not what a linear cell at rest gives" if state == "fails" else "nothing can be told"
            told = f"{which} {says}. {who} {verdict.words}."
            result.flag(code, f"{told} What is fitted to such data is no proof of a process.")
