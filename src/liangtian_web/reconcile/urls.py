"""Addresses of reconciliation."""

from django.urls import path

from liangtian_web.reconcile import views

app_name = "reconcile"
urlpatterns = [
    path("", views.index, name="index"),
    path("export/", views.take_away, name="export"),
    path("new/", views.new, name="new"),
    path("<uuid:uuid>/", views.statement, name="statement"),
    path("<uuid:uuid>/keep/", views.keep, name="keep"),
    path("<uuid:uuid>/report.xlsx", views.report, name="report"),
    path("<uuid:uuid>/original/", views.original, name="original"),
    path("<uuid:uuid>/<int:n>/", views.difference, name="difference"),
]
