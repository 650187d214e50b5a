"""`manage.py ingest PATH…`: files and folders through the one door, beside a running `up` or alone."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import nullcontext
from typing import Any

import orjson
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _

from characterization import destination
from characterization.models import JobState
from labsys import handing_in, local
from labsys.handing_in import Handed, Label
from synthesis.errors import Refusal
from synthesis.models import Instrument


class Command(BaseCommand):
    """Prints one line per file; exits 1 where one of them failed."""

    help = _("Takes files, or folders of files, in.")

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("paths", nargs="+", metavar="PATH", help=_("file or folder"))
        parser.add_argument("--sample", metavar="CODE", default="", help=_("the sample that was measured"))
        parser.add_argument(
            "--instrument", metavar="NAME", default="", help=_("the instrument that measured")
        )
        parser.add_argument(
            "--project", metavar="SLUG", default="", help=_("the project the files belong to")
        )
        parser.add_argument("--wait", action="store_true", help=_("wait until every file is read"))
        parser.add_argument("--json", action="store_true", help=_("one JSON object per file and line"))

    def handle(self, *_args: Any, **options: Any) -> None:
        label = handing_in.patiently(lambda: _label(options))
        with local.everything_running() if options["wait"] else nullcontext():
            handed = [handing_in.hand_in(path, label) for path in handing_in.files_in(options["paths"])]
            failed = self._tell(_answers(handed, wait=options["wait"]), as_json=options["json"])
        if failed:
            raise CommandError(
                _("%(failed)s of %(all)s files failed.") % {"failed": failed, "all": len(handed)}
            )

    def _tell(self, answers: Iterable[Handed], *, as_json: bool) -> int:
        """Prints each answer at once. Answers for how many failed."""
        failed = 0
        for one in answers:
            failed += one.state == JobState.FAILED
            self.stdout.write(orjson.dumps(one.as_json()).decode() if as_json else _line(one))
            self.stdout.flush()
        return failed


def _label(options: dict[str, Any]) -> Label:
    """Raises CommandError where sample, instrument or project is not known."""
    try:
        sample = destination.sample_for(None, options["sample"]) if options["sample"] else None
        instrument = _instrument(options["instrument"]) if options["instrument"] else None
        destination.project_for_file(None, sample, options["project"], instrument)
    except Refusal as refusal:
        raise CommandError(refusal.message) from refusal
    return Label(sample, instrument, options["project"])


def _instrument(name: str) -> Instrument:
    found = Instrument.objects.select_related("project").filter(name=name).first()
    if found is None:
        known = ", ".join(Instrument.objects.values_list("name", flat=True)[:20]) or _("none")
        raise CommandError(
            _("There is no instrument ‘%(name)s’. Known: %(known)s.") % {"name": name, "known": known}
        )
    return found


def _answers(handed: list[Handed], *, wait: bool) -> Iterable[Handed]:
    if wait:
        return handing_in.wait_for(handed)
    for start in range(0, len(handed), handing_in.ASK_AT_ONCE):
        handing_in.ask_after(handed[start : start + handing_in.ASK_AT_ONCE])
    return handed


def _line(one: Handed) -> str:
    told = one.error["message"] if one.error else ""
    duplicate = _("here already") if one.duplicate else ""
    return "  ".join(part for part in (f"{one.state:<13}", one.path, duplicate, told) if part)
