"""Composition of a recording: from its regions, and from its survey."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import polars as pl

from characterization.analysis.base import Conditions, Finding, Result
from characterization.analysis.photoemission import Region
from characterization.analysis.rows import column
from characterization.analysis.xps import catalogue, survey
from characterization.analysis.xps.catalogue import Sensitivities
from characterization.analysis.xps.components import Shares
from characterization.analysis.xps.composition import Amount, Share, atomic_percent
from characterization.analysis.xps.fitting import Fitted, counts_per_unit
from characterization.charts.chart import Numbers
from characterization.instruments.base import Recording

FEWEST_LINES = 2


def compose(
    result: Result,
    recording: Recording,
    regions: Sequence[Region],
    fits: Mapping[int, Fitted],
    conditions: Conditions,
) -> None:
    """Leaves ``composition`` and a finding for each line. Regions are charge-referenced already."""
    factors = _factors(result, recording, conditions)
    if factors is None:
        return
    transmissions = _transmissions(recording)
    rows: list[dict[str, object]] = []
    sets = _sets(regions)
    for place, own in enumerate(sets):
        source = f"regions, set {place + 1}" if len(sets) > 1 else "regions"
        amounts = [_amount(region, fits.get(region.block), transmissions.get(region.block)) for region in own]
        _warn_of_regions(result, recording, own, factors)
        rows += _told(result, source, amounts, factors, transmissions)
    for region in (one for one in regions if one.survey):
        transmission = transmissions.get(region.block)
        if transmission is not None and len(transmission) != len(region.energy_eV):
            transmission = np.full(len(region.energy_eV), transmission.mean())
        found = survey.lines(region, counts_per_unit(region), transmission)
        wanted = _elements(conditions)
        found = [one for one in found if not wanted or one.known.element in wanted]
        under = survey.overlapping(found)
        if under:
            result.flag("overlapping_lines", f"{region.subject}: {'; '.join(under)}: areas may hold both.")
        rows += _told(result, region.subject, [one.amount for one in found], factors, transmissions)
    if rows:
        result.tables["composition"] = pl.DataFrame(rows, infer_schema_length=None)
        result.parameters["sensitivities"] = factors.title
        if factors.excitation_eV and not _excitations(recording):
            told = f"The file does not say its radiation; {factors.excitation_eV:g} eV is assumed for the composition."
            result.flag("radiation_assumed", told)


def _factors(result: Result, recording: Recording, conditions: Conditions) -> Sensitivities | None:
    """The chosen set, where it is for the radiation of this recording."""
    name = str(conditions.parameters.get("sensitivities") or "")
    factors = catalogue.sensitivities_named(name, conditions.library)
    if factors is None:
        told = f"There are no sensitivity factors ‘{name[:60]}’ any longer: those of Scofield are used."
        result.flag("sensitivities_refused", told)
        factors = catalogue.scofield()
    other = [one for one in _excitations(recording) if not factors.fit(one)]
    if other:
        told = (
            f"Excited with {other[0]:g} eV, but {factors.title} is for {factors.excitation_eV:g} eV: "
            "no composition is given. Choose factors for this radiation."
        )
        result.flag("other_radiation", told)
        return None
    return factors


def _excitations(recording: Recording) -> list[float]:
    """The energies of the radiation, as far as the file says them."""
    energies = {one.get("excitation_energy_eV") for one in recording.meta.get("regions", [])}
    energies |= {recording.meta.get("excitation_energy_eV")}
    return sorted(float(one) for one in energies if isinstance(one, int | float))


def _transmissions(recording: Recording) -> dict[int, Numbers]:
    """By block, over ascending energies; only where every point has one above zero."""
    if "transmission" not in recording.table.columns:
        return {}
    found = {}
    means = (
        recording.table.group_by("block", "binding_energy_eV")
        .agg(pl.mean("transmission"))
        .drop_nulls("binding_energy_eV")
    )
    for (block, *_), part in means.sort("binding_energy_eV").group_by("block", maintain_order=True):
        values = column(part, "transmission")
        if np.isfinite(values).all() and (values > 0).all():
            found[int(str(block))] = values
    return found


def _sets(regions: Sequence[Region]) -> list[list[Region]]:
    """Regions that belong together: the n-th of each line. Only sets of two lines or more."""
    found: list[list[Region]] = []
    seen: dict[str, int] = {}
    for region in regions:
        line = catalogue.line_of(region.name)
        if region.survey or not line or (region.unit == "counts" and region.area is None):
            continue
        place = seen.get(line, 0)
        seen[line] = place + 1
        found += [[] for _ in range(place + 1 - len(found))]
        found[place].append(region)
    return [one for one in found if len(one) >= FEWEST_LINES]


def _amount(region: Region, fitted: Fitted | None, transmission: Numbers | None) -> Amount:
    """The fitted area of what is counted, else the area above the background; zero with its noise where it is less."""
    share = float(transmission.mean()) if transmission is not None else 1.0
    line = catalogue.line_of(region.name)
    if fitted is not None:
        shares = Shares(fitted.fit)
        return Amount(line, shares.total, shares.total_uncertainty, share, region.subject)
    return Amount(line, region.area or 0.0, region.area_uncertainty, share, region.subject)


def _warn_of_regions(
    result: Result, recording: Recording, regions: Sequence[Region], factors: Sensitivities
) -> None:
    about = {one.get("block"): one for one in recording.meta.get("regions", [])}
    energies = {about.get(region.block, {}).get("pass_energy_eV") for region in regions} - {None}
    if len(energies) > 1:
        told = " and ".join(f"{energy:g}" for energy in sorted(energies))
        result.flag(
            "pass_energies", f"The regions were measured with pass energies of {told} eV: shares may be off."
        )
    if any(region.unit == "counts" for region in regions):
        result.flag(
            "composition_of_counts", "The composition takes all regions as counted for the same time."
        )
    missing = [region.name for region in regions if factors.of(catalogue.line_of(region.name)) is None]
    if missing:
        told = f"{factors.title} has no factor for {', '.join(missing)}: left out of the composition."
        result.flag("no_factor", told)


def _told(
    result: Result,
    source: str,
    amounts: Sequence[Amount],
    factors: Sensitivities,
    transmissions: Mapping[int, Numbers],
) -> list[dict[str, object]]:
    shares = atomic_percent(_one_each(amounts, factors), factors)
    if len({one.amount.element for one in shares}) < FEWEST_LINES:
        return []
    divided = (
        "divided by the file's transmission"
        if transmissions
        else "transmission not divided out, the file has none"
    )
    kinds = ", ".join(one.amount.line for one in shares)
    way = f"{source}: {kinds}; {factors.title}; {divided}; escape depth not corrected"
    for one in shares:
        subject = one.amount.subject or one.amount.line
        result.findings.append(
            Finding(
                "xps_atomic_percent",
                f"{one.amount.element}",
                one.percent,
                "at%",
                one.uncertainty,
                way,
                subject,
            )
        )
    return [_row(source, one) for one in shares]


def _one_each(amounts: Sequence[Amount], factors: Sensitivities) -> list[Amount]:
    """Of each element its line with the largest factor."""
    best: dict[str, Amount] = {}
    for one in sorted(amounts, key=lambda one: factors.of(one.line) or 0.0):
        best[one.element] = one
    return [one for one in amounts if best[one.element] is one]


def _row(source: str, one: Share) -> dict[str, object]:
    return {
        "source": source,
        "element": one.amount.element,
        "line": one.amount.line,
        "subject": one.amount.subject,
        "area": one.amount.area,
        "area_uncertainty": one.amount.uncertainty,
        "transmission": one.amount.transmission,
        "factor": one.factor,
        "atomic_percent": one.percent,
        "atomic_uncertainty_percent": one.uncertainty,
    }


def _elements(conditions: Conditions) -> set[str]:
    text = str(conditions.parameters.get("elements") or "")
    return {part.strip().capitalize() for part in text.replace(";", ",").split(",") if part.strip()}
