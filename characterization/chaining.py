"""The history of a sample that was tested in several files: wanted, claimed, made in the limited process, stored.

It is a measurement of the sample, of no file. Safe to make twice: what stands there already is not made again.
"""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from django.db import DataError, IntegrityError, transaction
from django.db.models import Case, F, Q, QuerySet, When
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from characterization import blobs, recording, sandbox
from characterization.analysis.registry import methods_for
from characterization.conditions import Briefing, briefing_for
from characterization.instruments.base import Technique
from characterization.instruments.cycling import utc
from characterization.matching import Owner
from characterization.models import Chain, JobState, Measurement, Piece, RawFile
from synthesis import gates
from synthesis.models import Sample

VERSION, PART = "1.0", "history"
LEASE = timedelta(seconds=30)
WAITS_FOR_FILES = timedelta(seconds=60)
MOST_DEATHS, MOST_ATTEMPTS = 3, 20
SETTLED = (Piece.State.SAME, Piece.State.REPLACED)


class LeaseLost(Exception):
    """Another worker makes this history by now."""


@dataclass(frozen=True)
class Claim:
    sample_id: int
    holder: UUID
    wanted: UUID
    attempts: int


def pieces_of(sample_id: int) -> QuerySet[Measurement]:
    """The present cycling tests of a sample, one per table of a file, in order of arrival."""
    of_files = Measurement.objects.filter(current=True, technique=Technique.CYCLING, file__isnull=False)
    return of_files.filter(sample=sample_id).order_by("pk")


def history_of(sample_id: int) -> Measurement | None:
    found = Measurement.objects.filter(sample=sample_id, current=True, reader_name=Measurement.CHAIN)
    return found.first()


def want(sample: Sample) -> bool:
    """Notes that the history of a sample is to be made or made anew, where there is something to join or to undo."""
    if len(pieces_of(sample.pk)[:2]) < 2 and history_of(sample.pk) is None:
        return False
    since = Case(When(wanted__isnull=False, then=F("wanted_at")), default=Now())
    Chain.objects.get_or_create(sample_id=sample.pk)
    Chain.objects.filter(pk=sample.pk).update(wanted=uuid4(), wanted_at=since, rung_at=None, attempts=0)
    return True


def waiting(quiet: timedelta, most: int) -> list[int]:
    """Samples whose history is wanted and that nobody makes, not rung for lately, the longest waiting first."""
    free = Q(lease_until__isnull=True) | Q(lease_until__lt=Now())
    unheard = Q(rung_at__isnull=True) | Q(rung_at__lt=Now() - quiet)
    found = Chain.objects.filter(free, unheard, wanted__isnull=False).order_by("wanted_at")
    return list(found.values_list("pk", flat=True)[:most])


def make(sample_id: int) -> bool:
    """Makes the history of a sample if it is wanted. While files of it wait to be read it waits, a minute at most.

    True where it was made or tried and is wanted once more.
    """
    mine = _claim(sample_id)
    if mine is None:
        return False
    with suppress(LeaseLost):
        _attempt(mine)
        return Chain.objects.filter(pk=sample_id, wanted__isnull=False).exists()
    return False


def _attempt(mine: Claim) -> None:
    if mine.attempts > MOST_ATTEMPTS:
        said = _(
            "It was begun %(count)s times and never ended. Ask the administrator to look into the worker's log."
        )
        _fail(mine, said % {"count": MOST_ATTEMPTS})
        return
    try:
        _make(mine)
    except sandbox.ReaderDied as death:
        _give_back(mine, death.reason)
    except (DataError, IntegrityError) as error:  # it would be refused each time
        why = str(error).partition("\n")[0]
        _fail(mine, _("What was found cannot be stored: %(why)s") % {"why": why})


def _claim(sample_id: int) -> Claim | None:
    holder = uuid4()
    free = Q(lease_until__isnull=True) | Q(lease_until__lt=Now())
    wanted = Chain.objects.filter(free, pk=sample_id, wanted__isnull=False)
    arriving = RawFile.objects.filter(sample=sample_id, job__state__in=(JobState.RECEIVED, JobState.READING))
    if arriving.exists():
        wanted = wanted.filter(wanted_at__lt=Now() - WAITS_FOR_FILES)
    if not wanted.update(holder=holder, lease_until=Now() + LEASE, attempts=F("attempts") + 1):
        return None
    mark, attempts = Chain.objects.values_list("wanted", "attempts").get(pk=sample_id)
    return Claim(sample_id, holder, mark, attempts) if mark is not None else None


def _make(mine: Claim) -> None:
    sample = Sample.objects.select_related("project").get(pk=mine.sample_id)
    pieces = list(pieces_of(sample.pk).select_related("file", "instrument"))
    past = history_of(sample.pk)
    briefing = briefing_for(Owner(sample))
    conditions = briefing.conditions
    if len(pieces) < 2 or (past is not None and _stands(past, pieces, conditions)):
        with transaction.atomic():
            _still_mine(mine)
            if len(pieces) < 2:
                _retire(sample.pk)
            _finish(mine)
        return
    scratch = blobs.scratch()
    try:
        request = {**_request(sample, pieces, past), "scratch": str(scratch), "conditions": conditions}
        answer = sandbox.shared.ask(request, on_tick=lambda: _renew(mine))
        if "error" in answer:
            _fail(mine, answer["error"]["message"])
            return
        _store(mine, sample, pieces, answer["ok"], briefing)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def _stands(past: Measurement, pieces: Sequence[Measurement], conditions: dict[str, Any]) -> bool:
    """Whether the present history is of these pieces, made and analysed as it would be now."""
    present = past.analyses.filter(current=True, conditions=conditions)
    done = set(present.values_list("method", "method_version"))
    wanted = {(method.name, method.version) for method in methods_for(Technique.CYCLING)}
    same = set(past.pieces.values_list("measurement_id", flat=True)) == {one.pk for one in pieces}
    return same and past.reader_version == VERSION and wanted <= done


