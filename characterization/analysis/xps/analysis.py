"""X-ray photoelectron spectra: charge reference, areas, components of fit models, composition."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import polars as pl

from characterization.analysis import photoemission
from characterization.analysis.base import Conditions, Finding, Result
from characterization.analysis.photoemission import Region
from characterization.analysis.xps import asked, charge, composing, fitting, reporting
from characterization.analysis.xps.charge import Reference
from characterization.analysis.xps.fitting import Fitted
from characterization.instruments.base import Recording


def compute(recording: Recording, conditions: Conditions) -> Result:
    """Tables ``regions`` and ``spectra`` (energies charge-referenced), ``components``, ``curves`` (background,
    envelope, residual, each component), ``correlations``, ``composition``.

    Parameters: ``charge_reference`` (off leaves energies as measured), ``charge_reference_eV`` (284.8),
    ``charge_component`` (else the one that the model names), ``fits`` (see ``xps.changes``), ``sensitivities``,
    ``elements``.
    """
    result = Result()
    regions = photoemission.split(recording)
    if not regions:
        told = "The table has no binding energies with intensities: there is no spectrum to look at."
        result.flag("no_spectrum", told)
        return result
    _flag_short(result, recording, len(regions))
    reference = charge.reference(regions, conditions, result)
    fits = reference.fits | _others(regions, reference, conditions, result)
    result.parameters = {
        "charge_shift_eV": reference.shift_of(regions[0]),
        "charge_reference": reference.way,
        "transmission": "not divided out of areas; see composition",
    }
    _tables(result, regions, reference)
    result.findings = _charge_findings(reference)
    for region in regions:
        if not region.survey:
            result.findings += _area_findings(region, reference.way)
    reporting.report(result, list(fits.values()), reference)
    composing.compose(result, recording, regions, fits, conditions)
    _flag_backgrounds(result, regions, fits)
    return result


def _flag_short(result: Result, recording: Recording, kept: int) -> None:
    blocks = recording.table["block"].n_unique()
    if blocks > kept:
        told = f"{blocks - kept} of {blocks} regions have fewer than {photoemission.FEWEST_POINTS} points: left out."
        result.flag("short_regions", told)


def _others(
    regions: Sequence[Region], reference: Reference, conditions: Conditions, result: Result
) -> dict[int, Fitted]:
    """Fits of what the charge reference did not fit already, by block."""
    names: dict[tuple[str, str], list[Region]] = {}
    for region in regions:
        if not region.survey and region.block not in reference.fits:
            own = region.subject if asked.is_changed(region, conditions) else ""
            names.setdefault((region.name, own), []).append(region)
    found: dict[int, Fitted] = {}
    left = fitting.MOST_FITTED
    for group in names.values():
        if group[0].block in reference.tried:
            continue
        fits = fitting.fit_group(
            group[:left], [reference.shift_of(one) for one in group[:left]], conditions, result
        )
        found |= {one.region.block: one for one in fits}
        if len(group) > left:
            told = f"{len(group)} regions {group[0].name} are too many: the first {left} are fitted."
            result.flag("many_regions", told)
    return found


def _tables(result: Result, regions: Sequence[Region], reference: Reference) -> None:
    for region in regions:
        region.shift(reference.shift_of(region))
    rows = [region.row(reference.shift_of(region)) for region in regions]
    result.tables["regions"] = pl.DataFrame(rows, infer_schema_length=None)
    result.tables["spectra"] = pl.concat([region.table() for region in regions])


def _charge_findings(reference: Reference) -> list[Finding]:
    return [
        Finding("xps_charge_shift", "Charge shift", shift, "eV", spread, reference.way, subject)
        for subject, shift, spread in reference.shifts
    ]


def _area_findings(region: Region, way: str) -> list[Finding]:
    unit = f"{'counts/s' if region.unit == 'cps' else 'counts'}·eV"
    low, high = region.energy_eV[region.inside][[0, -1]]
    base = f"{region.background_name} background, {low:.1f} – {high:.1f} eV, transmission not divided out"
    area = Finding("xps_area", "Area", region.area, unit, region.area_uncertainty, base, region.subject)
    if not region.stands_out:
        return [area]
    return [
        area,
        Finding("xps_peak_position", "Maximum", region.position_eV, "eV", None, way, region.subject),
    ]


def _flag_backgrounds(result: Result, regions: Sequence[Region], fits: Mapping[int, Fitted]) -> None:
    for region in regions:
        if region.base and region.base.why_linear and region.block not in fits:
            told = f"{region.subject}: a straight background is drawn, because {region.base.why_linear}."
            result.flag("linear_background", told)
    if any(region.unit == "counts" for region in regions):
        told = (
            "The file does not say how long each point was counted: "
            "intensities stay in counts and cannot be compared between regions."
        )
        result.flag("dwell_missing", told)
