"""The pipeline: claim -> read -> compute -> store, in one transaction, safe to run twice.

The Job row in PostgreSQL is the truth. A worker claims it with a lease that it renews while it works; whoever lost
its lease writes nothing. Nothing of a reading is seen before its transaction is through.
"""

from __future__ import annotations

import shutil
import tempfile
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from cells.models import Cell
from characterization import blobs, recording, sandbox
from characterization.matching import sample_named
from characterization.models import Job, JobEvent, JobState, RawFile
from synthesis.models import Sample

LEASE = timedelta(seconds=20)
MOST_READER_DEATHS = 3
MOST_ATTEMPTS = 20


class LeaseLost(Exception):
    """Another worker holds the job by now; what this one read is thrown away."""


@dataclass(frozen=True)
class Claim:
    job_id: int
    holder: UUID


def claim(job_id: int) -> Claim | None:
    """Takes a job that waits, or whose holder let its lease run out. None: it is done, or another worker has it."""
    holder = uuid4()
    free = Q(state=JobState.RECEIVED) | Q(state=JobState.READING, lease_until__lt=Now())
    with transaction.atomic():
        taken = Job.objects.filter(free, pk=job_id).update(
            state=JobState.READING,
            holder=holder,
            lease_until=Now() + LEASE,
            attempts=F("attempts") + 1,
            updated_at=Now(),
        )
        if taken:
            _note(job_id, JobState.READING)
    return Claim(job_id, holder) if taken else None


def ingest(job_id: int) -> None:
    """Reads the file of a job and stores what it holds. Does nothing where there is nothing to do."""
    mine = claim(job_id)
    if mine is None:
        return
    job = Job.objects.select_related("file__sample", "file__instrument", "file__project").get(pk=job_id)
    if job.attempts > MOST_ATTEMPTS:
        message = _("Reading was begun %(count)s times and never ended.") % {"count": MOST_ATTEMPTS}
        hint = _("The file is kept. Ask the administrator to look into the worker's log, then read it again.")
        _fail(mine, "worker_died", message, hint)
        return
    with suppress(LeaseLost):
        _read_and_store(mine, job)


def renew(mine: Claim) -> None:
    """Keeps the lease. Raises LeaseLost where another worker took the job over."""
    kept = Job.objects.filter(pk=mine.job_id, holder=mine.holder, state=JobState.READING).update(
        lease_until=Now() + LEASE
    )
    if not kept:
        raise LeaseLost


def conditions_for(sample: Sample | None) -> dict[str, Any]:
    """What the laboratory knows of a sample and an analysis must be told."""
    own = sample.own if sample is not None else None
    if isinstance(own, Cell) and own.first_direction:
        return {"first_direction": own.first_direction}
    return {}


def _read_and_store(mine: Claim, job: Job) -> None:
    file = job.file
    sample = file.sample or sample_named([file.name], file.project)
    scratch = _scratch()
    try:
        answer = _ask(mine, job, sample, scratch)
        if answer is None:
            return
        if "error" in answer:
            _refused(mine, answer["error"])
            return
        read = answer["ok"]
        if sample is None:
            sample = _sample_in(read, file)
            if conditions_for(sample):
                _analyse_again(mine, read, scratch, conditions_for(sample))
        _store(mine, file, sample, read)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def _ask(mine: Claim, job: Job, sample: Sample | None, scratch: Path) -> dict[str, Any] | None:
    request = {
        "do": "read",
        "path": str(blobs.path_of(job.file.sha256)),
        "name": job.file.name,
        "scratch": str(scratch),
        "conditions": conditions_for(sample),
    }
    try:
        return sandbox.shared.ask(request, on_tick=lambda: renew(mine))
    except sandbox.ReaderDied as death:
        _reader_died(mine, death.reason)
        return None


def _analyse_again(mine: Claim, read: dict[str, Any], scratch: Path, conditions: dict[str, Any]) -> None:
    """Computes once more what depends on conditions that were known only after the file had named its sample."""
    for kept in read["recordings"]:
        request = {**recording.request_for(kept), "scratch": str(scratch), "conditions": conditions}
        answer = sandbox.shared.ask(request, on_tick=lambda: renew(mine))
        if "ok" in answer:
            kept["analyses"] = answer["ok"]["analyses"]


