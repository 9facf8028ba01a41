"""Where each app's pages begin."""

from django.conf import settings
from django.contrib import admin
from django.contrib.auth.decorators import login_not_required
from django.urls import include, path
from django.views.generic import RedirectView

from liangtian_web.balance.api import router as balance
from liangtian_web.commitments.api import router as commitments
from liangtian_web.home.views import admin_login
from liangtian_web.planning.api import router as planning
from liangtian_web.reconcile.api import router as reconciliation
from liangtian_web.registers.api import router as registers
from liangtian_web.review.api import api
from liangtian_web.standing.api import router as book
from liangtian_web.standing.year_api import router as year
from liangtian_web.transfers.api import router as transfers

api.add_router("/book", book)
api.add_router("/book", year)
api.add_router("/registers", registers)
api.add_router("/reconciliation", reconciliation)
api.add_router("/balance", balance)
api.add_router("/commitments", commitments)
api.add_router("/transfers", transfers)
api.add_router("/planning", planning)

handler500 = "liangtian_web.refusals.server_error"

urlpatterns = [
    path("", include("liangtian_web.home.urls")),
    path("people/", include("liangtian_web.people.urls")),
    path("trail/", include("liangtian_web.trail.urls")),
    path("jobs/", include("liangtian_web.jobs.urls")),
    path("favicon.ico", login_not_required(RedirectView.as_view(url=f"/{settings.STATIC_URL.strip('/')}/mark.svg"))),
    path("admin/login/", admin_login),
    path("admin/", admin.site.urls),
    path("api/", api.urls),
    path("ogc/", include("liangtian_web.onemap.ogc")),
    path("onemap/", include("liangtian_web.onemap.urls")),
    path("rulebook/", include("liangtian_web.rulebook.urls")),
    path("rulebook/", include("liangtian_web.review.rule_urls")),
    path("ledger/", include("liangtian_web.standing.urls")),
    path("ledger/reconciliation/", include("liangtian_web.reconcile.urls")),
    path("ledger/", include("liangtian_web.ledger.urls")),
    path("review/", include("liangtian_web.review.urls")),
    path("registers/", include("liangtian_web.registers.urls")),
    path("balance/", include("liangtian_web.balance.urls")),
    path("commitments/", include("liangtian_web.commitments.urls")),
    path("transfers/", include("liangtian_web.transfers.urls")),
    path("planning/", include("liangtian_web.planning.urls")),
    path("papers/", include("liangtian_web.papers.urls")),
]  # fmt: skip
