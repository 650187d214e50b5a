"""Addresses of the whole house: each floor brings its own."""

from django.contrib import admin
from django.contrib.auth import views as auth
from django.urls import URLPattern, URLResolver, include, path

from labsys import health

urlpatterns: list[URLPattern | URLResolver] = [
    path("healthz", health.alive, name="healthz"),
    path("readyz", health.ready, name="readyz"),
    path("login/", auth.LoginView.as_view(redirect_authenticated_user=True), name="login"),
    path("logout/", auth.LogoutView.as_view(), name="logout"),
    path("admin/", admin.site.urls),
    path("api/v1/", include("labsys.api")),
    path("", include("labsys.labels.urls")),
    path("", include("labsys.reports.urls")),
    path("", include("characterization.urls")),
    path("", include("cells.urls")),
    path("", include("synthesis.urls")),
]
