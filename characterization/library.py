"""The laboratory's library: who may add what, versions, and how it is told to the process that analyses."""

from __future__ import annotations

import importlib
import json
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Count, Max, Q, Sum
from django.utils.translation import gettext as _

from characterization import blobs
from characterization.analysis.library.entries import Checked, NotTaken
from characterization.models import LibraryEntry
from synthesis import access
from synthesis.access import Actor
from synthesis.errors import NotAllowed, Refusal
from synthesis.models import Instrument

Kind = LibraryEntry.Kind
ROOMS = {
    Kind.PHASES: "phases",
    Kind.XPS_MODELS: "fit_models",
    Kind.XPS_SENSITIVITIES: "sensitivities",
    Kind.XRD_WIDTHS: "widths",
}


@dataclass(frozen=True)
class Given:
    """What somebody wants to add. An empty name or source is taken from the text where it says one."""

    kind: str
    text: str
    name: str = ""
    source: str = ""
    reason: str = ""
    instrument: Instrument | None = None


def require_adding(actor: Actor) -> None:
    """Everybody reads the library. Raises NotAllowed for who manages no project."""
    if not access.manages_somewhere(actor):
        raise NotAllowed(_("The library is kept by managers of projects."))


def checked(kind: str, text: str) -> Checked:
    """What a text means as an entry. Raises Refusal with the sentence for the field ``text``.

    The room of a kind is imported when it is first used: gemmi is not paid for by pages that ask for no phase.
    """
    room = importlib.import_module(f"characterization.analysis.library.{ROOMS[Kind(kind)]}")
    try:
        found: Checked = room.checked(text.replace("\0", ""))
    except NotTaken as error:
        raise Refusal(str(error), field="text", status=422) from error
    return found


@transaction.atomic
def add(given: Given, by: User | None) -> LibraryEntry:
    """A new entry, or a new version of the one of that name. Raises Refusal, with the field that it belongs to."""
    found = checked(given.kind, given.text)
    name = (given.name.strip() or found.name)[:80]
    source = (given.source.strip() or found.source)[:500]
    _require(name, source, given)
    versions = LibraryEntry.objects.select_for_update().filter(kind=given.kind, name=name)
    newest = max((one.version for one in versions), default=0)
    if newest and not given.reason.strip():
        raise Refusal(
            _("‘%(name)s’ is there as version %(version)s. Say why there is another, or choose another name.")
            % {"name": name, "version": newest}, field="reason", status=422,
        )  # fmt: skip
    LibraryEntry.objects.filter(kind=given.kind, name=name, current=True).update(current=False)
    return LibraryEntry.objects.create(
        kind=given.kind, name=name, version=newest + 1, summary=found.summary[:200], text=given.text,
        content=found.content, source=source, reason=given.reason.strip(), instrument=given.instrument, created_by=by,
    )  # fmt: skip


def _require(name: str, source: str, given: Given) -> None:
    if not name:
        raise Refusal(_("Give the entry a name."), field="name", status=422)
    if not source:
        raise Refusal(
            _("Say where it comes from: an article, a database entry, a measurement of your own."),
            field="source",
            status=422,
        )
    if given.kind == Kind.XRD_WIDTHS and given.instrument is None:
        raise Refusal(_("Say which instrument the widths belong to."), field="instrument", status=422)


def retire(entry: LibraryEntry) -> None:
    """Takes an entry out of use; what was analysed with it keeps its name and version."""
    LibraryEntry.objects.filter(pk=entry.pk).update(current=False)


def told(instrument_id: int | None) -> dict[str, Any]:
    """Where the process that analyses finds the library, and whose line widths are meant."""
    state = LibraryEntry.objects.aggregate(
        newest=Max("pk"), count=Count("pk", filter=Q(current=True)), sum=Sum("pk", filter=Q(current=True))
    )
    sha256 = _written(state["newest"] or 0, state["count"], state["sum"] or 0)
    if not blobs.path_of(sha256).exists():
        _written.cache_clear()
        sha256 = _written(state["newest"] or 0, state["count"], state["sum"] or 0)
    return {"path": str(blobs.path_of(sha256)), "instrument": instrument_id}


@lru_cache(maxsize=4)
def _written(newest: int, count: int, sum_of_numbers: int) -> str:
    """The sha256 of the file that holds the present entries; written once for each state of the library.

    Rows are only added, and stop being current: the three numbers together never come again.
    """
    present = LibraryEntry.objects.filter(current=True).order_by("kind", "name")
    library: dict[str, list[dict[str, Any]]] = {kind.value: [] for kind in Kind}
    for entry in present.select_related("instrument"):
        library[entry.kind].append(_as_read(entry))
    return blobs.put([json.dumps(library, sort_keys=True).encode()]).sha256


def _as_read(entry: LibraryEntry) -> dict[str, Any]:
    of = entry.instrument
    whose = {"instrument_id": of.pk, "instrument": of.name} if of is not None else {}
    return {
        **entry.content,
        **whose,
        "name": entry.name,
        "version": str(entry.version),
        "source": entry.source,
    }
