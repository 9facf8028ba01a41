"""Addresses of the rulebook."""

from django.urls import path

from liangtian_web.rulebook import proposal_views, views

app_name = "rulebook"
urlpatterns = [
    path("", views.index, name="index"),
    path("coverage/", views.coverage, name="coverage"),
    path("values.toml", views.export, name="export"),
    path("values/", views.value_list, name="values"),
    path("values/<str:name>/", proposal_views.value, name="value"),
    path("adoptions/", proposal_views.adoptions, name="adoptions"),
    path("proposals/", proposal_views.proposals, name="proposals"),
    path("proposals/<uuid:uuid>/", proposal_views.proposal, name="proposal"),
    path("documents/<str:name>/", views.document, name="document"),
    path("documents/<str:name>/<str:number>/", views.clause, name="clause"),
    path("documents/<str:name>/<str:number>/cases/", views.cases, name="cases"),
]
