"""Record in the book: gather what the kernel's rules ask, let them decide, record through the database's one way in."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import Any, TypeVar

from django.db import connection, transaction
from django.utils import timezone

from liangtian.errors import BookRefused
from liangtian.ledger import entry as kernel
from liangtian.ledger import lots as kernel_lots
from liangtian.ledger.allocation import Holdings, legs_from
from liangtian.ledger.indices import indices
from liangtian.ledger.kinds import pools
from liangtian.ledger.posting import Posting
from liangtian.ledger.records import Attachment, Closing, Record, content_digest
from liangtian.ledger.relations import admit
from liangtian_web.ledger import exclusivity
from liangtian_web.ledger.models import Account, Assertion, Basis, Entry, Ground, Lot, Period
from liangtian_web.ledger.numbers import Names, accounts_of, known_accounts, users_by_name
from liangtian_web.ledger.queries import balance, holdings_of, named_by, state_for
from liangtian_web.ledger.records import as_attachment, as_closing, entries_by_id, places_by_key
from liangtian_web.ledger.refusing import in_words
from liangtian_web.ledger.turns import Again, in_turn
from liangtian_web.people.models import Place, User
from liangtian_web.people.requests import Request
from liangtian_web.texts import unwritable
from liangtian_web.trail.actions import note

Row = TypeVar("Row", Lot, Period)

KEY_MAX, SERIAL_MAX = 200, 60
POST = f"SELECT * FROM book_post({', '.join(['%s'] * 19)})"


def now() -> datetime:
    """The moment of recording, UTC."""
    return datetime.now(UTC)


def post(*entries: kernel.Entry) -> list[Entry]:
    """Book entries together, all or none, each once: an entry whose key is booked with the same content stays as it is.

    Parameters
    ----------
    entries : as the kernel checked them when they were made; `actor` and `approver` are user names, and the moment of
        recording becomes the database's

    Raises
    ------
    BookRefused, Unbalanced : with the reason; the book is unchanged
    """
    _check_links(entries)
    for entry in entries:
        _check_texts(entry)

    def work() -> list[int]:
        near = _lock_ground(entries)
        _lock(entries, names, within=within)
        ids = [_post_one(entry, names, near) for entry in entries]
        exclusivity.check(entries)
        return ids

    within = connection.in_atomic_block  # the transaction may book more: what it cannot wait for it must be told
    with in_words(", ".join(entry.key for entry in entries)):
        if within:  # else the places' locks of accounts that are opened are given back at once
            with transaction.atomic():
                _lock_ground(entries)
        names = Names.of(entries, named_by(entries))  # accounts are opened before, so that a refusal can name them
        ids = in_turn(work)
    booked = Entry.objects.in_bulk(ids)
    return [booked[each] for each in ids]


def keep_basis(entry: Entry, line: bytes) -> Basis:
    """Keep by what an entry was decided, in its own transaction; its rules name the line (`Decided.mark`)."""
    return Basis.objects.create(entry=entry, line=line.decode())


def reverse(original: Entry, *, key: str, actor: User, evidence: Iterable[str], on: date | None = None,
            approver: User | None = None) -> Entry:  # fmt: skip
    """Take an entry back, on its own business date unless told otherwise."""
    booked = entries_by_id([original.pk])[original.pk]
    made = kernel.reverse(
        booked, key=key, recorded_at=now(), actor=actor.username, evidence=evidence, on=on,
        approver=approver.username if approver else "",
    )  # fmt: skip
    return post(made)[0]


def settle(
    hold: Entry,
    postings: Iterable[Posting],
    *,
    parties: Mapping[str, str],
    about: About,
    lots: Holdings | None = None,
) -> Entry:
    """End a hold wholly: what it holds goes where the postings say, each lot with its ground.

    Parameters
    ----------
    lots : of what other pools give in the same entry
    """
    booked = entries_by_id([hold.pk])[hold.pk]
    held: dict[tuple[str, str, str], list[tuple[str, int]]] = {}
    for leg in booked.legs:
        if leg.account.pool == "held" and leg.account.lot is not None:
            place = (leg.account.place, leg.account.pool, leg.account.index)
            held.setdefault(place, []).append((leg.account.lot, leg.amount))
    return post(about.entry(legs_from(postings, parties, {**held, **(lots or {})}), settles=hold.key))[0]


def void(hold: Entry, about: About) -> Entry:
    """End a hold by giving everything back where it came from."""
    booked = entries_by_id([hold.pk])[hold.pk]
    legs = tuple(replace(leg, amount=-leg.amount) for leg in booked.legs)
    return post(about.entry(legs, settles=hold.key))[0]


@dataclass(frozen=True, slots=True)
class About:
    """What an entry says besides its legs."""

    key: str
    on: date
    kind: str
    actor: User
    evidence: tuple[str, ...]
    approver: User | None = None
    rules: tuple[str, ...] = ()
    expires: date | None = None

    def entry(self, legs: Iterable[kernel.Leg], *, settles: str | None = None,
              lots: Iterable[kernel_lots.Lot] = ()) -> kernel.Entry:  # fmt: skip
        """The entry of these legs."""
        return kernel.Entry(
            key=self.key, on=self.on, recorded_at=now(), kind=self.kind, legs=tuple(legs), actor=self.actor.username,
            approver=self.approver.username if self.approver else "", evidence=self.evidence, rules=self.rules,
            expires=self.expires, settles=settles, lots=tuple(lots),
        )  # fmt: skip


def spend(
    postings: Sequence[Posting], about: About, *, parties: Mapping[str, str], lots: Holdings | None = None
) -> Entry:
    """Book what a rule says should move: from the lots named, or from the oldest first.

    All accounts are locked before lots are chosen, so that two spenders never choose the same credit; the ground of
    lots that leave the book is locked before that. Asked again under the same key, it does not choose again: the entry
    is the one booked.

    Raises
    ------
    BookRefused (holdings-short, key-reused, …)
    """
    wanted = _totals(((parties.get(each.party, ""), each.pool, each.index), each.amount) for each in postings)
    giving = [key for key, amount in wanted.items() if amount < 0 and indices()[key[2]].lots and pools()[key[1]].lots]

    def choose(accounts: Mapping[tuple[str, str, str], int]) -> kernel.Entry:
        found = {key: holdings_of(accounts[key], about.on) if key in accounts else [] for key in giving}
        return about.entry(legs_from(postings, parties, {**found, **(lots or {})}))

    def work() -> Entry:
        places = places_by_key(place for place, _, _ in wanted)
        leaves = any(pool == "outside" for _, pool, _ in wanted) and not Entry.objects.filter(key=about.key).exists()
        locked = exclusivity.changed([choose(known_accounts(wanted, places))]) if leaves else set()
        exclusivity.lock(exclusivity.grounds_of_lots(locked))
        accounts = accounts_of(
            wanted, places
        )  # opened after the ground is locked, like everywhere: ground, places, accounts
        _lock_accounts(accounts.values())
        if booked := Entry.objects.filter(key=about.key).first():
            return _spent_before(booked, wanted, about)
        chosen = choose(accounts)
        if not exclusivity.changed([chosen]) <= locked:
            raise Again
        return post(chosen)[0]

    with in_words(about.key):
        return in_turn(work)


def _totals(moved: Iterable[tuple[tuple[str, str, str], int]]) -> Counter[tuple[str, str, str]]:
    found: Counter[tuple[str, str, str]] = Counter()
    for key, amount in moved:
        found[key] += amount
    return found


def _spent_before(booked: Entry, wanted: Counter[tuple[str, str, str]], about: About) -> Entry:
    """The entry of this key, if it says what is asked for, whichever lots were chosen for it then."""
    known = entries_by_id([booked.pk])[booked.pk]
    moved = _totals(((leg.account.place, leg.account.pool, leg.account.index), leg.amount) for leg in known.legs)
    asked = about.entry(known.legs, lots=known.lots)
    if moved != wanted or content_digest(known) != content_digest(asked):
        raise BookRefused("key-reused", key=booked.key)
    return booked


def attach_boundary(attachment: Attachment) -> Lot:
    """Give a lot whose ground was not known its boundary; from then on it excludes others like any other.

    Raises
    ------
    BookRefused (lot-unknown, lot-has-ground, lot-overlap, lot-beyond-ground)
    """
    _check_texts(attachment)
    lot = Lot.objects.filter(serial=attachment.lot).first()
    if lot is None:
        raise BookRefused("lot-unknown", serial=attachment.lot, key=attachment.key)
    users = users_by_name([attachment.actor, attachment.approver])

    def work() -> Lot:
        near = exclusivity.lock([attachment.ground])
        _lock_accounts(lot.legs.filter(account__pool="outside").values_list("account", flat=True))
        if known := Ground.objects.filter(key=attachment.key).first():
            return _same_record(as_attachment(known), attachment, lot)
        _check_key_is_free(attachment.key)
        if Lot.objects.filter(pk=lot.pk, ground__isnull=False).exists():
            raise BookRefused("lot-has-ground", serial=attachment.lot, key=attachment.key)
        exclusivity.add_ground(
            lot.pk, attachment.ground, near, key=attachment.key, evidence=attachment.evidence,
            actor=users[attachment.actor], approver=users.get(attachment.approver),
        )  # fmt: skip
        exclusivity.check_lots([lot.pk])
        return lot

    with in_words(attachment.key):
        return in_turn(work)


def _lock_accounts(accounts: Iterable[int]) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT book_lock(%s)", [list(accounts)])


def _check_key_is_free(key: str) -> None:
    """One key stands for one record, of whatever kind."""
    if any(model.objects.filter(key=key).exists() for model in (Entry, Ground, Period)):
        raise BookRefused("key-reused", key=key)


def _same_record(known: Record, asked: Record, row: Row) -> Row:
    """The row of a record that was recorded before, if it is the one asked for again."""
    if content_digest(known) != content_digest(asked):
        raise BookRefused("key-reused", key=asked.key)
    return row


def close_period(closing: Closing) -> Period:
    """Close a place up to a day: nothing dated until then is booked there any more.

    Raises
    ------
    BookRefused (closing-backwards)
    """
    _check_texts(closing)
    place = places_by_key([closing.place]).get(closing.place)
    if place is None:
        raise BookRefused("book-place-unknown", place=closing.place)
    users = users_by_name([closing.actor, closing.approver])

    with in_words(closing.key):
        return in_turn(lambda: _close(closing, place, users))


def _close(closing: Closing, place: Place, users: Mapping[str, int]) -> Period:
    with connection.cursor() as cursor:
        cursor.execute("SELECT book_lock_place(%s)", [place.pk])
        if known := Period.objects.filter(key=closing.key).first():
            return _same_record(as_closing(known), closing, known)
        _check_key_is_free(closing.key)
        if closing.through >= timezone.localdate():
            raise BookRefused("closing-not-over", key=closing.key, place=place.name, through=closing.through)
        admit(closing, state_for([], [place]))
        cursor.execute(
            "SELECT book_close(%s, %s, %s, %s, %s, %s)",
            [place.pk, closing.through, closing.key, list(closing.evidence), users[closing.actor],
             users.get(closing.approver)],
        )  # fmt: skip
        made = cursor.fetchone()

    assert made is not None
    return Period.objects.get(pk=made[0])


def compare(who: Request, account: Account, on: date, stated: int, source: str) -> Assertion:
    """Keep what somebody else's statement says an account holds on a day, beside what the book says now."""
    held = balance(account, on)

    with transaction.atomic():
        made = Assertion.objects.create(account=account, on=on, stated=stated, held=held, source=source, actor=who.user)
        note(who, "ledger.compare", f"account:{account.pk}", on=on, place=account.place)
    return made


