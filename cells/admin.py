"""The administration's tables of the first floor."""

from __future__ import annotations

from django.contrib import admin

from cells.models import (
    Acknowledgement,
    CathodeBatch,
    CathodeRecipe,
    Cell,
    Channel,
    Occupation,
    RecipeComponent,
    Study,
)
from synthesis.admin import Kept, ReadOnly, SampleAdmin


class ComponentInline(admin.TabularInline[RecipeComponent, CathodeRecipe]):
    """Shown, not changed: a new version is logged instead, so that its shares are checked together."""

    model = RecipeComponent
    extra = 0
    can_delete = False
    readonly_fields = ("number", "role", "material", "share_wt_percent", "tolerance_percent")
    max_num = 0


@admin.register(CathodeRecipe)
class CathodeRecipeAdmin(ReadOnly):
    list_display = ("name", "version", "project")
    list_select_related = ("project",)
    inlines = (ComponentInline,)


@admin.register(Channel)
class ChannelAdmin(Kept):
    list_display = ("instrument", "name")
    list_select_related = ("instrument",)


@admin.register(Occupation)
class OccupationAdmin(ReadOnly):
    list_display = ("channel", "cell", "from_at", "to_at")
    list_select_related = ("channel__instrument", "cell")


@admin.register(Acknowledgement)
class AcknowledgementAdmin(ReadOnly):
    list_display = ("code", "occupation", "instrument", "reason")
    list_select_related = ("occupation__channel__instrument", "occupation__cell", "instrument")


@admin.register(Study)
class StudyAdmin(Kept):
    list_display = ("name", "project", "reference_cycle")
    list_select_related = ("project",)
    raw_id_fields = ("cells",)


admin.site.register([CathodeBatch, Cell], SampleAdmin)
