"""The front page."""

from django.urls import path

from liangtian_web.home import views

app_name = "home"
urlpatterns = [path("", views.index, name="index")]
