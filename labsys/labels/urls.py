"""Addresses of the labels."""

from django.urls import path

from labsys.labels import views

urlpatterns = [
    path("labels/", views.labels_page, name="labels"),
    path("labels/sheet.pdf", views.sheet, name="label-sheet"),
    path("labels/sheet.svg", views.picture, name="label-picture"),
    path("samples/<str:code>/labels/", views.sample_labels, name="sample-labels"),
]
