"""What a document of the province or the nation grants separate sites, counted over all that draw on it.

Who issued a document stands in its number (机关代字), so one number is one document, whichever place names it. All that name it state the
same amounts granted, and together they take no more.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from datetime import date

from django.db import connection
from django.db.models import Q

from liangtian.ledger.indices import index_words
from liangtian.policy.amounts import BALANCE, amounts
from liangtian_web.balance.ground import taking_ground
from liangtian_web.balance.models import Filing
from liangtian_web.balance.queries import HOLD, held_by
from liangtian_web.errors import StageRefused

BRACKETS = str.maketrans("〔【《(〕】》)", "[[[[]]]]")

Use = tuple[Filing, Mapping[str, int]]


def number_of(document: str) -> str:
    """A document number as it is compared: however its brackets, letters and spaces are typed.

    Examples
    --------
    >>> number_of("浙自然资函〔2024〕 55 号") == number_of("浙自然资函[2024]55号")
    True
    """
    return "".join(unicodedata.normalize("NFKC", document).translate(BRACKETS).upper().split())


def sharing(filing: Filing, today: date) -> list[Filing]:
    """Other applications that draw on the document of a filing: those that wait, and those that stand and were not released."""
    rows = Filing.objects.filter(Q(decision=None) | Q(pk__in=taking_ground(today)), event=HOLD)
    rows = rows.filter(facts__balance_path="pooling").exclude(uuid=filing.uuid)
    number = number_of(filing.facts["pooling_document"])
    found = rows.select_related("place", "run", "decision__entry").order_by("pk")
    return [each for each in found if number_of(each.facts["pooling_document"]) == number]


def check_granted_once(filing: Filing, asked: Mapping[str, int], uses: Sequence[Use]) -> None:
    """See that a document still grants what is asked, nobody else drawing on it until the transaction ends.

    Raises
    ------
    StageRefused : others state other amounts granted, or use too much of them; the message names them
    """
    granted = _granted(filing)
    for other, _taken in uses:
        if _granted(other) != granted:
            raise StageRefused("granted-differs", **_words(filing), **_use(other))
    for index in BALANCE:
        left = granted[index] - sum(taken.get(index, 0) for _other, taken in uses)
        users = [other for other, taken in uses if taken.get(index)]
        if users and asked.get(index, 0) > left:
            figures = {"granted": f"{granted[index]:,}", "left": f"{max(0, left):,}", "amount": f"{asked[index]:,}"}
            raise StageRefused("granted-used", **_words(filing), **index_words(index), **figures, **_uses(users))


def check_granted_now(filing: Filing, asked: Mapping[str, int], today: date) -> None:
    """The same by what stands in the book on the day of the decision.

    Raises
    ------
    StageRefused
    """
    lock_document(filing)
    booked = [each for each in sharing(filing, today) if hasattr(each, "decision")]
    check_granted_once(filing, asked, [(each, held_by(each)) for each in booked])


def lock_document(filing: Filing) -> None:
    """One act at a time on what a document grants, until the transaction ends."""
    name = f"balance.granted {number_of(filing.facts['pooling_document'])}"
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [name])


def _granted(filing: Filing) -> dict[str, int]:
    return amounts(filing.facts.get("supply_agreed_amounts") or (), BALANCE)


def _words(filing: Filing) -> dict[str, str]:
    return {"document": filing.facts["pooling_document"]}


def _use(filing: Filing) -> dict[str, str]:
    return {"place": filing.place.name, "project": filing.project, "on": filing.on.isoformat()}


def _uses(users: Sequence[Filing]) -> dict[str, str]:
    said = [f"{each.place.name} {each.project} ({each.on:%Y-%m-%d})" for each in users]
    return {"uses": "、".join(said), "uses_en": "; ".join(said)}
