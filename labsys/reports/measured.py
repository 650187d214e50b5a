"""Findings, files and methods of a set of samples."""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from characterization import panels
from characterization.models import Finding, JobState, Measurement, RawFile
from labsys.reports import standing
from labsys.reports.content import FileLine, FindingLine
from synthesis import access
from synthesis.access import Actor
from synthesis.models import Boat, Sample

MOST_FINDINGS = 120


def findings_of(samples: Sequence[Sample], actor: Actor) -> list[FindingLine]:
    """What was found on these samples, in their order, with yields of the furnace from the ledger first."""
    measurements = access.visible(_present([sample.pk for sample in samples]), actor)
    rows = (
        Finding.objects.filter(analysis__measurement__in=measurements, analysis__current=True)
        .select_related("analysis__measurement__sample", "analysis__measurement__instrument")
        .prefetch_related("analysis__measurement__instrument__checks")
        .order_by("analysis__measurement__technique", "analysis__measurement_id", "analysis__method", "pk")[
            :MOST_FINDINGS
        ]
    )
    found: dict[int, list[FindingLine]] = {}
    for row in rows:
        own = found.setdefault(row.analysis.measurement.sample_id or 0, [])
        line = _line(row)
        if line not in own:  # the last cycle may also be a milestone
            own.append(line)
    return [line for sample in samples for line in [*_yield(sample), *found.get(sample.pk, [])]]


def _yield(sample: Sample) -> list[FindingLine]:
    boat = Boat.objects.filter(additive=sample.pk).first()
    if boat is None:
        return []
    way = _("mass out over mass in")
    return [
        FindingLine(
            sample.code, _("Carbonization yield"), f"{boat.yield_percent:.1f}", "", "%", way, _("ledger")
        )
    ]


def _line(row: Finding) -> FindingLine:
    value, uncertainty = panels.with_uncertainty(row.value, row.uncertainty)
    sample = row.analysis.measurement.sample
    return FindingLine(
        sample=sample.code if sample is not None else "",
        quantity=f"{row.label}, {row.subject}" if row.subject else row.label,
        value=value,
        uncertainty=uncertainty,
        unit=row.unit,
        convention=standing.measured_with(row.analysis.measurement, row.convention),
        method=str(row.analysis),
    )


def measurements_of(samples: Sequence[Sample], actor: Actor) -> list[Measurement]:
    """Current measurements of these samples, in the order of the samples and of time."""
    pks = [sample.pk for sample in samples]
    rows = access.visible(_present(pks), actor)
    found = rows.select_related("sample", "project").order_by("pk")
    return sorted(found, key=lambda row: (pks.index(row.sample_id or 0), row.pk))


def _present(samples: Sequence[int]) -> QuerySet[Measurement]:
    """Current measurements; of a cell with a history the history, and not each of its files again."""
    return Measurement.objects.filter(sample__in=samples, current=True).exclude(piece_of__chain__current=True)


def files_of(samples: Sequence[Sample], actor: Actor) -> list[FileLine]:
    """Raw files of these samples with their full hashes, who read them and by which methods."""
    pks = [sample.pk for sample in samples]
    files = access.visible(RawFile.objects.filter(sample__in=pks), actor)
    rows = files.select_related("sample", "job").prefetch_related("measurements__analyses").order_by("pk")
    ordered = sorted(rows, key=lambda row: (pks.index(row.sample_id or 0), row.pk))
    return [_file(row) for row in ordered]


def _file(file: RawFile) -> FileLine:
    job = file.job
    if job.state in (JobState.DONE, JobState.UNMATCHED):
        reader = f"{job.reader_name} {job.reader_version}"
    else:
        reader = str(job.get_state_display()) + (f": {job.error_message}" if job.error_message else "")
    methods = {
        str(analysis)
        for measurement in file.measurements.all()
        if measurement.current
        for analysis in measurement.analyses.all()
        if analysis.current
    }
    code = file.sample.code if file.sample is not None else ""
    return FileLine(
        file.name, code, f"{file.size:,} B", file.sha256, reader, ", ".join(sorted(methods)) or "–"
    )
