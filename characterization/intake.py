"""The one door for files, whoever carries them: form, REST, agent or command.

check -> hash -> dedupe -> save -> ring after commit. The bytes and their folder are fsynced before the row is
written, and the row is committed before anybody is told that the file has arrived.
"""

from __future__ import annotations

import errno
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import PurePosixPath
from typing import Any

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import User
from django.db import transaction
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from characterization import blobs, chaining, flagging, lease, naming, tasks
from characterization.conditions import conditions_for
from characterization.matching import Owner
from characterization.models import Analysis, Job, JobEvent, JobState, Measurement, RawFile
from synthesis import gates
from synthesis.errors import Refusal
from synthesis.models import CarbonizationRun, Instrument, Project, Sample

NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


@dataclass(frozen=True)
class Delivery:
    """What comes with the bytes. ``size`` and ``sha256`` are what the sender says; None where it says nothing.

    ``purpose`` is ``data``, or ``document`` for what is kept and not read.
    """

    name: str
    project: Project
    by: AbstractBaseUser | None = None
    instrument: Instrument | None = None
    sample: Sample | None = None
    technique: str = ""
    source_path: str = ""
    started_at: datetime | None = None
    size: int | None = None
    sha256: str = ""
    simulated: bool = False
    run: CarbonizationRun | None = None
    purpose: str = "data"

    @property
    def owner(self) -> Sample | CarbonizationRun | None:
        return self.sample or self.run


@dataclass(frozen=True)
class Receipt:
    file: RawFile
    duplicate: bool


def submit(chunks: Iterable[bytes], delivery: Delivery) -> Receipt:
    """Takes a file in. The same bytes in the same project are the same file, however often they are sent.

    Raises Refusal: too large (413), cut on the way or altered (400), no room left (507). Then nothing is kept.
    """
    blob = _kept(chunks, delivery)
    with transaction.atomic():
        file, new = RawFile.objects.get_or_create(
            project=delivery.project, sha256=blob.sha256, defaults=_values(delivery, blob)
        )
        if new:
            _open_job(file)
        elif delivery.purpose == "data":
            _arrived_again(file, delivery)
    if delivery.instrument is not None:
        Instrument.objects.filter(pk=delivery.instrument.pk).update(last_heard_at=Now())
    return Receipt(file, duplicate=not new)


def _arrived_again(file: RawFile, delivery: Delivery) -> None:
    """What was a document becomes data and is read; what is nobody's becomes whose it is said to be."""
    if file.purpose == "document":
        RawFile.objects.filter(pk=file.pk).update(purpose="data")
        read_again(file)
    if delivery.owner is not None and file.owner is None:
        attach(file, delivery.owner)


@transaction.atomic
def attach(file: RawFile, owner: Sample | CarbonizationRun | None) -> None:
    """Says whose file it is, or takes that back (None). The raw file stays; measurements move with it.

    A reading that runs meanwhile finds this when it stores: see ``ingest``.
    """
    job = Job.objects.select_for_update().get(file=file)
    file.refresh_from_db(fields=["project", "sample", "run"])  # as it is now that nobody else can move it
    before = file.sample
    if owner is not None and owner.project_id != file.project_id:
        _move(file, owner.project)
    now = Owner(
        owner if isinstance(owner, Sample) else None, owner if isinstance(owner, CarbonizationRun) else None
    )
    RawFile.objects.filter(pk=file.pk).update(sample=now.sample, run=now.run)
    Measurement.objects.filter(file=file).update(sample=now.sample, run=now.run)
    if job.state in (JobState.DONE, JobState.UNMATCHED):
        state = JobState.DONE if owner else JobState.UNMATCHED
        Job.objects.filter(pk=job.pk).update(state=state, updated_at=Now())
        note = _("attached to %(owner)s") % {"owner": owner} if owner else _taken_off(file)
        JobEvent.objects.create(job=job, state=state, note=note)
    if _conditions_changed(file, now):
        read_again(file)
    flagging.tell(file, now)
    if now.sample is not None:
        gates.judge(now.sample)
    for sample in {before, now.sample}:
        if sample is not None and chaining.want(sample):
            transaction.on_commit(partial(tasks.ring_history, sample.pk))


def _taken_off(file: RawFile) -> str:
    return _("taken off its furnace run") if file.run is not None else _("taken off its sample")


