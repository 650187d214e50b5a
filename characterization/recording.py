"""From what the reader process answered to rows: measurements, analyses, findings, cycles."""

from __future__ import annotations

import hashlib
import zoneinfo
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils import timezone

from characterization import blobs
from characterization.conditions import Briefing, Chosen
from characterization.matching import Owner
from characterization.models import AUTOMATIC, Analysis, Cycle, Finding, Measurement, RawFile
from synthesis.models import Instrument

LONGEST_PART = 120
AT_ONCE = 2000
GREATEST_INTEGER = 2**31 - 1
YEARS = range(1950, 2200)
_LONGEST = {field.name: field.max_length for field in Finding._meta.fields if field.max_length}
_FINDING_FIELDS = [field.name for field in Finding._meta.fields if field.name not in ("id", "analysis")]
_CYCLE_FIELDS = {field.name for field in Cycle._meta.fields} - {"id", "analysis"}


@dataclass(frozen=True)
class Run:
    """What one method found of one table, what it was told, and the version of what a person chose for it."""

    measurement: Measurement
    found: dict[str, Any]
    conditions: dict[str, Any]
    choice: Chosen | None = None

    @property
    def same(self) -> dict[str, Any]:
        """What a run that stands there already agrees in. Which entries of the library were used is a parameter."""
        return {
            "method": self.found["method"],
            "method_version": self.found["version"],
            "conditions": self.conditions,
            "parameters": self.found["parameters"],
            "choice": self.choice.pk if self.choice else None,
        }


def keep_tables(kept: dict[str, Any]) -> None:
    """Moves a recording's tables into the blob store and puts their sha256 in the place of their paths."""
    paths = {kept["table"], kept["overview"]}
    analyses = [*kept["analyses"], *kept.get("beside", [])]
    paths |= {path for found in analyses for path in found["tables"].values()}
    sha256_of = {str(path): blob.sha256 for path, blob in blobs.put_paths(map(Path, paths)).items()}
    kept["table_sha256"], kept["overview_sha256"] = sha256_of[kept["table"]], sha256_of[kept["overview"]]
    for found in analyses:
        found["tables"] = {name: sha256_of[path] for name, path in found["tables"].items()}


def tell_apart(recordings: list[dict[str, Any]]) -> None:
    """Gives every table of one file a part of its own that fits its column: ``scan``, ``scan (2)``."""
    taken: set[str] = set()
    for kept in recordings:
        part, number = _fitting(kept["part"], LONGEST_PART), 1
        while part in taken:
            number += 1
            part = _fitting(f"{kept['part']} ({number})".strip(), LONGEST_PART)
        taken.add(part)
        kept["part"] = part


def store_all(
    file: RawFile,
    owner: Owner,
    reader: dict[str, str],
    recordings: list[dict[str, Any]],
    briefing: Briefing,
) -> None:
    """Writes what one reading found, as ``store`` does; of a file that was never read before all tables at once."""
    if not Measurement.objects.filter(file=file).exists():
        _store_first(file, owner, reader, recordings, briefing)
        return
    retire_others(file, reader)
    for kept in recordings:
        store(file, owner, reader, kept, briefing)


def _store_first(
    file: RawFile,
    owner: Owner,
    reader: dict[str, str],
    recordings: list[dict[str, Any]],
    briefing: Briefing,
) -> None:
    """One statement for each kind of row, however many tables the file holds."""
    by = {"file": file, "reader_name": reader["name"], "reader_version": reader["version"]}
    made = Measurement.objects.bulk_create(
        Measurement(**by, part=kept["part"], **_values(file, owner, kept)) for kept in recordings
    )
    of_each = zip(made, recordings, strict=True)
    _write_analyses([run for one, kept in of_each for run in _runs(one, kept, briefing)])


def _runs(measurement: Measurement, kept: dict[str, Any], briefing: Briefing) -> list[Run]:
    """What each method found of one table, with what it was told."""
    told = briefing.told(kept["part"])
    return [
        Run(measurement, found, told, briefing.chosen(kept["part"], found["method"]))
        for found in kept["analyses"]
    ]


def _write_analyses(runs: Sequence[Run], *, current: bool = True) -> list[Analysis]:
    """Runs of methods with their findings and cycles, each beside its measurement."""
    analyses = Analysis.objects.bulk_create(
        Analysis(
            measurement=run.measurement,
            method=run.found["method"],
            method_version=run.found["version"],
            conditions=run.conditions,
            parameters=run.found["parameters"],
            tables=run.found["tables"],
            flags=run.found["flags"],
            choice_id=run.choice.pk if run.choice else None,
            choice_version=run.choice.version if run.choice else AUTOMATIC,
            current=current,
        )
        for run in runs
    )
    each = [(analysis, run.found) for analysis, run in zip(analyses, runs, strict=True)]
    Finding.objects.bulk_create(
        [Finding(analysis=one, **_cut(finding)) for one, found in each for finding in found["findings"]],
        batch_size=AT_ONCE,
    )
    Cycle.objects.bulk_create(
        [_cycle(one, row) for one, found in each for row in found["cycles"]], batch_size=AT_ONCE
    )
    return analyses


