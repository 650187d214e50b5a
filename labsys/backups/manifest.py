"""What a backup says of itself: every member with size and sha256, every table with its rows, who made it.

It is the last member of the archive but one; the last is its own sha256. A backup without both is not whole.
"""

from __future__ import annotations

import json
import re
from dataclasses import asdict, dataclass, field
from typing import Any

from django.utils.translation import gettext as _

FORMAT = 1
NAME, SEAL = "manifest.json", "manifest.sha256"
DUMP, SECRETS, FILES = "database.dump", "secrets/", "files/"
HOLDS_SECRETS = (
    "This backup holds secrets: the secret key, hashes of passwords and tokens, sessions. Whoever can read it can "
    "log in as anybody. Keep it as safe as the installation itself."
)
_MEMBER = re.compile(r"database\.dump|secrets/(?:key|demo)|files/([0-9a-f]{2})/\1[0-9a-f]{62}")
_SHA256 = re.compile(r"[0-9a-f]{64}")


class BackupError(Exception):
    """A backup cannot be made or restored; the message is a whole sentence and says what to do."""


@dataclass(frozen=True)
class Member:
    """Size in bytes and sha256 of one file of the archive."""

    size: int
    sha256: str


@dataclass(frozen=True)
class Table:
    """How many rows a table has, and a sum over hashes of them all that does not depend on their order."""

    rows: int
    content: str


@dataclass(frozen=True)
class Manifest:
    """``postgres`` and ``pg_dump`` are major versions; ``history`` is the newest event of each history table.

    ``damaged`` and ``missing`` name files of the store that were not whole, or not there, when it was made.
    """

    made_at: str
    labsys: str
    postgres: int
    pg_dump: int
    migrations: list[str]
    members: dict[str, Member]
    tables: dict[str, Table]
    history: dict[str, int]
    damaged: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)

    @property
    def size(self) -> int:
        """Bytes of all members."""
        return sum(member.size for member in self.members.values())

    @property
    def rows(self) -> int:
        """Rows of all tables."""
        return sum(table.rows for table in self.tables.values())

    @property
    def files(self) -> list[str]:
        """The members that are raw files and tables."""
        return [name for name in self.members if name.startswith(FILES)]

    def as_bytes(self) -> bytes:
        """JSON, the format and the warning first."""
        told = {"format": FORMAT, "note": HOLDS_SECRETS, **asdict(self)}
        return json.dumps(told, indent=1, ensure_ascii=False).encode()


def parse(content: bytes) -> Manifest:
    """The manifest of an archive. Raises BackupError where it is none, of another format, or names other members."""
    try:
        told: dict[str, Any] = json.loads(content)
        if told.pop("format") != FORMAT:
            raise BackupError(_("The backup has another format than this version of labsys reads (1)."))
        told.pop("note")
        members = {name: Member(**member) for name, member in told.pop("members").items()}
        tables = {name: Table(**table) for name, table in told.pop("tables").items()}
        manifest = Manifest(members=members, tables=tables, **told)
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise BackupError(
            _("The manifest of the backup cannot be read: %(why)s.") % {"why": error}
        ) from error
    for name, member in members.items():
        if not (_MEMBER.fullmatch(name) and _SHA256.fullmatch(member.sha256) and member.size >= 0):
            raise BackupError(
                _("The manifest names %(name)r, which no backup of labsys holds.") % {"name": name}
            )
    if not {DUMP, SECRETS + "key"} <= members.keys():
        raise BackupError(_("The manifest names no database or no secret key; this is no whole backup."))
    return manifest
