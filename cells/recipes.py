"""Recipes of composite cathodes: a version is written whole, its shares summing to 100 wt %."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from cells.makeup import planned_mg
from cells.models import CathodeBatch, CathodeRecipe, RecipeComponent
from synthesis.errors import Refusal
from synthesis.models import Project
from synthesis.units import plain

WHOLE = Decimal(100)


@transaction.atomic
def record_recipe(
    recipe: CathodeRecipe, components: Sequence[RecipeComponent], by: AbstractBaseUser | None
) -> CathodeRecipe:
    """Saves a new recipe, or the next version of the one that has its name in the project."""
    require_whole(components)
    Project.objects.select_for_update(no_key=True).get(pk=recipe.project_id)  # two writers draw two versions
    last = CathodeRecipe.objects.filter(project=recipe.project, name=recipe.name).aggregate(
        last=Max("version")
    )
    recipe.version = (last["last"] or 0) + 1
    recipe.created_by_id = by.pk if by else None
    recipe.save()
    _write(recipe, components, by)
    return recipe


@transaction.atomic
def replace_components(
    recipe: CathodeRecipe, components: Sequence[RecipeComponent], by: AbstractBaseUser | None
) -> None:
    """Writes other components into a version that no batch was mixed by yet."""
    CathodeRecipe.objects.select_for_update().get(pk=recipe.pk)
    if CathodeBatch.objects.filter(recipe=recipe).exists():
        raise Refusal(
            _("A batch was mixed by %(recipe)s, so it stays as it is. Save the change as a new version.")
            % {"recipe": recipe},
            field="components",
            status=409,
        )
    require_whole(components)
    recipe.components.all().delete()
    _write(recipe, components, by)


def require_whole(components: Sequence[RecipeComponent]) -> None:
    """Raises Refusal unless each material stands there once and the shares add to 100 wt % exactly."""
    if not components:
        raise Refusal(_("A recipe has at least one component."), field="components")
    _require_different(components)
    total = sum((component.share_wt_percent for component in components), Decimal(0))
    if total == WHOLE:
        return
    said = (
        _("Shares add to %(total)s wt %%. Add %(off)s wt %% or let one component take the rest.")
        if total < WHOLE
        else _("Shares add to %(total)s wt %%, %(off)s wt %% too much. Take that from one component.")
    )
    words = {"total": plain(total), "off": plain(abs(WHOLE - total))}
    raise Refusal(said % words, field="components", code="shares")


def planned_text(component: RecipeComponent, target_mg: float) -> str:
    """The mass that its share of a target asks for: "56 mg"."""
    return f"{plain(planned_mg(component.share_wt_percent, target_mg))} mg"


def _require_different(components: Sequence[RecipeComponent]) -> None:
    """What is weighed is known by its material, so a recipe names each once."""
    seen: set[str] = set()
    for component in components:
        if component.material.lower() in seen:
            raise Refusal(
                _("%(material)s stands there twice. Write it once, with its whole share.")
                % {"material": component.material},
                field="components",
                code="twice",
            )
        seen.add(component.material.lower())


def _write(recipe: CathodeRecipe, components: Sequence[RecipeComponent], by: AbstractBaseUser | None) -> None:
    for number, component in enumerate(components, start=1):
        component.recipe, component.number = recipe, number
        component.created_by_id = by.pk if by else None
    RecipeComponent.objects.bulk_create(components)
