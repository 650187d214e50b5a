"""Yield, uptake and loss of each step, and along the chain: what came out beside what went in, by mass.

The definitions, which stand beside every number that is shown:

- nanosponge: dry mass per mass of reagents, that is of all that was taken but the oil phase and water;
- impregnation: mass after soaking per mass of nanosponge and salts; mass gained per nanosponge;
- freeze-drying: mass out per mass in; uptake of salt, the dry mass beyond the nanosponge in it, per nanosponge;
- furnace: mass of carbon per mass put into the boat;
- along the chain: grams of carbon per gram of nanosponge that is in it, and per gram of reagents.

Volumes count by the density of their material, amounts in pieces not at all. A step whose masses are not all known
has no yield: none is made up.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from django.db import connection
from django.utils.translation import gettext as _

from synthesis import genealogy, words
from synthesis.models import Sample
from synthesis.models.samples import Kind

MEDIUM = ("kerosene", "span 60", "tween 20", "water", "oil phase", "ethanol")
"""Roles that stay in no product: the oil phase of the emulsion and what is washed or dried out."""
PORTIONS = ("split", "pool")
"""Roles of what was split or pooled: nothing is gained or lost there, so there is no yield."""
STEPS = (Kind.NANOSPONGE, Kind.IMPREGNATED, Kind.FREEZE_DRIED, Kind.ADDITIVE)

_MASSES = """
SELECT entry.product_id, entry.sample_id, source.kind, lower(entry.role),
       -sum(entry.delta) * CASE source.unit WHEN 'g' THEN 1 WHEN 'mg' THEN 0.001 WHEN 'kg' THEN 1000
                                            WHEN 'mL' THEN min(material.density_g_per_mL) END
  FROM synthesis_ledgerentry entry
  JOIN synthesis_sample source ON source.id = entry.sample_id
  LEFT JOIN synthesis_materiallot lot ON lot.sample_ptr_id = source.id
  LEFT JOIN synthesis_material material ON material.id = lot.material_id
 WHERE entry.product_id = ANY(%s)
 GROUP BY entry.product_id, entry.sample_id, source.kind, source.unit, lower(entry.role)
