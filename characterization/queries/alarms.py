"""What rings on the channel board: stalled files, silent instruments, shorts, cliffs, safety limits.

An alarm is computed whenever it is looked at, of what is stored; nothing of it is kept but that somebody has seen it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils import timezone
from django.utils.translation import gettext as _

from cells.models import Acknowledgement, Cell, Channel, Occupation
from characterization.instruments.cycling import utc
from characterization.models import Analysis, Measurement
from characterization.queries.board import Actor, Arrivals, Cycler, Standing, board
from characterization.queries.tails import Tail, tail_of
from synthesis import access, words
from synthesis.errors import NotAllowed, Refusal
from synthesis.models import Instrument, Role

STALLED, SILENT, SHORT, CLIFF, SAFETY = (
    "stalled",
    "silent_instrument",
    "soft_short",
    "capacity_cliff",
    "safety_limit",
)
TIMES_LATE = 3
"""So many times its usual interval may pass before a file or an instrument counts as late."""
LEAST_FILE, LEAST_INSTRUMENT = timedelta(minutes=30), timedelta(hours=1)
UNKNOWN = timedelta(hours=24)
"""How long is waited where no usual interval is known yet."""
MARGIN_V = 0.05
MARGIN_degC = 5.0
SPOKEN_OF = (SHORT, CLIFF)
"""Flags of an analysis that ring."""


@dataclass(frozen=True)
class Alarm:
    """``evidence`` is what it rings for: who has seen this is not rung for the same again."""

    code: str
    sentence: str
    evidence: str
    since: datetime | None
    instrument: Instrument
    channel: Channel | None = None
    occupation: Occupation | None = None
    acknowledged: Acknowledgement | None = None

    @property
    def key(self) -> str:
        """By which it is acknowledged: "stalled-cell-12"."""
        of = f"cell-{self.occupation.pk}" if self.occupation else f"instrument-{self.instrument.pk}"
        return f"{self.code}-{of}"

    @property
    def cell(self) -> Cell | None:
        return self.occupation.cell if self.occupation else None

    @property
    def rings(self) -> bool:
        return self.acknowledged is None

    @property
    def label(self) -> str:
        return LABELS[self.code]()


LABELS = {
    STALLED: lambda: _("stalled"),
    SILENT: lambda: _("instrument silent"),
    SHORT: lambda: _("short"),
    CLIFF: lambda: _("capacity cliff"),
    SAFETY: lambda: _("safety limit"),
}


def of_cycler(cycler: Cycler, now: datetime | None = None) -> list[Alarm]:
    """The alarm of an instrument that is silent while cells are on it; none where it was never heard."""
    at = now or timezone.now()
    instrument, heard = cycler.instrument, cycler.instrument.last_heard_at
    if heard is None or not any(one.occupation for one in cycler.standings):
        return []
    allowed = _allowed(cycler.files, LEAST_INSTRUMENT)
    if at - heard <= allowed:
        return []
    sentence = _("%(instrument)s has been silent for %(time)s; it is usually heard within %(usual)s.") % {
        "instrument": instrument,
        "time": span(at - heard),
        "usual": span(allowed),
    }
    evidence = heard.isoformat()
    seen = _seen(cycler.acknowledged, SILENT, evidence)
    return [Alarm(SILENT, sentence, evidence, heard, instrument, acknowledged=seen)]


def of_standing(standing: Standing, now: datetime | None = None) -> list[Alarm]:
    """The alarms of the cell on a channel; none of a free channel or of a cell that one may not see."""
    if standing.occupation is None or not standing.seen:
        return []
    at = now or timezone.now()
    found = [*_stalled(standing, at), *_flagged(standing), *_beyond(standing)]
    return [
        Alarm(
            code, sentence, evidence, since, standing.channel.instrument, standing.channel, standing.occupation,
            _seen(standing.acknowledged, code, evidence),
        )
        for code, sentence, evidence, since in found
    ]  # fmt: skip


_Rung = tuple[str, str, str, datetime | None]


def is_finished(standing: Standing) -> bool:
    planned = standing.occupation.cell.planned_cycles if standing.occupation else None
    return bool(planned) and last_cycle(standing) >= (planned or 0)


def last_cycle(standing: Standing) -> int:
    return standing.cycles[-1].cycle if standing.cycles else 0


def newest_tail(standing: Standing) -> tuple[Tail, datetime | None]:
    """The end of the cell's newest test, and when that was."""
    tests = [analysis.measurement for analysis in standing.analyses]
    if not tests:
        return Tail(), None
    begun = datetime.min.replace(tzinfo=timezone.get_default_timezone())
    newest = max(tests, key=lambda one: (one.started_at or begun, one.pk))
    tail = tail_of(newest.table_sha256, newest.overview_sha256)
    said = utc(tail.unix_time_s)
    if said is not None or newest.started_at is None or tail.time_s is None:
        return tail, said
    return tail, later(newest.started_at, tail.time_s)


def later(moment: datetime, seconds: float) -> datetime | None:
    """None beyond what a calendar has: a file may say any number."""
    try:
        return moment + timedelta(seconds=seconds)
    except OverflowError:
        return None


