"""Numbers of what entries name: places, users and accounts, which are opened when they are first used."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.db import connection
from django.db.models import Q

from liangtian.errors import BookRefused
from liangtian.ledger import entry as kernel
from liangtian.ledger.indices import indices
from liangtian.ledger.kinds import pools
from liangtian_web.ledger.models import Account
from liangtian_web.ledger.records import place_key, places_by_key
from liangtian_web.people.models import Place, User


@dataclass(frozen=True, slots=True)
class Names:
    """Numbers of what entries name."""

    places: Mapping[str, Place | None]
    users: Mapping[str, int]
    accounts: Mapping[tuple[str, str, str], int]

    @classmethod
    def of(cls, entries: Sequence[kernel.Entry], named: Mapping[str, kernel.Entry]) -> Names:
        """Look them up; accounts never used before are opened. `named`: the entries that these go on with."""
        accounts = {leg.account for each in (*entries, *named.values()) for leg in each.legs}
        keys = {(account.place, account.pool, account.index) for account in accounts}
        places = places_by_key({place for place, _, _ in keys} | {lot.place for each in entries for lot in each.lots})
        users = users_by_name([name for each in entries for name in (each.actor, each.approver)])
        return cls(places, users, accounts_of(keys, places))


def users_by_name(names: Iterable[str]) -> dict[str, int]:
    """Users' names → their numbers.

    Raises
    ------
    BookRefused (book-actor-unknown)
    """
    wanted = {name for name in names if name}
    found = dict(User.objects.filter(username__in=wanted).values_list("username", "pk"))
    if missing := wanted - found.keys():
        raise BookRefused("book-actor-unknown", actor=sorted(missing)[0])
    return found


def accounts_of(
    keys: Iterable[tuple[str, str, str]], places: Mapping[str, Place | None]
) -> dict[tuple[str, str, str], int]:
    """Numbers of accounts by place, pool and index; those never used before are opened, in the order of places."""
    wanted = list(keys)
    known = known_accounts(wanted, places)

    def number(key: tuple[str, str, str]) -> int:
        place = places[key[0]]
        return place.pk if place else 0

    missing = sorted((key for key in wanted if key not in known), key=lambda key: (number(key), key))
    return known | {key: _open(places[key[0]], key[1], key[2]) for key in missing}


def known_accounts(
    wanted: Iterable[tuple[str, str, str]], places: Mapping[str, Place | None]
) -> dict[tuple[str, str, str], int]:
    """The accounts among them that were used before."""
    keys = set(wanted)
    if missing := sorted(place for place, _, _ in keys if place not in places):
        raise BookRefused("book-place-unknown", place=missing[0])
    kept = [place for place in places.values() if place is not None]
    rows = Account.objects.filter(Q(place__in=kept) | Q(place=None)).select_related("place__book_key")
    found = {(place_key(row.place), row.pool, row.index): row.pk for row in rows}
    return {key: found[key] for key in keys & found.keys()}


def _open(place: Place | None, pool: str, index: str) -> int:
    kind = pools()[pool]
    with_lots = indices()[index].lots and kind.lots
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT book_open_account(%s, %s, %s, %s, %s)",
            [place.pk if place else None, pool, index, kind.may_be_negative, with_lots],
        )
        row = cursor.fetchone()
    assert row is not None
    return int(row[0])