@transaction.atomic
def read_again(file: RawFile, note: str = "") -> None:
    """Puts a file back in the queue: after a failure, for a better reader, or because its cell was changed."""
    job_id = lease.put_back(file, note or _("to be read again"))
    if job_id is not None:
        transaction.on_commit(partial(tasks.ring, job_id))


def name_columns(file: RawFile, given: dict[str, Any], by: User | None) -> list[RawFile]:
    """Keeps what a person said the columns are; every file that it holds for goes back in the queue."""
    again = naming.name(file, file.job.columns, given, by)
    for one in again:
        read_again(one, _("its columns were named"))
    return again


def _kept(chunks: Iterable[bytes], delivery: Delivery) -> blobs.Blob:
    try:
        return blobs.put(_counted(chunks, delivery), check=partial(_as_announced, delivery))
    except OSError as error:
        if error.errno not in NO_ROOM:
            raise
        raise Refusal(
            _(
                "There is no room left where files are kept, so %(name)s was not taken. Tell the administrator."
            )
            % {"name": delivery.name},
            field="file",
            code="no_room",
            status=507,
        ) from error


def _counted(chunks: Iterable[bytes], delivery: Delivery) -> Iterator[bytes]:
    """Passes the bytes on and stops at the limit, so that no upload can fill the disk."""
    most, size = settings.LABSYS_MAX_UPLOAD_BYTES, 0
    for chunk in chunks:
        size += len(chunk)
        if size > most:
            raise Refusal(
                _("%(name)s is larger than the %(most)s MB that a file may have. Nothing was kept.")
                % {"name": delivery.name, "most": f"{most / 1e6:,.0f}"},
                field="file",
                code="too_large",
                status=413,
            )
        yield chunk


def _as_announced(delivery: Delivery, blob: blobs.Blob) -> None:
    if delivery.size is not None and blob.size != delivery.size:
        raise Refusal(
            _("%(name)s was cut on the way: %(got)s of %(sent)s bytes arrived. Send it again.")
            % {"name": delivery.name, "got": f"{blob.size:,}", "sent": f"{delivery.size:,}"},
            field="file",
            code="cut",
        )
    if delivery.sha256 and blob.sha256 != delivery.sha256.lower():
        raise Refusal(
            _("%(name)s was altered on the way: its sha256 is %(got)s, not %(sent)s. Send it again.")
            % {"name": delivery.name, "got": blob.sha256, "sent": delivery.sha256.lower()},
            field="file",
            code="altered",
        )


def _values(delivery: Delivery, blob: blobs.Blob) -> dict[str, object]:
    return {
        "size": blob.size,
        "name": safe_name(delivery.name),
        "sample": delivery.sample,
        "run": delivery.run,
        "purpose": delivery.purpose,
        "instrument": delivery.instrument,
        "technique": delivery.technique,
        "source_path": _printable(delivery.source_path)[:1000],
        "started_at": delivery.started_at,
        "simulated": delivery.simulated,
        "created_by_id": delivery.by.pk if delivery.by else None,
    }


def safe_name(name: str) -> str:
    """The last part of a path of either kind of slash, without control characters, at most 255 long."""
    last = PurePosixPath(name.replace("\\", "/")).name
    return _printable(last).strip()[-255:] or "unnamed"


def _printable(text: str) -> str:
    """Without control characters and halves of letters, which no database column takes."""
    return "".join(letter for letter in text if letter.isprintable())


def _open_job(file: RawFile) -> None:
    if file.purpose == "document":
        job = Job.objects.create(file=file, state=JobState.DONE)
        JobEvent.objects.create(job=job, state=JobState.DONE, note=_("kept as a document"))
        return
    job = Job.objects.create(file=file)
    JobEvent.objects.create(
        job=job, state=JobState.RECEIVED, note=f"sha256 {file.sha256[:8]}…{file.sha256[-4:]}"
    )
    transaction.on_commit(partial(tasks.ring, job.pk))


def _move(file: RawFile, project: Project) -> None:
    if RawFile.objects.filter(project=project, sha256=file.sha256).exclude(pk=file.pk).exists():
        raise Refusal(
            _("%(project)s has this file already.") % {"project": project}, field="sample", status=409
        )
    RawFile.objects.filter(pk=file.pk).update(project=project)
    Measurement.objects.filter(file=file).update(project=project)


def _conditions_changed(file: RawFile, owner: Owner) -> bool:
    """Whether the owner brings conditions that the present analyses were not told of."""
    current = Analysis.objects.filter(measurement__file=file, measurement__current=True, current=True)
    return current.exclude(conditions=conditions_for(owner)).exists()
