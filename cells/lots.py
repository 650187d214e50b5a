"""Which samples a component of a recipe can be taken of, those first that were taken of before."""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import Exists, F, OuterRef, Q

from cells.models import CathodeBatch, CathodeRecipe, RecipeComponent
from synthesis.access import Actor
from synthesis.models import LedgerEntry, Sample
from synthesis.models.samples import Kind
from synthesis.sources import usable

MOST = 20


def candidates(recipe: CathodeRecipe, actor: Actor) -> dict[str, list[Sample]]:
    """By material: what is available of it, one query each."""
    return {part.material: _of(recipe, part, actor) for part in recipe.components.all()}


def chosen(found: Sequence[Sample], asked: str) -> Sample | None:
    """The one that was asked for by its code, else the one that comes first."""
    return next((one for one in found if one.code == asked), None) or next(iter(found), None)


def _of(recipe: CathodeRecipe, part: RecipeComponent, actor: Actor) -> list[Sample]:
    batches = CathodeBatch.objects.filter(recipe__name=recipe.name, recipe__project=recipe.project_id)
    before = LedgerEntry.objects.filter(
        sample=OuterRef("pk"), role__iexact=part.material, product__in=batches.values("pk")
    )
    found = usable(actor).annotate(before=Exists(before))
    fitting = found.filter(Q(before=True) | _named(part.material) | _of_its_kind(part, recipe.project_id))
    return list(
        fitting.order_by(
            "-before",
            F("materiallot__opened_on").asc(nulls_last=True),
            F("materiallot__expires_on").asc(nulls_last=True),
            "-pk",
        )[:MOST]
    )


def _named(material: str) -> Q:
    """Lots of a material that goes by this name."""
    names = ("name", "short_name", "formula")
    wanted = Q(materiallot__supplier__isnull=False) & Q(
        *((f"materiallot__material__{name}__iexact", material) for name in names), _connector=Q.OR
    )
    return wanted | Q(electrolytebatch__composition__iexact=material)


def _of_its_kind(part: RecipeComponent, project: int) -> Q:
    """Additives and electrolytes are made in the project and called by many names."""
    kinds = {part.Role.ADDITIVE: Kind.ADDITIVE, part.Role.ELECTROLYTE: Kind.ELECTROLYTE}
    kind = kinds.get(part.Role(part.role))
    return Q(kind=kind, project=project) if kind else Q(pk__in=())
