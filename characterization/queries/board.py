"""All channels with what is known of the cell on each, in a fixed number of questions however large the board is."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser
from django.db import connection
from django.db.models import Case, Count, F, Max, Min, Prefetch, Q, QuerySet, When
from django.utils import timezone

from cells.models import Acknowledgement, Channel, Occupation
from characterization.instruments.base import Technique
from characterization.models import Analysis, Finding, Measurement, RawFile
from synthesis import access
from synthesis.models import Instrument

Actor = AbstractBaseUser | AnonymousUser
ON_CHANNEL = (Technique.CYCLING, Technique.CV, Technique.GITT, Technique.EIS)
LOOKED_BACK = timedelta(days=30)
ONSETS = ("soft_short_cycle", "capacity_cliff_cycle")
"""Findings that say from which cycle on something is wrong."""
SPARK_CYCLES, LATEST_CYCLES = 52, 12
# Enough cycles for a small curve, and the last ones to tell how long one takes.
_CYCLES = """
SELECT found.analysis_id, found.cycle, found."discharge_capacity_mAh", found.coulombic_efficiency_percent,
       found.first_time_s, found.last_time_s
  FROM unnest(%s::bigint[], %s::int[]) AS asked(analysis, cycles)
  JOIN characterization_cycle found ON found.analysis_id = asked.analysis
 WHERE found.complete
   AND (found.cycle > asked.cycles - %s OR (found.cycle - 1) %% greatest(1, asked.cycles / %s) = 0)
 ORDER BY found.analysis_id, found.cycle
