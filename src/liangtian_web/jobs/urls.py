"""Addresses of jobs."""

from django.urls import path

from liangtian_web.jobs import views

app_name = "jobs"
urlpatterns = [
    path("", views.index, name="index"),
    path("<int:pk>/", views.progress, name="progress"),
    path("<int:pk>/cancel/", views.cancel, name="cancel"),
    path("<int:pk>/read/", views.mark_read, name="read"),
]
