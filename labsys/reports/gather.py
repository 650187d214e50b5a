"""Collects a report: data across the whole chain as plain text, as far as the reader may see it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import PackageNotFoundError, version

from django.utils.translation import gettext as _

from labsys.reports import booked, cells, facts, history, limits, measured, signed, standing, steps
from labsys.reports import chain as drawn
from labsys.reports.cells import Cells
from labsys.reports.content import Report
from labsys.reports.wording import capital, minute
from synthesis import genealogy, words
from synthesis.access import Actor
from synthesis.genealogy import Chain
from synthesis.models import Sample

DISTRIBUTION = "labsys"


@dataclass(frozen=True)
class Gathered:
    """The report, and what its figures are drawn from."""

    report: Report
    sample: Sample
    upstream: Sequence[Sample]
    cells: Cells
    as_of: datetime


def gather(sample: Sample, actor: Actor) -> Gathered:
    """Everything that stands in the report of a sample. ``sample`` is one that the actor may see."""
    chain = genealogy.chain(sample, actor)
    up = set(genealogy.relatives(sample.pk, "ancestors"))
    down = set(genealogy.relatives(sample.pk, "descendants"))
    made = sorted(
        (chain.samples[pk] for pk in (up | {sample.pk}) & chain.samples.keys()),
        key=lambda one: (one.made_at, one.pk),
    )
    found = cells.of_sample(sample, chain, down, actor)
    concerned = [*made, *(cell for cell in found.compared if cell.pk not in {one.pk for one in made})]
    as_of = history.latest_change(concerned)
    report = _report(sample, chain, made, found, actor, as_of, up, down)
    return Gathered(report, sample, made, found, as_of)


def _report(
    sample: Sample, chain: Chain, made: list[Sample], found: Cells, actor: Actor, as_of: datetime, up: set[int],
    down: set[int],
) -> Report:  # fmt: skip
    back = Chain(
        {one.pk: one for one in made},
        [edge for edge in chain.edges if edge.target_id in up | {sample.pk}],
        chain.hidden,
    )
    own_ledger, shortened = booked.ledger_of(sample, actor)
    others = [cell for cell in found.compared if cell.pk not in back.samples]
    signatures, signed_line = signed.lines_of(sample, actor)
    look = words.look(sample.state)
    return Report(
        code=sample.code,
        name=sample.group or sample.name,
        kind=capital(str(sample.get_kind_display())),
        project=str(sample.project),
        state=str(look.label),
        tone=look.tone,
        simulated=any(one.simulated for one in [*made, *found.compared]),
        as_of=minute(as_of),
        revision=history.revision_of(sample),
        facts=facts.facts_of(sample, chain, found, down),
        graph=drawn.draw(back, sample),
        made_of_it=facts.made_of_it(chain, down),
        steps=steps.lines_of(back, made),
        limits=limits.explained(),
        notes=[*steps.notes_of(made), *standing.notes_of(sample, actor)],
        findings=measured.findings_of(made, actor),
        taken=booked.taken_for(back, up | {sample.pk}),
        ledger=own_ledger,
        groups=cells.groups_of(found),
        cells=cells.lines_of(found),
        capacity_unit=found.comparison.unit if found.comparison else "",
        retention_label=_retention(found),
        cells_remark=cells.remark_of(found),
        files=measured.files_of([*made, *others], actor),
        version=installed_version(),
        ledger_remark=shortened,
        signatures=signatures,
        signed=signed_line,
    )


def _retention(found: Cells) -> str:
    if found.comparison is None or found.comparison.retention_at <= found.comparison.reference_cycle:
        return _("Retention (%)")
    return _("Retention, cycle %(at)s / %(reference)s (%%)") % {
        "at": found.comparison.retention_at,
        "reference": found.comparison.reference_cycle,
    }


def installed_version() -> str:
    try:
        return version(DISTRIBUTION)
    except PackageNotFoundError:  # run from a checkout that was not installed as a package
        return "0.1"
