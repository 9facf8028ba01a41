"""The page of the account of use of the city's pool, and taking it away."""

from __future__ import annotations

from itertools import groupby
from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET, require_POST

from liangtian_web.ledger.forms import AsOfForm, StatementForm
from liangtian_web.ledger.queries import unsealed_for
from liangtian_web.papers import pooled
from liangtian_web.papers.pool import document, kind, use_table
from liangtian_web.papers.pooled import MONEY, POOLED, Line, Use
from liangtian_web.people.requests import Request
from liangtian_web.trail.export import export


def _asked(request: Request, number: int, said: Any) -> Use:
    city = get_object_or_404(pooled.cities_for(request.user), pk=number)
    since, until = StatementForm(said).days()
    return pooled.use_of(city, since, until, AsOfForm(said).moment())


@require_GET
def pool(request: Request, number: int) -> HttpResponse:
    """What came into the pool and from whom, what it was used for and why, what was paid and received."""
    use = _asked(request, number, request.GET)
    words = pooled.sort_words()
    context = {
        "use": use,
        "form": StatementForm(request.GET),
        "indices": [each.index for each in use.sums],
        "heads": list(words.values()),
        "rows": [(each, [(sort, word, each.moved.get(sort, 0)) for sort, word in words.items()]) for each in use.sums],
        "tables": [(sort, word, _rows(use, sort)) for sort, word in words.items()],
        "money": MONEY,
        "balance": use.received - use.paid,
        "asked": {"since": f"{use.since}", "until": f"{use.until}", "known_on": request.GET.get("known_on", "")},
        "unsealed": unsealed_for(request.user),
    }
    return render(request, "papers/pool.html", context)


def _rows(use: Use, sort: str) -> list[dict[str, Any]]:
    """The lines of a sort; of what came, with the sum of each place after its lines."""
    if sort != POOLED:
        return [_row(use, line) for line in use.of(sort)]
    found: list[dict[str, Any]] = []
    for place, group in groupby(use.of(sort), key=lambda line: line.other):
        lines = list(group)
        found += [_row(use, line) for line in lines]
        cells = [(each.index, sum(line.amounts.get(each.index, 0) for line in lines)) for each in use.sums]
        found.append({"total": place or "—", "cells": cells, "fen": sum(line.shown_fen for line in lines)})
    return found


def _row(use: Use, line: Line) -> dict[str, Any]:
    cells = [(each.index, line.amounts.get(each.index)) for each in use.sums]
    return {"line": line, "cells": cells, "kind": kind(line), "document": document(line)}


@require_POST
def export_pool(request: Request, number: int) -> HttpResponse:
    """Every line with its entry; that it was taken is noted."""
    use = _asked(request, number, request.POST)
    return export(request, "ledger.export", f"ledger:pool {use.city.pk} {use.since} {use.until}", use_table(use))
