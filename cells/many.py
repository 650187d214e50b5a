"""What can be recorded many at once on this floor: cathode batches of one recipe, and cells."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _

from cells.forms.builds import CathodeForm, CellForm, roles_of
from cells.models import CathodeRecipe
from synthesis import access
from synthesis.access import Actor
from synthesis.many.kinds import ManyKind, Roles, register


def _by_recipe(common: Mapping[str, str], actor: Actor) -> Roles:
    """The components of the recipe that is common to all rows."""
    asked = common.get("recipe", "")
    if not asked.isdecimal() or len(asked) > 17:
        return ()
    recipes = access.visible(CathodeRecipe.objects.prefetch_related("components"), actor)
    recipe = recipes.filter(pk=int(asked)).first()
    return roles_of(recipe) if recipe else ()


register(
    ManyKind(
        "cathode",
        _("Cathode batches"),
        "layers",
        CathodeForm,
        (
            "name",
            "target_mass_mg",
            "takes-0-amount",
            "takes-1-amount",
            "takes-2-amount",
            "takes-3-amount",
            "amount_made",
        ),
        100,
        {"target_mass_mg": ("target", "target mass", "batch size")},
        roles_by=_by_recipe,
        leading="recipe",
    )
)
register(
    ManyKind(
        "cell",
        _("Cells"),
        "battery",
        CellForm,
        ("name", "takes-0-amount", "takes-1-amount", "separator_thickness_um", "stack_pressure_MPa"),
        110,
        {
            "takes-0-amount": ("cathode mass", "composite mass", "mass of cathode", "cathode"),
            "takes-0-sample": ("cathode batch", "cathode code", "cathode lot"),
            "takes-1-amount": ("separator mass",),
            "format": ("cell kind", "format", "type"),
            "nominal_capacity_mAh_per_g": ("nominal capacity", "specific capacity"),
        },
    )
)
