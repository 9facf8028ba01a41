"""Addresses of people."""

from django.contrib.auth.views import LogoutView
from django.urls import path

from liangtian_web.people import views

app_name = "people"
urlpatterns = [
    path("login/", views.Login.as_view(), name="login"),
    path("logout/", LogoutView.as_view(), name="logout"),
    path("password/", views.PasswordChange.as_view(), name="password"),
    path("me/", views.profile, name="profile"),
    path("preferences/", views.preferences, name="preferences"),
]