def _check_links(entries: Sequence[kernel.Entry]) -> None:
    """Linked entries come together or not at all."""
    by_key = {entry.key: entry for entry in entries}
    for entry in entries:
        for other in entry.linked:
            if other not in by_key or entry.key not in by_key[other].linked:
                raise BookRefused("linked-incomplete", key=entry.key, other=other)


def _check_texts(record: Record) -> None:
    """What no column can hold is refused before anything is looked up by it."""
    lots = record.lots if isinstance(record, kernel.Entry) else ()
    rules = record.rules if isinstance(record, kernel.Entry) else ()
    texts = [record.key, record.actor, record.approver, *record.evidence, *rules]
    if any(
        unwritable(text) for text in [*texts, *(w for lot in lots for w in (lot.serial, lot.project, lot.document))]
    ):
        raise BookRefused("book-text", key=record.key.encode("ascii", "backslashreplace").decode("ascii"))
    if len(record.key) > KEY_MAX:
        raise BookRefused("book-key-long", key=record.key[:20], most=KEY_MAX)
    for lot in lots:
        if len(lot.serial) > SERIAL_MAX:
            raise BookRefused("book-serial-long", serial=lot.serial[:20], most=SERIAL_MAX)


def _is_plain(entry: kernel.Entry) -> bool:
    """Whether the database alone can tell if the entry may be booked."""
    grows = any(leg.account.pool == "outside" and leg.account.lot and leg.amount < 0 for leg in entry.legs)
    return not (grows or entry.reverses or entry.settles or entry.lots or entry.expires or entry.kind == "opening")


