"""The front page and the way in."""

from django.urls import path

from liangtian_web.home import views

app_name = "home"
urlpatterns = [
    path("", views.index, name="index"),
    path("search/", views.search, name="search"),
    path("land/", views.land_of, name="land"),
    path("land/export/", views.land_export, name="land_export"),
    path("login/", views.Login.as_view(), name="login"),
    path("password/", views.PasswordChange.as_view(), name="password"),
]
