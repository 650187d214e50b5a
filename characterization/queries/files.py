"""The inbox: which files a person may see, which of them wait for somebody, and how many."""

from __future__ import annotations

from datetime import timedelta

from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser
from django.db.models import Count, Prefetch, Q, QuerySet
from django.utils import timezone

from characterization.models import JobState, Measurement, RawFile
from synthesis import access
from synthesis.models import Instrument

Actor = AbstractBaseUser | AnonymousUser

NEEDS_PEOPLE = (JobState.UNMATCHED, JobState.NEEDS_MAPPING, JobState.FAILED)
MOVING = (JobState.RECEIVED, JobState.READING)
FILTERS: dict[str, tuple[str, ...]] = {
    "need": NEEDS_PEOPLE,
    "unmatched": (JobState.UNMATCHED,),
    "mapping": (JobState.NEEDS_MAPPING,),
    "failed": (JobState.FAILED,),
    "reading": MOVING,
    "done": (JobState.DONE,),
}
COUNTED = tuple(FILTERS)


def _data() -> QuerySet[RawFile]:
    """Files to be read; a document that was handed in with a material stands with the material."""
    return RawFile.objects.filter(purpose="data")


def listed(files: QuerySet[RawFile]) -> QuerySet[RawFile]:
    """Files with what a row shows, in a fixed number of queries."""
    current = Measurement.objects.filter(current=True).only(
        "id", "file_id", "technique", "rows", "title", "part"
    )
    return (
        files.select_related("job", "sample", "run", "instrument", "project")
        .prefetch_related(Prefetch("measurements", queryset=current, to_attr="current_measurements"))
        .order_by("-id")
    )


def inbox(actor: Actor, chosen: str = "", search: str = "") -> QuerySet[RawFile]:
    """The files that a person may see, newest first; ``chosen`` is a key of FILTERS, empty for all."""
    found = access.visible(_data(), actor)
    if chosen in FILTERS:
        found = found.filter(job__state__in=FILTERS[chosen])
    if search:
        found = found.filter(
            Q(name__icontains=search) | Q(sample__code__icontains=search) | Q(run__code__icontains=search)
        )
    return listed(found)


def counts(actor: Actor) -> dict[str, int]:
    """How many files stand under each filter, in one query."""
    found = access.visible(_data(), actor)
    sums = {name: Count("pk", filter=Q(job__state__in=states)) for name, states in FILTERS.items()}
    counted: dict[str, int] = found.aggregate(**sums)
    return counted


def last_heard(actor: Actor, most: int = 6) -> QuerySet[Instrument]:
    """The instruments of a person's projects that sent something, the last one first."""
    own = access.visible(Instrument.objects.filter(last_heard_at__isnull=False), actor)
    return own.order_by("-last_heard_at")[:most]


def needs(actor: Actor, within: timedelta = timedelta(days=90)) -> QuerySet[RawFile]:
    """Files that wait for somebody, newest first."""
    waiting = access.visible(RawFile.objects.filter(job__state__in=NEEDS_PEOPLE), actor)
    return (
        waiting.filter(created_at__gte=timezone.now() - within)
        .select_related("job", "instrument")
        .order_by("-id")
    )
