"""Findings across samples: a row for each sample, a column for each quantity, of the newest measurement."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from characterization.models import Finding
from synthesis.models import Sample

MOST_COLUMNS = 40


@dataclass(frozen=True)
class Column:
    name: str
    subject: str
    label: str
    unit: str

    @property
    def title(self) -> str:
        return f"{self.label}, {self.subject}" if self.subject else self.label


@dataclass(frozen=True)
class Row:
    sample: Sample
    cells: Sequence[Finding | None]


@dataclass(frozen=True)
class Found:
    """``names`` are all that could be chosen, with their labels; ``more`` counts columns that are not shown."""

    columns: Sequence[Column]
    rows: Sequence[Row]
    names: Sequence[tuple[str, str]]
    more: int = 0


def found_across(samples: Sequence[Sample], names: Collection[str]) -> Found:
    """In two queries. Without names all; of several values of one quantity the newest measurement's."""
    of = Finding.objects.filter(
        analysis__current=True, analysis__measurement__current=True, analysis__measurement__sample__in=samples
    )
    known = dict(of.order_by("name", "-pk").values_list("name", "label"))
    shown = of.filter(name__in=names) if names else of
    columns: dict[tuple[str, str], Column] = {}
    values: dict[tuple[int, str, str], Finding] = {}
    for one in shown.select_related("analysis__measurement").order_by("analysis__measurement_id", "pk"):
        columns.setdefault((one.name, one.subject), Column(one.name, one.subject, one.label, one.unit))
        values[one.analysis.measurement.sample_id or 0, one.name, one.subject] = one
    kept = list(columns.values())[:MOST_COLUMNS]
    rows = [
        Row(sample, [values.get((sample.pk, column.name, column.subject)) for column in kept])
        for sample in samples
    ]
    return Found(
        kept, rows, sorted(known.items(), key=lambda item: item[1].lower()), len(columns) - len(kept)
    )
