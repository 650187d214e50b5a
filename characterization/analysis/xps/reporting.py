"""Findings, tables and sentences of fitted regions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np
import polars as pl

from characterization.analysis.base import Finding, Result
from characterization.analysis.xps import catalogue
from characterization.analysis.xps.charge import Reference
from characterization.analysis.xps.components import Part, Shares, pairs_told
from characterization.analysis.xps.fitting import Fitted
from characterization.analysis.xps.sulfite import FOUND_SIGMAS, WINDOW_EV, sulfite

POOR_CHI_SQUARE = 2.0
POOR_SHARE = 0.02
"""A residual of this share of the spectrum's height is seen in any figure; less than that is not told as a misfit."""


def report(result: Result, fits: Sequence[Fitted], reference: Reference) -> None:
    """Leaves the tables ``components``, ``curves``, ``correlations`` and what goes with them."""
    if not fits:
        return
    rows, pairs, curves = [], [], []
    count = Counter(catalogue.line_of(one.region.name) for one in fits)
    for one in fits:
        shares = Shares(one.fit)
        way = _way(one, reference)
        several = count[catalogue.line_of(one.region.name)] > 1
        result.findings += _findings(one, shares, way, several=several)
        if catalogue.line_of(one.region.name) == "S 2p":
            result.findings += _sulfite(one, way)
        rows += [_row(one, part, place) for place, part in enumerate(shares.parts)]
        found = shares.pairs()
        pairs += [(one.region.block, one.region.subject, *pair) for pair in found]
        curves.append(_curves(one))
        _flag(result, one, shares, found)
    result.tables["components"] = pl.DataFrame(rows, infer_schema_length=None)
    result.tables["curves"] = pl.concat(curves, how="diagonal")
    names = {
        "block": pl.Int64,
        "region": pl.String,
        "one": pl.String,
        "other": pl.String,
        "correlation": pl.Float64,
    }
    result.tables["correlations"] = pl.DataFrame(pairs, schema=names, orient="row")
    result.parameters["models"] = {one.region.subject: f"{one.model.title}{_because(one)}" for one in fits}
    result.parameters["uncertainties"] = (
        "one standard deviation from the whole covariance, widened by the reduced χ² where that is above 1; "
        "a place in its window ± t counts as known to t/√3"
    )


def _because(one: Fitted) -> str:
    return f" ({one.why})" if one.why else ""


def _way(one: Fitted, reference: Reference) -> str:
    energy = one.fit.points.energy_eV + one.fit.layout.shift(one.fit.theta)
    base = f"{one.fit.layout.background.words}, {energy[0]:.1f} – {energy[-1]:.1f} eV"
    return f"{one.model.title}{_because(one)}; {base}; {reference.way}"


def _findings(one: Fitted, shares: Shares, way: str, *, several: bool) -> list[Finding]:
    subject = one.region.subject
    unit = f"{'counts/s' if one.region.unit == 'cps' else 'counts'}·eV"
    found = []
    for part in shares.parts:
        name = f"{subject}: {part.name}"
        held = "" if part.centre_uncertainty_eV is not None else "held; "
        found += [
            Finding(
                "xps_component_position",
                "Position",
                part.centre_eV,
                "eV",
                part.centre_uncertainty_eV,
                held + way,
                name,
            ),
            Finding("xps_component_fwhm", "FWHM", part.fwhm_eV, "eV", part.fwhm_uncertainty_eV, way, name),
            Finding(
                "xps_component_area",
                "Area",
                part.area,
                unit,
                part.area_uncertainty,
                f"whole line; {way}",
                name,
            ),
        ]
        if part.share_percent is not None:
            share = (
                part.share_percent,
                "%",
                part.share_uncertainty,
                f"of the counted area of {subject}; {way}",
            )
            found.append(Finding("xps_component_share", "Share", *share, name))
            if part.share_finding:
                label = f"{part.name} share of {catalogue.line_of(one.region.name)}"
                found.append(Finding(part.share_finding, label, *share, subject if several else ""))
    chi = one.fit.reduced_chi_square
    told = f"{len(one.fit.points.energy_eV)} points, {len(one.fit.theta)} fitted numbers; {way}"
    if chi is not None:
        found.append(Finding("xps_reduced_chi_square", "Reduced χ²", chi, "", None, told, subject))
    spread = float(np.std(one.fit.points.intensity - one.fit.envelope))
    rate = "counts/s" if one.region.unit == "cps" else "counts"
    return [
        *found,
        Finding("xps_residual_sd", "Standard deviation of the residual", spread, rate, None, told, subject),
    ]


