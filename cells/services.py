"""Recipes in versions, and cells on channels: rules that touch several rows."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from cells.models import CathodeRecipe, Cell, Channel, Occupation, RecipeComponent
from synthesis.errors import Refusal
from synthesis.units import plain

WHOLE = Decimal(100)


@dataclass(frozen=True)
class Share:
    """One component of a recipe, in wt %."""

    role: str
    material: str
    share_wt_percent: Decimal


def check_shares(shares: Iterable[Share]) -> None:
    """Raises Refusal unless the shares add to 100 wt %."""
    shares = list(shares)
    if not shares:
        raise Refusal(_("A recipe has at least one component."), field="components")
    total = sum((share.share_wt_percent for share in shares), Decimal(0))
    if total < WHOLE:
        raise Refusal(
            _("Shares add to %(total)s wt %%. Add %(missing)s wt %% or let one component take the rest.")
            % {"total": plain(total), "missing": plain(WHOLE - total)},
            field="components",
            code="shares",
        )
    if total > WHOLE:
        raise Refusal(
            _("Shares add to %(total)s wt %%, %(over)s wt %% too much. Take that from one component.")
            % {"total": plain(total), "over": plain(total - WHOLE)},
            field="components",
            code="shares",
        )


@transaction.atomic
def record_recipe(recipe: CathodeRecipe, shares: Iterable[Share], by: Any) -> CathodeRecipe:
    """Saves a new version of a recipe; the version follows the last one of its name in the project."""
    shares = list(shares)
    check_shares(shares)
    same = CathodeRecipe.objects.filter(project=recipe.project, name=recipe.name)
    recipe.version = (same.aggregate(last=Max("version"))["last"] or 0) + 1
    recipe.created_by_id = by.pk if by else None
    recipe.save()
    for number, share in enumerate(shares, start=1):
        RecipeComponent.objects.create(
            recipe=recipe,
            number=number,
            role=share.role,
            material=share.material,
            share_wt_percent=share.share_wt_percent,
            created_by_id=recipe.created_by_id,
        )
    return recipe


def active_share(recipe: CathodeRecipe) -> float | None:
    """Share of active material, 0 … 1, or None where the recipe names none."""
    shares = [
        component.share_wt_percent
        for component in recipe.components.all()
        if component.role == RecipeComponent.Role.ACTIVE
    ]
    return float(sum(shares) / WHOLE) if shares else None


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
    on_it.to_at = timezone.now()
    on_it.save(update_fields=["to_at"])
    return on_it
