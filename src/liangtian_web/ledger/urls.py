"""Addresses of the book."""

from django.urls import path

from liangtian_web.ledger import views

app_name = "ledger"
# Serials of lots are those of the documents that brought them, which may have a stroke in them.
urlpatterns = [
    path("", views.index, name="index"),
    path("accounts/<int:number>/", views.account, name="account"),
    path("accounts/<int:number>/statement.xlsx", views.account_workbook, name="account_workbook"),
    path("accounts/<int:number>/compare/", views.compare, name="compare"),
    path("entries/", views.entries, name="entries"),
    path("entries/<uuid:uuid>/", views.entry, name="entry"),
    path("entries/<uuid:uuid>/shapes.json", views.entry_shapes, name="entry_shapes"),
    path("entries/<uuid:uuid>/reverse/", views.reverse_entry, name="reverse"),
    path("lots/", views.lots, name="lots"),
    path("lots/<path:serial>/", views.lot, name="lot"),
    path("lots/<path:serial>/shapes.json", views.lot_shapes, name="lot_shapes"),
    path("proposals/", views.proposals, name="proposals"),
    path("proposals/new/", views.propose, name="propose"),
    path("proposals/template.xlsx", views.template, name="template"),
    path("proposals/<uuid:uuid>/", views.proposal, name="proposal"),
    path("proposals/<uuid:uuid>/rows.xlsx", views.proposal_rows, name="proposal_rows"),
    path("proposals/<uuid:uuid>/shapes.json", views.proposal_shapes, name="proposal_shapes"),
    path("proposals/<uuid:uuid>/decide/", views.decide, name="decide"),
]