def _request(sample: Sample, pieces: Sequence[Measurement], past: Measurement | None) -> dict[str, Any]:
    settled = past.pieces.filter(state__in=SETTLED) if past is not None else Piece.objects.none()
    keys = {one.pk for one in pieces}
    known = {
        piece.measurement_id: (piece.state, piece.by_id)
        for piece in settled
        if piece.by_id in keys and past is not None and past.reader_version == VERSION
    }
    units = {column["name"]: column["unit"] for one in pieces for column in one.columns}
    return {
        "do": "chain",
        "name": _("The history of %(sample)s") % {"sample": sample.code},
        "part": PART,
        "title": _("History of %(sample)s") % {"sample": sample.code},
        "units": units,
        "known": known,
        "pieces": [
            {
                "key": one.pk,
                "name": one.file.name if one.file else "",
                "table": str(blobs.path_of(one.table_sha256)),
                "started_s": one.started_at.timestamp() if one.started_at else None,
                "content": one.content_sha256,
            }
            for one in pieces
        ],
    }


def _store(
    mine: Claim,
    sample: Sample,
    pieces: Sequence[Measurement],
    made: dict[str, Any],
    briefing: Briefing,
) -> None:
    """Writes the history, if the claim still holds. What changed meanwhile has left another mark: it is made again."""
    kept = made["recording"]
    recording.keep_tables(kept)
    _renew(mine)
    with transaction.atomic():
        _still_mine(mine)
        history = history_of(sample.pk)
        joined = (VERSION, kept["table_sha256"])
        if history is None or (history.reader_version, history.table_sha256) != joined:
            _retire(sample.pk)
            history = Measurement.objects.create(**_values(sample, pieces, made))
        Measurement.objects.filter(pk=history.pk).update(flags=kept["flags"], meta=kept["meta"])
        history.pieces.all().delete()
        Piece.objects.bulk_create(_rows(history, pieces, made["pieces"]))
        for found in kept["analyses"]:
            chosen = briefing.of_sample.get(found["method"])
            recording.store_analysis(recording.Run(history, found, briefing.conditions, chosen))
        gates.judge(sample)
        _finish(mine)


def _values(sample: Sample, pieces: Sequence[Measurement], made: dict[str, Any]) -> dict[str, Any]:
    kept = made["recording"]
    instruments = {one.instrument for one in pieces}
    return {
        "project": sample.project,
        "sample": sample,
        "instrument": instruments.pop() if len(instruments) == 1 else None,
        "started_at": datetime.fromisoformat(kept["started_at"]) if kept["started_at"] else None,
        "simulated": any(one.simulated for one in pieces),
        "reader_name": Measurement.CHAIN,
        "reader_version": VERSION,
        **{name: kept[name] for name in _STORED},
    }


_STORED = (
    "technique", "part", "title", "rows", "columns", "meta", "flags", "table_sha256", "overview_sha256",
    "content_sha256",
)  # fmt: skip


def _rows(history: Measurement, pieces: Sequence[Measurement], told: list[dict[str, Any]]) -> list[Piece]:
    rows = {one.pk: one.rows for one in pieces}
    made = []
    for number, one in enumerate(told, 1):
        kept = one["state"] in (Piece.State.TAKEN, Piece.State.PARTLY)
        made.append(
            Piece(
                chain=history,
                number=number,
                measurement_id=one["key"],
                state=one["state"],
                by_id=one["by"],
                rows=one["stop"] if kept else rows[one["key"]],
                begins_at=utc(one["begins_s"]),
                from_s=one["from_s"] if kept else None,
                to_s=one["to_s"] if kept else None,
                gap_s=one["gap_s"],
                overlap_s=one["overlap_s"],
            )
        )
    return made


def _retire(sample_id: int) -> None:
    present = Measurement.objects.filter(sample=sample_id, current=True, reader_name=Measurement.CHAIN)
    present.update(current=False)


def _renew(mine: Claim) -> None:
    if not Chain.objects.filter(pk=mine.sample_id, holder=mine.holder).update(lease_until=Now() + LEASE):
        raise LeaseLost


def _still_mine(mine: Claim) -> None:
    if not Chain.objects.select_for_update().filter(pk=mine.sample_id, holder=mine.holder).exists():
        raise LeaseLost


def _finish(mine: Claim, error: str = "") -> None:
    """Gives the row back; what was wanted meanwhile stays wanted."""
    own = Chain.objects.filter(pk=mine.sample_id)
    own.filter(wanted=mine.wanted).update(wanted=None, attempts=0)
    own.update(holder=None, lease_until=None, error=error)


def _fail(mine: Claim, sentence: str) -> None:
    """No history rather than an old one: the files speak for themselves again."""
    with transaction.atomic():
        _still_mine(mine)
        _retire(mine.sample_id)
        _finish(mine, sentence)


def _give_back(mine: Claim, reason: str) -> None:
    """After a death of the limited process: another attempt, and after the third none."""
    own = Chain.objects.filter(pk=mine.sample_id, holder=mine.holder)
    if own.filter(attempts__gte=MOST_DEATHS).exists():
        _fail(mine, reason)
    own.update(holder=None, lease_until=None, error=reason)
