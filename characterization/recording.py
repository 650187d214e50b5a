"""From what the reader process answered to rows: measurements, analyses, findings, cycles."""

from __future__ import annotations

import zoneinfo
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils import timezone

from characterization import blobs
from characterization.models import Analysis, Cycle, Finding, Measurement, RawFile
from synthesis.models import Instrument, Sample

_CYCLE_FIELDS = {field.name for field in Cycle._meta.fields} - {"id", "analysis"}


def keep_tables(kept: dict[str, Any]) -> None:
    """Moves a recording's tables into the blob store and puts their sha256 in the place of their paths."""
    same = kept["overview"] == kept["table"]
    kept["table_sha256"] = blobs.put_path(Path(kept["table"])).sha256
    kept["overview_sha256"] = kept["table_sha256"] if same else blobs.put_path(Path(kept["overview"])).sha256
    for found in kept["analyses"]:
        _keep_analysis_tables(found)


def _keep_analysis_tables(found: dict[str, Any]) -> None:
    found["tables"] = {name: blobs.put_path(Path(path)).sha256 for name, path in found["tables"].items()}


def store(
    file: RawFile,
    sample: Sample | None,
    reader: dict[str, str],
    kept: dict[str, Any],
    conditions: dict[str, Any],
) -> Measurement:
    """Writes one recording. The same reader's table of the same part is written once; an older reader's steps back."""
    Measurement.objects.filter(file=file, part=kept["part"], current=True).exclude(
        reader_name=reader["name"], reader_version=reader["version"]
    ).update(current=False)
    measurement, new = Measurement.objects.get_or_create(
        file=file,
        part=kept["part"],
        reader_name=reader["name"],
        reader_version=reader["version"],
        defaults=_values(file, sample, kept),
    )
    if not new and sample is not None and measurement.sample_id is None:
        Measurement.objects.filter(pk=measurement.pk).update(sample=sample)
    for found in kept["analyses"]:
        same = {"method": found["method"], "method_version": found["version"], "conditions": conditions}
        if new or not measurement.analyses.filter(current=True, **same).exists():
            store_analysis(measurement, found, conditions)
    return measurement


def store_analysis(measurement: Measurement, found: dict[str, Any], conditions: dict[str, Any]) -> Analysis:
    """Writes one run of a method; an earlier run of the same method stays beside it, not current."""
    measurement.analyses.filter(method=found["method"], current=True).update(current=False)
    analysis = Analysis.objects.create(
        measurement=measurement,
        method=found["method"],
        method_version=found["version"],
        conditions=conditions,
        parameters=found["parameters"],
        tables=found["tables"],
        flags=found["flags"],
    )
    Finding.objects.bulk_create(Finding(analysis=analysis, **finding) for finding in found["findings"])
    Cycle.objects.bulk_create(
        (
            Cycle(analysis=analysis, **{name: value for name, value in row.items() if name in _CYCLE_FIELDS})
            for row in found["cycles"]
        ),
        batch_size=2000,
    )
    return analysis


def request_for(kept: dict[str, Any]) -> dict[str, Any]:
    """What the reader process needs to analyse a recording that it has just read."""
    return {
        "do": "analyse",
        "name": kept["title"],
        "technique": kept["technique"],
        "table": kept["table"],
        "meta": kept["meta"],
        "units": {column["name"]: column["unit"] for column in kept["columns"]},
        "part": kept["part"],
        "title": kept["title"],
    }


def _values(file: RawFile, sample: Sample | None, kept: dict[str, Any]) -> dict[str, Any]:
    return {
        "project": file.project,
        "sample": sample,
        "instrument": file.instrument,
        "technique": kept["technique"],
        "title": kept["title"][:200],
        "started_at": _moment(kept["started_at"], file.instrument) or file.started_at,
        "rows": kept["rows"],
        "columns": kept["columns"],
        "meta": kept["meta"],
        "flags": kept["flags"],
        "table_sha256": kept["table_sha256"],
        "overview_sha256": kept["overview_sha256"],
        "content_sha256": kept["content_sha256"],
        "simulated": file.simulated,
        "created_by": file.created_by,
    }


def _moment(written: str | None, instrument: Instrument | None) -> datetime | None:
    """A start time; where the file does not say its zone, the instrument's, else the laboratory's."""
    if not written:
        return None
    moment = datetime.fromisoformat(written)
    if timezone.is_aware(moment):
        return moment
    zone = (instrument.time_zone if instrument else "") or settings.TIME_ZONE
    return moment.replace(tzinfo=zoneinfo.ZoneInfo(zone))
