"""Which files were read by a reader, or analysed by a method, of another version than the present one, or were told
other conditions of their cell than hold now; and which histories another version joined."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from cells.models import Cell
from characterization import chaining
from characterization.analysis.registry import all_methods
from characterization.conditions import conditions_for, own_choices, with_own
from characterization.instruments.registry import readers
from characterization.matching import Owner
from characterization.models import Analysis, AnalysisChoice, JobState, Measurement, RawFile
from synthesis.models import Sample
from synthesis.models.samples import Kind

CELLS_AT_ONCE = 500


@dataclass(frozen=True)
class Outdated:
    """A file and what would be new: ``neware 1 → 2``."""

    file: RawFile
    reasons: tuple[str, ...]


def outdated(reader: str = "") -> list[Outdated]:
    """Files that reading again would bring something new for; of one reader where it is named."""
    reasons: defaultdict[int, set[str]] = defaultdict(set)
    _older_readers(reasons)
    _older_methods(reasons)
    _new_methods(reasons)
    _other_conditions(reasons)
    files = RawFile.objects.filter(pk__in=reasons).exclude(
        job__state__in=(JobState.RECEIVED, JobState.READING)
    )
    if reader:
        files = files.filter(job__reader_name=reader)
    chosen = files.select_related("job").order_by("pk")
    return [Outdated(file, tuple(sorted(reasons[file.pk]))) for file in chosen]


def outdated_histories() -> list[tuple[Sample, str]]:
    """Samples whose history was joined by another version than the present one, each with what would be new."""
    older = Measurement.objects.filter(current=True, reader_name=Measurement.CHAIN, sample__isnull=False)
    found = older.exclude(reader_version=chaining.VERSION).select_related("sample").order_by("pk")
    return [
        (one.sample, f"{one.reader_name} {one.reader_version} → {chaining.VERSION}")
        for one in found
        if one.sample is not None
    ]


def _older_readers(reasons: defaultdict[int, set[str]]) -> None:
    present = {reader.name: reader.version for reader in readers()}
    read = Measurement.objects.filter(current=True).values_list("file_id", "reader_name", "reader_version")
    for file, name, version in read.distinct():
        if present.get(name, version) != version:
            reasons[file].add(f"{name} {version} → {present[name]}")


def _older_methods(reasons: defaultdict[int, set[str]]) -> None:
    present = {method.name: method.version for method in all_methods()}
    current = Analysis.objects.filter(current=True, measurement__current=True)
    for file, name, version in current.values_list(
        "measurement__file_id", "method", "method_version"
    ).distinct():
        if present.get(name, version) != version:
            reasons[file].add(f"{name} {version} → {present[name]}")


def _new_methods(reasons: defaultdict[int, set[str]]) -> None:
    for method in all_methods():
        without = Measurement.objects.filter(current=True, technique=method.technique.value).exclude(
            analyses__in=Analysis.objects.filter(method=method.name, current=True)
        )
        for file in without.values_list("file_id", flat=True).distinct():
            reasons[file].add(f"{method.name} {method.version}")


def _other_conditions(reasons: defaultdict[int, set[str]]) -> None:
    present = Analysis.objects.filter(
        current=True,
        measurement__current=True,
        measurement__file__sample__kind=Kind.CELL,
        method__in=[method.name for method in all_methods()],
    )
    told: defaultdict[int, list[tuple[int, str, Any]]] = defaultdict(list)
    for cell, file, part, conditions in present.values_list(
        "measurement__file__sample", "measurement__file", "measurement__part", "conditions"
    ).iterator():
        told[cell].append((file, part, conditions))
    chosen = own_choices(AnalysisChoice.objects.all())
    for own in Cell.objects.filter(pk__in=told).iterator(CELLS_AT_ONCE):
        now = conditions_for(Owner(own))
        for file, part, conditions in told[own.pk]:
            if conditions != with_own(now, chosen.get((file, part), {})):
                reasons[file].add(_("%(cell)s was changed") % {"cell": own.code})
