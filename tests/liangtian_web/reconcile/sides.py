"""Book and project held together over every pool of every place, without a statement."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta

from django.utils import timezone

from liangtian.ledger.indices import indices
from liangtian.ledger.kinds import pools
from liangtian_web.people.models import Place
from liangtian_web.reconcile.projects import Scope, on_file
from liangtian_web.reconcile.queries import accounts_of, own_lines
from liangtian_web.reconcile.threeway import Row, hold_together

DAYS = (date(2023, 1, 1), timezone.localdate() + timedelta(days=400))


def rows(place: Place, pool: str, days: tuple[date, date] = DAYS) -> list[Row]:
    """Book and project of a pool, without a statement."""
    known = timezone.now()
    ours = own_lines(accounts_of(place, pool), days, known)
    asked = Scope(place, pool, tuple(indices()), days, known)
    found = on_file(asked, {(each.index, each.key) for each in ours if each.key})
    assert found.said == []
    return hold_together([], ours, found.records, window=30)


def everywhere() -> dict[str, int]:
    """Verdict → groups, over all pools of all places."""
    found = Counter[str]()
    for place in Place.objects.filter(kind__in=("city", "county", "zone")):
        for pool in pools():
            if pool != "outside":
                found.update({each.group: each.verdict for each in rows(place, pool)}.values())
    return dict(found)


def verdicts(place: Place, pool: str) -> dict[str, list[str]]:
    """Index → the verdicts of its groups that are about filings."""
    found: dict[str, list[str]] = {}
    for each in rows(place, pool):
        if each.record:
            found.setdefault(each.record.index, []).append(each.verdict)
    return found


def differing(found: dict[str, int]) -> dict[str, int]:
    """What is neither the same in both nor booked without a filing."""
    return {name: n for name, n in found.items() if name not in ("agree", "not-stated", "book-only")}
