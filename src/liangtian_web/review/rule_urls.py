"""Addresses that stand under the rulebook and read the checks."""

from django.urls import path

from liangtian_web.review import rule_views

app_name = "rules"
urlpatterns = [
    path("findings/<str:rule>/", rule_views.findings, name="findings"),
    path("documents/<str:name>/<str:number>/counts/", rule_views.counts, name="counts"),
    path("whatif/", rule_views.whatif, name="whatif"),
]
