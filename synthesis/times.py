"""Dates of what was done: never in the future."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TypeVar

from django.utils import formats, timezone
from django.utils.translation import gettext as _

from synthesis.errors import Refusal

CLOCKS_DIFFER = timedelta(minutes=5)
Moment = TypeVar("Moment", datetime, datetime | None)


def require_past(at: Moment, field: str) -> Moment:
    """Raises Refusal for a time that has not come yet; five minutes are left to clocks that differ."""
    if at is not None and at > timezone.now() + CLOCKS_DIFFER:
        raise Refusal(
            _("%(at)s is in the future; now it is %(now)s. What is logged has been done: correct the date.")
            % {"at": said(at), "now": said(timezone.now())},
            field=field,
            code="in_the_future",
        )
    return at


def said(at: datetime) -> str:
    return formats.date_format(timezone.localtime(at), "j M Y, H:i")
