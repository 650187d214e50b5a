"""Steps of the chain with planned and actual values, and how far they are apart."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from django.db.models import CharField, FloatField
from django.utils.translation import gettext as _

from labsys.reports.content import Note, StepLine
from labsys.reports.furnace_steps import furnace_lines
from labsys.reports.limits import WEIGHED, deviation, limit_for, past_limit
from labsys.reports.wording import capital
from synthesis import conversion, deviations, protocols, words
from synthesis.errors import Refusal
from synthesis.genealogy import Chain, Edge
from synthesis.models import Boat, CarbonizationRun, MaterialLot, Sample
from synthesis.models.samples import Kind
from synthesis.units import Quantity, parse

_UNIT = re.compile(r"^(.*?)\s*\(([^()]*)\)$")
_TEXTS = ("washing", "drying", "solvent", "mixing_method", "anode", "separator", "composition")


def lines_of(chain: Chain, made: Sequence[Sample]) -> list[StepLine]:
    """All steps that made ``made``, in the order of time; material lots and bought additives have none."""
    boats = {
        boat.additive_id: boat
        for boat in Boat.objects.filter(additive__in=[sample.pk for sample in made]).select_related(
            "run", "source", "additive"
        )
    }
    found: list[StepLine] = []
    for sample in made:
        if sample.kind != Kind.LOT:
            boat = boats.get(sample.pk)
            found += furnace_lines(boat) if boat else []
            found += _sample(sample, chain, from_boat=boat is not None)
    return found


def notes_of(made: Iterable[Sample]) -> list[Note]:
    """What people wrote about the samples and their furnace runs, whole."""
    own = [Note(sample.code, sample.note) for sample in made if sample.note]
    runs = CarbonizationRun.objects.filter(boats__additive__in=[s.pk for s in made]).distinct().order_by("pk")
    return [*own, *(Note(run.code, run.note) for run in runs if run.note)]


def _sample(sample: Sample, chain: Chain, *, from_boat: bool) -> list[StepLine]:
    own = sample.own
    edges = [edge for edge in chain.edges if edge.target_id == sample.pk and not from_boat]
    lines = [_taken(edge, chain, sample) for edge in edges]
    lines += _texts(own)
    for field in own._meta.local_fields:
        if isinstance(field, FloatField):
            line = _measured(str(field.verbose_name), field.name, getattr(own, field.name), sample)
            lines += [line] if line else []
    if sample.amount_made > 0 and not from_boat and sample.kind != Kind.CELL:
        lines.append(StepLine("", _("Made"), "", words.amount(sample.amount_made, sample.unit)))
    return [replace(line, step=sample.code) for line in lines]


def _texts(own: Any) -> list[StepLine]:
    """What was written in words: how it was washed, dried, mixed."""
    return [
        StepLine("", capital(str(field.verbose_name)), "", getattr(own, field.name))
        for field in own._meta.local_fields
        if isinstance(field, CharField) and field.name in _TEXTS and getattr(own, field.name)
    ]


def _measured(label: str, name: str, actual: float | None, sample: Sample) -> StepLine | None:
    planned = sample.planned.get(name)
    if actual is None and planned is None:
        return None
    match = _UNIT.match(label)
    quantity, unit = match.groups() if match else (label, "")
    wanted = float(planned) if isinstance(planned, int | float) else None
    said, over, remark = "", False, ""
    if wanted is not None and actual is not None:
        said, over, remark = _compared(wanted, actual, unit, name, sample)
    return StepLine(
        "",
        capital(quantity),
        "" if wanted is None else _with_unit(wanted, unit),
        _("not recorded") if actual is None else _with_unit(actual, unit),
        said,
        over,
        remark,
    )


def _compared(wanted: float, actual: float, unit: str, name: str, sample: Sample) -> tuple[str, bool, str]:
    """By the protocol's limit where one was followed, else by the house's own."""
    if sample.protocol is not None:
        apart = deviations.between(wanted, actual, unit, protocols.limits_of(sample).get(name))
        why = sample.reasons.get(name, "")
        return apart.text, apart.over, past_limit(apart.limit, why) if apart.over else ""
    limit = limit_for(name)
    said, over = deviation(wanted, actual, limit)
    return said, over, past_limit(limit.words, "") if over else ""


def _taken(edge: Edge, chain: Chain, made: Sample) -> StepLine:
    """An amount taken, as typed and in the lot's unit where that differs."""
    source = chain.samples[edge.source_id]
    actual, typed = words.amount(edge.amount, edge.unit), edge.entered
    shown = f"{typed} ({actual})" if typed and not typed.endswith(edge.unit) else actual
    planned = str(made.planned.get(edge.role, ""))
    lot = source.own
    remark = ""
    if made.protocol is not None:
        limit = protocols.limits_of(made).get(edge.role)
        apart = deviations.of_amounts(planned, [(lot, Quantity(edge.amount, edge.unit))], limit)
        said, over = (apart.text, apart.over) if apart else ("", False)
        remark = past_limit(limit.words, made.reasons.get(edge.role, "")) if limit and over else ""
    else:
        said, over = _against_plan(planned, source, float(edge.amount))
        remark = past_limit(WEIGHED.words, "") if over else ""
    name = str(lot.material) if isinstance(lot, MaterialLot) else source.code
    quantity = f"{capital(edge.role)}, {source.code}" if edge.role else f"{name}, {source.code}"
    return StepLine("", quantity, planned, shown, said, over, remark)


def _against_plan(planned: str, source: Sample, actual: float) -> tuple[str, bool]:
    if not planned:
        return "", False
    try:
        wanted = conversion.in_unit_of(source, parse(planned, source.unit))
    except Refusal:  # a plan in words cannot be compared; it is shown as it is
        return "", False
    return deviation(float(wanted.value), actual, WEIGHED)


def _with_unit(value: float, unit: str) -> str:
    return f"{words.digits(value)}\u00a0{unit}" if unit else words.digits(value)
