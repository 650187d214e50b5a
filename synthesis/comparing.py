"""What differed: two or more samples beside each other, step by step upstream, differences first."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from django.db.models import Q
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from synthesis import access, chain_graph, facts, genealogy, quantities, words
from synthesis.access import Actor
from synthesis.facts import NOTHING
from synthesis.genealogy import Chain
from synthesis.models import Boat, CarbonizationRun, Sample
from synthesis.models.samples import Kind

MOST = 6
SIBLINGS = 12


@dataclass(frozen=True)
class Line:
    """One quantity of one step; ``values`` stand in the order of the samples compared."""

    label: str
    unit: str
    values: list[str]

    @property
    def differs(self) -> bool:
        return len(set(self.values)) > 1


@dataclass(frozen=True)
class Section:
    """One step of the chain: which samples stand there, and their lines."""

    title: str
    samples: list[list[Sample]]
    lines: list[Line]

    @property
    def same(self) -> bool:
        """Whether all of them come from the very same samples, so that nothing can differ here."""
        return len({tuple(sample.pk for sample in column) for column in self.samples}) == 1

    @property
    def differing(self) -> list[Line]:
        return [line for line in self.lines if line.differs]


def siblings(sample: Sample, actor: Actor) -> list[Sample]:
    """What one would compare a sample with: of its furnace run, of the same source, of its kind and additive."""
    same = access.visible(Sample.objects.filter(kind=sample.kind).exclude(pk=sample.pk), actor)
    run = Boat.objects.filter(additive=sample.pk).values("run")
    sources = sample.inputs.exclude(sample__kind=Kind.LOT).values("sample")
    near = same.filter(Q(carbonadditive__boat__run__in=run) | Q(inputs__sample__in=sources)).distinct()
    found = list(near.order_by("-id")[:SIBLINGS])
    if len(found) < SIBLINGS:
        rest = same.filter(project=sample.project_id, group=sample.group)
        rest = rest.exclude(pk__in=[one.pk for one in found]).order_by("-id")
        found += rest[: SIBLINGS - len(found)]
    return found


def compare(samples: Sequence[Sample], actor: Actor) -> list[Section]:
    """The samples themselves first, then each step upstream, nearest last step first."""
    chain = genealogy.chain_of([sample.pk for sample in samples], actor, ["ancestors"])
    sources = _sources(chain)
    own = [[sample] for sample in samples]
    behind = [_behind(sample.pk, sources, chain) for sample in samples]
    kinds = [kind for kind in reversed(Kind.values) if any(kind in column for column in behind)]
    sections = [Section(_("These samples"), own, [*_own_figures(samples), *_lines(own, chain)])]
    runs = _runs(samples, behind)
    if any(runs):
        sections.append(Section(_("Furnace run"), [], _run_lines(runs)))
    for kind in kinds:
        if kind != Kind.LOT:
            columns = [column.get(kind, []) for column in behind]
            sections.append(Section(_plural(kind), columns, _lines(columns, chain)))
    return sections


def _plural(kind: str) -> str:
    label = str(Kind(kind).label)
    return label[:1].upper() + label[1:]


def _sources(chain: Chain) -> dict[int, list[int]]:
    found: dict[int, list[int]] = defaultdict(list)
    for edge in chain.edges:
        found[edge.target_id].append(edge.source_id)
    return found


def _behind(start: int, sources: dict[int, list[int]], chain: Chain) -> dict[str, list[Sample]]:
    """All ancestors of one sample by their kind, without itself."""
    seen, queue = {start}, [start]
    found: dict[str, list[Sample]] = defaultdict(list)
    while queue:
        for pk in sources.get(queue.pop(), ()):
            if pk not in seen:
                seen.add(pk)
                queue.append(pk)
                found[chain.samples[pk].kind].append(chain.samples[pk])
    return {kind: sorted(column, key=lambda sample: sample.pk) for kind, column in found.items()}


def _lines(columns: Sequence[Sequence[Sample]], chain: Chain) -> list[Line]:
    """What was logged of each column's samples, and what they took, as one line per quantity."""
    values = [_merged(_said(column, chain)) for column in columns]
    labels = dict.fromkeys(key for column in values for key in column)
    return [
        Line(label, unit, [column.get((label, unit), NOTHING) for column in values]) for label, unit in labels
    ]


def _merged(said: Iterable[tuple[tuple[str, str], str]]) -> dict[tuple[str, str], str]:
    """Several samples of one kind in one column say their values after each other, each once."""
    found: dict[tuple[str, str], list[str]] = defaultdict(list)
    for key, value in said:
        if value not in found[key]:
            found[key].append(value)
    return {key: "; ".join(said) for key, said in found.items()}


