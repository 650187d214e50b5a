"""What would a protocol need, so many times over, and is it there?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from synthesis import access, sources, units, words
from synthesis.access import Actor
from synthesis.conversion import in_unit_of
from synthesis.errors import Refusal
from synthesis.models import Material, MaterialLot, ProtocolVersion, Sample
from synthesis.models.samples import Kind, State
from synthesis.units import Quantity

MOST_TIMES = 1000
# What is made in the house, by what it is used as.
MADE = {
    "nanosponge": Kind.NANOSPONGE,
    "impregnated batch": Kind.IMPREGNATED,
    "freeze-dried batch": Kind.FREEZE_DRIED,
    "cathode": Kind.CATHODE,
}


@dataclass(frozen=True)
class Draw:
    """So much of one lot, in its own unit; ``share`` is how much of the need it covers."""

    sample: Sample
    left: str
    takes: str


@dataclass
class Need:
    """One role: what is needed, which lots have it in the order in which they are used up, what is missing."""

    role: str
    what: str
    needed: str
    sentence: str
    enough: bool | None
    draws: list[Draw] = field(default_factory=list)

    @property
    def first(self) -> Sample | None:
        return self.draws[0].sample if self.draws else None


def of_version(version: ProtocolVersion, actor: Actor, times: int = 1) -> list[Need]:
    """A need for each role with a planned amount. ``enough`` is None where nothing says which material it is."""
    materials = _materials(version)
    lots = _lots(set(materials.values()), actor)
    made = _made(
        {MADE[role.lower()] for role in (str(row["role"]) for row in version.takes) if role.lower() in MADE},
        actor,
    )
    needs = []
    for row in version.takes:
        role = str(row["role"])
        if not row.get("planned"):
            continue
        planned = units.parse(str(row["planned"]), str(row.get("unit") or "g"))
        wanted = Quantity(planned.value * times, planned.unit)
        kind = MADE.get(role.lower())
        material = materials.get(role)
        if kind is None and material is None:
            needs.append(_unknown(role, wanted))
            continue
        candidates = made.get(str(kind), []) if kind else lots.get(material.pk if material else 0, [])
        needs.append(_need(role, str(material or role), wanted, candidates))
    return needs


def _materials(version: ProtocolVersion) -> dict[str, Material]:
    """Of which material a role is: that of its usual lot, else one called like the role."""
    codes = [row["lot"] for row in version.takes if row.get("lot")]
    of_lot = {
        lot.code: lot.material
        for lot in MaterialLot.objects.select_related("material").filter(code__in=codes)
    }
    roles = [str(row["role"]) for row in version.takes]
    named = Q(pk__in=[])
    for role in roles:
        named |= Q(name__iexact=role) | Q(short_name__iexact=role)
    called = {
        name.lower(): one
        for one in Material.objects.filter(named)
        for name in (one.short_name, one.name)
        if name
    }
    found = {
        str(row["role"]): of_lot.get(row.get("lot", "")) or called.get(str(row["role"]).lower())
        for row in version.takes
    }
    return {role: material for role, material in found.items() if material is not None}


def _lots(materials: set[Material], actor: Actor) -> Mapping[int, list[Sample]]:
    lots = MaterialLot.objects.select_related("material").filter(
        pk__in=_there(actor).values("pk"), material__in=materials
    )
    found: dict[int, list[Sample]] = {}
    for lot in sources.lots_in_order(lots):
        found.setdefault(lot.material_id, []).append(lot)
    return found


def _there(actor: Actor) -> QuerySet[Sample]:
    """What one may see, that is available and not used up."""
    return access.visible(Sample.objects.filter(state=State.AVAILABLE, amount_left__gt=0), actor)


def _made(kinds: set[Kind], actor: Actor) -> Mapping[str, list[Sample]]:
    found: dict[str, list[Sample]] = {}
    if kinds:
        for sample in _there(actor).filter(kind__in=kinds).order_by("-pk")[:200]:
            found.setdefault(sample.kind, []).append(sample)
    return found


def _need(role: str, what: str, wanted: Quantity, candidates: list[Sample]) -> Need:
    """Counted in the unit of the first lot; a lot that cannot be reckoned in it is left out."""
    try:
        unit = candidates[0].unit if candidates else wanted.unit
        needed = in_unit_of(candidates[0], wanted).value if candidates else wanted.value
    except Refusal as refusal:
        return Need(role, what, _said(wanted.value, wanted.unit), refusal.message, None)
    have = [sample for sample in candidates if sample.unit == unit]
    total = sum((sample.amount_left for sample in have), Decimal(0))
    draws, open_need = [], needed
    for sample in have:
        takes = min(sample.amount_left, open_need)
        open_need -= takes
        draws.append(Draw(sample, _said(sample.amount_left, unit), _said(takes, unit) if takes > 0 else ""))
    sentence = _sentence(what, needed, total, unit, len(have))
    return Need(role, what, _said(needed, unit), sentence, total >= needed, draws)


def _sentence(what: str, needed: Decimal, total: Decimal, unit: str, lots: int) -> str:
    """ "Needs 600 mL kerosene, 420 mL are left in 2 lots: 180 mL too little." """
    where = ngettext("%(left)s is left in %(lots)s lot", "%(left)s are left in %(lots)s lots", lots)
    said = _("Needs %(needed)s %(what)s, %(where)s") % {
        "needed": _said(needed, unit),
        "what": what,
        "where": where % {"left": _said(total, unit), "lots": lots} if lots else _("none is left"),
    }
    if total < needed:
        return said + ": " + _("%(missing)s too little.") % {"missing": _said(needed - total, unit)}
    return said + "."


def _unknown(role: str, wanted: Quantity) -> Need:
    sentence = _("No usual lot and no material called ‘%(role)s’: name the lot in the protocol.") % {
        "role": role
    }
    return Need(role, role, _said(wanted.value, wanted.unit), sentence, None)


def _said(value: Decimal, unit: str) -> str:
    """An amount in its own unit, so that the numbers of one sentence can be added up."""
    shown = value.quantize(Decimal("0.0001")) if value else value
    return f"{words.digits(shown)}{words.NO_BREAK}{unit}"
