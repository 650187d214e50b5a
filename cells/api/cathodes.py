"""Recipes in versions, and the batches mixed by them."""

from __future__ import annotations

from typing import Any, ClassVar

from rest_framework import serializers

from cells.models import CathodeBatch, CathodeRecipe, RecipeComponent
from cells.recipes import record_recipe, replace_components
from synthesis import access
from synthesis.api.fields import NumberField, ProjectField, actor_of, person
from synthesis.api.filters import By, Words
from synthesis.api.records import BY_TIME, ChangeableRecords, RecordSerializer
from synthesis.api.samples import KindSerializer, SampleKind, kind_fields
from synthesis.models import Project


class ComponentSerializer(serializers.ModelSerializer[RecipeComponent]):
    share_wt_percent = NumberField()

    class Meta:
        model = RecipeComponent
        fields = ("number", "role", "material", "share_wt_percent")
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


class CathodeBatchSerializer(KindSerializer):
    recipe = RecipeField(queryset=CathodeRecipe.objects.all())
    recipe_name = serializers.CharField(source="recipe", read_only=True)

    class Meta(KindSerializer.Meta):
        model = CathodeBatch
        fields = kind_fields(CathodeBatch, "recipe_name")


class CathodeBatches(SampleKind):
    """Composite cathode batches; what was weighed in are `inputs`, the role being the component."""

    queryset = CathodeBatch.objects.select_related("project", "created_by", "recipe")
    serializer_class = CathodeBatchSerializer
    filters: ClassVar[dict[str, By | Words]] = {**SampleKind.filters, "recipe": By("recipe_id", "id")}