def _sample_in(read: dict[str, Any], file: RawFile) -> Sample | None:
    hints = [hint for kept in read["recordings"] for hint in (kept["title"], *kept["sample_hints"])]
    return sample_named([file.source_path, *hints], file.project)


def _store(mine: Claim, file: RawFile, sample: Sample | None, read: dict[str, Any]) -> None:
    """Moves the tables into the blob store, then writes all rows at once, if the lease is still ours."""
    for kept in read["recordings"]:
        recording.keep_tables(kept)
    with transaction.atomic():
        _still_mine(mine)
        if sample is not None and file.sample_id is None:
            RawFile.objects.filter(pk=file.pk).update(sample=sample)
        for kept in read["recordings"]:
            recording.store(file, sample, read["reader"], kept, conditions_for(sample))
        reader = read["reader"]
        state = JobState.DONE if sample is not None else JobState.UNMATCHED
        _finish(mine, state, _read_note(read), reader_name=reader["name"], reader_version=reader["version"])


def _read_note(read: dict[str, Any]) -> str:
    rows = sum(kept["rows"] for kept in read["recordings"])
    reader = read["reader"]
    return _("%(rows)s rows, read by %(reader)s %(version)s") % {
        "rows": f"{rows:,}",
        "reader": reader["name"],
        "version": reader["version"],
    }


def _refused(mine: Claim, error: dict[str, Any]) -> None:
    if error["code"] == "needs_mapping":
        with transaction.atomic():
            _still_mine(mine)
            _finish(mine, JobState.NEEDS_MAPPING, error["message"], error_code=error["code"],
                    error_message=error["message"], error_hint=error["hint"])  # fmt: skip
        return
    _fail(mine, error["code"], error["message"], error["hint"])


def _reader_died(mine: Claim, reason: str) -> None:
    """Counts a death of the reader process; the third is a failure, because the file may be what kills it."""
    with transaction.atomic():
        job = _still_mine(mine)
        deaths = job.reader_deaths + 1
        Job.objects.filter(pk=job.pk).update(reader_deaths=deaths)
        note = _("reader process died (%(reason)s), death %(count)s of %(most)s") % {
            "reason": reason,
            "count": deaths,
            "most": MOST_READER_DEATHS,
        }
        if deaths < MOST_READER_DEATHS:
            _finish(mine, JobState.RECEIVED, note)
            return
    asked = {"count": deaths, "reason": reason}
    message = _("The reader process died %(count)s times on this file: %(reason)s.") % asked
    hint = _("The file is kept. It may be damaged or very large: export it again or in parts.")
    _fail(mine, "reader_died", message, hint)


def _fail(mine: Claim, code: str, message: str, hint: str) -> None:
    with transaction.atomic():
        _still_mine(mine)
        _finish(mine, JobState.FAILED, message, error_code=code, error_message=message, error_hint=hint)


def _still_mine(mine: Claim) -> Job:
    job = (
        Job.objects.select_for_update()
        .filter(pk=mine.job_id, holder=mine.holder, state=JobState.READING)
        .first()
    )
    if job is None:
        raise LeaseLost
    return job


def _finish(mine: Claim, state: JobState, note: str, **values: str) -> None:
    cleared = {"error_code": "", "error_message": "", "error_hint": ""}
    Job.objects.filter(pk=mine.job_id).update(
        state=state, holder=None, lease_until=None, updated_at=Now(), **{**cleared, **values}
    )
    _note(mine.job_id, state, note)


def _note(job_id: int, state: str, note: str = "") -> None:
    JobEvent.objects.create(job_id=job_id, state=state, note=note[:300])


def _scratch() -> Path:
    Path(settings.LABSYS_SCRATCH).mkdir(parents=True, exist_ok=True)
    return Path(tempfile.mkdtemp(dir=settings.LABSYS_SCRATCH))
