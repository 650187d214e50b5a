"""What a form for a step starts with: from a protocol, from another sample like it, from the sample before it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from synthesis import access, deviations, sources, units, words
from synthesis.access import Actor
from synthesis.conversion import in_unit_of
from synthesis.errors import Refusal
from synthesis.models import CarbonizationRun, LedgerEntry, Sample
from synthesis.protocols import Plan

Row = dict[str, Any]
# kind -> what it is used as in the next step, where the row does not say so itself
ROLES = {"nanosponge": "nanosponge", "impregnated": "impregnated batch", "cathode": "cathode"}


def planned_rows(usual: Sequence[Mapping[str, Any]], plan: Plan) -> list[Row]:
    """The rows that a step usually has, each with its limit and the lot that the protocol names."""
    rows = []
    for given in usual:
        row: Row = dict(given)
        if row.get("lot"):
            row["sample"] = row.pop("lot")
        if limit := plan.limits.get(str(row.get("role", ""))):
            row["limit"] = limit
        rows.append(row)
    return rows


def rows_from(rows: list[Row], source: Sample) -> list[Row]:
    """The rows with a source in the one that asks for it: as much as planned, or all that is left of it."""
    if not rows:
        return rows
    place = next((row for row in rows if row.get("from")), None) or next(
        (row for row in rows if row.get("role") == ROLES.get(source.kind)), rows[0]
    )
    planned = _in_source(source, str(place.get("planned", "")))
    left = source.amount_left
    if left > 0:
        place["amount"] = (
            str(place["planned"])
            if planned is not None and planned <= left
            else sources.shown_amount(left, source.unit)
        )
        place["left"] = words.amount(left, source.unit)
    place["sample"] = source.code
    return rows


def _in_source(source: Sample, planned: str) -> Decimal | None:
    try:
        return in_unit_of(source, units.parse(planned, source.unit)).value if planned else None
    except Refusal:
        return None


def rows_like(like: Sample, plan: Plan, actor: Actor) -> list[Row]:
    """The rows that made a sample, with others of their like where something was used up.

    What was taken of samples that this person may not see is not offered.
    """
    uses = LedgerEntry.objects.filter(product=like, kind=LedgerEntry.Kind.USE).select_related("sample")
    entries = access.visible(uses, actor, "sample__project").order_by("pk")
    by_role = {str(row["role"]): row for row in planned_rows(plan.takes, plan)}
    rows = []
    for entry in entries:
        usual = by_role.get(entry.role, {})
        rows.append(
            {name: usual[name] for name in ("planned", "limit") if name in usual}
            | {
                "role": entry.role,
                "sample": entry.sample.code,
                "amount": entry.entered.replace("\u00a0", " "),
                "unit": usual.get("unit") or entry.sample.unit,
                "whole": entry.sample.kind != "lot" and -entry.delta == entry.sample.amount_made,
            }
        )
    return rows


def settled(rows: list[Row], actor: Actor) -> list[Row]:
    """Rows whose samples have enough, or others of their like; each with how far its amount lies from the plan."""
    filled = sources.fill(rows, actor, all_of_it=True)
    for row in filled:
        source, amount = row.pop("source", None), str(row.get("amount", ""))
        if source is not None and amount and row.get("planned"):
            row["deviation"] = _apart(row, source, amount)
    return filled


def _apart(row: Row, source: Sample, amount: str) -> deviations.Deviation | None:
    try:
        typed = units.parse(amount, str(row.get("unit") or source.unit))
    except Refusal:
        return None
    return deviations.of_amounts(str(row["planned"]), [(source, typed)], row.get("limit"))


def boats_like(run: CarbonizationRun, actor: Actor) -> list[Row]:
    """The boats of another run like this one: the same additives, of what is there now."""
    boats = run.boats.select_related("source", "additive")
    rows = [
        {
            "sample": boat.source.code,
            "amount": sources.shown_amount(boat.mass_in_g, "g"),
            "unit": "g",
            "group": boat.additive.group,
            "place": boat.additive.place,
            "whole": boat.mass_in_g == boat.source.amount_made,
        }
        for boat in boats
    ]
    return [_as_boat(row) for row in sources.fill(rows, actor, all_of_it=True)]


def boat_from(source: Sample, plan: Plan) -> list[Row]:
    """One boat with a source: as much as planned for its additive, or all that is left."""
    rows = rows_from([{"role": row["role"], "planned": row.get("planned", "")} for row in plan.takes
                      if row["role"] == source.group] or [{"role": source.group}], source)  # fmt: skip
    return [_as_boat({**row, "group": source.group}) for row in rows]


def _as_boat(row: Row) -> Row:
    names = {"sample": "source", "amount": "mass_in"}
    kept = {
        names.get(name, name): row[name]
        for name in ("sample", "amount", "group", "left", "hint")
        if name in row
    }
    return kept | {"place": row.get("place", "")}
