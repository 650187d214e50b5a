"""Recipes in versions, and the batches mixed by them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from rest_framework import serializers

from cells.makeup import Part
from cells.models import CathodeBatch, CathodeRecipe, RecipeComponent
from cells.models.cathodes import WEIGHED_IN
from cells.recipes import planned_text, record_recipe, replace_components
from synthesis import access
from synthesis.api.fields import NumberField, ProjectField, actor_of, person
from synthesis.api.filters import By, Words
from synthesis.api.records import BY_TIME, ChangeableRecords, RecordSerializer
from synthesis.api.samples import KindSerializer, SampleKind, kind_fields
from synthesis.ledger import Take
from synthesis.models import Project, Sample


class ComponentSerializer(serializers.ModelSerializer[RecipeComponent]):
    share_wt_percent = NumberField()
    tolerance_percent = NumberField(required=False, allow_null=True)

    class Meta:
        model = RecipeComponent
        fields = ("number", "role", "material", "share_wt_percent", "tolerance_percent")
        read_only_fields = ("number",)


class CathodeRecipeSerializer(RecordSerializer):
    """``components`` are written whole; their shares sum to 100 wt %. The version is drawn by the name."""

    project = ProjectField(required=False)
    components = ComponentSerializer(many=True)
    created_by = serializers.SlugRelatedField[Any](slug_field="username", read_only=True)

    class Meta:
        model = CathodeRecipe
        fields = (
            "id",
            "project",
            "name",
            "version",
            "note",
            "components",
            "simulated",
            "created_at",
            "created_by",
        )
        read_only_fields = ("version", "simulated", "created_at")
        validators: ClassVar[list[Any]] = []  # the version is drawn when it is saved


class CathodeRecipes(ChangeableRecords):
    """Cathode recipes. The same name in the same project again is its next version."""

    queryset = CathodeRecipe.objects.select_related("project", "created_by").prefetch_related("components")
    serializer_class = CathodeRecipeSerializer
    orderings: ClassVar[dict[str, str]] = {**BY_TIME, "name": "name"}
    filters: ClassVar[dict[str, By | Words]] = {
        "project": By("project__slug"),
        "name": By("name"),
        "simulated": By("simulated", "flag"),
        "q": Words(("name", "note", "components__material")),
    }

    def record(self, serializer: Any, project: Project | None) -> None:
        values = dict(serializer.validated_data)
        components = [RecipeComponent(**given) for given in values.pop("components")]
        recipe = CathodeRecipe(**values | {"project": project})
        serializer.instance = record_recipe(recipe, components, person(self.actor))

    def change(self, serializer: Any) -> None:
        components = serializer.validated_data.pop("components", None)
        serializer.validated_data.pop("project", None)
        serializer.save()
        if components is not None:
            written = [RecipeComponent(**given) for given in components]
            replace_components(serializer.instance, written, person(self.actor))


class RecipeField(serializers.PrimaryKeyRelatedField[CathodeRecipe]):
    """A recipe's version by its id; one that the actor may not see does not exist."""

    def get_queryset(self) -> Any:
        return access.visible(CathodeRecipe.objects.all(), actor_of(self.context))


class WeighedPartSerializer(serializers.Serializer[Any]):
    """A component as it was weighed: planned from share and target, real share of what was weighed in all."""

    material = serializers.CharField(source="component.material")
    role = serializers.CharField(source="component.role")
    share_wt_percent = NumberField(source="component.share")
    planned_mass_mg = NumberField(source="planned_mg", allow_null=True)
    weighed_mass_mg = NumberField(source="weighed_mg", allow_null=True)
    real_share_wt_percent = NumberField(source="real_share", allow_null=True)
    deviation = serializers.SerializerMethodField()
    over_limit = serializers.BooleanField(source="apart.over", default=False)

    def get_deviation(self, part: Part) -> str | None:
        return part.apart.text if part.apart else None


class CathodeBatchSerializer(KindSerializer):
    """``components`` are by what was weighed, or with ``active_share_by`` "recipe" by the recipe."""

    recipe = RecipeField(queryset=CathodeRecipe.objects.all())
    recipe_name = serializers.CharField(source="recipe", read_only=True)
    components = WeighedPartSerializer(source="makeup.parts", many=True, read_only=True)
    weighed_completely = serializers.BooleanField(source="makeup.complete", read_only=True)
    active_share_wt_percent = serializers.SerializerMethodField()
    active_share_by = serializers.SerializerMethodField()

    class Meta(KindSerializer.Meta):
        model = CathodeBatch
        fields = kind_fields(
            CathodeBatch,
            "recipe_name",
            "components",
            "weighed_completely",
            "active_share_wt_percent",
            "active_share_by",
        )

    def get_active_share_wt_percent(self, batch: CathodeBatch) -> float | None:
        share = batch.makeup.active_share()[0]
        return None if share is None else 100 * share

    def get_active_share_by(self, batch: CathodeBatch) -> str:
        return batch.makeup.active_share()[1]


class CathodeBatches(SampleKind):
    """Composite cathode batches; what was weighed in are `inputs`, the role being the component."""

    queryset = CathodeBatch.objects.select_related(
        "project", "created_by", "recipe", "protocol"
    ).prefetch_related("recipe__components", WEIGHED_IN)
    serializer_class = CathodeBatchSerializer
    filters: ClassVar[dict[str, By | Words]] = {**SampleKind.filters, "recipe": By("recipe_id", "id")}

    def prepare(self, made: Sample, takes: Sequence[Take]) -> None:
        """What the recipe plans for this target stands beside what was weighed."""
        assert isinstance(made, CathodeBatch)  # noqa: S101  # this list's kind
        target = made.target_mass_mg
        for component in made.recipe.components.all() if target else ():
            made.planned.setdefault(component.material, planned_text(component, target or 0.0))
