"""Addresses of the papers that go to file."""

from django.urls import path

from liangtian_web.papers import views

app_name = "papers"
urlpatterns = [
    path("filings/export/", views.filings_export, name="filings"),
    path("<slug:kind>/<str:ref>.<slug:form>", views.paper, name="paper"),
]
