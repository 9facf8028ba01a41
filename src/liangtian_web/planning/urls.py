"""Addresses of planning."""

from django.urls import path

from liangtian_web.planning import design_views, views

app_name = "planning"
urlpatterns = [
    path("", views.index, name="index"),
    path("new/<str:kind>/", views.new, name="new"),
    path("<uuid:uuid>/", views.study, name="study"),
    path("<uuid:uuid>/again/", views.again, name="again"),
    path("<uuid:uuid>/shapes.json", views.shapes, name="shapes"),
    path("<uuid:uuid>/blocks/<int:number>/", views.block, name="block"),
    path("<uuid:uuid>/candidates/<int:number>/", views.candidate, name="candidate"),
    path("<uuid:uuid>/print/", views.print_view, name="print"),
    path("<uuid:uuid>/report/<str:form>/", views.report, name="report"),
    path("<uuid:uuid>/export/", views.export_rows, name="export"),
    path("<uuid:uuid>/layer/", views.layer, name="layer"),
    path("<uuid:uuid>/try/", design_views.attempt, name="try"),
    path("<uuid:uuid>/keep/", design_views.keep, name="keep"),
    path("plans/<uuid:uuid>/", design_views.plan, name="plan"),
    path("plans/<uuid:uuid>/print/", design_views.plan_print, name="plan_print"),
]
