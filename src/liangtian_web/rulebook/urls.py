"""Addresses of the rulebook."""

from django.urls import path

from liangtian_web.rulebook import views

app_name = "rulebook"
urlpatterns = [
    path("", views.index, name="index"),
    path("coverage/", views.coverage, name="coverage"),
    path("values.toml", views.export, name="export"),
    path("values/<str:name>/", views.value, name="value"),
    path("adoptions/", views.adoptions, name="adoptions"),
    path("proposals/", views.proposals, name="proposals"),
    path("proposals/<uuid:uuid>/", views.proposal, name="proposal"),
    path("documents/<str:name>/", views.document, name="document"),
    path("documents/<str:name>/<str:number>/", views.clause, name="clause"),
    path("documents/<str:name>/<str:number>/cases/", views.cases, name="cases"),
]
