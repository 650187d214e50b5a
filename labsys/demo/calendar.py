"""The days of the story, all counted from one fixed Monday, so that the same files are written on every run."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

FIRST_DAY = datetime(2026, 5, 18, tzinfo=UTC)


def at(day: int, hour: int = 9, minute: int = 0) -> datetime:
    """So many days after the first, at this time (UTC)."""
    return FIRST_DAY + timedelta(days=day, hours=hour, minutes=minute)