def _lock_ground(entries: Sequence[kernel.Entry]) -> list[int]:
    """Take ground, then the places that are opened or get lots; the boundaries nearby."""
    near = exclusivity.lock(exclusivity.grounds_of(entries))
    opened = {leg.account.place for each in entries if each.kind == "opening" for leg in each.legs}
    shared = {lot.place for each in entries for lot in each.lots}
    if opened or shared:
        places = places_by_key(opened | shared)
        numbers = [[place.pk for key in keys if (place := places.get(key))] for keys in (opened, shared)]
        with connection.cursor() as cursor:
            cursor.execute("SELECT book_lock_places(%s, %s)", numbers)
    return near


def _lock(entries: Sequence[kernel.Entry], names: Names, *, within: bool) -> None:
    """Take the accounts, last in the one order of this app: ground, places, accounts."""
    for key in [each.key for each in entries]:
        if Ground.objects.filter(key=key).exists() or Period.objects.filter(key=key).exists():
            raise BookRefused("key-reused", key=key)
    if len(entries) == 1 and _is_plain(entries[0]) and not within:
        return  # book_post takes the locks of its accounts itself
    opened = {place for each in entries for place in _opened(each, names)}
    every = Account.objects.filter(place__in=opened).values_list("pk", flat=True)
    _lock_accounts({*names.accounts.values(), *every})


