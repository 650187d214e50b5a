"""Whose file may this be? Samples that fit a file that names none, each with its reason in words."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser
from django.db.models import QuerySet
from django.utils.timesince import timesince
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cells.models import Occupation
from characterization.models import Measurement, RawFile
from synthesis import access
from synthesis.codes import codes_in
from synthesis.models import CarbonizationRun, Sample
from synthesis.models.samples import Kind

Actor = AbstractBaseUser | AnonymousUser
MOST = 3
NEARBY = timedelta(hours=12)
_ELECTRIC = ("cycling", "eis", "cv", "gitt")


@dataclass(frozen=True)
class Suggestion:
    """``owner`` is a sample; of the log of a process it may be a furnace run."""

    owner: Sample | CarbonizationRun
    reason: str


def suggestions(file: RawFile, actor: Actor, most: int = MOST) -> list[Suggestion]:
    """At most ``most`` samples of the file's project, best reason first: named, on that channel, neighbours, newest."""
    samples = access.visible(Sample.objects.filter(project=file.project_id), actor)
    measurement = file.measurements.filter(current=True).order_by("pk").first()
    found: dict[str, Suggestion] = {}
    if measurement is not None and measurement.technique == "log":
        found = {one.owner.code: one for one in _runs(file, measurement, actor)}
    for sources in (_named, _on_channel, _before_on_instrument, _before_by_person, _not_measured_yet):
        for suggestion in sources(file, measurement, samples):
            found.setdefault(suggestion.owner.code, suggestion)
        if len(found) >= most:
            break
    return list(found.values())[:most]


def _texts(file: RawFile, measurement: Measurement | None) -> Iterator[tuple[str, str]]:
    """Texts in which a code may stand, each with where it stands."""
    yield file.name, _("in the file's name")
    yield file.source_path, _("in the path on the instrument")
    if measurement is not None:
        yield measurement.title, _("in the file's title")
        for key, value in measurement.meta.items():
            if isinstance(value, str) and len(value) <= 300:
                yield value, _("in the file's header, %(key)s") % {"key": key.replace("_", " ")}


def _runs(file: RawFile, measurement: Measurement, actor: Actor) -> Iterator[Suggestion]:
    """The furnace run that is named, that began at about the same time, then the newest without a log."""
    runs = access.visible(CarbonizationRun.objects.filter(project=file.project_id), actor).order_by("-pk")
    where = {
        code: place for text, place in reversed(list(_texts(file, measurement))) for code in codes_in(text)
    }
    for run in runs.filter(code__in=where)[:MOST]:
        yield Suggestion(run, _("named %(place)s") % {"place": where[run.code]})
    begun = measurement.started_at
    if begun is not None:
        for run in runs.filter(started_at__gte=begun - NEARBY, started_at__lte=begun + NEARBY)[:MOST]:
            yield Suggestion(run, _("began within 12 hours of this log"))
    for run in runs.filter(files__isnull=True)[:1]:
        yield Suggestion(run, _("the newest run without a log"))


def _named(file: RawFile, measurement: Measurement | None, samples: QuerySet[Sample]) -> Iterator[Suggestion]:
    where = {
        code: place for text, place in reversed(list(_texts(file, measurement))) for code in codes_in(text)
    }
    for sample in samples.filter(code__in=where)[:MOST]:
        yield Suggestion(sample, _("named %(place)s") % {"place": where[sample.code]})


def _on_channel(
    file: RawFile, measurement: Measurement | None, samples: QuerySet[Sample]
) -> Iterator[Suggestion]:
    """The cell that was on the channel which the file names, when the test began."""
    if measurement is None or file.instrument_id is None or measurement.started_at is None:
        return
    channel = str(measurement.meta.get("channel") or "").strip()
    occupied = Occupation.objects.filter(
        channel__instrument=file.instrument_id, channel__name=channel, from_at__lte=measurement.started_at
    ).exclude(to_at__lt=measurement.started_at)
    if channel:
        for sample in samples.filter(pk__in=occupied.values("cell_id"))[:1]:
            yield Suggestion(sample, _("on channel %(channel)s at that time") % {"channel": channel})


def _before_on_instrument(
    file: RawFile, measurement: Measurement | None, samples: QuerySet[Sample]
) -> Iterator[Suggestion]:
    if file.instrument_id is not None:
        others = RawFile.objects.filter(instrument=file.instrument_id)
        yield from _neighbour(file, others, samples, _("the file before it on %(who)s"), str(file.instrument))


def _before_by_person(
    file: RawFile, measurement: Measurement | None, samples: QuerySet[Sample]
) -> Iterator[Suggestion]:
    if file.created_by_id is not None:
        others = RawFile.objects.filter(created_by=file.created_by_id)
        yield from _neighbour(
            file, others, samples, _("the last file that %(who)s sent"), str(file.created_by)
        )


def _neighbour(
    file: RawFile, others: QuerySet[RawFile], samples: QuerySet[Sample], said: str, who: str
) -> Iterator[Suggestion]:
    """The sample of the nearest earlier file among ``others``, if it came within half a day."""
    earlier = others.filter(
        sample__in=samples, created_at__lte=file.created_at, created_at__gte=file.created_at - NEARBY
    ).exclude(pk=file.pk)
    last = earlier.select_related("sample").order_by("-created_at").first()
    if last is not None and last.sample is not None:
        words = _("%(said)s, %(time)s before, is of it")
        time = timesince(last.created_at, file.created_at, depth=1)
        yield Suggestion(last.sample, words % {"said": said % {"who": who}, "time": time})


def _not_measured_yet(
    file: RawFile, measurement: Measurement | None, samples: QuerySet[Sample]
) -> Iterator[Suggestion]:
    """The newest samples of a fitting kind that have no measurement by this technique."""
    if measurement is None:
        return
    kinds = (Kind.CELL,) if measurement.technique in _ELECTRIC else (Kind.ADDITIVE,)
    done = Measurement.objects.filter(technique=measurement.technique, current=True, sample__isnull=False)
    for sample in (
        samples.filter(kind__in=kinds).exclude(pk__in=done.values("sample_id")).order_by("-pk")[:MOST]
    ):
        days = max((file.created_at - sample.made_at).days, 0)
        age = ngettext("made %(days)s day before", "made %(days)s days before", days) % {"days": days}
        yield Suggestion(
            sample,
            _("%(age)s, has no %(technique)s yet") % {"age": age, "technique": measurement.technique.upper()},
        )
