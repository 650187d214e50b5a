"""Celery shells: fetch by id, call. The Job row is the truth; a task is a ring of the bell."""

from __future__ import annotations

import logging
import socket
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pghistory
from celery import shared_task
from celery.signals import worker_process_init, worker_process_shutdown, worker_ready
from django.conf import settings
from django.db import Error, transaction
from django.db.models import F, Q, QuerySet
from django.db.models.functions import Now
from django.utils.translation import gettext as _
from kombu.exceptions import OperationalError
from psycopg import Error as DatabaseError

from cells.models import Cell
from characterization import blobs, chaining, ingest, lease, parts, reanalysis, sandbox
from characterization.models import Chain, Job, JobState, RawFile, WorkerPulse
from synthesis.models import Sample

logger = logging.getLogger(__name__)
RING_AGAIN_AFTER = timedelta(seconds=20)
MOST_RINGS = 200
MOST_READ_AGAIN = 200
LEFT_BEHIND_AFTER = timedelta(hours=24)


@shared_task(name="characterization.ingest")
def read(job_id: int) -> None:
    with pghistory.context(worker=socket.gethostname(), job=job_id):
        ingest.ingest(job_id)
    owners = RawFile.objects.filter(job=job_id).values("sample")
    for wanted in Chain.objects.filter(pk__in=owners, wanted__isnull=False).values_list("pk", flat=True):
        ring_history(wanted)


@shared_task(name="characterization.chain")
def chain(sample_id: int) -> None:
    with pghistory.context(worker=socket.gethostname(), history=sample_id):
        if chaining.make(sample_id):
            ring_history(sample_id)


@shared_task(name="characterization.sweep")
def sweep() -> int:
    """Rings again for jobs that wait unheard or whose worker vanished, and for histories. Answers for how many jobs."""
    unheard = Q(state=JobState.RECEIVED)
    vanished = Q(state=JobState.READING, lease_until__lt=Now())
    quiet = Q(rung_at__isnull=True) | Q(rung_at__lt=Now() - RING_AGAIN_AFTER)
    longest_unheard = F("rung_at").asc(nulls_first=True)
    found = Job.objects.filter(unheard | vanished, quiet).order_by(longest_unheard, "pk")
    waiting = list(found.values_list("pk", flat=True)[:MOST_RINGS])
    for job_id in waiting:
        ring(job_id)
    for sample_id in chaining.waiting(RING_AGAIN_AFTER, MOST_RINGS):
        ring_history(sample_id)
    return len(waiting)


@shared_task(name="characterization.catch_up")
def catch_up() -> int:
    """Has files of cells read again that were changed after their analyses, so many at once. Answers for how many.

    While some are left the changes are not settled: the next time goes on with them.
    """
    changes, begun = reanalysis.changes(), 0
    for cell in changes.cells:
        begun += read_again_as_built(cell, MOST_READ_AGAIN - begun)
        if begun == MOST_READ_AGAIN:
            return begun
    reanalysis.settle(changes)
    return begun


def read_again_as_built(cell: Cell, most: int) -> int:
    """Puts files of a cell back in the queue whose analyses were told other conditions than hold now."""
    return read_again(cell, _("the cell was changed: to be analysed again"), most)


def read_again(sample: Sample, why: str, most: int = MOST_READ_AGAIN) -> int:
    """The same of any sample, with what the files' record of events says of it. Answers for how many."""
    found = reanalysis.told_otherwise(sample, most)
    for file in found:
        job_id = lease.put_back(file, why)
        if job_id is not None:
            transaction.on_commit(partial(ring, job_id))
    return len(found)


@shared_task(name="characterization.tidy")
def tidy() -> int:
    """Deletes what uploads and readers left that died, and uploads that nobody continued. Answers for how many."""
    seconds = LEFT_BEHIND_AFTER.total_seconds()
    scratch = Path(settings.LABSYS_SCRATCH)
    left = list(scratch.iterdir()) if scratch.exists() else []
    scratched = sum(blobs.forget_if_older(path, seconds) for path in left)
    return blobs.forget_parts(seconds) + parts.forget_expired() + scratched


@shared_task(name="characterization.pulse")
def pulse() -> None:
    WorkerPulse.objects.update_or_create(name=socket.gethostname(), defaults={"at": Now()})


def ring(job_id: int) -> None:
    """Tells a worker of a job. A silent broker loses nothing: the sweep rings again."""
    _rung(read, Job.objects.filter(pk=job_id), job_id)


def ring_history(sample_id: int) -> None:
    """Tells a worker that the history of a sample is wanted; the sweep rings again here too."""
    _rung(chain, Chain.objects.filter(pk=sample_id), sample_id)


def _rung(task: Any, row: QuerySet[Any], key: int) -> None:
    try:
        task.delay(key)
        row.update(rung_at=Now())
    except (OperationalError, DatabaseError, Error, OSError) as error:
        logger.warning("broker does not answer, %s %s waits for the sweep: %s", task.name, key, error)


@worker_process_init.connect
def warm_the_reader(**_kwargs: Any) -> None:
    sandbox.shared.warm()


@worker_process_shutdown.connect
def end_the_reader(**_kwargs: Any) -> None:
    sandbox.shared.close()


@worker_ready.connect
def first_pulse(**_kwargs: Any) -> None:
    pulse.delay()