def _said(column: Sequence[Sample], chain: Chain) -> list[tuple[tuple[str, str], str]]:
    said = []
    for sample in column:
        said.append(((_("Code"), ""), sample.code))
        if sample.group:
            said.append(((_("Additive"), ""), sample.group))
        said.append(((_("Made"), ""), f"{sample.made_at:%Y-%m-%d}"))
        said.append(((_("Amount made"), ""), words.amount(sample.amount_made, sample.unit)))
        if sample.protocol_id:
            said.append(((_("Protocol"), ""), str(sample.protocol)))
        said += [((fact.label, fact.unit), fact.actual) for fact in facts.of_sample(sample)]
        said += [
            ((_("Why not as planned: %(what)s") % {"what": key}, ""), str(why))
            for key, why in sample.reasons.items()
        ]
        for edge in chain.edges:
            if edge.target_id == sample.pk:
                source = chain.samples[edge.source_id]
                label = edge.role or str(source.get_kind_display())
                said.append(((label, ""), f"{chain_graph.edge_label(edge)} · {source.code}"))
    return said


def _own_figures(samples: Sequence[Sample]) -> list[Line]:
    """Figures that were measured or computed, as far as any of the samples has them; columns are said elsewhere."""
    logged = {fact.label.lower() for sample in samples for fact in facts.of_sample(sample)}
    found = []
    for figure in quantities.all_figures():
        if figure.kinds and not any(sample.kind in figure.kinds for sample in samples):
            continue
        if str(figure.label).lower() in logged or figure.name in ("amount_left", "amount_made"):
            continue
        values = figure.values([sample.pk for sample in samples])
        if values:
            shown = [
                words.digits(float(f"{values[sample.pk]:.4g}")) if sample.pk in values else NOTHING
                for sample in samples
            ]
            label = str(figure.label)
            found.append(Line(label[:1].upper() + label[1:], figure.unit, shown))
    return found


def _runs(samples: Sequence[Sample], behind: Sequence[dict[str, list[Sample]]]) -> list[list[Boat]]:
    """The boats that each sample came of."""
    wanted = [
        {sample.pk, *(one.pk for one in column.get(Kind.ADDITIVE, []))}
        for sample, column in zip(samples, behind, strict=True)
    ]
    boats = list(
        Boat.objects.select_related("run__protocol__protocol", "run__equipment")
        .prefetch_related("run__segments", "run__flags")
        .filter(additive__in=set().union(*wanted))
    )
    return [[boat for boat in boats if boat.additive_id in keys] for keys in wanted]


_RUN_LINES: tuple[tuple[Promise | str, str, Callable[[Boat, CarbonizationRun], str]], ...] = (
    (_lazy("Code"), "", lambda boat, run: run.code),
    (_lazy("Boat"), "", lambda boat, run: str(boat.number)),
    (_lazy("Furnace"), "", lambda boat, run: str(run.equipment or run.furnace)),
    (_lazy("Atmosphere"), "", lambda boat, run: run.atmosphere),
    (_lazy("Gas flow"), "mL/min", lambda boat, run: _number(run.flow_mL_per_min)),
    (_lazy("Programme"), "", lambda boat, run: ", ".join(str(segment) for segment in run.segments.all())),
    (_lazy("Highest temperature"), "°C", lambda boat, run: _number(run.highest_temperature_degC)),
    (_lazy("Protocol"), "", lambda boat, run: str(run.protocol or "")),
    (_lazy("Started"), "", lambda boat, run: f"{run.started_at:%Y-%m-%d}"),
    (_lazy("Mass in"), "", lambda boat, run: words.amount(boat.mass_in_g, "g")),
    (_lazy("Mass out"), "", lambda boat, run: words.amount(boat.mass_out_g, "g")),
    (_lazy("Yield"), "%", lambda boat, run: words.digits(boat.yield_percent, 1)),
    (_lazy("Flags"), "", lambda boat, run: "; ".join(flag.sentence for flag in run.flags.all())),
)


def _number(value: float | None) -> str:
    return words.digits(value) if value is not None else ""


def _run_lines(columns: Sequence[Sequence[Boat]]) -> list[Line]:
    lines = []
    for label, unit, say in _RUN_LINES:
        values = [
            "; ".join(dict.fromkeys(say(boat, boat.run) for boat in column)) or NOTHING for column in columns
        ]
        if set(values) != {NOTHING}:
            lines.append(Line(str(label), unit, values))
    return lines
