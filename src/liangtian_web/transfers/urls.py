"""Addresses of the transfer platform."""

from django.urls import path

from liangtian_web.transfers import earmarked_views, many_views, match_views, views

app_name = "transfers"
urlpatterns = [
    path("", views.index, name="index"),
    path("export/", views.download, name="export"),
    path("listings/new/", views.offer, name="offer"),
    path("listings/new/workbook/", views.offer_workbook, name="offer_workbook"),
    path("listings/new/template/", views.offer_template, name="offer_template"),
    path("listings/<uuid:uuid>/", views.listing, name="listing"),
    path("listings/<uuid:uuid>/supply/", views.supply, name="supply"),
    path("listings/<uuid:uuid>/withdraw/", views.withdraw_listing, name="withdraw_listing"),
    path("listings/<uuid:uuid>/match/<uuid:other>/", match_views.propose, name="propose"),
    path("requests/new/", views.ask, name="ask"),
    path("requests/new/workbook/", views.ask_workbook, name="ask_workbook"),
    path("requests/new/template/", views.ask_template, name="ask_template"),
    path("requests/<uuid:uuid>/", views.demand, name="demand"),
    path("requests/<uuid:uuid>/withdraw/", views.withdraw_demand, name="withdraw_demand"),
    path("matches/<uuid:uuid>/", match_views.match, name="match"),
    path("matches/<uuid:uuid>/answer/", match_views.answer, name="answer"),
    path("matches/<uuid:uuid>/approve/", match_views.approve, name="approve"),
    path("earmarked/", earmarked_views.earmarked, name="earmarked"),
    path("earmarked/export/", earmarked_views.download, name="earmarked_export"),
    path("listings/supply/many/", many_views.supplies, name="many_supplies"),
    path("earmarked/many/", many_views.payments, name="many_payments"),
    path("earmarked/<uuid:uuid>/", earmarked_views.spend, name="spend"),
]