def _opened(entry: kernel.Entry, names: Names) -> set[Place]:
    """The places an entry gives their opening balance."""
    if entry.kind != "opening":
        return set()
    found = {names.places[leg.account.place] for leg in entry.legs if leg.account.pool != "outside"}
    return {place for place in found if place is not None}


def _post_one(entry: kernel.Entry, names: Names, near: list[int]) -> int:
    plain = _is_plain(entry)
    if not plain and (booked := Entry.objects.filter(key=entry.key).first()):
        return _same(booked.pk, entry)
    moved: tuple[kernel.Movement, ...] = ()
    if not plain:
        state = state_for([entry], names.places.values())
        admit(entry, state)
        moved = kernel.movements(entry, state.entries)[len(entry.legs) :]
    lots = _lots(entry, names, near, {each.account.lot for each in moved})
    with connection.cursor() as cursor:
        cursor.execute(POST, _arguments(entry, names, lots, moved))
        row = cursor.fetchone()
        assert row is not None
        for place in _opened(entry, names):
            cursor.execute("SELECT book_open_place(%s, %s, %s)", [place.pk, entry.on, names.users[entry.actor]])
    number, already = row
    return _same(number, entry) if already else int(number)


def _same(number: int, entry: kernel.Entry) -> int:
    """The entry booked under this key, if it is this one."""
    if content_digest(entries_by_id([number])[number]) != content_digest(entry):
        raise BookRefused("key-reused", key=entry.key)
    return number


def _lots(entry: kernel.Entry, names: Names, near: list[int], moved: set[str | None]) -> dict[str, int]:
    """Numbers of the lots an entry names or moves, after opening those it brings."""
    opened: dict[str, int] = {}
    with connection.cursor() as cursor:
        for lot in entry.lots:
            place = names.places[lot.place]
            if place is None:
                raise BookRefused("book-place-unknown", place=lot.place)
            cursor.execute(
                "SELECT book_open_lot(%s, %s, %s, %s, %s, %s)",
                [lot.serial, place.pk, lot.project, lot.credit, lot.on, lot.document],
            )
            row = cursor.fetchone()
            assert row is not None
            opened[lot.serial] = int(row[0])
            near.append(opened[lot.serial])
            if lot.ground is not None:
                exclusivity.add_ground(
                    opened[lot.serial], lot.ground, near, evidence=entry.evidence,
                    actor=names.users[entry.actor], approver=names.users.get(entry.approver),
                )  # fmt: skip
    named = {lot for lot in (*(leg.account.lot for leg in entry.legs), *moved) if lot is not None} - opened.keys()
    found = dict(Lot.objects.filter(serial__in=named).values_list("serial", "pk"))
    if missing := named - found.keys():
        raise BookRefused("lot-unknown", serial=sorted(missing)[0], key=entry.key)
    return opened | found


def _arguments(
    entry: kernel.Entry, names: Names, lots: Mapping[str, int], moved: Sequence[kernel.Movement]
) -> list[Any]:
    """The parameters of `book_post`, in its order."""

    def columns(accounts: Sequence[kernel.Account]) -> tuple[list[int], list[int | None]]:
        numbers = [names.accounts[a.place, a.pool, a.index] for a in accounts]
        return numbers, [None if a.lot is None else lots[a.lot] for a in accounts]

    related = {
        row.key: row.pk for row in Entry.objects.filter(key__in=[k for k in (entry.reverses, entry.settles) if k])
    } if entry.reverses or entry.settles else {}  # fmt: skip
    legs, implied = columns([leg.account for leg in entry.legs]), columns([each.account for each in moved])
    return [
        uuid.uuid4(), entry.key, entry.on, entry.kind, list(entry.evidence), list(entry.rules),
        names.users[entry.actor], names.users.get(entry.approver), related.get(entry.reverses or ""),
        related.get(entry.settles or ""), list(entry.linked), entry.expires,
        *legs, [leg.amount for leg in entry.legs],
        [each.on for each in moved], *implied, [each.amount for each in moved],
    ]  # fmt: skip
