"""`manage.py reread`: puts back in the queue what an older reader or method read; the old findings stay beside."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _

from characterization import chaining, intake
from characterization.instruments.registry import readers
from characterization.rereading import outdated, outdated_histories


class Command(BaseCommand):
    """Prints one line per file: its number, its name, and what is newer; then one per history of a sample."""

    help = _("Reads again what an older reader or method read.")

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--reader", metavar="NAME", default="", help=_("only files of this reader"))
        parser.add_argument("--dry-run", action="store_true", help=_("show what would be read again"))

    def handle(self, *_args: Any, **options: Any) -> None:
        known = [reader.name for reader in readers()]
        if options["reader"] and options["reader"] not in known:
            raise CommandError(
                _("There is no reader ‘%(name)s’. Known: %(known)s.")
                % {"name": options["reader"], "known": ", ".join(known)}
            )
        found = outdated(options["reader"])
        for one in found:
            self.stdout.write(f"{one.file.pk}  {one.file.name}  {', '.join(one.reasons)}")
            if not options["dry_run"]:
                intake.read_again(one.file)
        if not options["reader"]:
            self._histories(dry=options["dry_run"])
        said = (
            _("%(count)s files would be read again.")
            if options["dry_run"]
            else _("%(count)s files are in the queue.")
        )
        self.stdout.write(said % {"count": len(found)})

    def _histories(self, *, dry: bool) -> None:
        for sample, reason in outdated_histories():
            self.stdout.write(f"{sample.code}  {reason}")
            if not dry:
                chaining.want(sample)
