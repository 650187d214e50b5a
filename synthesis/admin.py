"""The administration's tables. Amounts and the ledger are shown there, never written: they move through pages."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest

from synthesis.models import (
    ApiToken,
    Boat,
    CarbonAdditive,
    CarbonizationRun,
    ElectrolyteBatch,
    FreezeDriedBatch,
    ImpregnatedBatch,
    Instrument,
    LedgerEntry,
    Material,
    MaterialLot,
    Membership,
    NanospongeBatch,
    ProgrammeSegment,
    Project,
)


class ReadOnly(admin.ModelAdmin[Any]):
    """A table to look at."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


class Kept(admin.ModelAdmin[Any]):
    """Records that may be corrected but not deleted, because others stand on them; what is signed is only looked at."""

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return super().has_change_permission(request, obj) and getattr(obj, "signed_at", None) is None

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


class SampleAdmin(Kept):
    """Descriptions may be corrected; a sample is made by logging it, so that its ledger begins with it."""

    list_display = ("code", "name", "group", "project", "amount_left", "unit", "state")
    list_filter = ("project", "state")
    list_select_related = ("project",)
    search_fields = ("code", "name", "group")
    readonly_fields = (
        "code",
        "kind",
        "unit",
        "amount_made",
        "amount_left",
        "state",
        "created_at",
        "created_by",
    )

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False


class MembershipInline(admin.TabularInline[Membership, Project]):
    model = Membership
    extra = 0


@admin.register(Project)
class ProjectAdmin(Kept):
    list_display = ("name", "slug")
    prepopulated_fields = {"slug": ("name",)}  # noqa: RUF012  # Django's own class attribute
    inlines = (MembershipInline,)


@admin.register(Material)
class MaterialAdmin(Kept):
    list_display = ("name", "formula", "cas_number", "molar_mass_g_per_mol", "density_g_per_mL", "phase")
    search_fields = ("name", "short_name", "formula", "cas_number")


@admin.register(Instrument)
class InstrumentAdmin(Kept):
    list_display = ("name", "model", "technique", "project", "time_zone", "last_heard_at")
    list_select_related = ("project",)


@admin.register(ApiToken)
class ApiTokenAdmin(ReadOnly):
    """Tokens are made by `manage.py token`, which shows the secret once; here they are seen."""

    list_display = ("name", "user", "instrument", "expires_at", "revoked_at", "last_used_at")
    list_select_related = ("user", "instrument")


@admin.register(LedgerEntry)
class LedgerEntryAdmin(ReadOnly):
    list_display = (
        "id",
        "sample",
        "kind",
        "delta",
        "product",
        "role",
        "entered",
        "reason",
        "created_by",
        "created_at",
    )
    list_select_related = ("sample", "product", "created_by")
    search_fields = ("sample__code", "product__code", "reason")


@admin.register(CarbonizationRun)
class CarbonizationRunAdmin(ReadOnly):
    list_display = ("code", "furnace", "atmosphere", "started_at", "project")
    list_select_related = ("project",)


@admin.register(Boat, ProgrammeSegment)
class PartOfRunAdmin(ReadOnly):
    list_select_related = ("run",)


admin.site.register(
    [
        MaterialLot,
        NanospongeBatch,
        ImpregnatedBatch,
        FreezeDriedBatch,
        CarbonAdditive,
        ElectrolyteBatch,
    ],
    SampleAdmin,
)
