"""Addresses of people."""

from django.contrib.auth.views import LogoutView
from django.urls import path

from liangtian_web.people import views

app_name = "people"
urlpatterns = [
    path("logout/", LogoutView.as_view(), name="logout"),
    path("me/", views.profile, name="profile"),
    path("preferences/", views.preferences, name="preferences"),
    path("columns/", views.columns, name="columns"),
]
