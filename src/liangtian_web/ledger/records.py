"""Rows of the book as the kernel's records, and the names both know places by."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from django.db.models import Min

from liangtian.ledger import entry as kernel
from liangtian.ledger import lots as kernel_lots
from liangtian.ledger.records import Attachment, Closing
from liangtian_web.ledger.models import Entry, Ground, Leg, Lot, Period
from liangtian_web.people.models import Place

OUTSIDE = "outside"  # the place of what no place of ours keeps


def place_key(place: Place | None) -> str:
    """How records name a place: its code, or its number where it has none (functional zones)."""
    if place is None:
        return OUTSIDE
    return place.code or f"p{place.pk}"


def places_by_key(keys: Iterable[str]) -> dict[str, Place | None]:
    """The places that records name."""
    wanted = set(keys)
    numbers = {int(key[1:]) for key in wanted if key.startswith("p") and key[1:].isdecimal()}
    found = [*Place.objects.filter(code__in=wanted), *Place.objects.filter(code=None, pk__in=numbers)]
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
    """An entry with the lots it opened; its row is read with actor, approver, reverses and settles."""
    return kernel.Entry(
        key=row.key,
        on=row.on,
        recorded_at=row.recorded_at,
        kind=row.kind,
        legs=tuple(kernel.Leg(as_account(leg), leg.amount) for leg in legs if not leg.implied),
        actor=row.actor.username,
        approver=row.approver.username if row.approver else "",
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
        actor=row.actor.username,
        approver=row.approver.username if row.approver else "",
        evidence=tuple(row.evidence),
    )


def as_closing(row: Period) -> Closing:
    """A closed period."""
    return Closing(
        key=row.key,
        place=place_key(row.place),
        through=row.through,
        recorded_at=row.recorded_at,
        actor=row.actor.username,
        approver=row.approver.username if row.approver else "",
        evidence=tuple(row.evidence),
    )


def entries_by_id(ids: Sequence[int]) -> dict[int, kernel.Entry]:
    """Entries with their legs and the lots they opened, in five queries whatever their number."""
    rows = Entry.objects.filter(pk__in=ids).select_related("actor", "approver", "reverses", "settles")
    legs: dict[int, list[Leg]] = {}
    for leg in Leg.objects.filter(entry__in=ids).select_related("account__place", "lot").order_by("entry", "n"):
        legs.setdefault(leg.entry_id, []).append(leg)
    opened = lots_opened_by(ids, {leg.lot_id for each in legs.values() for leg in each if leg.lot_id})
    return {row.pk: as_entry(row, legs[row.pk], opened.get(row.pk, ())) for row in rows}


def lots_opened_by(entries: Iterable[int], candidates: Iterable[int]) -> Mapping[int, list[Lot]]:
    """Entry → the lots it opened: those it was the first to name."""
    first = Leg.objects.filter(lot__in=set(candidates)).values("lot").annotate(first=Min("entry"))
    opener = {row["lot"]: row["first"] for row in first if row["first"] in set(entries)}
    found: dict[int, list[Lot]] = {}
    for lot in Lot.objects.filter(pk__in=opener).select_related("place", "ground"):
        found.setdefault(opener[lot.pk], []).append(lot)
    return found
