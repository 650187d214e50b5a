"""The page of one sample, with its tabs; and the ways to reach it by code."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

from django.db.models import Exists, OuterRef
from django.db.models.expressions import RawSQL
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _

from synthesis import (
    access,
    chain_drawing,
    chain_folding,
    chain_graph,
    facts,
    genealogy,
    history,
    ledger,
    record_kinds,
    sample_parts,
    tracing,
)
from synthesis.forms.ledger import LedgerForm
from synthesis.models import Boat, JointEntry, Role, Sample
from synthesis.models.samples import Kind
from synthesis.pages import page

MOST_COUNTED = 999
ENTRIES_PER_PAGE = 100
TABS = (
    ("", _("Overview")),
    ("measurements", _("Measurements")),
    ("files", _("Files")),
    ("ledger", _("Ledger")),
    ("history", _("History")),
)
# kind -> (url name of its list, the slug that logs another one like it)
HOMES: dict[str, tuple[str, str]] = {
    Kind.LOT: ("materials", "lot"),
    Kind.NANOSPONGE: ("batches", "nanosponge"),
    Kind.IMPREGNATED: ("batches", "impregnation"),
    Kind.FREEZE_DRIED: ("batches", "freeze-drying"),
    Kind.ADDITIVE: ("additives", "additive"),
    Kind.ELECTROLYTE: ("electrolytes", "electrolyte"),
    Kind.CATHODE: ("cathodes", "cathode"),
    Kind.CELL: ("cells", "cell"),
}
# kind -> what is usually made of it next
NEXT: dict[str, tuple[tuple[str, Any], ...]] = {
    Kind.NANOSPONGE: (("impregnation", _("Impregnate")), ("furnace-run", _("Put in the furnace"))),
    Kind.IMPREGNATED: (("freeze-drying", _("Freeze-dry")),),
    Kind.FREEZE_DRIED: (("furnace-run", _("Put in the furnace")),),
    Kind.ADDITIVE: (("cathode", _("Mix a cathode")),),
    Kind.CATHODE: (("cell", _("Build a cell")),),
}


# With the sample itself, and no further than the page says.
_COUNTED = """
(SELECT count(*) FROM (SELECT FROM synthesis_ledgerentry entry
                        WHERE entry.sample_id = synthesis_sample.id LIMIT %s) counted)
