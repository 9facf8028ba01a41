"""Take a statement in, hold it against the book and the projects' records, keep what was found, and say why a difference stands."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.db.models import prefetch_related_objects
from django.utils import timezone
from django.utils.translation import gettext

from liangtian.errors import BookRefused
from liangtian_web.errors import StageRefused
from liangtian_web.ledger.models import Account, Assertion
from liangtian_web.people.models import Place, User
from liangtian_web.people.requests import Request
from liangtian_web.reconcile.matching import Own
from liangtian_web.reconcile.models import Explanation, Import, Match, Result, Stated
from liangtian_web.reconcile.projects import OnFile, Scope, on_file
from liangtian_web.reconcile.queries import accounts_of, explanations_of, held_on, own_lines
from liangtian_web.reconcile.reading import Read, read_statement
from liangtian_web.reconcile.threeway import Row, hold_together
from liangtian_web.texts import unwritable
from liangtian_web.trail.actions import note

ROWS_NAMED = 10


@dataclass(frozen=True, slots=True)
class Asked:
    """What a statement is held against: one pool of a place over some days, dates `window` days apart being one."""

    place: Place
    pool: str
    since: date
    on: date
    window: int
    source: str


@dataclass(frozen=True, slots=True)
class Found:
    """What holding a statement against the book gives; nothing is recorded yet."""

    matches: Sequence[Match]
    balances: Sequence[Stated]
    said: Sequence[str]
    known_on: datetime

    @property
    def is_clean(self) -> bool:
        """Whether nothing differs."""
        return all(each.is_settled for each in self.matches) and not any(each.difference for each in self.balances)


def receive(who: Request | User, asked: Asked, name: str, content: bytes, form: UUID) -> Import:
    """Keep a statement that can be read, once for each form; nothing of it is in the book.

    Raises
    ------
    Problems : everything that is wrong with it
    BookRefused : the same form came before with another statement
    """
    read_statement(content)
    digest = hashlib.sha256(content).hexdigest()

    about: dict[str, Any] = {each: getattr(asked, each) for each in asked.__slots__}
    about |= {"digest": digest, "actor": user_of(who)}
    if unwritable(asked.source + name):
        raise BookRefused("book-text", key=str(form))

    with transaction.atomic():
        made, fresh = Import.objects.get_or_create(
            uuid=form, defaults={**about, "name": name[:200], "content": content}
        )
        if not fresh and any(getattr(made, each) != value for each, value in about.items()):
            raise BookRefused("book-proposal-repeated")
        if fresh:
            note(who, "reconcile.import", f"statement:{made.uuid}", on=asked.on, place=asked.place)
    return made


def user_of(who: Request | User) -> User:
    """Who acts: the user of a page, or one the command line names."""
    return who if isinstance(who, User) else who.user


def hold_against(given: Import, known_on: datetime | None = None) -> Found:
    """Compare a statement kept with the book as known at a moment (None: now), line by line and by balances.

    Raises
    ------
    Problems
    """
    content = bytes(Import.objects.only("content").get(pk=given.pk).content)
    asked = Asked(**{each: getattr(given, each) for each in Asked.__slots__})
    return compare_with(asked, content, known_on)


def compare_with(asked: Asked, content: bytes, known_on: datetime | None = None) -> Found:
    """The same of a statement that is not kept.

    Raises
    ------
    Problems
    """
    known = known_on or timezone.now()
    read = read_statement(content)
    accounts = accounts_of(asked.place, asked.pool)
    indices = {each.index for each in read.lines} | read.opening.keys() | read.closing.keys()
    theirs = [each for each in read.lines if asked.since <= each.on <= asked.on]
    ours = own_lines({name: accounts[name] for name in indices & accounts.keys()}, (asked.since, asked.on), known)

    # Where a book begins within the days, its opening balance is what they carried over, and no movement.
    begun = {name: sum(each.amount for each in ours if each.opens and each.index == name) for name in read.opening}
    moved = [each for each in ours if not (each.opens and each.index in begun)]
    scope = Scope(asked.place, asked.pool, indices, (asked.since, asked.on), known)
    filed = on_file(scope, {(each.index, each.key) for each in moved if each.key})
    rows = hold_together(theirs, moved, filed.records, window=asked.window)

    found = [_match(n, row, filed) for n, row in enumerate(rows, 1)]
    prefetch_related_objects(found, "entry", "filing__decision")
    return Found(found, _balances(asked, read, known, begun), [*read.said, *_outside(asked, read), *filed.said], known)


def found_of(result: Result) -> Found:
    """What was found and recorded."""
    return Found(
        list(result.matches.select_related("entry", "filing__decision")),
        list(result.balances.all()),
        result.said,
        result.known_on,
    )


def _match(n: int, row: Row, filed: OnFile) -> Match:
    pair, record = row.pair, row.record
    made = Match(n=n, kind=pair.kind, by=pair.by, group=row.group, verdict=row.verdict)
    if record:
        made.index, made.filing_id, made.filed_on, made.filed = record.index, record.number, record.on, record.amount
        made.filed_state, made.ground_m2 = record.state, filed.ground_m2.get(record.number)
        made.document, made.project = (min(each, default="")[:200] for each in (record.documents, record.projects))
    if own := pair.ours:
        made.index, made.entry_id, made.our_on, made.ours = own.index, own.entry, own.on, own.amount
        made.document, made.project = _first(own, "documents"), _first(own, "projects")
    if line := pair.theirs:
        made.index, made.row, made.their_on, made.their_kind = line.index, line.row, line.on, line.kind
        made.document, made.project, made.theirs = line.document, line.project, line.amount
    return made


def _first(own: Own, name: str) -> str:
    """A name to show; what only machines read comes last."""
    return min(getattr(own, name), key=lambda text: (":" in text, text), default="")[:200]


def _balances(asked: Asked, read: Read, known_on: datetime, begun: Mapping[str, int]) -> list[Stated]:
    """What the statement says was held before the first day and on the last, beside the book."""
    accounts = accounts_of(asked.place, asked.pool)
    carried, nothing = (read.opening, asked.since - timedelta(days=1), begun), dict[str, int]()
    sides = (carried, (read.closing, asked.on, nothing))
    return [
        Stated(
            index=index, on=on, stated=amount, slack=read.slack.get(index, 0),
            held=held_on(accounts, index, on, known_on) + added.get(index, 0),
        )
        for stated, on, added in sides for index, amount in stated.items()
    ]  # fmt: skip


def _outside(asked: Asked, read: Read) -> Iterator[str]:
    outside = sorted({each.row for each in read.lines if not asked.since <= each.on <= asked.on})
    if outside:
        rows = "、".join(str(row) for row in outside[:ROWS_NAMED])
        yield gettext("第 %(rows)s 行的日期不在 %(since)s 至 %(on)s 之间，没有核对。") % {
            "rows": rows, "since": asked.since, "on": asked.on,
        }  # fmt: skip


def keep(who: Request | User, given: Import) -> Result:
    """Record what was found and the balances asserted, once; the book as it is now is what it was held against.

    Sent again by the same person, it changes nothing.

    Raises
    ------
    StageRefused : recorded before by somebody else
    """
    found = hold_against(given)

    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"reconcile.keep {given.pk}"])
        if earlier := Result.objects.filter(of=given).first():
            if earlier.actor_id != user_of(who).pk:
                raise StageRefused("reconcile-kept")
            return earlier
        made = Result.objects.create(of=given, known_on=found.known_on, said=list(found.said), actor=user_of(who))
        for each in found.matches:
            each.result = made
        Match.objects.bulk_create(found.matches)
        accounts = accounts_of(given.place, given.pool)
        for stated in found.balances:
            stated.result = made
            stated.assertion = _assert(who, given, stated, accounts.get(stated.index))
            stated.save()
        note(who, "reconcile.keep", f"statement:{given.uuid}", on=given.on, place=given.place)
    return made


def _assert(who: Request | User, given: Import, stated: Stated, account: Account | None) -> Assertion | None:
    if account is None:
        return None
    words = {"stated": stated.stated, "held": stated.held, "source": given.source, "actor": user_of(who)}
    return Assertion.objects.create(account=account, on=stated.on, **words)


def explain(request: Request, line: Match, reason: str, text: str) -> Explanation:
    """Record why a difference stands, once for all lines that belong together.

    Raises
    ------
    StageRefused : it is no difference, or explained already
    """
    if line.is_settled:
        raise StageRefused("reconcile-no-difference")
    if unwritable(text):
        raise BookRefused("book-text", key=line.reference)
    spoken = explanations_of(line.result_id).get(line.whole)
    if spoken is not None and spoken.match_id != line.pk:
        raise StageRefused("reconcile-explained")

    with transaction.atomic():
        given = line.result.of
        made, fresh = Explanation.objects.get_or_create(
            match=line, defaults={"reason": reason, "text": text, "actor": request.user}
        )
        if not fresh and (made.reason, made.text, made.actor_id) != (reason, text, request.user.pk):
            raise StageRefused("reconcile-explained")
        if fresh:
            note(request, "reconcile.explain", line.reference, on=given.on, place=given.place)
    return made
