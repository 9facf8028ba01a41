"""From an amount of a filing, or of earmarked money, to the entries it is the sum of."""

from __future__ import annotations

from uuid import UUID

from django.db.models import Q
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_GET

from liangtian_web.balance.models import Filing, Payment
from liangtian_web.balance.queries import filings_for
from liangtian_web.ledger.models import Entry
from liangtian_web.ledger.queries import entries_for
from liangtian_web.ledger.templatetags.book import entries_address
from liangtian_web.people.requests import Request


@require_GET
def booked(request: Request, uuid: UUID) -> HttpResponse:
    """The entries of a filing and of all that followed on it; `uuid`: of the filing, or of an entry that brought money."""
    filing = filings_for(request.user).filter(uuid=uuid).first()
    brought = None if filing else entries_for(request.user).filter(uuid=uuid).first()
    if filing is None and brought is None:
        raise Http404
    found = _following(Q(pk=filing.pk) if filing else Q(decision__entry=brought))
    own = found | ({brought.pk} if brought else set())
    paid = Payment.objects.filter(source__in=own, filing__decision__entry__isnull=False)
    own |= set(paid.values_list("filing__decision__entry", flat=True))
    entries = entries_for(request.user).filter(Q(pk__in=own) | Q(reverses__in=own))
    url = entries_address(entries.order_by("pk"), index=request.GET.get("index", ""))
    if not url:
        raise Http404
    return redirect(url)


def _following(first: Q) -> set[int]:
    """The entries of a filing, of those that go on with it and of those that go on with these."""
    numbers = set(Filing.objects.filter(first).values_list("pk", flat=True))
    chain = Filing.objects.filter(Q(pk__in=numbers) | Q(begun__in=numbers) | Q(begun__begun__in=numbers))
    entries = Entry.objects.filter(filed__filing__in=chain.values("pk"))
    return set(entries.values_list("pk", flat=True))
