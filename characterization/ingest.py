"""The pipeline: claim -> read -> compute -> store, in one transaction, safe to run twice.

Whoever lost the lease on the job writes nothing (``lease``). Nothing of a reading is seen before its transaction is
through.
"""

from __future__ import annotations

import shutil
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.db import DataError, IntegrityError, transaction
from django.utils.translation import gettext as _

from characterization import blobs, chaining, flagging, library, naming, recording, sandbox
from characterization.conditions import Briefing, briefing_for
from characterization.instruments.base import Technique
from characterization.lease import Claim, LeaseLost, claim, finish, renew, still_mine
from characterization.matching import Owner, named, settled
from characterization.models import Job, JobState, RawFile
from synthesis import gates

MOST_READER_DEATHS = 3
MOST_ATTEMPTS = 20


class ReaderRefused(Exception):
    """The reader's own word on a file that it cannot read: code, message, hint."""

    def __init__(self, error: dict[str, Any]) -> None:
        super().__init__(error["message"])
        self.error = error


@dataclass(frozen=True)
class Reading:
    """What the reader process found, whose it is, and what its analyses were told."""

    reader: dict[str, str]
    recordings: list[dict[str, Any]]
    owner: Owner
    briefing: Briefing


def ingest(job_id: int) -> None:
    """Reads the file of a job and stores what it holds. Does nothing where there is nothing to do."""
    mine = claim(job_id)
    if mine is None:
        return
    job = Job.objects.select_related("file__sample", "file__run", "file__instrument", "file__project").get(
        pk=job_id
    )
    if job.attempts > MOST_ATTEMPTS:
        message = _("Reading was begun %(count)s times and never ended.") % {"count": MOST_ATTEMPTS}
        hint = _("The file is kept. Ask the administrator to look into the worker's log, then read it again.")
        _fail(mine, "worker_died", message, hint)
        return
    with suppress(LeaseLost):
        if _read_and_store(mine, job):
            ingest(job_id)


def _read_and_store(mine: Claim, job: Job) -> bool:
    """True where what a person did meanwhile asks for another reading."""
    scratch = blobs.scratch()
    try:
        return _store(mine, job.file, _read(mine, job.file, scratch))
    except ReaderRefused as refused:
        _refused(mine, refused.error)
    except sandbox.ReaderDied as death:
        _reader_died(mine, death.reason)
    except (DataError, IntegrityError) as error:
        _not_storable(mine, job.file, error)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    return False


def _read(mine: Claim, file: RawFile, scratch: Path) -> Reading:
    path = blobs.path_of(file.sha256)
    if not path.exists():
        raise ReaderRefused(_bytes_missing(file))
    owner = named(file, [file.name])
    first = briefing_for(owner).conditions
    told = library.told(file.instrument_id)
    request = {"do": "read", "path": str(path), "name": file.name, "library": told}
    answer = _known_or_named(mine, file, scratch, {**request, "conditions": first})
    owner = owner if owner.is_known else named(file, _hints(file, answer))
    owner = settled(file, owner, of_process=_is_process(answer))
    briefing = briefing_for(owner, _read_before(file))
    recording.tell_apart(answer["recordings"])
    for kept in answer["recordings"]:
        conditions = briefing.told(kept["part"])
        if conditions != first:  # known only now that the file has said what it holds, and in which parts
            again = {**recording.request_for(kept), "conditions": conditions, "library": told}
            automatic = kept["analyses"] if briefing.conditions == first else []
            kept["beside"] = recording.automatic_of(automatic, briefing.of_parts.get(kept["part"], {}))
            kept["analyses"] = _asked(mine, scratch, again)["analyses"]
    return Reading(answer["reader"], answer["recordings"], owner, briefing)


def _known_or_named(mine: Claim, file: RawFile, scratch: Path, request: dict[str, Any]) -> dict[str, Any]:
    """What a reader makes of the file; of a table that none knows what a person has named its columns."""
    try:
        return _asked(mine, scratch, request)
    except ReaderRefused as refused:
        titles = refused.error.get("columns") or []
        known = naming.naming_for(file, titles) if titles else None
        if known is None:
            raise
        Job.objects.filter(pk=mine.job_id).update(columns=titles)
        return _asked(mine, scratch, {**request, "naming": naming.asked(known)})


def _read_before(file: RawFile) -> RawFile | None:
    """The file, where somebody can have chosen for one of its tables: not before it has any."""
    return file if file.job.reader_name else None


def _is_process(answer: dict[str, Any]) -> bool:
    return all(kept["technique"] == Technique.LOG for kept in answer["recordings"])


def _asked(mine: Claim, scratch: Path, request: dict[str, Any]) -> dict[str, Any]:
    """Asks the reader process, and keeps the lease meanwhile. Raises ReaderRefused, sandbox.ReaderDied, LeaseLost."""
    answer = sandbox.shared.ask({**request, "scratch": str(scratch)}, on_tick=lambda: renew(mine))
    if "error" in answer:
        raise ReaderRefused(answer["error"])
    read: dict[str, Any] = answer["ok"]
    return read


