"""Addresses of the ground floor."""

from django.urls import path

from synthesis.views import furnace, home, kinds, ledger, lists, projects, samples, search

urlpatterns = [
    path("", home.home, name="home"),
    path("search/", search.search, name="search"),
    path("s/<str:code>", samples.by_code, name="by-code"),
    path("samples/options/", search.options, name="sample-options"),
    path("samples/<str:code>/", samples.sample_page, name="sample"),
    path("samples/<str:code>/book/", ledger.book, name="sample-ledger"),
    path("samples/<str:code>/state/", ledger.set_state, name="sample-state"),
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
