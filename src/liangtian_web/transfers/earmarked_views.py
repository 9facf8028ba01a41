"""专款: what came to my places for a purpose, source by source, what it was paid for, and a new payment."""

from __future__ import annotations

from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from liangtian_web.balance.answers import handed_in
from liangtian_web.balance.earmarked import source_for, sources_for
from liangtian_web.balance.queries import filing_places
from liangtian_web.people.requests import Request
from liangtian_web.trail.export import export
from liangtian_web.transfers import presentation
from liangtian_web.transfers.forms import PaymentForm
from liangtian_web.transfers.queries import offer_behind


@require_GET
def earmarked(request: Request) -> HttpResponse:
    """What each source brought my places, what was paid out of it, what is left."""
    shown = [(each, presentation.payer_word(each)) for each in sources_for(request.user)]
    pays = filing_places(request.user).exists()
    return render(request, "transfers/earmarked.html", {"sources": shown, "pays": pays})


@require_POST
def download(request: Request) -> HttpResponse:
    """The same as a table; that it was taken is noted."""
    return export(request, "transfers.export", "earmarked", presentation.earmarked_table(sources_for(request.user)))


@require_http_methods(["GET", "POST"])
def spend(request: Request, uuid: UUID) -> HttpResponse:
    """The account of use of one source, and a new payment; `uuid`: of its entry, or of the filing that brought it."""
    source = source_for(request.user, uuid)
    if source is None:
        raise Http404
    pays = source.stands and filing_places(request.user).filter(pk=source.place.pk).exists()
    if request.method == "POST" and not pays:
        raise PermissionDenied
    form = PaymentForm(source, request.POST or None) if pays else None
    if form and (made := handed_in(request, form)):
        return redirect("balance:filing", made.uuid)
    context = {
        "source": source, "payer": presentation.payer_word(source), "offer": offer_behind(source), "form": form,
        "payments": presentation.payments_shown(source),
    }  # fmt: skip
    return render(request, "transfers/spend.html", context, status=400 if form and form.errors else 200)
