"""Where each app's pages begin."""

from importlib.util import find_spec

from django.contrib import admin
from django.urls import include, path

from liangtian_web.home.views import admin_login

urlpatterns = [
    path("", include("liangtian_web.home.urls")),
    path("people/", include("liangtian_web.people.urls")),
    path("trail/", include("liangtian_web.trail.urls")),
    path("jobs/", include("liangtian_web.jobs.urls")),
    path("admin/login/", admin_login),
    path("admin/", admin.site.urls),
    *(path(f"{name}/", include(f"liangtian_web.{name}.urls")) for name in ("onemap", "review")
      if find_spec(f"liangtian_web.{name}")),
]  # fmt: skip