def _hints(file: RawFile, read: dict[str, Any]) -> list[str]:
    told = [hint for kept in read["recordings"] for hint in (kept["title"], *kept["sample_hints"])]
    return [file.source_path, *told]


def _store(mine: Claim, seen: RawFile, reading: Reading) -> bool:
    """Moves the tables into the blob store, then writes all rows at once, if the lease is still ours.

    ``seen`` is the file as it was when the reading began. Whoever attached, moved or took it off meanwhile is
    respected; True where the sample it has now brings conditions that the analyses were not told of.
    """
    renewed = time.monotonic()
    for kept in reading.recordings:
        recording.keep_tables(kept)
        if time.monotonic() - renewed > sandbox.TICK_S:
            renew(mine)
            renewed = time.monotonic()
    with transaction.atomic():
        still_mine(mine)
        file = RawFile.objects.select_related("sample", "run", "instrument", "project").get(pk=seen.pk)
        owner = reading.owner if _as_seen(file, seen) else Owner(file.sample, file.run)
        if owner.is_known and file.owner is None:
            RawFile.objects.filter(pk=file.pk).update(sample=owner.sample, run=owner.run)
        recording.store_all(file, owner, reading.reader, reading.recordings, reading.briefing)
        flagging.tell(file, owner)
        if owner.sample is not None:
            gates.judge(owner.sample)
            chaining.want(owner.sample)
        again = briefing_for(owner, _read_before(seen)) != reading.briefing
        finish(mine, _state(owner, again), _read_note(reading),
                reader_name=reading.reader["name"], reader_version=reading.reader["version"])  # fmt: skip
    return again


def _as_seen(file: RawFile, seen: RawFile) -> bool:
    return (file.sample_id, file.run_id, file.project_id) == (seen.sample_id, seen.run_id, seen.project_id)


def _state(owner: Owner, again: bool) -> JobState:
    if again:
        return JobState.RECEIVED
    return JobState.DONE if owner.is_known else JobState.UNMATCHED


def _read_note(reading: Reading) -> str:
    rows = sum(kept["rows"] for kept in reading.recordings)
    return _("%(rows)s rows, read by %(reader)s %(version)s") % {
        "rows": f"{rows:,}",
        "reader": reading.reader["name"],
        "version": reading.reader["version"],
    }


def _refused(mine: Claim, error: dict[str, Any]) -> None:
    if error["code"] == "needs_mapping":
        with transaction.atomic():
            still_mine(mine)
            Job.objects.filter(pk=mine.job_id).update(columns=error.get("columns") or [])
            finish(mine, JobState.NEEDS_MAPPING, error["message"], error_code=error["code"],
                    error_message=error["message"], error_hint=error["hint"])  # fmt: skip
        return
    _fail(mine, error["code"], error["message"], error["hint"])


def _bytes_missing(file: RawFile) -> dict[str, str]:
    message = _("The stored bytes of %(name)s are gone: sha256 %(sha256)s.") % {
        "name": file.name,
        "sha256": file.sha256,
    }
    hint = _("Send the same file once more, then read it again; or restore it from the backup.")
    return {"code": "bytes_missing", "message": message, "hint": hint}


def _not_storable(mine: Claim, file: RawFile, error: Exception) -> None:
    """PostgreSQL refused the figures themselves, as it would each time: a failure, not another attempt."""
    why = str(error).partition("\n")[0]
    message = _("%(name)s was read, but what was found cannot be stored: %(why)s") % {
        "name": file.name,
        "why": why,
    }
    hint = _("The file is kept. Report it: the reader should have said what is wrong with the file.")
    _fail(mine, "not_storable", message, hint)


def _reader_died(mine: Claim, reason: str) -> None:
    """Counts a death of the reader process; the third is a failure, because the file may be what kills it."""
    with transaction.atomic():
        job = still_mine(mine)
        deaths = job.reader_deaths + 1
        Job.objects.filter(pk=job.pk).update(reader_deaths=deaths)
        note = _("reader process died (%(reason)s), death %(count)s of %(most)s") % {
            "reason": reason,
            "count": deaths,
            "most": MOST_READER_DEATHS,
        }
        if deaths < MOST_READER_DEATHS:
            finish(mine, JobState.RECEIVED, note)
            return
    asked = {"count": deaths, "reason": reason}
    message = _("The reader process died %(count)s times on this file: %(reason)s.") % asked
    hint = _("The file is kept. It may be damaged or very large: export it again or in parts.")
    _fail(mine, "reader_died", message, hint)


def _fail(mine: Claim, code: str, message: str, hint: str) -> None:
    with transaction.atomic():
        still_mine(mine)
        finish(mine, JobState.FAILED, message, error_code=code, error_message=message, error_hint=hint)
