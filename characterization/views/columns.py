"""Saying what the columns of a table are that no reader knows."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from characterization import blobs, intake, naming
from characterization.forms.columns import ColumnsForm
from characterization.instruments.base import Technique, decode
from characterization.instruments.nameable import NAMEABLE
from characterization.instruments.textual import unify
from characterization.models import RawFile
from characterization.views.answers import page
from characterization.views.files import file_of
from synthesis import access
from synthesis.errors import Refusal

LOOKED_AT_BYTES = 16_384
LINES = 14
LONGEST_LINE = 300


@page
def name_columns(request: HttpRequest, pk: int) -> HttpResponse:
    """The first lines and a choice for each column; with POST the naming is kept and files like it are read with it."""
    file = file_of(request, pk)
    access.require_change(request.user, file.project)
    titles = file.job.columns
    if not titles:
        raise Refusal(_("%(name)s is no table whose columns wait for names.") % {"name": file.name})
    present = naming.naming_for(file, titles)
    technique = _technique(request.GET.get("technique", "") or (present.technique if present else ""))
    posted = request.POST if request.method == "POST" else None
    form = ColumnsForm(technique, titles, present, posted)
    if posted is not None and form.is_valid():
        by = request.user if isinstance(request.user, User) else None
        count = len(intake.name_columns(file, form.given, by))
        messages.success(
            request, _("Columns named. Files that are read with it now: %(count)s.") % {"count": count}
        )
        return redirect("file", pk=file.pk)
    context = {
        "file": file, "form": form, "technique": technique.value, "techniques": [one.value for one in NAMEABLE],
        "lines": _first_lines(file), "present": present, "nav": "files",
    }  # fmt: skip
    return render(request, "characterization/columns.html", context, status=422 if form.errors else 200)


def _technique(asked: str) -> Technique:
    return next((one for one in NAMEABLE if one.value == asked), next(iter(NAMEABLE)))


def _first_lines(file: RawFile) -> list[str]:
    with blobs.open_blob(file.sha256) as blob:
        text = unify(decode(blob.read(LOOKED_AT_BYTES)))
    return [line[:LONGEST_LINE] for line in text.split("\n")[:LINES]]
