"""Collects a report: data across the whole chain as plain text, as far as the reader may see it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import PackageNotFoundError, version

from django.apps import apps
from django.db.models import Max, Model, QuerySet
from django.utils.translation import gettext as _

from cells.models import CathodeBatch, Cell
from characterization.models import Analysis, JobEvent
from labsys.reports import booked, cells, limits, measured, steps
from labsys.reports import chain as drawn
from labsys.reports.cells import Cells
from labsys.reports.content import Fact, Report
from labsys.reports.wording import capital, day, minute, person
from synthesis import genealogy, words
from synthesis.access import Actor
from synthesis.genealogy import Chain
from synthesis.models import Boat, CarbonAdditive, LedgerEntry, MaterialLot, Sample
from synthesis.models.samples import Kind

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
    as_of = latest_change(concerned)
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
    own_ledger, shortened = booked.ledger_of(sample)
    others = [cell for cell in found.compared if cell.pk not in back.samples]
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
        revision=revision_of(sample),
        facts=facts_of(sample, chain, found, down),
        graph=drawn.draw(back, sample),
        made_of_it=made_of_it(chain, down),
        steps=steps.lines_of(back, made),
        limits=limits.explained(),
        notes=steps.notes_of(made),
        findings=measured.findings_of(made, actor),
        taken=booked.taken_for(back, up | {sample.pk}),
        ledger=own_ledger,
        groups=cells.groups_of(found),
        cells=cells.lines_of(found),
        capacity_unit=found.comparison.unit if found.comparison else "",
        retention_label=_retention(found),
        cells_remark=" ".join(part for part in (cells.remark_of(found), shortened) if part),
        files=measured.files_of([*made, *others], actor),
        version=installed_version(),
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


def facts_of(sample: Sample, chain: Chain, found: Cells, down: set[int]) -> list[Fact]:
    """The five facts of the title block."""
    made = f"{day(sample.made_at)}, {person(sample.created_by)}"
    amount = _("%(made)s made, %(left)s left") % {
        "made": words.amount(sample.amount_made, sample.unit),
        "left": words.amount(sample.amount_left, sample.unit),
    }
    makers = sorted({person(cell.created_by) for cell in found.own})
    built = f"{len(found.own)}, {_('by')} {', '.join(makers)}" if found.own else "0"
    return [
        Fact(_("Made"), made),
        Fact(_("Amount"), _("1 cell") if sample.kind == Kind.CELL else amount),
        Fact(_("Place"), sample.place or "–"),
        _origin(sample),
        Fact(_("Cells made of it"), "–" if sample.kind == Kind.CELL else built),
    ]


def _origin(sample: Sample) -> Fact:
    """What it came from, by kind: a run, a recipe, a supplier, a step."""
    own = sample.own
    if isinstance(own, CathodeBatch):
        return Fact(_("Recipe"), str(own.recipe))
    if isinstance(own, Cell):
        return Fact(_("Cell kind"), str(own.get_format_display()))
    if isinstance(own, CarbonAdditive):
        boat = Boat.objects.filter(additive=own).select_related("run").first()
        if boat is not None:
            return Fact(
                _("Furnace run"), _("%(run)s, boat %(boat)s") % {"run": boat.run.code, "boat": boat.number}
            )
    if isinstance(own, MaterialLot | CarbonAdditive):
        return Fact(
            _("Supplier, lot"), ", ".join(part for part in (own.supplier, own.lot_number) if part) or "–"
        )
    return Fact(_("Name"), sample.name or "–")


def made_of_it(chain: Chain, down: set[int]) -> str:
    """What came of the sample, in words: the graph shows only where it comes from."""
    found: dict[str, list[str]] = {}
    for one in sorted((chain.samples[pk] for pk in down & chain.samples.keys()), key=lambda one: one.pk):
        found.setdefault(str(one.get_kind_display()), []).append(one.code)
    if not found:
        return _("Nothing has been made of it yet.")
    parts = [
        f"{kind}: {', '.join(codes[:12])}{' …' if len(codes) > 12 else ''}" for kind, codes in found.items()
    ]
    return _("Made of it: %s.") % "; ".join(parts)


def revision_of(sample: Sample) -> int:
    """How many versions of the record there have been, as the history counts them."""
    kinds: set[type[Sample]] = {Sample, type(sample.own)}
    return sum(_history(kind).filter(pgh_obj_id=sample.pk).count() for kind in kinds)


def _history(kind: type[Sample]) -> QuerySet[Model]:
    """The history of one kind, by its name: kinds that inherit share the attribute, which names the last of them."""
    history: QuerySet[Model] = apps.get_model(
        kind._meta.app_label, f"{kind.__name__}Event"
    )._default_manager.all()
    return history


def latest_change(samples: Sequence[Sample]) -> datetime:
    """The moment of the last change to anything in the report: records, ledger, files, findings."""
    pks = [sample.pk for sample in samples]
    events = _history(Sample).filter(pgh_obj_id__in=pks)
    moments: list[datetime | None] = [
        events.aggregate(last=Max("pgh_created_at"))["last"],
        LedgerEntry.objects.filter(sample__in=pks).aggregate(last=Max("created_at"))["last"],
        Analysis.objects.filter(measurement__sample__in=pks).aggregate(last=Max("computed_at"))["last"],
        JobEvent.objects.filter(job__file__sample__in=pks).aggregate(last=Max("at"))["last"],
        max(sample.created_at for sample in samples),
    ]
    return max(moment for moment in moments if moment is not None)
