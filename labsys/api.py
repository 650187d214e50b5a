"""All addresses below /api/v1/: what each floor brings, the schema, and its readable form."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView
from rest_framework.routers import SimpleRouter

from cells.api.routes import ROUTES as CELLS
from characterization.api.routes import ROUTES as CHARACTERIZATION
from labsys.reports.views import sample_report
from synthesis.api.imports import Imports
from synthesis.api.routes import ROUTES as SYNTHESIS
from synthesis.api.scheme import BearerScheme

__all__ = ["BearerScheme", "app_name", "urlpatterns"]

router = SimpleRouter()
for prefix, viewset in (*CHARACTERIZATION, *SYNTHESIS, *CELLS):
    router.register(prefix, viewset, basename=prefix)

urlpatterns: list[URLPattern | URLResolver] = [
    path("schema/", SpectacularAPIView.as_view(), name="schema"),
    path("docs/", SpectacularSwaggerSplitView.as_view(url_name="api:schema"), name="docs"),
    path("samples/<str:code>/report.pdf", sample_report, name="sample-report"),
    path("imports/<slug:many>/", Imports.as_view(), name="imports"),
    path("", include(router.urls)),
]
app_name = "api"
