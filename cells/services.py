"""Cells on channels, and what a recipe says of a cell: rules that touch several rows."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from cells.models import CathodeRecipe, Cell, Channel, Occupation, RecipeComponent
from synthesis.errors import Refusal

WHOLE = Decimal(100)


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
    Occupation.objects.filter(pk=on_it.pk, to_at__isnull=True).update(
        to_at=Now()
    )  # by the clock that wrote from_at
    on_it.refresh_from_db(fields=["to_at"])
    return on_it
