"""Rows of the book as the kernel's records, and the names both know places by."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from django.db.models import Min

from liangtian.ledger import entry as kernel
from liangtian.ledger import lots as kernel_lots
from liangtian.ledger.records import Attachment, Closing, moment_text, written
from liangtian_web.ledger.models import Account, Entry, Ground, Leg, Lot, Period
from liangtian_web.people.models import Place

OUTSIDE = "outside"  # the place of what no place of ours keeps


def place_key(place: Place | None) -> str:
    """How records name a place, whatever becomes of its name and code. Read lists with `select_related("book_key")`."""
    return OUTSIDE if place is None else str(place.book_key.key)


def places_by_key(keys: Iterable[str]) -> dict[str, Place | None]:
    """The places that records name."""
    found = Place.objects.filter(book_key__key__in=set(keys)).select_related("book_key")
    return {OUTSIDE: None} | {place_key(place): place for place in found}


def as_ground(row: Ground) -> kernel_lots.Ground:
    """The boundary of a lot."""
    return kernel_lots.Ground(bytes(row.wkb), row.crs)


def as_lot(row: Lot, *, opening: bool = False) -> kernel_lots.Lot:
    """A lot; as it was `opening`, without a boundary attached since."""
    ground = getattr(row, "ground", None)
    given = ground is not None and not (opening and ground.key is not None)
    return kernel_lots.Lot(
        serial=row.serial,
        place=place_key(row.place),
        project=row.project,
        on=row.on,
        credit=row.credit,
        ground=as_ground(row.ground) if given else None,
        document=row.document,
    )


def as_entry(row: Entry, legs: Sequence[Leg], lots: Iterable[Lot] = ()) -> kernel.Entry:
    """An entry with the lots it opened; its row is read with reverses and settles."""
    return kernel.Entry(
        key=row.key,
        on=row.on,
        recorded_at=row.recorded_at,
        kind=row.kind,
        legs=tuple(kernel.Leg(as_account(leg), leg.amount) for leg in legs if not leg.implied),
        actor=row.actor_name,
        approver=row.approver_name,
        evidence=tuple(row.evidence),
        rules=tuple(row.rules),
        reverses=row.reverses.key if row.reverses else None,
        settles=row.settles.key if row.settles else None,
        linked=tuple(row.linked),
        expires=row.expires,
        lots=tuple(as_lot(lot, opening=True) for lot in lots),
    )


def as_account(leg: Leg) -> kernel.Account:
    """The account of a leg, lot included."""
    account = leg.account
    return kernel.Account(place_key(account.place), account.pool, account.index, leg.lot.serial if leg.lot else None)


def as_attachment(row: Ground) -> Attachment:
    """A boundary attached later."""
    return Attachment(
        key=row.key or "",
        lot=row.lot.serial,
        ground=as_ground(row),
        recorded_at=row.recorded_at,
        actor=row.actor_name,
        approver=row.approver_name,
        evidence=tuple(row.evidence),
    )


def as_closing(row: Period) -> Closing:
    """A closed period."""
    return Closing(
        key=row.key,
        place=place_key(row.place),
        through=row.through,
        recorded_at=row.recorded_at,
        actor=row.actor_name,
        approver=row.approver_name,
        evidence=tuple(row.evidence),
    )


def entries_by_id(ids: Sequence[int]) -> dict[int, kernel.Entry]:
    """Entries with their legs and the lots they opened, in four queries whatever their number."""
    return {row.pk: as_entry(row, legs, lots) for row, legs, lots in _entries(ids)}


def entry_lines(ids: Sequence[int]) -> dict[int, bytes]:
    """The bytes of entries as they are sealed: what the rows say, whether or not it passes for an entry.

    No rule is asked here, so nothing that ever came into the tables keeps the others from being sealed. Whether it is right
    is for the verification to say.
    """
    rows = Entry.objects.filter(pk__in=ids).select_related("reverses", "settles")
    moved, lots = _moved(ids)
    opened = lots_opened_by(ids, lots)
    return {row.pk: written(_plain_entry(row, moved.get(row.pk, []), opened.get(row.pk, ()))) for row in rows}


def _moved(ids: Sequence[int]) -> tuple[dict[int, list[list[Any]]], set[int]]:
    """Entry → what its legs moved, as records tell it, and the lots they name.

    Read as plain numbers: the sealer follows whoever books, and objects for leg, account, place and lot cost it four
    times as much.
    """
    legs = list(
        Leg.objects.filter(entry__in=ids)
        .order_by("entry", "n")
        .values_list("entry", "account", "lot", "amount", "implied")
    )
    accounts = Account.objects.select_related("place__book_key").in_bulk({account for _, account, *_ in legs})
    said = {pk: (place_key(each.place), each.pool, each.index) for pk, each in accounts.items()}
    lots = {lot for *_, lot, _, _ in legs if lot is not None}
    serials = dict(Lot.objects.filter(pk__in=lots).values_list("pk", "serial"))
    moved: dict[int, list[list[Any]]] = {}
    for entry, account, lot, amount, implied in legs:
        if not implied:
            moved.setdefault(entry, []).append([*said[account], serials.get(lot), amount])
    return moved, lots


def attachment_line(row: Ground) -> bytes:
    """The same of a boundary attached later; its row is read with its lot."""
    said = {"record": "attachment", **_head(row), "lot": row.lot.serial, "ground": _plain_ground(row)}
    return written(said)


def closing_line(row: Period) -> bytes:
    """The same of a closed period; its row is read with the key of its place."""
    said = {"record": "closing", **_head(row), "place": place_key(row.place), "through": row.through.isoformat()}
    return written(said)


def _head(row: Entry | Ground | Period) -> dict[str, Any]:
    return {
        "key": row.key or "",
        "recorded_at": moment_text(row.recorded_at),
        "actor": row.actor_name,
        "approver": row.approver_name,
        "evidence": list(row.evidence),
    }


def _plain_entry(row: Entry, moved: list[list[Any]], lots: Iterable[Lot]) -> dict[str, Any]:
    return {
        "record": "entry",
        **_head(row),
        "on": row.on.isoformat(),
        "kind": row.kind,
        "legs": sorted(moved, key=lambda leg: [part or "" for part in leg[:4]]),
        "rules": list(row.rules),
        "reverses": row.reverses.key if row.reverses else None,
        "settles": row.settles.key if row.settles else None,
        "linked": sorted(row.linked),
        "expires": row.expires.isoformat() if row.expires else None,
        "lots": [_plain_lot(lot) for lot in sorted(lots, key=lambda lot: lot.serial)],
    }


def _plain_lot(row: Lot) -> dict[str, Any]:
    ground = getattr(row, "ground", None)
    return {
        "serial": row.serial,
        "place": place_key(row.place),
        "project": row.project,
        "on": row.on.isoformat(),
        "credit": row.credit,
        "ground": _plain_ground(ground) if ground is not None and ground.key is None else None,
        "document": row.document,
    }


def _plain_ground(row: Ground) -> dict[str, str]:
    return {"wkb": bytes(row.wkb).hex(), "crs": row.crs}


def _entries(ids: Sequence[int]) -> Iterator[tuple[Entry, list[Leg], Sequence[Lot]]]:
    rows = Entry.objects.filter(pk__in=ids).select_related("reverses", "settles")
    legs: dict[int, list[Leg]] = {}
    read = Leg.objects.filter(entry__in=ids).select_related("account__place__book_key", "lot")
    for leg in read.order_by("entry", "n"):
        legs.setdefault(leg.entry_id, []).append(leg)
    opened = lots_opened_by(ids, {leg.lot_id for each in legs.values() for leg in each if leg.lot_id})
    return ((row, legs.get(row.pk, []), opened.get(row.pk, ())) for row in rows)


def lots_opened_by(entries: Iterable[int], candidates: Iterable[int]) -> Mapping[int, list[Lot]]:
    """Entry → the lots it opened: those it was the first to name."""
    first = Leg.objects.filter(lot__in=set(candidates)).values("lot").annotate(first=Min("entry"))
    opener = {row["lot"]: row["first"] for row in first if row["first"] in set(entries)}
    found: dict[int, list[Lot]] = {}
    for lot in Lot.objects.filter(pk__in=opener).select_related("place__book_key", "ground"):
        found.setdefault(opener[lot.pk], []).append(lot)
    return found
