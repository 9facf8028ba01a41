"""Addresses of checks."""

from django.urls import path, re_path

from liangtian_web.review import views

app_name = "review"
urlpatterns = [
    path("", views.runs, name="runs"),
    path("export/", views.runs_export, name="runs_export"),
    path("new/", views.new, name="new"),
    path("compare/", views.compare, name="compare"),
    path("<uuid:uuid>/", views.run, name="run"),
    path("<uuid:uuid>/print/", views.print_view, name="print"),
    path("<uuid:uuid>/shapes.json", views.shapes, name="shapes"),
    path("<uuid:uuid>/download/<str:form>/", views.download, name="download"),
    re_path(r"^(?P<uuid>[0-9a-f-]{36})/(?P<how>recheck|remeasure)/$", views.again, name="again"),
]
