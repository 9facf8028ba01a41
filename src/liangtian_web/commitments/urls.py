"""Addresses of the commitments."""

from django.urls import path

from liangtian_web.commitments import many_views, views

app_name = "commitments"
urlpatterns = [
    path("", views.index, name="index"),
    path("ahead/", views.due_ahead, name="ahead"),
    path("ahead/export/", views.export_ahead, name="export_ahead"),
    path("export/", views.export_list, name="export"),
    path("new/<str:kind>/", views.promise, name="new"),
    path("new/<str:kind>/workbook/", views.workbook, name="workbook"),
    path("new/<str:kind>/template/", views.template, name="template"),
    path("many/<str:kind>/", many_views.page, name="many"),
    path("<uuid:uuid>/", views.page, name="page"),
    path("<uuid:uuid>/supply/", views.supply, name="supply"),
    path("<uuid:uuid>/default/", views.default, name="default"),
    path("<uuid:uuid>/step/", views.step, name="step"),
]
