"""Addresses of the trail."""

from django.urls import path

from liangtian_web.trail import views

app_name = "trail"
urlpatterns = [path("", views.index, name="index"), path("export/", views.export, name="export")]
