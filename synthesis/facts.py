"""The logged values of a sample or a run as rows: planned, actual, how far apart, what was allowed, and why."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import models
from django.utils.translation import gettext as _

from synthesis import deviations, protocols, words
from synthesis.deviations import Deviation, Limit
from synthesis.forms.fields import split_label
from synthesis.forms.furnace import COMPARED
from synthesis.genealogy import Edge
from synthesis.models import CarbonizationRun, MaterialLot, ProgrammeSegment, Sample
from synthesis.units import Quantity

NOTHING = "–"


@dataclass(frozen=True)
class Fact:
    """``over`` is set past the protocol's limit; ``why`` is the reason that was given."""

    label: str
    unit: str
    planned: str
    actual: str
    deviation: str
    limit: str = ""
    over: bool = False
    why: str = ""


def of_sample(sample: Sample) -> list[Fact]:
    """One row for each of the kind's own columns that has a value or a plan."""
    own = sample.own
    if type(own) is Sample:
        return []
    return _facts(own, own._meta.local_fields)


def of_run(run: CarbonizationRun) -> list[Fact]:
    """The run's settings, as far as they were planned or measured."""
    names = ("flow_mL_per_min", "highest_temperature_degC")
    return _facts(run, [run._meta.get_field(name) for name in names])


def of_segments(
    run: CarbonizationRun, segments: Sequence[ProgrammeSegment]
) -> list[tuple[ProgrammeSegment, Fact | None]]:
    """Each segment with what ran otherwise than planned; None where there was no plan or nothing did."""
    planned = run.planned.get("segments", [])
    limits = protocols.limits_of(run)
    return [
        (one, _segment(one, planned[place], limits, run.reasons) if place < len(planned) else None)
        for place, one in enumerate(segments)
    ]


def of_boats(run: CarbonizationRun, boats: Iterable[Any]) -> list[tuple[Any, Fact | None]]:
    """Each boat with its mass in beside the one planned for its additive."""
    planned, limits = run.planned.get("boats", {}), protocols.limits_of(run)
    found = []
    for boat in boats:
        group = boat.additive.group
        taken = [(boat.source, Quantity(boat.mass_in_g, "g"))]
        apart = deviations.of_amounts(planned[group], taken, limits.get(group)) if group in planned else None
        why = run.reasons.get(f"boat {boat.number}", "")
        found.append(
            (
                boat,
                _fact(group, "g", planned.get(group, ""), "", apart, limits.get(group), why)
                if apart
                else None,
            )
        )
    return found


def of_takes(sample: Sample, taken: Sequence[tuple[Sample, Edge]]) -> dict[str, Fact]:
    """By role, what was taken beside what was planned; several lots in one role count together."""
    limits, found = protocols.limits_of(sample), {}
    lots = MaterialLot.objects.select_related("material").in_bulk(
        [
            source.pk
            for source, edge in taken
            if source.kind == MaterialLot.KIND and edge.role in sample.planned
        ]
    )
    for role in {edge.role for _source, edge in taken if edge.role in sample.planned}:
        amounts = [
            (lots.get(source.pk, source), Quantity(edge.amount, edge.unit))
            for source, edge in taken
            if edge.role == role
        ]
        plan = str(sample.planned[role])
        apart = deviations.of_amounts(plan, amounts, limits.get(role))
        if apart is not None:
            found[role] = _fact(role, "", plan, "", apart, limits.get(role), sample.reasons.get(role, ""))
    return found


def _facts(own: Any, columns: Sequence[Any]) -> list[Fact]:
    limits = protocols.limits_of(own)
    return [fact for column in columns if (fact := _of_column(own, column, limits)) is not None]


def _of_column(own: Any, column: Any, limits: Mapping[str, Limit]) -> Fact | None:
    if column.name == "sample_ptr" or isinstance(column, models.BooleanField):
        return None
    value, planned = getattr(own, column.name), own.planned.get(column.name)
    if value in (None, "") and planned is None:
        return None
    label, unit = split_label(str(column.verbose_name))
    if column.choices:
        value = getattr(own, f"get_{column.name}_display")()
    apart = None
    if isinstance(planned, int | float) and isinstance(value, int | float):
        apart = deviations.between(planned, value, unit, limits.get(column.name))
    return _fact(
        label,
        unit,
        _shown(planned),
        _shown(value),
        apart,
        limits.get(column.name),
        own.reasons.get(column.name, ""),
    )


def _fact(
    label: str, unit: str, planned: str, actual: str, apart: Deviation | None, limit: Limit | None, why: str
) -> Fact:
    return Fact(
        label[:1].upper() + label[1:],
        unit,
        planned,
        actual,
        apart.text if apart else "",
        limit.words if limit else "",
        apart.over if apart else False,
        why,
    )


def _segment(
    one: ProgrammeSegment, planned: Mapping[str, Any], limits: Mapping[str, Limit], reasons: Mapping[str, str]
) -> Fact | None:
    said, over = [], False
    for name, unit in COMPARED.items():
        wanted, ran = float(planned.get(name) or 0), float(getattr(one, name))
        if wanted == ran:
            continue
        apart = deviations.between(wanted, ran, unit, limits.get(f"segment.{name}"))
        over = over or apart.over
        column: Any = one._meta.get_field(name)
        label = split_label(str(column.verbose_name))[0]
        said.append(f"{label} {apart}")
    if not said:
        return None
    return Fact(
        _("Segment %(number)s") % {"number": one.number},
        "",
        "",
        "",
        "; ".join(said),
        "",
        over,
        reasons.get(f"segment {one.number}", ""),
    )


def _shown(value: Any) -> str:
    if value in (None, ""):
        return NOTHING
    return words.digits(value) if isinstance(value, float | int) else str(value)