def _sulfite(one: Fitted, way: str) -> list[Finding]:
    tested = sulfite(one.fit)
    if tested is None:
        return []
    low, high = WINDOW_EV
    verdict = "found" if tested.found else "not found"
    told = (
        f"{low:g} – {high:g} eV above background and other components, of all S 2p; {verdict} "
        f"(limit {FOUND_SIGMAS:g} σ), below {tested.limit_percent:.2f} % with 95 %; {way}"
    )
    subject = one.region.subject
    return [
        Finding(
            "xps_sulfite_share",
            "Sulfite window",
            tested.share_percent,
            "%",
            tested.uncertainty,
            told,
            subject,
        ),
        Finding("xps_sulfite_limit", "Sulfite, upper limit", tested.limit_percent, "%", None, told, subject),
    ]


def _row(one: Fitted, part: Part, place: int) -> dict[str, object]:
    return {
        "block": one.region.block,
        "region": one.region.subject,
        "component": part.name,
        "position_eV": part.centre_eV,
        "position_uncertainty_eV": part.centre_uncertainty_eV,
        "tolerance_eV": part.tolerance_eV,
        "fwhm_eV": part.fwhm_eV,
        "fwhm_uncertainty_eV": part.fwhm_uncertainty_eV,
        "area": part.area,
        "area_uncertainty": part.area_uncertainty,
        "share_percent": part.share_percent,
        "share_uncertainty_percent": part.share_uncertainty,
        "place": place,
        "model": one.model.title,
        "background": one.fit.layout.background.words,
        "reduced_chi_square": one.fit.reduced_chi_square,
    }


def _curves(one: Fitted) -> pl.DataFrame:
    """``component 0`` … are the lines alone, without the background, in the order of the model."""
    layout, theta = one.fit.layout, one.fit.theta
    lines = layout.areas(theta)[:, None] * layout.shapes(theta)[0]
    energy = one.fit.points.energy_eV + layout.shift(theta)
    columns = {
        "block": np.full(len(energy), one.region.block, dtype=np.int64),
        "binding_energy_eV": energy,
        "intensity": one.fit.points.intensity,
        "background": layout.under(theta),
        "envelope": one.fit.envelope,
        "residual_sigmas": one.fit.residual_sigmas,
    }
    return pl.DataFrame(columns | {f"component {place}": line for place, line in enumerate(lines)})


def _flag(result: Result, one: Fitted, shares: Shares, pairs: list[tuple[str, str, float]]) -> None:
    subject = one.region.subject
    if pairs:
        told = f"{subject}: only together well known, since correlated by more than 0.9: {pairs_told(pairs)}."
        result.flag("correlated", told)
    ended = list(shares.at_limits())
    if ended:
        result.flag("at_limit", f"{subject}: at a limit of {one.model.title}: {', '.join(ended)}.")
    chi = one.fit.reduced_chi_square
    height = float(np.ptp(one.fit.points.intensity))
    rough = float(np.std(one.fit.points.intensity - one.fit.envelope))
    if chi is not None and chi > POOR_CHI_SQUARE and rough > POOR_SHARE * height:
        told = (
            f"{subject}: {one.model.title} does not describe the spectrum (reduced χ² {chi:.1f}); "
            "choose another model or change it before its shares are used."
        )
        result.flag("poor_fit", told)
    if shares.total <= 0:
        result.flag(
            "no_area", f"{subject}: no component of {one.model.title} has an area: there are no shares."
        )
    if one.fit.points.per_unit is None:
        told = f"{subject}: counts are not known; the noise is taken from the misfit, and no χ² tells whether it fits."
        result.flag("noise_unknown", told)
