"""The lease on a job: taken, renewed, lost, and ended with a state, always under the row's own lock.

The Job row in PostgreSQL is the truth. A worker claims it with a lease that it renews while it works; whoever lost
its lease writes nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID, uuid4

from django.db import transaction
from django.db.models import F, Q
from django.db.models.functions import Now

from characterization.models import Job, JobEvent, JobState, RawFile

LEASE = timedelta(seconds=20)


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


def renew(mine: Claim) -> None:
    """Keeps the lease. Raises LeaseLost where another worker took the job over."""
    kept = Job.objects.filter(pk=mine.job_id, holder=mine.holder, state=JobState.READING).update(
        lease_until=Now() + LEASE
    )
    if not kept:
        raise LeaseLost


def still_mine(mine: Claim) -> Job:
    """The job under its row's lock, for the rest of the transaction. Raises LeaseLost."""
    job = (
        Job.objects.select_for_update()
        .filter(pk=mine.job_id, holder=mine.holder, state=JobState.READING)
        .first()
    )
    if job is None:
        raise LeaseLost
    return job


def finish(mine: Claim, state: JobState, note: str, **values: str) -> None:
    """Gives the job back with a state and a line of its timeline; ``values`` are further columns, errors else empty."""
    cleared = {"error_code": "", "error_message": "", "error_hint": ""}
    Job.objects.filter(pk=mine.job_id).update(
        state=state, holder=None, lease_until=None, updated_at=Now(), **{**cleared, **values}
    )
    _note(mine.job_id, state, note)


@transaction.atomic
def put_back(file: RawFile, note: str) -> int | None:
    """Puts the job of a file back in the queue; answers its key, None where it is there already or being read."""
    job = Job.objects.select_for_update().get(file=file)
    if job.state in (JobState.RECEIVED, JobState.READING):
        return None
    Job.objects.filter(pk=job.pk).update(
        state=JobState.RECEIVED, attempts=0, reader_deaths=0, holder=None, lease_until=None, updated_at=Now()
    )
    _note(job.pk, JobState.RECEIVED, note)
    return job.pk


def _note(job_id: int, state: str, note: str = "") -> None:
    JobEvent.objects.create(job_id=job_id, state=state, note=note[:300])
