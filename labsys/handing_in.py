"""Files of this machine handed in by a command: found, submitted, waited for, though PostgreSQL may go and come."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import psycopg
from django.db import InterfaceError, OperationalError, connection
from django.utils.translation import gettext as _
from kombu.exceptions import OperationalError as BrokerError

from characterization import blobs, destination, intake
from characterization.models import JobState, RawFile
from synthesis.errors import Refusal
from synthesis.models import Instrument, Sample

T = TypeVar("T")

OPEN = (JobState.RECEIVED, JobState.READING)
PATIENCE_S = 180.0
FIRST_PAUSE_S, LONGEST_PAUSE_S = 0.2, 3.0
POLL_S = 0.1
ASK_AT_ONCE = 500
_AWAY = (OperationalError, InterfaceError, psycopg.OperationalError, BrokerError)


@dataclass(frozen=True)
class Label:
    """What the command says of all its files."""

    sample: Sample | None = None
    instrument: Instrument | None = None
    project: str = ""


@dataclass
class Handed:
    """One path and what became of it. ``path`` is as it was given or found."""

    path: str
    id: int | None = None
    sha256: str | None = None
    state: str = JobState.FAILED
    duplicate: bool = False
    error: dict[str, str] | None = None
    measurements: tuple[int, ...] = ()

    @property
    def is_open(self) -> bool:
        return self.id is not None and self.state in OPEN

    def as_json(self) -> dict[str, Any]:
        return {
            "path": self.path,
            "id": self.id,
            "sha256": self.sha256,
            "state": str(self.state),
            "duplicate": self.duplicate,
            "error": self.error,
            "measurements": list(self.measurements),
        }


def files_in(paths: Iterable[str]) -> Iterator[str]:
    """The files as they were named, and those of folders however deep, in order; hidden ones and links are left out."""
    for named in paths:
        path = Path(named)
        if not path.is_dir():
            yield named
            continue
        for inner in sorted(path.rglob("*")):
            hidden = any(part.startswith(".") for part in inner.relative_to(path).parts)
            if inner.is_file() and not inner.is_symlink() and not hidden:
                yield str(inner)


def hand_in(path: str, label: Label) -> Handed:
    """Submits one file. What cannot be read or is refused is an answer with an error, never an exception."""
    try:
        receipt = patiently(lambda: _submitted(Path(path), label))
    except OSError as error:
        reason = error.strerror or type(error).__name__
        return Handed(
            path, error=_error("unreadable", _("%(path)s: %(reason)s.") % {"path": path, "reason": reason})
        )
    except Refusal as refusal:
        return Handed(path, error=_error(refusal.code, refusal.message))
    file = receipt.file
    return Handed(path, file.pk, file.sha256, JobState.RECEIVED, receipt.duplicate)


def ask_after(handed: list[Handed]) -> list[Handed]:
    """Looks once how far the files are; answers those whose reading has ended."""
    ids = sorted({one.id for one in handed if one.id is not None})
    found = {file.pk: file for file in patiently(lambda: _looked_up(ids))}
    ended = []
    for one in handed:
        file = found.get(one.id or 0)
        if file is not None:
            _fill(one, file)
            if not one.is_open:
                ended.append(one)
    return ended


def wait_for(handed: list[Handed]) -> Iterator[Handed]:
    """Every file as soon as its reading has ended."""
    yield from (one for one in handed if not one.is_open)
    waiting = [one for one in handed if one.is_open]
    while waiting:
        ended = ask_after(waiting[:ASK_AT_ONCE])
        yield from ended
        waiting = [one for one in waiting if one.is_open]
        if waiting:
            time.sleep(POLL_S)


def patiently(act: Callable[[], T]) -> T:
    """Does something safe to do twice; while the database is away it is tried again, for PATIENCE_S seconds at most."""
    until, pause = time.monotonic() + PATIENCE_S, FIRST_PAUSE_S
    while True:
        try:
            return act()
        except _AWAY:
            if time.monotonic() > until:
                raise
            connection.close()
            time.sleep(pause)
            pause = min(2 * pause, LONGEST_PAUSE_S)


def _submitted(path: Path, label: Label) -> intake.Receipt:
    project = destination.project_for_file(None, label.sample, label.project, label.instrument)
    project, sample = destination.placed(None, project, label.sample, path.name)
    with path.open("rb") as file:
        delivery = intake.Delivery(
            name=path.name,
            project=project,
            instrument=label.instrument,
            sample=sample,
            source_path=str(path.absolute()),
            size=path.stat().st_size,
        )
        return intake.submit(blobs.chunks_of(file), delivery)


def _looked_up(ids: list[int]) -> list[RawFile]:
    return list(RawFile.objects.filter(pk__in=ids).select_related("job").prefetch_related("measurements"))


def _fill(one: Handed, file: RawFile) -> None:
    job = file.job
    one.state = job.state
    one.error = _error(job.error_code, job.error_message, job.error_hint) if job.error_code else None
    one.measurements = tuple(sorted(found.pk for found in file.measurements.all() if found.current))


def _error(code: str, message: str, hint: str = "") -> dict[str, str]:
    return {"code": code, "message": message, "hint": hint}
