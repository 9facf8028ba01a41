"""Addresses of the registers."""

from django.urls import path

from liangtian_web.registers import views

app_name = "registers"
urlpatterns = [
    path("", views.index, name="index"),
    path("suspension/", views.suspensions, name="suspensions"),
    path("suspension/export/", views.export_suspensions, name="export_suspensions"),
    path("suspension/<int:number>/", views.suspension, name="suspension"),
    path("rows/<uuid:uuid>/", views.row, name="row"),
    path("<slug:register>/", views.register, name="register"),
    path("<slug:register>/new/", views.new, name="new"),
    path("<slug:register>/nil/", views.report_nil, name="nil"),
    path("<slug:register>/workbook/", views.workbook, name="workbook"),
    path("<slug:register>/template/", views.template, name="template"),
    path("<slug:register>/export/", views.take_away, name="export"),
    path("<slug:register>/measured/export/", views.export_measured, name="export_measured"),
    path("<slug:register>/measure/<int:number>/", views.measure, name="measure"),
    path("<slug:register>/decide/", views.decide, name="decide"),
]
