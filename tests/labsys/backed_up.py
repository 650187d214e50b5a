"""What a backup must bring back, made and looked at inside an installation of its own: `manage.py shell -c`.

Each function answers what fits into JSON.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.sessions.backends.db import SessionStore
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.models import Sum
from django.db.utils import ProgrammingError

from characterization import blobs, ingest, store
from characterization.models import Analysis, Measurement, RawFile
from labsys.backups import contents
from synthesis import access
from synthesis.models import LedgerEntry, Project, Role, Sample
from tests import factories
from tests.characterization import files

HISTORY = "synthesis_projectevent"


def make() -> dict[str, Any]:
    """A project of Alice's with a lot, a sponge, a cell, a measured file, one that waits; a token and a session."""
    project = factories.ProjectFactory(slug="p1", name="Carbon additives")
    alice = factories.member(project, Role.MANAGER, username="alice")
    lot = factories.lot(project, "500")
    factories.additive(project, "7.31", takes=[factories.take(lot, "2.5")])
    cell = factories.cell(project)
    read = files.deliver(project, "CELL-0001.bdf.csv", files.bdf(), sample=Sample.objects.get(pk=cell.pk))
    ingest.ingest(read.job.pk)
    files.deliver(project, "waiting.xy")
    session = SessionStore()
    session["seen"] = "white rabbit"
    session.create()
    return {"token": access.new_token("tests", user=alice), "session": session.session_key}


def facts(token: str, session: str) -> dict[str, Any]:
    """All that must be the same in the restored installation."""
    measurement = Measurement.objects.get()
    series = store.series(measurement, "time_s", "voltage_V", points=100)
    sums = LedgerEntry.objects.values("sample__code").annotate(sum=Sum("delta"))
    known = access.token_for(token)
    return {
        "samples": {s.code: [s.kind, str(s.amount_left)] for s in Sample.objects.order_by("code")},
        "ledger": {row["sample__code"]: str(row["sum"]) for row in sums.order_by("sample__code")},
        "files": {f.name: [f.sha256, blobs.is_whole(f.sha256)] for f in RawFile.objects.all()},
        "jobs": {f.name: f.job.state for f in RawFile.objects.all()},
        "voltage": series.y.tolist(),
        "curves": store.analysis_table(Analysis.objects.get(method="cycling"), "curves").height,
        "token of": known.user.username if known is not None and known.user is not None else None,
        "session": SessionStore(session).get("seen"),
    }


def work() -> dict[str, Any]:
    """A change is recorded, and what was recorded is refused to the application's role."""
    project = Project.objects.get()
    project.name = "Carbon additives, second year"
    project.save()
    added = factories.lot(project, "20", material=factories.MaterialFactory(name="nickel nitrate"))
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT name FROM {HISTORY} ORDER BY pgh_id")
        recorded = [name for (name,) in cursor.fetchall()]
        cursor.execute("SELECT to_regnamespace('pgmq') IS NOT NULL, session_user::text")
        queue, role = cursor.fetchall()[0]
        try:
            cursor.execute(f"UPDATE {HISTORY} SET name = 'other'")
            refused = ""
        except ProgrammingError as error:
            refused = str(error)
    return {"recorded": recorded, "queue": queue, "role": role, "refused": refused, "code": added.code}


def drill(folder: str) -> dict[str, Any]:
    """Restores every archive of a folder, and tells what was said and what is left here after each."""
    told: dict[str, Any] = {}
    for path in sorted(Path(folder).glob("*.tar")):
        try:
            call_command("restore", str(path))
            said = ""
        except CommandError as error:
            said = str(error)
        left = [str(found) for found in Path(settings.LABSYS_BLOBS).rglob("*") if found.is_file()]
        left += [str(found) for found in settings.HOME.scratch.iterdir()]
        key = (settings.HOME.path / "secrets" / "key").read_text() == settings.SECRET_KEY
        told[path.stem] = {"said": said, "left": left, "empty": contents.is_empty(), "key": key}
    return told
