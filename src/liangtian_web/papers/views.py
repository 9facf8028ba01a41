"""A paper for the file, of a record of the user's places; that it was taken is noted."""

from __future__ import annotations

from datetime import date

from django.http import Http404, HttpResponse
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_GET, require_POST

from liangtian_web.balance.filters import FilingFilter
from liangtian_web.balance.queries import filings_for
from liangtian_web.ledger.forms import AsOfForm, StatementForm
from liangtian_web.onemap.map_views import day_of
from liangtian_web.papers.contents import PAPERS
from liangtian_web.papers.filings import filing_table
from liangtian_web.papers.form import RENDERERS, Asked, drawn
from liangtian_web.people.requests import Request, language_of
from liangtian_web.trail.actions import note
from liangtian_web.trail.export import export

FIRST, LAST = date(1990, 1, 1), date(2107, 12, 31)  # the package of a docx knows no later year


@require_GET
def paper(request: Request, kind: str, ref: str, form: str) -> HttpResponse:
    """The paper as docx or xlsx, or as a page that prints."""
    found = PAPERS.get(kind)
    day = day_of(request, keep=False)
    if found is None or form not in RENDERERS or not FIRST <= day <= LAST:
        raise Http404
    since = StatementForm(request.GET).days()[0] if "since" in request.GET else None
    record = found.find(request.user, ref, Asked(day, AsOfForm(request.GET).moment(), since))
    body = drawn(found, record, form, language_of(request))
    what, on, place = found.what(record), found.on(record), found.place(record)
    note(request, "papers.take", f"{what} {form}", on=on, place=place)
    answer = HttpResponse(body, content_type=RENDERERS[form][1])
    name = f"{found.title(record)}-{place}-{on:%Y%m%d}.{form}"
    answer.headers["Content-Disposition"] = content_disposition_header(True, name) or "attachment"
    return answer


@require_POST
def filings_export(request: Request) -> HttpResponse:
    """What is filed for the balance, narrowed as the list was, with the paper each goes to file by; taking it is noted."""
    form = FilingFilter(request.user, request.POST)
    rows = form.narrowed(filings_for(request.user)).prefetch_related("later__decision__entry__reversed_by")
    return export(request, "balance.export", "filings", filing_table(rows))