HAVING sum(entry.delta) <> 0
"""


@dataclass(frozen=True)
class Taken:
    """So many grams of a sample; None where its mass is not known."""

    source: int
    kind: str
    role: str
    mass_g: float | None


@dataclass(frozen=True)
class Yield:
    """One figure with what it means."""

    label: str
    definition: str
    percent: float

    @property
    def shown(self) -> str:
        return f"{words.digits(self.percent, 1)}{words.NO_BREAK}%"


def of_samples(ids: Collection[int]) -> dict[int, float]:
    """The yield of the step that made each sample, in %, by the definitions above; without those that have none."""
    made = _made(ids)
    taken = _taken(list(made))
    found = {pk: _step(kind, mass, taken.get(pk, [])) for pk, (kind, mass) in made.items()}
    return {pk: percent for pk, percent in found.items() if percent is not None}


def of_sample(sample: Sample) -> list[Yield]:
    """All figures of one sample: of its own step, and along the chain that led to it."""
    if sample.kind not in STEPS or not sample.amount_made or sample.unit != "g":
        return []
    ids = [sample.pk, *genealogy.ancestors(sample.pk)]
    made, taken = _made(ids), _taken(ids)
    mass = float(sample.amount_made)
    own = taken.get(sample.pk, [])
    percent = _step(sample.kind, mass, own)
    found = [] if percent is None else [_named(sample.kind, percent)]
    if sample.kind == Kind.FREEZE_DRIED and percent is not None:
        found.append(Yield(_("Mass loss"), _("of what was put in"), 100 - percent))
    if not own:
        return found
    return found + _along(sample, made, taken)


def _along(
    sample: Sample, made: Mapping[int, tuple[str, float]], taken: Mapping[int, list[Taken]]
) -> list[Yield]:
    sponge = _content(sample.pk, made, taken, {}, "sponge")
    mass = float(sample.amount_made)
    found = []
    if sponge and sample.kind == Kind.IMPREGNATED:
        found.append(
            Yield(_("Mass gained"), _("beyond the nanosponge, per nanosponge"), 100 * (mass / sponge - 1))
        )
    if sponge and sample.kind == Kind.FREEZE_DRIED:
        found.append(
            Yield(
                _("Uptake of salt"),
                _("dry mass beyond the nanosponge, per nanosponge"),
                100 * (mass / sponge - 1),
            )
        )
    if sample.kind == Kind.ADDITIVE:
        reagents = _content(sample.pk, made, taken, {}, "reagents")
        if sponge:
            found.append(
                Yield(
                    _("Carbon per nanosponge"),
                    _("grams per 100 g of the nanosponge in it"),
                    100 * mass / sponge,
                )
            )
        if reagents:
            found.append(
                Yield(
                    _("Overall"),
                    _("grams per 100 g of the reagents of the nanosponge in it"),
                    100 * mass / reagents,
                )
            )
    return found


def _content(
    pk: int,
    made: Mapping[int, tuple[str, float]],
    taken: Mapping[int, list[Taken]],
    known: dict[int, float | None],
    what: str,
) -> float | None:
    """Grams of nanosponge, or of its reagents, that all of a sample was made of; None where a mass is missing."""
    if pk in known:
        return known[pk]
    known[pk] = None  # whatever leads back to itself has no content
    kind, mass = made.get(pk, ("", 0.0))
    if kind == Kind.NANOSPONGE and not (what != "sponge" and _portioned(taken.get(pk, []))):
        known[pk] = mass if what == "sponge" else _reagents(taken.get(pk, []))
        return known[pk]
    total = 0.0
    for one in taken.get(pk, []):
        if one.kind not in STEPS:
            continue
        inside = _content(one.source, made, taken, known, what)
        whole = made.get(one.source, ("", 0.0))[1]
        if inside is None or one.mass_g is None or not whole:
            return None
        total += inside * one.mass_g / whole
    known[pk] = total or None
    return known[pk]


def _step(kind: str, mass: float, taken: list[Taken]) -> float | None:
    """What came out per what went in, in %."""
    if not taken or not mass or kind not in STEPS or _portioned(taken):
        return None
    went_in = _reagents(taken) if kind == Kind.NANOSPONGE else _sum(taken)
    return 100 * mass / went_in if went_in else None


def _portioned(taken: list[Taken]) -> bool:
    """Whether a sample is a part or a pool of others like it, which no step made."""
    return any(one.role in PORTIONS for one in taken)


def _reagents(taken: list[Taken]) -> float | None:
    return _sum([one for one in taken if one.role not in MEDIUM])


def _sum(taken: list[Taken]) -> float | None:
    masses = [one.mass_g for one in taken]
    known = [mass for mass in masses if mass is not None]
    return sum(known) if known and len(known) == len(masses) else None


def _named(kind: str, percent: float) -> Yield:
    names = {
        Kind.NANOSPONGE: (_("Dry yield"), _("per mass of reagents, without oil phase and water")),
        Kind.IMPREGNATED: (_("Mass after soaking"), _("per mass of nanosponge and salts")),
        Kind.FREEZE_DRIED: (_("Mass kept"), _("of what was put in")),
        Kind.ADDITIVE: (_("Carbon yield"), _("of what was put into the boat")),
    }
    label, definition = names[Kind(kind)]
    return Yield(label, definition, percent)


def _made(ids: Collection[int]) -> dict[int, tuple[str, float]]:
    """Kind and mass made of the samples that are kept in g."""
    rows = Sample.objects.filter(pk__in=ids, unit="g").order_by().values_list("pk", "kind", "amount_made")
    return {pk: (kind, float(made)) for pk, kind, made in rows}


def _taken(ids: Collection[int]) -> dict[int, list[Taken]]:
    found: dict[int, list[Taken]] = defaultdict(list)
    with connection.cursor() as cursor:
        cursor.execute(_MASSES.replace("density_g_per_mL", '"density_g_per_mL"'), [list(ids)])
        for product, source, kind, role, mass in cursor.fetchall():
            found[product].append(Taken(source, kind, role, None if mass is None else float(mass)))
    return found
