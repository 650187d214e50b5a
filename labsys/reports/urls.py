"""The report's address beside the sample's page."""

from django.urls import path

from labsys.reports import views

urlpatterns = [path("samples/<str:code>/report.pdf", views.sample_report_page, name="sample-report")]
