"""`manage.py restore FILE`: a backup into an empty installation, every hash checked before anything is touched."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _

from labsys.backups import restoring
from labsys.backups.manifest import BackupError


class Command(BaseCommand):
    """Exits 1 and leaves nothing behind where the backup is not whole or the installation not empty."""

    help = _("Restores a backup into an empty installation.")
    requires_system_checks: list[str] = []  # noqa: RUF012 - Django's own declaration; `migrate` checks

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", metavar="FILE", help=_("a file that `backup` wrote"))

    def handle(self, *_args: Any, **options: Any) -> None:
        try:
            manifest = restoring.restore(Path(options["file"]).expanduser().absolute(), self.say)
        except BackupError as error:
            raise CommandError(str(error)) from error
        self.say(
            _(
                "restored: %(rows)s rows, %(files)s files, as of %(at)s. Every hash and every table is as it was."
            )
            % {"rows": manifest.rows, "files": len(manifest.files), "at": manifest.made_at}
        )
        for sha256 in (*manifest.damaged, *manifest.missing):
            self.say(_("not whole when the backup was made: file %(sha256)s") % {"sha256": sha256})

    def say(self, line: str) -> None:
        """Prints at once, also into a file."""
        self.stdout.write(line)
        self.stdout.flush()