"""


@dataclass(frozen=True)
class Arrivals:
    """How many files came, and when the first and the last of them."""

    count: int = 0
    first: datetime | None = None
    last: datetime | None = None

    @property
    def usual_gap(self) -> timedelta | None:
        """The mean time from one file to the next; None before the third, which says little."""
        if self.count < 3 or self.first is None or self.last is None:
            return None
        return (self.last - self.first) / (self.count - 1)


@dataclass(frozen=True)
class KnownCycle:
    """Capacity in mAh, efficiency in %, times in s since the start of the file; None where not known."""

    cycle: int
    discharge_mAh: float | None
    efficiency_percent: float | None
    first_time_s: float | None
    last_time_s: float | None


@dataclass(frozen=True)
class Standing:
    """One channel. ``seen`` is False where the cell on it belongs to a project that one may not see.

    ``analyses`` are all current ones of the cell's tests, first that of its history, else the one with the most cycles;
    ``cycles`` those of this first one, thinned, with the latest all there. Each analysis
    has its findings of ONSETS as ``onsets``. ``files`` came since the cell was put on.
    """

    channel: Channel
    occupation: Occupation | None = None
    seen: bool = True
    analyses: Sequence[Analysis] = ()
    cycles: Sequence[KnownCycle] = ()
    files: Arrivals = field(default_factory=Arrivals)
    acknowledged: Sequence[Acknowledgement] = ()


@dataclass(frozen=True)
class Cycler:
    """An instrument with its channels; ``files`` are those of the last 30 days."""

    instrument: Instrument
    standings: Sequence[Standing]
    files: Arrivals
    acknowledged: Sequence[Acknowledgement]


def board(actor: Actor) -> list[Cycler]:
    """All channels that a person may see, by instrument."""
    instruments = access.visible_instruments(actor).filter(retired_at__isnull=True)
    channels = list(
        Channel.objects.filter(instrument__in=instruments)
        .select_related("instrument__project")
        .order_by("instrument__name", "id")
    )
    on_now = _on_now([channel.pk for channel in channels])
    own = {pk: one for pk, one in on_now.items() if one.cell.project_id in set(access.visible_ids(actor))}
    standings = _standings(channels, on_now, own)
    return _by_cycler(standings, {channel.instrument for channel in channels})


def _on_now(channels: Collection[int]) -> dict[int, Occupation]:
    """What is on each channel."""
    found = Occupation.objects.filter(to_at__isnull=True, channel__in=channels).select_related(
        "cell__project"
    )
    return {one.channel_id: one for one in found}


def _standings(
    channels: Sequence[Channel], on_now: Mapping[int, Occupation], own: Mapping[int, Occupation]
) -> list[Standing]:
    cells = [one.cell_id for one in own.values()]
    analyses, files = _analyses(cells), _files_of_cells(own.values())
    cycles = _cycles([found[0] for found in analyses.values()])
    seen = _acknowledged(Q(occupation__in=[one.pk for one in own.values()]))
    found = []
    for channel in channels:
        one = own.get(channel.pk)
        if one is None:
            found.append(Standing(channel, on_now.get(channel.pk), seen=channel.pk not in on_now))
            continue
        tests = analyses.get(one.cell_id, [])
        found.append(
            Standing(
                channel, one, True, tests, cycles.get(tests[0].pk, ()) if tests else (),
                files.get(one.cell_id, Arrivals()), [ack for ack in seen if ack.occupation_id == one.pk],
            )
        )  # fmt: skip
    return found


def _by_cycler(standings: Sequence[Standing], instruments: Collection[Instrument]) -> list[Cycler]:
    keys = [instrument.pk for instrument in instruments]
    files, seen = _files_of_instruments(keys), _acknowledged(Q(instrument__in=keys))
    found: dict[Instrument, list[Standing]] = {}
    for standing in standings:
        found.setdefault(standing.channel.instrument, []).append(standing)
    return [
        Cycler(
            instrument,
            group,
            files.get(instrument.pk, Arrivals()),
            [ack for ack in seen if ack.instrument_id == instrument.pk],
        )
        for instrument, group in found.items()
    ]


def _analyses(cells: Collection[int]) -> dict[int, list[Analysis]]:
    found: QuerySet[Analysis] = (
        Analysis.objects.filter(
            current=True,
            measurement__current=True,
            measurement__technique__in=ON_CHANNEL,
            measurement__sample__in=cells,
        )
        .select_related("measurement")
        .prefetch_related(Prefetch("findings", Finding.objects.filter(name__in=ONSETS), to_attr="onsets"))
        .annotate(
            cycle_count=Count("cycles"),
            history=Case(When(measurement__reader_name=Measurement.CHAIN, then=1), default=0),
        )
        .order_by("-history", "-cycle_count", "-pk")
    )
    tests: dict[int, list[Analysis]] = {}
    for analysis in found:
        tests.setdefault(analysis.measurement.sample_id or 0, []).append(analysis)
    return tests


def _cycles(main: Iterable[Analysis]) -> dict[int, list[KnownCycle]]:
    counts = {analysis.pk: getattr(analysis, "cycle_count", 0) for analysis in main}
    rows: dict[int, list[KnownCycle]] = {}
    with connection.cursor() as cursor:
        cursor.execute(
            _CYCLES,
            [list(counts), list(counts.values()), LATEST_CYCLES, SPARK_CYCLES],
        )
        for owner, *values in cursor.fetchall():
            rows.setdefault(owner, []).append(KnownCycle(*values))
    return rows


def _files_of_cells(on_now: Iterable[Occupation]) -> dict[int, Arrivals]:
    """Files of each cell since it was put on its channel."""
    keys = [one.pk for one in on_now]
    files = RawFile.objects.filter(
        purpose="data",
        sample__cell__occupations__in=keys,
        created_at__gte=F("sample__cell__occupations__from_at"),
    )
    return _arrivals(files, "sample_id")


def _files_of_instruments(instruments: Collection[int]) -> dict[int, Arrivals]:
    since = timezone.now() - LOOKED_BACK
    files = RawFile.objects.filter(purpose="data", instrument__in=instruments, created_at__gte=since)
    return _arrivals(files, "instrument_id")


def _arrivals(files: QuerySet[RawFile], by: str) -> dict[int, Arrivals]:
    counted = (
        files.order_by()
        .values_list(by)
        .annotate(count=Count("pk"), first=Min("created_at"), last=Max("created_at"))
    )
    return {key: Arrivals(*rest) for key, *rest in counted}


def _acknowledged(of: Q) -> list[Acknowledgement]:
    return list(Acknowledgement.objects.filter(of).select_related("created_by").order_by("-pk"))
