"""The front page and the way in."""

from django.urls import path

from liangtian_web.home import views

app_name = "home"
urlpatterns = [
    path("", views.index, name="index"),
    path("login/", views.Login.as_view(), name="login"),
    path("password/", views.PasswordChange.as_view(), name="password"),
]