def retire_others(file: RawFile, reader: dict[str, str]) -> None:
    """What other readers, or this one in another version, made of the file steps back; it stays, not current."""
    present = Measurement.objects.filter(file=file, current=True)
    present.exclude(reader_name=reader["name"], reader_version=reader["version"]).update(current=False)


def store(
    file: RawFile,
    owner: Owner,
    reader: dict[str, str],
    kept: dict[str, Any],
    briefing: Briefing,
) -> Measurement:
    """Writes one recording. The same reader's table of the same part is written once, and is the current one."""
    measurement, new = Measurement.objects.get_or_create(
        file=file,
        part=kept["part"],
        reader_name=reader["name"],
        reader_version=reader["version"],
        defaults=_values(file, owner, kept),
    )
    if not new:
        present = {"sample": owner.sample, "run": owner.run, "project": file.project, "current": True}
        Measurement.objects.filter(pk=measurement.pk).exclude(**present).update(**present)
    for found in kept.get("beside", []):
        _store_beside(Run(measurement, found, briefing.conditions, briefing.of_sample.get(found["method"])))
    for run in _runs(measurement, kept, briefing):
        if new or not measurement.analyses.filter(current=True, **run.same).exists():
            store_analysis(run)
    return measurement


def automatic_of(analyses: list[dict[str, Any]], own: Mapping[str, Chosen]) -> list[dict[str, Any]]:
    """What methods found before a person's own choices for this table were heard."""
    return [found for found in analyses if found["method"] in own]


def _store_beside(run: Run) -> None:
    """Keeps what a method finds without the table's own choices beside them, not current, once."""
    if not run.measurement.analyses.filter(**run.same).exists():
        _write_analyses([run], current=False)


def store_analysis(run: Run) -> Analysis:
    """Writes one run of a method; an earlier run of the same method stays beside it, not current.

    Where other conditions changed nothing that the method found, the run that stands there was told them too.
    """
    standing = _same_outcome(run)
    if standing is not None:
        Analysis.objects.filter(pk=standing.pk).update(conditions=run.conditions)
        return standing
    run.measurement.analyses.filter(method=run.found["method"], current=True).update(current=False)
    return _write_analyses([run])[0]


def _same_outcome(run: Run) -> Analysis | None:
    """The present run of this version of the method, where it found exactly the same: tables, figures, flags."""
    found = run.found
    same = {name: value for name, value in run.same.items() if name != "conditions"}
    same |= {"tables": found["tables"], "flags": found["flags"]}
    present = run.measurement.analyses.filter(current=True, **same)
    standing = present.prefetch_related("findings").first()
    if standing is None:
        return None
    figures = [{name: getattr(row, name) for name in _FINDING_FIELDS} for row in standing.findings.all()]
    return standing if figures == [_cut(finding) for finding in found["findings"]] else None


def _cycle(analysis: Analysis, row: dict[str, Any]) -> Cycle:
    """One row of the cycles' table. A vendor's number that no column of whole numbers takes is left out."""
    values = {name: value for name, value in row.items() if name in _CYCLE_FIELDS}
    if abs(values.get("vendor_cycle") or 0) > GREATEST_INTEGER:
        values["vendor_cycle"] = None
    return Cycle(analysis=analysis, **values)


def _cut(finding: dict[str, Any]) -> dict[str, Any]:
    """A finding whose texts fit their columns."""
    return {
        name: _fitting(value, _LONGEST[name]) if name in _LONGEST and isinstance(value, str) else value
        for name, value in finding.items()
    }


def _fitting(text: str, most: int) -> str:
    """A text of at most ``most`` letters; of a longer one the beginning, and a mark that tells two such apart."""
    if len(text) <= most:
        return text
    mark = hashlib.sha256(text.encode()).hexdigest()[:8]
    return f"{text[: most - len(mark) - 1]}…{mark}"


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


def _values(file: RawFile, owner: Owner, kept: dict[str, Any]) -> dict[str, Any]:
    return {
        "project": file.project,
        "sample": owner.sample,
        "run": owner.run,
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
        "created_by_id": file.created_by_id,
    }


def _moment(written: str | None, instrument: Instrument | None) -> datetime | None:
    """A start time; where the file does not say its zone, the instrument's, else the laboratory's.

    None where the year cannot be meant: a clock that was never set, or bytes that are no time. Of the hour that
    comes twice in autumn it is the first.
    """
    moment = datetime.fromisoformat(written) if written else None
    if moment is None or moment.year not in YEARS:
        return None
    return moment if timezone.is_aware(moment) else moment.replace(tzinfo=_zone(instrument))


def _zone(instrument: Instrument | None) -> zoneinfo.ZoneInfo:
    try:
        return zoneinfo.ZoneInfo((instrument.time_zone if instrument else "") or settings.TIME_ZONE)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        return zoneinfo.ZoneInfo(settings.TIME_ZONE)
