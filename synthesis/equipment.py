"""Equipment and until when it is in order: what a check says of the moment of use, computed each time it is read."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal

from django.contrib.auth.base_user import AbstractBaseUser
from django.db.models import Prefetch, Q, QuerySet
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from synthesis import access
from synthesis.access import Actor
from synthesis.errors import NotAllowed, Refusal
from synthesis.models import EquipmentCheck, Instrument, Project, Role
from synthesis.times import require_past

State = Literal["ok", "overdue", "failed", "unchecked"]
SOON = timedelta(days=14)
_WORST: tuple[State, ...] = ("failed", "overdue", "unchecked", "ok")


@dataclass(frozen=True)
class Standing:
    """``since`` is the day from which it was overdue or out of order; ``due`` the day on which it next falls due."""

    state: State
    since: date | None
    sentence: str
    due: date | None = None

    @property
    def is_flagged(self) -> bool:
        return self.state != "ok"


def with_checks(records: QuerySet[Instrument]) -> QuerySet[Instrument]:
    """Equipment with its checks, so that ``standing`` asks nothing more."""
    return records.prefetch_related(Prefetch("checks", EquipmentCheck.objects.order_by("-done_at", "-pk")))


def standing(instrument: Instrument, at: datetime | None = None) -> Standing:
    """How an instrument stood at a moment, by the latest check of each kind before it; the worse counts."""
    moment = at or timezone.now()
    latest: dict[str, EquipmentCheck] = {}
    for check in instrument.checks.all():
        known = latest.get(check.kind)
        if check.done_at <= moment and (
            known is None or (check.done_at, check.pk) > (known.done_at, known.pk)
        ):
            latest[check.kind] = check
    if not latest:
        return _never(instrument)
    each = [_of_check(check, instrument, moment) for check in latest.values()]
    return min(each, key=lambda one: (_WORST.index(one.state), one.due or date.max))


def due_of(check: EquipmentCheck, instrument: Instrument) -> date | None:
    """The last day on which a check holds; None where it holds for good."""
    if check.valid_until is not None:
        return check.valid_until
    if instrument.checked_every_days is None:
        return None
    return timezone.localtime(check.done_at).date() + timedelta(days=instrument.checked_every_days)


def due_soon(actor: Actor, today: date | None = None) -> list[tuple[Instrument, Standing]]:
    """What the actor manages and is overdue, out of order or falls due within 14 days; the most pressing first."""
    end = (today or timezone.localdate()) + SOON
    mine = managed(actor).filter(retired_at__isnull=True)
    asked = mine.filter(Q(checked_every_days__isnull=False) | Q(checks__isnull=False)).distinct()
    each = [(one, standing(one)) for one in with_checks(asked).order_by("name")]
    pressing = [(one, how) for one, how in each if how.is_flagged or (how.due is not None and how.due <= end)]
    return sorted(pressing, key=lambda pair: (_WORST.index(pair[1].state), pair[1].due or date.min))


def managed(actor: Actor) -> QuerySet[Instrument]:
    """The equipment that an actor looks after: that of the projects they manage, and with it what is shared."""
    if getattr(actor, "is_superuser", False):
        return Instrument.objects.all()
    projects = managed_projects(actor)
    if not projects.exists():
        return Instrument.objects.none()
    return Instrument.objects.filter(Q(project__isnull=True) | Q(project__in=projects.values("pk")))


def managed_projects(actor: Actor) -> QuerySet[Project]:
    if getattr(actor, "is_superuser", False):
        return Project.objects.all()
    return access.visible_projects(actor).filter(memberships__user=actor.pk, memberships__role=Role.MANAGER)


def require_care(actor: Actor, instrument: Instrument) -> None:
    """Raises NotAllowed unless the actor looks after this instrument."""
    if instrument.project is not None:
        access.require_change(actor, instrument.project, Role.MANAGER)
    elif not managed(actor).filter(pk=instrument.pk).exists():
        raise NotAllowed(_("Shared equipment is looked after by the managers of projects."))


def add_check(check: EquipmentCheck, by: AbstractBaseUser) -> EquipmentCheck:
    """Records a calibration or maintenance that was done, and until when it holds."""
    require_care(by, check.instrument)
    require_past(check.done_at, "done_at")
    if check.valid_until is None and check.passed:
        check.valid_until = due_of(check, check.instrument)
    day = timezone.localtime(check.done_at).date()
    if check.valid_until is not None and check.valid_until < day:
        raise Refusal(
            _("Valid until %(until)s is before it was done on %(day)s.")
            % {"until": _day(check.valid_until), "day": _day(day)},
            field="valid_until",
        )
    check.created_by_id = by.pk
    check.save(force_insert=True)
    return check


def _never(instrument: Instrument) -> Standing:
    if instrument.checked_every_days is None:
        return Standing("ok", None, _("No check is asked for."))
    return Standing("unchecked", None, _("%(name)s was never checked.") % {"name": instrument.name})


def _of_check(check: EquipmentCheck, instrument: Instrument, moment: datetime) -> Standing:
    done = timezone.localtime(check.done_at).date()
    today = timezone.localtime(moment).date()
    words = {"name": instrument.name, "kind": check.get_kind_display(), "done": _day(done)}
    if not check.passed:
        return Standing("failed", done, _("%(name)s failed its %(kind)s on %(done)s.") % words, done)
    due = due_of(check, instrument)
    if due is None:
        return Standing("ok", None, _("%(name)s: %(kind)s on %(done)s, in order.") % words)
    words["due"] = _day(due)
    if due < today:
        late = (today - due).days
        days = ngettext("%(count)s day", "%(count)s days", late) % {"count": late}
        sentence = _("%(name)s: %(kind)s overdue since %(due)s (%(days)s).") % {**words, "days": days}
        return Standing("overdue", due, sentence, due)
    left = (due - today).days
    days = ngettext("%(count)s day", "%(count)s days", left) % {"count": left}
    sentence = _("%(name)s: %(kind)s due in %(days)s, on %(due)s.") % {**words, "days": days}
    return Standing("ok", None, sentence, due)


def _day(day: date) -> str:
    return date_format(day, "j M Y")
