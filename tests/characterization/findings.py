"""Findings of a sample without a file to read them from."""

from __future__ import annotations

from hashlib import sha256
from typing import Any

from characterization.models import Analysis, Finding, Job, JobState, Measurement, RawFile
from synthesis.models import Sample


def measured(sample: Sample, technique: str = "raman", **values: Any) -> Measurement:
    """A current measurement of a sample, with an analysis that found nothing yet."""
    number = Measurement.objects.count()
    digest = sha256(f"{sample.pk} {number}".encode()).hexdigest()
    file = RawFile.objects.create(
        project=sample.project, sample=sample, name=f"{number}.txt", size=1, sha256=digest
    )
    Job.objects.create(file=file, state=JobState.DONE, reader_name="by hand", reader_version="1")
    made = Measurement.objects.create(
        file=file,
        project=sample.project,
        sample=sample,
        technique=technique,
        rows=1,
        reader_name="by hand",
        reader_version="1",
        table_sha256=digest,
        overview_sha256=digest,
        content_sha256=digest,
        **values,
    )
    Analysis.objects.create(measurement=made, method=technique, method_version="1.0")
    return made


def found(
    sample: Sample,
    name: str = "id_ig_ratio",
    value: float | None = 1.09,
    unit: str = "",
    uncertainty: float | None = None,
) -> Finding:
    """A finding of a measurement of its own, the newest of the sample."""
    analysis = measured(sample).analyses.get()
    return Finding.objects.create(
        analysis=analysis, name=name, label=name, value=value, unit=unit, uncertainty=uncertainty
    )