def span(time: timedelta) -> str:
    """ "45 min", "2 h 14 min", "3 days": how long, as one says it."""
    minutes = int(time.total_seconds() // 60)
    if minutes < 60:
        return f"{minutes}{words.NO_BREAK}min"
    if minutes < 48 * 60:
        hours, rest = divmod(minutes, 60)
        return f"{hours}{words.NO_BREAK}h" + (f" {rest}{words.NO_BREAK}min" if rest else "")
    return _("%(days)s days") % {"days": minutes // (24 * 60)}


def _allowed(files: Arrivals, least: timedelta) -> timedelta:
    gap = files.usual_gap
    return UNKNOWN if gap is None else max(TIMES_LATE * gap, least)


def _stalled(standing: Standing, at: datetime) -> Iterator[_Rung]:
    """No file for longer than usual, while the plan is not done."""
    occupation = standing.occupation
    if occupation is None or is_finished(standing):
        return
    last = standing.files.last or occupation.from_at
    allowed = _allowed(standing.files, LEAST_FILE)
    if at - last <= allowed:
        return
    said = (
        _("no file for %(time)s, usually within %(usual)s")
        if standing.files.last
        else _("no file since it was put on %(time)s ago")
    )
    yield STALLED, said % {"time": span(at - last), "usual": span(allowed)}, last.isoformat(), last


def _flagged(standing: Standing) -> Iterator[_Rung]:
    """What an analysis has found, once of each: of its history, where several files make one; else of any test."""
    told: set[str] = set()
    first = standing.analyses[:1]
    whole = bool(first) and first[0].measurement.reader_name == Measurement.CHAIN
    for analysis in first if whole else standing.analyses:
        for flag in analysis.flags:
            code = flag.get("code")
            if code in SPOKEN_OF and code not in told:
                told.add(code)
                yield code, flag["message"], _onset(analysis, code), analysis.computed_at


def _onset(analysis: Analysis, code: str) -> str:
    """ "cycle 12": since when, which stays while the test goes on; another short begins in another cycle."""
    found = (one for one in getattr(analysis, "onsets", ()) if one.name == f"{code}_cycle")
    first = next(found, None)
    return f"cycle {first.value:g}" if first is not None and first.value is not None else ""


def _beyond(standing: Standing) -> Iterator[_Rung]:
    """Voltage or temperature of the last 24 h beyond what the cell was built for, by more than a margin."""
    assert standing.occupation is not None  # noqa: S101  # the caller has looked
    cell, (tail, when) = standing.occupation.cell, newest_tail(standing)
    high, low, warm = cell.upper_voltage_V, cell.lower_voltage_V, cell.temperature_degC
    if high is not None and tail.highest_V is not None and tail.highest_V > high + MARGIN_V:
        yield SAFETY, _over(tail.highest_V, high, "V", MARGIN_V), f"high {tail.highest_V:.2f}", when
    elif low is not None and tail.lowest_V is not None and tail.lowest_V < low - MARGIN_V:
        yield SAFETY, _under(tail.lowest_V, low), f"low {tail.lowest_V:.2f}", when
    elif warm is not None and tail.hottest_degC is not None and tail.hottest_degC > warm + MARGIN_degC:
        yield SAFETY, _over(tail.hottest_degC, warm, "°C", MARGIN_degC), f"hot {tail.hottest_degC:.0f}", when


def _over(value: float, limit: float, unit: str, margin: float) -> str:
    return _("reached %(value)s %(unit)s in its last 24 h, limit %(limit)s + %(margin)s %(unit)s") % {
        "value": f"{value:.4g}",
        "limit": f"{limit:g}",
        "margin": f"{margin:g}",
        "unit": unit,
    }


def _under(value: float, limit: float) -> str:
    return _("fell to %(value)s V under current in its last 24 h, limit %(limit)s − %(margin)s V") % {
        "value": f"{value:.4g}",
        "limit": f"{limit:g}",
        "margin": f"{MARGIN_V:g}",
    }


def _seen(known: Sequence[Acknowledgement], code: str, evidence: str) -> Acknowledgement | None:
    return next((one for one in known if one.code == code and one.evidence == evidence), None)


def alarm_of(actor: Actor, key: str) -> Alarm | None:
    """The alarm of this key, as far as a person sees it; None where it has ended by itself."""
    return next((alarm for alarm in all_of(board(actor)) if alarm.key == key), None)


def may_acknowledge(actor: Actor, alarm: Alarm) -> bool:
    """Whoever may log in the cell's project, or in the instrument's; in any, where it belongs to the laboratory."""
    project = alarm.cell.project if alarm.cell is not None else alarm.instrument.project
    return access.may_log(actor) if project is None else access.may(actor, project, Role.EDITOR)


def require_acknowledge(actor: Actor, alarm: Alarm) -> None:
    if not may_acknowledge(actor, alarm):
        raise NotAllowed(_("Your role lets you look at this alarm, not acknowledge it."))


def require_same(alarm: Alarm, evidence: str | None) -> None:
    """Raises Refusal where somebody saw the alarm ring for something else than it rings for now. None: not said."""
    if evidence is not None and evidence != alarm.evidence:
        said = _(
            "Meanwhile this alarm rings for something else: %(sentence)s Acknowledge it as it stands now."
        )
        raise Refusal(said % {"sentence": f"{alarm.sentence.rstrip('.')}."}, code="conflict", status=409)


def all_of(cyclers: Iterable[Cycler]) -> list[Alarm]:
    """All alarms of a board, those that ring first, the newest first among them."""
    now = timezone.now()
    found = [
        alarm
        for cycler in cyclers
        for alarm in (
            *of_cycler(cycler, now),
            *(one for standing in cycler.standings for one in of_standing(standing, now)),
        )
    ]
    return sorted(found, key=lambda alarm: (not alarm.rings, -(alarm.since or now).timestamp()))
