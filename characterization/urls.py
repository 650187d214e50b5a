"""Addresses of what was measured. The roof includes them at the top."""

from __future__ import annotations

from django.urls import URLPattern, path, re_path

from characterization.views import (
    analysis,
    attaching,
    board,
    charts,
    choices,
    columns,
    documents,
    files,
    home,
    library,
    measurements,
    overlay,
    pictures,
    runs,
    samples,
    studies,
    upload,
)

CHART = r"charts/(?P<key>[A-Za-z0-9_-]{1,80})\.(?P<form>json|csv|svg|png|html)$"

urlpatterns: list[URLPattern] = [
    path("files/", files.inbox, name="files"),
    path("files/upload/", upload.upload, name="file-upload"),
    path("files/states/", files.states, name="file-states"),
    path("files/<int:pk>/", files.file_page, name="file"),
    path("files/<int:pk>/pane/", files.pane, name="file-pane"),
    path("files/<int:pk>/row/", files.row, name="file-row"),
    path("files/<int:pk>/guess/", files.guess, name="file-guess"),
    path("files/<int:pk>/choices/", attaching.choices, name="file-choices"),
    path("files/<int:pk>/attach/", attaching.attach, name="file-attach"),
    path("files/<int:pk>/again/", attaching.again, name="file-again"),
    path("files/<int:pk>/columns/", columns.name_columns, name="file-columns"),
    path("files/<int:pk>/raw/", attaching.raw, name="file-raw"),
    path("measurements/", measurements.measurements, name="measurements"),
    path("measurements/<int:pk>/", measurements.measurement_page, name="measurement"),
    path("measurements/<int:pk>/choices/<slug:method>/", choices.choose, name="measurement-choices"),
    path(
        "measurements/<int:pk>/analysis/<slug:method>/", analysis.analysis_page, name="measurement-analysis"
    ),
    path(
        "measurements/<int:pk>/analysis/<slug:method>/preview/", analysis.preview, name="measurement-preview"
    ),
    re_path(rf"^measurements/(?P<pk>\d+)/runs/(?P<run>\d+)/{CHART}", analysis.run_chart, name="run-chart"),
    re_path(
        r"^measurements/(?P<pk>\d+)/picture/(?P<name>thumbnail|shown)\.jpg$",
        pictures.preview,
        name="measurement-picture",
    ),
    path("measurements/<int:pk>/series.json", charts.series, name="measurement-series"),
    re_path(
        r"^measurements/(?P<pk>\d+)/table\.(?P<form>csv|parquet)$",
        measurements.table,
        name="measurement-table",
    ),
    re_path(rf"^measurements/(?P<pk>\d+)/{CHART}", charts.measurement_chart, name="measurement-chart"),
    path("overlay/", overlay.overlay_page, name="overlay"),
    re_path(rf"^overlay/{CHART}", overlay.overlay_chart, name="overlay-chart"),
    path("findings/", overlay.findings_page, name="findings"),
    path("samples/<str:code>/dashboards/", samples.sample_dashboards, name="sample-dashboards"),
    path("samples/<str:code>/measurements/", samples.sample_measurements, name="sample-measurements"),
    path("samples/<str:code>/files/", samples.sample_files, name="sample-files"),
    path("furnace-runs/<str:code>/log/", runs.run_log, name="run-log"),
    path("furnace-runs/<str:code>/reached/", runs.take_reached, name="run-reached"),
    path("documents/<int:pk>/", documents.document, name="document"),
    path("materials/<int:pk>/documents/", documents.of_material, name="material-documents"),
    path("equipment/<int:pk>/documents/", documents.of_equipment, name="equipment-documents"),
    path("samples/<str:code>/documents/", documents.of_sample, name="sample-documents"),
    path("furnace-runs/<str:code>/documents/", documents.of_run, name="run-documents"),
    path("home/cells/", home.home_cells, name="home-cells"),
    path("home/files/", home.home_files, name="home-files"),
    path("home/needs/", home.home_needs, name="home-needs"),
    path("home/counts/", home.counts, name="nav-counts"),
    path("channels/standing/", board.standing, name="channel-standing"),
    path("alarms/<str:key>/acknowledge/", board.acknowledge, name="alarm"),
    path("library/", library.library_list, name="library"),
    path("library/new/", library.new_entry, name="library-new"),
    path("library/shipped/", library.shipped_page, name="library-shipped"),
    re_path(rf"^library/shipped/{CHART}", library.shipped_chart, name="library-shipped-chart"),
    path("library/<int:pk>/", library.entry_page, name="library-entry"),
    path("library/<int:pk>/retire/", library.retire_entry, name="library-retire"),
    re_path(rf"^library/(?P<pk>\d+)/{CHART}", library.entry_chart, name="library-chart"),
    path("studies/", studies.studies, name="studies"),
    path("studies/new/", studies.new, name="study-new"),
    path("studies/<int:pk>/", studies.study_page, name="study"),
    path("studies/<int:pk>/change/", studies.change, name="study-change"),
    re_path(rf"^studies/(?P<pk>\d+)/{CHART}", studies.study_chart, name="study-chart"),
    path("cells/compare/", studies.compare, name="cells-compare"),
    re_path(rf"^cells/compare/{CHART}", studies.compare_chart, name="cells-compare-chart"),
]
