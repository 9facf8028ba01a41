"""Addresses of the map, its tiles and the layers."""

from django.urls import path

from liangtian_web.onemap import catalogue_views, map_views, views

app_name = "onemap"
urlpatterns = [
    path("map/", map_views.page, name="map"),
    path("map/print/", map_views.print_view, name="print"),
    path("tiles/<str:layer>/<int:z>/<int:x>/<int:y>", map_views.tile, name="tile"),
    path("parcel/<int:version>/<path:parcel>/reveal/", map_views.reveal, name="reveal"),
    path("parcel/<int:version>/<path:parcel>/", map_views.parcel, name="parcel"),
    path("search/", map_views.search, name="search"),
    path("measure/", map_views.measure, name="measure"),
    path("layers/", catalogue_views.layers, name="layers"),
    path("layers/export/", catalogue_views.layers_export, name="layers_export"),
    path("layers/verify/", views.verify, name="verify"),
    path("uploads/new/", views.upload_new, name="upload_new"),
    path("uploads/<int:pk>/", views.upload, name="upload"),
    path("uploads/<int:pk>/publish/", views.upload_publish, name="upload_publish"),
]
