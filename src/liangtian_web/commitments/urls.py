"""Addresses of the commitments."""

from django.urls import path

from liangtian_web.commitments import views

app_name = "commitments"
urlpatterns = [
    path("", views.index, name="index"),
    path("export/", views.export_list, name="export"),
    path("new/<str:kind>/", views.promise, name="new"),
    path("<uuid:uuid>/", views.page, name="page"),
    path("<uuid:uuid>/supply/", views.supply, name="supply"),
    path("<uuid:uuid>/default/", views.default, name="default"),
    path("<uuid:uuid>/step/", views.step, name="step"),
]
