"""Cells on channels, and what follows for a cell from what it takes: rules that touch several rows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from cells import densities, kinds
from cells.densities import Density
from cells.models import Acknowledgement, CathodeBatch, Cell, Channel, Occupation
from synthesis.conversion import in_mass, in_unit_of
from synthesis.errors import Refusal
from synthesis.ledger import Take
from synthesis.models import ElectrolyteBatch, Instrument, MaterialLot, Sample


def complete(cell: Cell, takes: Sequence[Take]) -> None:
    """Fills in what is empty and follows from what the cell takes: its masses, and its separator's density."""
    _masses(cell, takes)
    _separator(cell, takes)


def _masses(cell: Cell, takes: Sequence[Take]) -> None:
    """Composite mass: what is taken of the cathode. Active mass: by what was weighed into it, else by its recipe."""
    cathodes = [take for take in takes if take.sample.kind == CathodeBatch.KIND]
    if not cathodes or not kinds.has(cell.format, "composite_mass_mg"):
        return
    taken = [float(in_unit_of(take.sample, take.amount).to("mg").value) for take in cathodes]
    if cell.composite_mass_mg is None:
        cell.composite_mass_mg = round(sum(taken), 6)
    shares = [_active_share(take.sample) for take in cathodes]
    if cell.active_mass_mg is None and kinds.has(cell.format, "active_mass_mg") and None not in shares:
        active = sum(mass * (share or 0.0) for mass, share in zip(taken, shares, strict=True))
        cell.active_mass_mg = round(cell.composite_mass_mg * active / sum(taken), 6)


def _active_share(cathode: Sample) -> float | None:
    own = cathode.own
    return own.makeup.active_share()[0] if isinstance(own, CathodeBatch) else None


def _separator(cell: Cell, takes: Sequence[Take]) -> None:
    """Its mass: what is taken as separator. Its density: of what that is, else of what the separator is called."""
    pressed = [take for take in takes if take.role.lower() == "separator"]
    if cell.separator_mass_mg is None and pressed:
        cell.separator_mass_mg = _mass_mg(pressed)
    if cell.separator_density_g_per_cm3 is not None or not cell.separator_mass_mg:
        return
    found = (density_of(take.sample) for take in pressed)
    known = next((one for one in found if one is not None), None) or densities.of(cell.separator)
    if known is not None:
        cell.separator_density_g_per_cm3, cell.separator_density_from = known.g_per_cm3, known.source


def _mass_mg(takes: Sequence[Take]) -> float | None:
    """What they weigh together; None where one of them is no mass (a foil, in pieces)."""
    masses = [in_mass(take.sample, in_unit_of(take.sample, take.amount).value) for take in takes]
    known = [mass.to("mg").value for mass in masses if mass is not None]
    return round(float(sum(known)), 6) if len(known) == len(masses) else None


def density_of(sample: Sample) -> Density | None:
    """The density of what a separator is pressed of: of its material, else of the crystal."""
    own = sample.own
    if isinstance(own, MaterialLot):
        material = own.material
        if material.density_g_per_mL is not None:
            return Density(float(material.density_g_per_mL), str(material)[:120])
        return densities.of(material.formula or material.name)
    return densities.of(own.composition) if isinstance(own, ElectrolyteBatch) else None


def leave_out(cell: Cell, reason: str) -> None:
    """Takes a cell out of statistics. Raises Refusal without a reason."""
    if not reason.strip():
        raise Refusal(
            _("Say why %(cell)s is left out; the reason is shown wherever it is missing.") % {"cell": cell},
            field="reason",
        )
    cell.left_out, cell.left_out_reason = True, reason.strip()[:200]
    cell.save(update_fields=["left_out", "left_out_reason"])


def count_again(cell: Cell) -> None:
    """Puts a cell back into statistics. Why it was left out stays in its history."""
    cell.left_out, cell.left_out_reason = False, ""
    cell.save(update_fields=["left_out", "left_out_reason"])


def acknowledge(
    code: str, of: Occupation | Instrument, evidence: str, reason: str, by: Any
) -> Acknowledgement:
    """Writes down who has seen an alarm and why it need not ring. Raises Refusal without a reason."""
    if not reason.strip():
        raise Refusal(_("Say why this alarm need not ring; the reason stands beside it."), field="reason")
    return Acknowledgement.objects.create(
        code=code,
        occupation=of if isinstance(of, Occupation) else None,
        instrument=of if isinstance(of, Instrument) else None,
        evidence=evidence,
        reason=reason.strip()[:300],
        created_by_id=by.pk if by else None,
    )


def put_on(channel: Channel, cell: Cell, by: Any) -> Occupation:
    """Puts a cell on a free channel, from now on. PostgreSQL has the last word where two do it at once."""
    if channel.occupations.filter(to_at__isnull=True).exists():
        raise Refusal(
            _("%(channel)s is taken. Take its cell off first, or choose a free channel.")
            % {"channel": channel},
            field="cell",
            status=409,
        )
    elsewhere = cell.occupations.filter(to_at__isnull=True).select_related("channel__instrument").first()
    if elsewhere is not None:
        raise Refusal(
            _("%(cell)s is already on %(channel)s. Take it off there first.")
            % {"cell": cell, "channel": elsewhere.channel},
            field="cell",
            status=409,
        )
    try:
        with transaction.atomic():
            return Occupation.objects.create(channel=channel, cell=cell, created_by_id=by.pk if by else None)
    except IntegrityError as error:
        raise Refusal(
            _("%(channel)s or %(cell)s was taken a moment ago. Load the page again to see by whom.")
            % {"channel": channel, "cell": cell},
            field="cell",
            status=409,
        ) from error


def take_off(channel: Channel) -> Occupation:
    """Ends what is on the channel, now."""
    on_it = channel.occupations.filter(to_at__isnull=True).first()
    if on_it is None:
        raise Refusal(_("No cell is on %(channel)s.") % {"channel": channel}, field="cell", status=409)
    Occupation.objects.filter(pk=on_it.pk, to_at__isnull=True).update(
        to_at=Now()
    )  # by the clock that wrote from_at
    on_it.refresh_from_db(fields=["to_at"])
    return on_it
