"""Addresses of the ground floor."""

from django.urls import path

from synthesis.views import (
    changes,
    furnace,
    history,
    home,
    kinds,
    ledger,
    lists,
    projects,
    samples,
    search,
    trace,
)

urlpatterns = [
    path("", home.home, name="home"),
    path("search/", search.search, name="search"),
    path("s/<str:code>", samples.by_code, name="by-code"),
    path("samples/options/", search.options, name="sample-options"),
    path("samples/<str:code>/", samples.sample_page, name="sample"),
    path("samples/<str:code>/book/", ledger.book, name="sample-ledger"),
    path("samples/<str:code>/state/", ledger.set_state, name="sample-state"),
    path("samples/<str:code>/change/", changes.change_sample, name="sample-change"),
    path("furnace-runs/<str:code>/change/", changes.change_run, name="furnace-run-change"),
    path("history/<slug:what>/<int:pk>/", history.history_page, name="history"),
    path("history/<slug:what>/<int:pk>/change/", changes.change_record, name="record-change"),
    path("history/<slug:what>/<int:pk>/restore/", history.restore, name="history-restore"),
    path("trace/<str:code>/", trace.trace_page, name="trace"),
    path("compare/", trace.compare_page, name="compare"),
    path("compare/<str:code>/", trace.compare_with, name="compare-with"),
    path("batches/", lists.batches, name="batches"),
    path("furnace-runs/", lists.furnace_runs, name="furnace-runs"),
    path("furnace-runs/<str:code>/", furnace.run_page, name="furnace-run"),
    path("additives/", lists.additives, name="additives"),
    path("materials/", lists.materials, name="materials"),
    path("electrolytes/", lists.electrolytes, name="electrolytes"),
    path("log/", kinds.log_index, name="log-index"),
    path("log/<slug:kind>/", kinds.log, name="log"),
    path("projects/", projects.projects, name="projects"),
    path("projects/<slug:slug>/", projects.project, name="project"),
    path("projects/<slug:slug>/members/<int:member>/remove/", projects.remove_member, name="project-member"),
]
