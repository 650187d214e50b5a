"""What `manage.py check` says of an installation."""

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage
from django.core.checks import Warning as Note

from labsys.databases import unguarded_mark


def history_is_guarded(**_: Any) -> list[CheckMessage]:
    """W001 where migrations and work share one database role, so that what was recorded could be changed."""
    if not unguarded_mark(settings.HOME).exists():
        return []
    return [
        Note(
            "The application works with the database's owner, so its history is not guarded against change.",
            hint=f"Let an administrator run: CREATE ROLE \"{settings.APP_ROLE}\" LOGIN PASSWORD '...'; then name it by "
            "LABSYS_APP_DATABASE_URL=postgresql://that role:password@host/database and run migrate again.",
            id="labsys.W001",
        )
    ]
