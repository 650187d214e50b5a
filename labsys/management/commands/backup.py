"""`manage.py backup FILE`: database, raw files, tables and secrets in one file, while labsys runs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _

from labsys.backups import making
from labsys.backups.manifest import BackupError


class Command(BaseCommand):
    """Exits 1 also where the backup was made but a stored file was damaged or gone; the backup is kept then."""

    help = _("Writes everything into one file while labsys runs. The file holds secrets.")

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", metavar="FILE", help=_("the file to write; it must not exist yet"))

    def handle(self, *_args: Any, **options: Any) -> None:
        path = Path(options["file"]).expanduser().absolute()
        try:
            manifest, seal = making.make(path, self.say)
        except BackupError as error:
            raise CommandError(str(error)) from error
        self.say(
            _("%(path)s: %(rows)s rows, %(files)s files, %(size)s bytes. It holds secrets: keep it safe.")
            % {
                "path": path,
                "rows": manifest.rows,
                "files": len(manifest.files),
                "size": path.stat().st_size,
            }
        )
        self.say(_("sha256 of its manifest: %(seal)s") % {"seal": seal})
        if manifest.damaged or manifest.missing:
            raise CommandError(
                _(
                    "The backup is made, but of the stored files %(damaged)s are damaged (%(d)s) "
                    "and %(missing)s gone (%(m)s)."
                )
                % {
                    "damaged": len(manifest.damaged), "d": ", ".join(manifest.damaged[:5]) or "-",
                    "missing": len(manifest.missing), "m": ", ".join(manifest.missing[:5]) or "-",
                }
            )  # fmt: skip

    def say(self, line: str) -> None:
        """Prints at once, also into a file."""
        self.stdout.write(line)
        self.stdout.flush()
