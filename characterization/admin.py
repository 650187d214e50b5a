"""Files, jobs and measurements for the administrator: to look at, never to change."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from characterization.models import Analysis, Job, Measurement, RawFile


class LookOnly(admin.ModelAdmin[Any]):
    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False


@admin.register(RawFile)
class RawFileAdmin(LookOnly):
    list_display = ("name", "project", "sample", "instrument", "size", "created_at")
    search_fields = ("name", "sha256", "sample__code")
    list_select_related = ("project", "sample", "instrument")


@admin.register(Job)
class JobAdmin(LookOnly):
    list_display = ("file", "state", "attempts", "reader_deaths", "error_code", "updated_at")
    list_filter = ("state",)
    list_select_related = ("file",)


@admin.register(Measurement)
class MeasurementAdmin(LookOnly):
    list_display = ("__str__", "technique", "sample", "rows", "reader_name", "reader_version", "current")
    list_filter = ("technique", "current")
    search_fields = ("title", "sample__code", "file__name")
    list_select_related = ("sample",)


@admin.register(Analysis)
class AnalysisAdmin(LookOnly):
    list_display = ("measurement", "method", "method_version", "current", "computed_at")
    list_filter = ("method", "current")
    list_select_related = ("measurement",)
