"""Addresses of how the book stands, under those of the book."""

from django.urls import path

from liangtian_web.standing import many_views, views

app_name = "standing"
urlpatterns = [
    path("flow/", views.flow, name="flow"),
    path("flow/export/", views.export_flow, name="export_flow"),
    path("flow/headroom/export/", views.export_headroom, name="export_headroom"),
    path("holds/", views.holds, name="holds"),
    path("holds/export/", views.export_holds, name="export_holds"),
    path("map/", views.lots_map, name="lots_map"),
    path("map/shapes.json", views.lots_shapes, name="lots_shapes"),
    path("map/ground/", views.ground, name="ground"),
    path("periods/", views.periods, name="periods"),
    path("periods/many/", many_views.closings, name="many_closings"),
    path("boundaries/many/", many_views.boundaries, name="many_boundaries"),
    path("periods/export/", views.export_periods, name="export_periods"),
    path("accounts/<int:number>/lots/<path:serial>/", views.origin, name="origin"),
    path("lots/<path:serial>/boundary/", views.attach, name="attach"),
    path("balances/export/", views.export_balances, name="export_balances"),
    path("entries/export/", views.export_entries, name="export_entries"),
    path("proposals/export/", views.export_proposals, name="export_proposals"),
    path("lots/export/", views.export_lots, name="export_lots"),
]
