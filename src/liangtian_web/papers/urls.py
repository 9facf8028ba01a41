"""Addresses of the papers that go to file."""

from django.urls import path

from liangtian_web.papers import pool_views, views

app_name = "papers"
urlpatterns = [
    path("filings/export/", views.filings_export, name="filings"),
    path("pools/<int:number>/", pool_views.pool, name="pool"),
    path("pools/<int:number>/export/", pool_views.export_pool, name="export_pool"),
    path("<slug:kind>/<path:ref>.<slug:form>", views.paper, name="paper"),
]
