"""Taking back what a procedure booked: by who may decide it, and not under what went on with it. Asked by the book (`BOOK_REVERSALS`)."""

from __future__ import annotations

from uuid import UUID

from liangtian_web.balance.earmarked import paid_out_of
from liangtian_web.balance.models import Filing
from liangtian_web.balance.procedure import later
from liangtian_web.balance.queries import keeps_all, lock_what_follows
from liangtian_web.errors import StageRefused
from liangtian_web.people.models import User


def check(user: User, key: str) -> None:
    """See that a user may take back the entry of a key, and that nothing it led to stands on it.

    What two places agreed on is taken back by a keeper of both: neither revokes it alone.

    Raises
    ------
    StageRefused : it is judged above, or is another place's too; a later filing that is booked went on with it; or
        earmarked money that it brought was paid out
    """
    filing = _filing_of(key)
    if filing is not None:
        _check_unfollowed(user, filing)
    _check_unpaid(key, filing)


def _check_unfollowed(user: User, filing: Filing) -> None:
    if not keeps_all(user, filing):
        raise StageRefused("balance-reversal-above", place=filing.place.name)

    lock_what_follows(filing)
    follows = next((each for each in later(filing) if each.decision.entry_id is not None), None)
    if follows is not None:
        raise StageRefused("balance-reversal-followed", on=follows.on.isoformat(), document=follows.document)


def _check_unpaid(key: str, filing: Filing | None) -> None:
    """What an entry brought as earmarked money was not paid out, or its payments were reversed first."""
    paid = paid_out_of(key, filing)
    if paid is not None:
        raise StageRefused("balance-reversal-paid", on=paid.on.isoformat(), document=paid.document)


def _filing_of(key: str) -> Filing | None:
    """The filing behind an entry; an entry that no procedure booked has none."""
    kind, _colon, rest = key.partition(":")
    try:
        number = UUID(rest.partition(":")[0])
    except ValueError:
        return None
    return Filing.objects.select_related("place", "begun").filter(uuid=number).first() if kind == "filing" else None
