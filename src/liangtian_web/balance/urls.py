"""Addresses of the balance procedures."""

from django.urls import path, re_path

from liangtian_web.balance import entry_views, many_views, step_views, views

app_name = "balance"
urlpatterns = [
    path("", views.index, name="index"),
    path("whatif/", views.whatif, name="whatif"),
    path("acceptance/new/", views.accept, name="accept"),
    path("occupation/new/", views.occupy, name="occupy"),
    path("loans/", step_views.loans, name="loans"),
    path("loans/export/", step_views.export_loans, name="export_loans"),
    path("new/<slug:event>/", step_views.begin, name="begin"),
    path("new/<slug:event>/workbook/", step_views.workbook, name="workbook"),
    path("new/<slug:event>/template/", step_views.template, name="template"),
    path("many/<slug:event>/", many_views.page, name="many"),
    path("<uuid:uuid>/next/<slug:event>/", step_views.after, name="next"),
    path("<uuid:uuid>/", views.filing, name="filing"),
    path("<uuid:uuid>/shapes.json", views.shapes, name="shapes"),
    path("<uuid:uuid>/entries/", entry_views.booked, name="booked"),
    path("<uuid:uuid>/decide/", views.decide, name="decide"),
    re_path(r"^(?P<uuid>[0-9a-f-]{36})/(?P<event>approval|release)/$", views.end, name="end"),
]
