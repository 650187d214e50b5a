"""What stands on a label: code, name, additive, date and amount, hazard."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from labsys.reports.wording import capital, day, printable
from synthesis import groups, scanning, words
from synthesis.access import Actor
from synthesis.errors import Refusal
from synthesis.models import MaterialLot, Sample
from synthesis.models.samples import Kind
from synthesis.scanning import Found

MOST_CODES = 500


@dataclass(frozen=True)
class Label:
    """The texts of one label; ``facts`` are its small line, ``hazards`` names of pictograms, ``mark`` an SVG shape."""

    code: str
    name: str = ""
    group: str = ""
    mark: str = ""
    facts: tuple[str, ...] = ()
    signal_word: str = ""
    hazards: tuple[str, ...] = ()


def labels_of(codes: Sequence[str], actor: Actor) -> list[Label]:
    """A label for each code, in their order. Raises Refusal where one is not known to the actor."""
    wanted = [scanning.code_in(code) for code in codes if code.strip()]
    if len(wanted) > MOST_CODES:
        raise Refusal(
            _("%(asked)s codes are more than the %(most)s that one printing holds. Print them in parts.")
            % {"asked": len(wanted), "most": MOST_CODES},
            field="codes",
        )
    found = {one.code: one for one in scanning.find_all(wanted, actor)}
    unknown = [code for code in wanted if code not in found]
    if unknown:
        raise Refusal(
            _("%(codes)s: nothing of this code in your projects. Check it or take it off.")
            % {"codes": ", ".join(unknown[:5])},
            field="codes",
        )
    materials, others = _materials(list(found.values())), _other_groups(list(found.values()))
    return [_label(found[code], materials, others) for code in wanted]


def _other_groups(found: list[Found]) -> list[str]:
    """The laboratory's own groups, asked for only where one stands on a label."""
    own = (one.thing.group not in (*groups.SERIES_OF, "") for one in found if one.kind == "sample")
    return groups.others() if any(own) else []


def _materials(found: list[Found]) -> dict[int, Any]:
    """The material of each lot, by the lot's id."""
    lots = [one.thing.pk for one in found if one.kind == "sample" and one.thing.kind == Kind.LOT]
    rows = MaterialLot.objects.filter(pk__in=lots).select_related("material") if lots else []
    return {lot.pk: lot.material for lot in rows}


def _label(found: Found, materials: dict[int, Any], others: list[str]) -> Label:
    thing = found.thing
    if found.kind == "place":
        return Label(found.code, printable(thing.name), facts=(printable(str(thing)),))
    if found.kind == "run":
        facts = (day(thing.started_at), printable(thing.furnace))
        return Label(found.code, _("Furnace run"), facts=tuple(filter(None, facts)))
    return _of_sample(thing, materials.get(thing.pk), others)


def _of_sample(sample: Sample, material: Any, others: list[str]) -> Label:
    group = "" if groups.is_none(sample.group) else sample.group
    name = sample.name if sample.name != group else ""
    made = sample.amount_made and sample.kind != Kind.CELL
    amount = words.amount(sample.amount_made, sample.unit) if made else ""
    return Label(
        code=sample.code,
        name=printable(name) or capital(str(sample.get_kind_display())),
        group=printable(group),
        mark=_mark(group, others) if group else "",
        facts=tuple(filter(None, (day(sample.made_at), amount))),
        signal_word=str(material.get_signal_word_display()) if material and material.signal_word else "",
        hazards=tuple(sorted(str(name) for name in material.pictograms)) if material else (),
    )


def _mark(group: str, others: list[str]) -> str:
    """The additive's mark in black: most label printers know no other colour."""
    shape = groups.SHAPES[groups.series_of(group, others)].replace("currentColor", "#000")
    return f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 12 12">{shape}</svg>'