"""


def sample_of(request: HttpRequest, code: str) -> Sample:
    """The sample with the columns of its kind, which its code begins with: to join those of all kinds takes long."""
    kinds = _accessors()
    joined = kinds.get(code.partition("-")[0]) or [name for names in kinds.values() for name in names]
    records = Sample.objects.select_related("project", "created_by", "protocol__protocol", *joined).annotate(
        counted_entries=RawSQL(_COUNTED, [MOST_COUNTED + 1]),  # noqa: S611  # a constant statement
        recorded_together=Exists(JointEntry.objects.filter(samples=OuterRef("pk"))),
    )
    return access.get_visible(records, request.user, code=code)


@cache
def _accessors() -> dict[str, list[str]]:
    """By the prefix of each kind's codes: under which name a sample has that kind's columns, and what they name.

    That is a cathode batch with its recipe, a lot with its material.
    """
    found: dict[str, list[str]] = {}
    for relation in Sample._meta.related_objects:
        model = relation.related_model
        if relation.parent_link and isinstance(model, type) and issubclass(model, Sample):
            name = str(relation.get_accessor_name())
            named = [field for field in model._meta.local_fields if field.many_to_one and not field.null]
            found[model.PREFIX] = [name, *(f"{name}__{field.name}" for field in named)]
    return found


@page
def sample_page(request: HttpRequest, code: str) -> HttpResponse:
    sample = sample_of(request, code)
    tab = request.GET.get("tab", "")
    add = _ADD.get(tab, _overview)
    below = add(request, sample)
    above = head(request, sample, tab, below.get("boats"))
    return render(request, "synthesis/sample.html", above | below)


def head(
    request: HttpRequest, sample: Sample, tab: str, boats: Sequence[Boat] | None = None
) -> dict[str, Any]:
    """What stands above the tabs. ``boats`` are those of the chain, where the tab has asked for them."""
    own = sample.own
    home, log = HOMES[sample.kind]
    boat = _boat_of(sample, boats)
    return {
        "sample": sample,
        "own": own,
        "tab": tab if tab in _ADD else "",
        "tabs": TABS,
        "nav": home,
        "home": home,
        "log": "" if boat else log,
        "boat": boat,
        "next_steps": NEXT.get(sample.kind, ()),
        "share_left": float(100 * sample.amount_left / sample.amount_made) if sample.amount_made else 0.0,
        "may_change": access.may(request.user, sample.project, Role.EDITOR),
        "may_decide": access.may(request.user, sample.project, Role.MANAGER),
        "ledger_count": _said(getattr(sample, "counted_entries", 0)),
        "notices": sample_parts.notices(own, request.user),
        "actions": sample_parts.actions(own, request.user),
    }


def _boat_of(sample: Sample, boats: Sequence[Boat] | None) -> Boat | None:
    """The boat that an additive came out of."""
    if sample.kind != Kind.ADDITIVE:
        return None
    if boats is None:
        return Boat.objects.select_related("run").filter(additive_id=sample.pk).first()
    return next((boat for boat in boats if boat.additive_id == sample.pk), None)


def _said(count: int) -> str:
    return f"{MOST_COUNTED}+" if count > MOST_COUNTED else str(count)


def _overview(request: HttpRequest, sample: Sample) -> dict[str, Any]:
    chain = genealogy.chain(sample, request.user, limit=genealogy.NEAR)
    boats = tracing.boats_of(chain)
    unfolded = chain_folding.asked(request.GET.get("unfold", ""))
    graph = chain_folding.fold(chain_graph.build(chain, {sample.pk}, boats), unfolded)
    names = chain.samples
    rows = [
        (names[edge.source_id], names[edge.target_id], edge, chain_graph.edge_label(edge))
        for edge in chain.edges
    ]
    logged = facts.of_sample(sample)
    taken = [(source, edge) for source, target, edge, _label in rows if target.pk == sample.pk]
    compared = facts.of_takes(sample, taken)
    inputs = [
        (source, edge, label, sample.planned.get(edge.role, ""), compared.pop(edge.role, None))
        for source, target, edge, label in rows
        if target.pk == sample.pk
    ]
    return {
        "picture": chain_drawing.layout(graph) if chain.edges else None,
        "graph": graph,
        "edges": rows,
        "hidden": chain.hidden,
        "boats": boats,
        "cut": genealogy.NEAR if chain.cut else 0,
        "as_table": request.GET.get("chain") == "table",
        "unfolded": unfolded,
        "facts": logged,
        "planned": any(fact.planned != facts.NOTHING for fact in logged),
        "inputs": inputs,
        "inputs_planned": any(plan for *_, plan, _fact in inputs),
        "panels": sample_parts.panels(request, sample),
    }


def _ledger(request: HttpRequest, sample: Sample) -> dict[str, Any]:
    return {**latest_entries(request, sample), "ledger_form": LedgerForm(unit=sample.unit)}


def latest_entries(request: HttpRequest, sample: Sample) -> dict[str, Any]:
    """A page of the ledger, newest first, with where the next page goes on."""
    before = request.GET.get("before", "")
    start = int(before) if before.isdecimal() and len(before) < 19 else None
    entries = ledger.entries_of(sample, request.user, latest=ENTRIES_PER_PAGE + 1, before=start)[::-1]
    older = entries[ENTRIES_PER_PAGE - 1].pk if len(entries) > ENTRIES_PER_PAGE else None
    return {"entries": entries[:ENTRIES_PER_PAGE], "older_entries": older, "later_entries": start is not None}


def _history(request: HttpRequest, sample: Sample) -> dict[str, Any]:
    kind = record_kinds.of(sample.own)
    return {
        "happenings": history.of_sample(sample, request.user),
        "kind": kind,
        "pk": sample.pk,
        "may_restore": kind.may_change(request.user, sample) and sample.signed_at is None,
    }


def _fragment(request: HttpRequest, sample: Sample) -> dict[str, Any]:
    return {}


_ADD: dict[str, Callable[[HttpRequest, Sample], dict[str, Any]]] = {
    "": _overview,
    "measurements": _fragment,
    "files": _fragment,
    "ledger": _ledger,
    "history": _history,
}
