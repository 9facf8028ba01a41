"""An entry somebody proposes and another posts. One validator reads the form and the workbook: all errors at once."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from uuid import UUID, uuid4

from django.core.exceptions import PermissionDenied
from django.db import connection, transaction
from django.db.models import Q
from django.utils.translation import get_language, gettext, override
from django.utils.translation import gettext_lazy as _

from liangtian.errors import BookRefused, LiangtianError
from liangtian.ledger import lots as kernel_lots
from liangtian.ledger.entry import AMOUNT_MAX, Account, Entry, Leg, reverse
from liangtian.ledger.indices import indices
from liangtian.ledger.kinds import credit_kinds, entry_kinds, pools
from liangtian_web.errors import StageRefused
from liangtian_web.ledger import actions, models, recording
from liangtian_web.ledger.models import Decision, Proposal
from liangtian_web.ledger.queries import keeping_places
from liangtian_web.ledger.records import OUTSIDE, entries_by_id, place_key, places_by_key
from liangtian_web.people.models import Place, User
from liangtian_web.people.requests import Request
from liangtian_web.refusals import sentence
from liangtian_web.texts import unwritable
from liangtian_web.trail.actions import note

# Columns of the workbook and fields of the form: name → heading.
COLUMNS = {
    "index": _("指标"), "amount": _("数量"), "from_place": _("转出单元"), "from_pool": _("转出库"),
    "to_place": _("转入单元"), "to_pool": _("转入库"), "lot": _("批次编号"), "project": _("项目"), "credit": _("来源"),
    "document": _("文件"),
}  # fmt: skip
SIDES = ("from_place", "to_place")
# Kinds no procedure books. Whatever one does book is filed with it and asked of the rulebook; what was booked wrongly is
# reversed.
PROPOSED = ("opening", "migration", "adjustment", "appropriation", "payment")
KEPT = ("used", "held", "earmarked")  # only a procedure or a reversal takes from these
REQUIRED = ("index", "amount", "from_place", "from_pool", "to_place", "to_pool")
ROWS_MAX = 2000
LINKED_MAX = 20  # entries of one linked set
# 1200, 1,200 or 1，200, as a sheet may add .0; nothing else a careless reader would take for a number.
WHOLE = re.compile(r"[+-]?([0-9]{1,3}(?:[,，][0-9]{3})+|[0-9]+)(?:\.0+)?")
BROKEN = re.compile(r"[+-]?[0-9]+\.[0-9]+")
DIGITS_MAX = 30
# What the columns of the book hold.
LENGTHS = {"lot": 60, "project": 200, "document": 200}


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong in which row and column; row 0: the whole; `word`: the column as its form calls it; `entry`: of a set."""

    row: int
    column: str
    text: str
    word: str = ""
    entry: int = 0

    @property
    def heading(self) -> str:
        """The column in words."""
        return self.word or str(COLUMNS.get(self.column, self.column))

    def __str__(self) -> str:
        which = gettext("第 %(entry)s 笔") % {"entry": self.entry} if self.entry else ""
        where = gettext("第 %(row)s 行") % {"row": self.row} if self.row else ""
        return " ".join(filter(None, [which, where, self.heading, self.text]))


class Problems(BookRefused):
    """Everything that is wrong with what was handed in; `english`: the same in English, where both are known."""

    def __init__(self, problems: Sequence[Problem], english: Sequence[Problem] = ()) -> None:
        said = {"problems": " ".join(map(str, problems)), "problems_en": " ".join(map(str, english or problems))}
        super().__init__("book-proposal-wrong", **said)
        self.problems = list(problems)


def headings() -> dict[str, set[str]]:
    """The headings a column may have: its words in each language."""
    found: dict[str, set[str]] = {name: set() for name in COLUMNS}
    for language in ("zh-hans", "en"):
        with override(language):
            for name, word in COLUMNS.items():
                found[name].add(str(word))
    return found


def legs_of(rows: Sequence[Mapping[str, str]], *, first: int = 1) -> tuple[list[Leg], list[dict[str, str]]]:
    """Legs of the rows, each an amount from one account to another, added up by account; and the rows that are not blank.

    Raises
    ------
    Problems : every problem of every row
    """
    given = [(number, row) for number, row in enumerate(rows, first) if any(row.values())]
    places = _places()
    problems = [each for number, row in given[: ROWS_MAX + 1] for each in _problems(number, row, places)]
    if not given:
        problems.append(Problem(0, "", gettext("没有明细。请至少填一行。")))
    if len(given) > ROWS_MAX:
        problems.append(Problem(0, "", gettext("超过 %(most)s 行。请分成几笔。") % {"most": ROWS_MAX}))
    moved: dict[Account, int] = {}
    wrong = {each.row for each in problems}
    for number, row in given:
        if number in wrong:
            continue
        try:
            for side, sign in (("from", -1), ("to", 1)):
                account = _account(row, side, places)
                moved[account] = moved.get(account, 0) + sign * (_whole(row["amount"]) or 0)
        except LiangtianError as error:
            problems.append(Problem(number, "", sentence(error, get_language() or "zh-hans")))
    if problems:
        raise Problems(problems)
    # A proposal keeps places by their numbers, which no renaming changes.
    numbers = {key: f"p{place.pk}" for key, place in places_by_key(filter(None, places.values())).items() if place}
    kept = [{**row, **{side: numbers.get(places[row[side]] or "", OUTSIDE) for side in SIDES}} for _, row in given]
    return [Leg(account, amount) for account, amount in moved.items() if amount], kept


def _problems(number: int, row: Mapping[str, str], places: Mapping[str, str | None]) -> Iterable[Problem]:
    yield from _text_problems(number, row)
    for name in REQUIRED:
        if not row.get(name):
            yield Problem(number, name, gettext("未填。"))
        elif row[name].startswith("="):
            yield Problem(number, name, gettext("是公式。请粘贴为数值后重试。"))
    known = {
        "index": _ids(indices()),
        "from_pool": _ids(pools()),
        "to_pool": _ids(pools()),
        "credit": _ids(credit_kinds()),
    }
    for name, ids in known.items():
        if row.get(name) and row[name] not in ids and not row[name].startswith("="):
            yield Problem(number, name, gettext("“%(value)s”不在可选范围内。") % {"value": row[name]})
    for name in SIDES:
        if row.get(name) and not row[name].startswith("="):
            yield from _place_problems(number, name, row[name], places)
    if row.get("amount") and not row["amount"].startswith("="):
        yield from _amount_problems(number, row["amount"])


def _text_problems(number: int, row: Mapping[str, str]) -> Iterable[Problem]:
    """What no column of the book can hold."""
    for name, text in row.items():
        if len(text) > LENGTHS.get(name, ROWS_MAX):
            said = gettext("超过 %(most)s 字。请缩短。") % {"most": LENGTHS.get(name, ROWS_MAX)}
            yield Problem(number, name, said)
        elif unwritable(text):
            yield Problem(number, name, gettext("含有不能保存的字符。请重新填写。"))


def _place_problems(number: int, name: str, text: str, places: Mapping[str, str | None]) -> Iterable[Problem]:
    if text not in places:
        yield Problem(number, name, gettext("没有责任单元“%(value)s”。请填名称或区划代码。") % {"value": text})
    elif places[text] is None:
        yield Problem(number, name, gettext("不止一个责任单元叫“%(value)s”。请填区划代码。") % {"value": text})


def _amount_problems(number: int, text: str) -> Iterable[Problem]:
    value = _whole(text)
    if value is None:
        broken = len(text) <= DIGITS_MAX and BROKEN.fullmatch(text)
        said = gettext("“%(value)s”不是整数。台账按整 m²、kg、分记。") if broken else gettext("“%(value)s”不是数。")
        yield Problem(number, "amount", said % {"value": text})
    elif not 0 < value <= AMOUNT_MAX:
        yield Problem(number, "amount", gettext("“%(value)s”须大于 0 且不超出范围。") % {"value": text})


def _whole(text: str) -> int | None:
    """A whole number as written in a cell, thousands separated or not; None: anything else, `1,5` and `1e3` too.

    Examples
    --------
    >>> _whole("1,200"), _whole("1200.0"), _whole("1,5"), _whole("1e3"), _whole("1_000")
    (1200, 1200, None, None, None)
    """
    found = WHOLE.fullmatch(text.strip()) if len(text) <= DIGITS_MAX else None
    if found is None:
        return None
    value = int(re.sub("[,，]", "", found.group(1)))
    return -value if text.strip().startswith("-") else value


def _ids(table: Mapping[str, Any]) -> dict[str, str]:
    """Both the id and the words of a table lead to its id."""
    return {word: name for name, each in table.items() for word in (name, each.zh, each.en)}


def _places() -> dict[str, str | None]:
    """Names, codes and numbers of places lead to their keys; a name that several places bear leads to None."""
    found: dict[str, str | None] = {}
    places = list(Place.objects.select_related("book_key"))
    for place in places:
        found[place.name] = None if place.name in found else place_key(place)
    for place in places:
        found |= {place_key(place): place_key(place), f"p{place.pk}": place_key(place)}
    return found | {OUTSIDE: OUTSIDE, "账外": OUTSIDE}


def _account(row: Mapping[str, str], side: str, places: Mapping[str, str | None]) -> Account:
    pool = _ids(pools())[row[f"{side}_pool"]]
    index = _ids(indices())[row["index"]]
    named = row.get("lot") or None
    lot = named if named and indices()[index].lots and not pools()[pool].debt else None
    return Account(places[row[f"{side}_place"]] or "", pool, index, lot)


def entry_of(
    content: Mapping[str, Any], key: str, *, actor: str, approver: str = "", linked: tuple[str, ...] = ()
) -> Entry:
    """The entry a proposal asks for; `linked`: the keys of those it is posted with.

    Raises
    ------
    Problems, BookRefused
    """
    if content.get("reverses"):
        booked = models.Entry.objects.get(key=content["reverses"])
        undone = reverse(
            entries_by_id([booked.pk])[booked.pk], key=key, recorded_at=actions.now(), actor=actor, approver=approver,
            evidence=(content["evidence"],), on=date.fromisoformat(content["on"]),
        )  # fmt: skip
        return replace(undone, linked=linked)
    legs, rows = legs_of(content["rows"])
    return Entry(
        key=key, on=date.fromisoformat(content["on"]), recorded_at=actions.now(), kind=content["kind"],
        legs=tuple(legs), actor=actor, approver=approver, evidence=(content["evidence"],), linked=linked,
        lots=tuple(_lots(rows, content)),
    )  # fmt: skip


def _lots(rows: Sequence[Mapping[str, str]], content: Mapping[str, Any]) -> Iterable[kernel_lots.Lot]:
    """The lots of an opening balance, whose ground is not known: a document stands in its place."""
    if not entry_kinds()[content["kind"]].opens_lots:
        return
    opened: set[str] = set()
    places = _places()
    for row in rows:
        serial = row.get("lot")
        if serial and serial not in opened and _ids(pools())[row["from_pool"]] == OUTSIDE and row.get("document"):
            opened.add(serial)
            yield kernel_lots.Lot(
                serial=serial, place=places[row["to_place"]] or "", project=row.get("project") or serial,
                on=date.fromisoformat(content["on"]), credit=_ids(credit_kinds()).get(row.get("credit") or "", "unknown"),
                ground=None, document=row["document"],
            )  # fmt: skip


def propose(
    request: Request, place: Place, head: Mapping[str, Any], rows: Sequence[Mapping[str, str]], *, first: int = 1,
    beside: Proposal | None = None,
) -> Proposal:  # fmt: skip
    """Keep a proposal that could be posted as far as its own content tells, and that touches the proposer's places only.

    Parameters
    ----------
    first : what messages call the first row: 2 in a workbook, under its headings
    beside : a proposal of one's own that waits; both are posted together, or neither is

    Raises
    ------
    Problems, BookRefused, StageRefused
    """
    _legs, kept = legs_of(rows, first=first)
    content = {"kind": head["kind"], "evidence": head["evidence"], "rows": kept}
    return _propose(request, place, head["on"], content, form=head.get("form"), beside=beside)


def propose_reversal(
    request: Request, booked: models.Entry, on: date, evidence: str, form: UUID | None = None, *,
    beside: Proposal | None = None,
) -> Proposal:  # fmt: skip
    """Keep the proposal to take an entry back; what the book would refuse of it is said when it is posted.

    Raises
    ------
    Problems, BookRefused
    """
    kept = keeping_places(request.user).filter(pk__in=booked.legs.values("account__place")).first()
    if kept is None:
        raise PermissionDenied
    content = {"kind": "reversal", "evidence": evidence, "rows": [], "reverses": booked.key}
    return _propose(request, kept, on, content, form=form, beside=beside)


def propose_linked(parts: Sequence[Callable[..., Proposal]]) -> list[Proposal]:
    """Keep proposals that are posted together or not at all, the later beside the first; every problem of each at once.

    Parameters
    ----------
    parts : `propose` or `propose_reversal` with all but `beside`

    Raises
    ------
    Problems, BookRefused
    """
    made: list[Proposal] = []
    problems: list[Problem] = []
    with transaction.atomic():
        for number, part in enumerate(parts, 1):
            try:
                with transaction.atomic():
                    made.append(part(beside=made[0] if made else None))
            except Problems as error:
                problems += [replace(each, entry=number) for each in error.problems]
        if problems:
            raise Problems(problems)
    return made


def _propose(
    request: Request, place: Place, on: date, content: dict[str, Any], *, form: UUID | None, beside: Proposal | None
) -> Proposal:
    """Keep it once: a form handed in again is answered with the proposal it made."""
    content |= {"on": on.isoformat()}
    key = form or uuid4()
    entry = entry_of(content, "draft", actor=request.user.username)
    check_direct(entry)
    check_places(request.user, entry)

    head = set_of(beside)[0] if beside else None
    with transaction.atomic():
        about = {name: content[name] for name in ("kind", "evidence")} | {"place": place, "proposer": request.user}
        about |= {"on": on, "content": content, "head": head}
        made, fresh = Proposal.objects.get_or_create(uuid=key, defaults=about)
        if not fresh:
            return _same_proposal(made, about)
        if head:
            _check_joins(head, request.user)
        note(request, "ledger.propose", f"proposal:{made.uuid}", on=on, place=place)
    return made


def _same_proposal(known: Proposal, asked: Mapping[str, Any]) -> Proposal:
    """The proposal a form made before, if it says the same."""
    if any(getattr(known, name) != asked[name] for name in ("content", "place", "proposer", "head")):
        raise BookRefused("book-proposal-repeated")
    return known


def _check_joins(head: Proposal, proposer: User) -> None:
    """Whether another proposal may be linked to this one: one's own, of an entry, still waiting, and of not too many."""
    lock_set(head)
    if head.proposer_id != proposer.pk or head.kind in recording.KINDS:
        raise StageRefused("book-linked-another")
    if Decision.objects.filter(proposal=head).exists():
        raise StageRefused("book-linked-decided")
    if head.tail.count() >= LINKED_MAX:  # the one just kept is among them
        raise BookRefused("book-linked-many", most=LINKED_MAX)


def set_of(proposal: Proposal) -> list[Proposal]:
    """A proposal and all that are decided with it, whoever may see them, in the order of their entries."""
    head = proposal.head_id or proposal.pk
    return list(Proposal.objects.filter(Q(pk=head) | Q(head=head)).order_by("pk"))


def lock_set(proposal: Proposal) -> None:
    """Nobody else decides on it, or links another to it, until the transaction is over."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(40968, %s)", [proposal.head_id or proposal.pk])


def check_places(user: User, entry: Entry) -> None:
    """Both ends of every movement are kept by the proposer, or lie outside the book."""
    named = {leg.account.place for leg in entry.legs} - {OUTSIDE}
    mine = {place_key(place) for place in keeping_places(user)}
    if strange := sorted(named - mine):
        names = "、".join(place.name for place in places_by_key(strange).values() if place)
        raise Problems([Problem(0, "", gettext("无权记 %(places)s 的台账。") % {"places": names})])


def check_direct(entry: Entry) -> None:
    """Without a procedure nothing is taken from what is used, held or earmarked, and no debt falls but by what is given for it."""
    if entry.kind == "reversal":
        return
    if entry.kind not in PROPOSED:
        kind = entry_kinds()[entry.kind]
        raise BookRefused("book-kind-of-procedure", kind_zh=kind.zh, kind_en=kind.en)
    fallen: Counter[tuple[str, str]] = Counter()
    owned: Counter[tuple[str, str]] = Counter()
    for account, amount in ((leg.account, leg.amount) for leg in entry.legs if leg.account.place != OUTSIDE):
        pool = pools()[account.pool]
        if account.pool in KEPT and amount < 0:
            raise BookRefused("book-pool-of-procedure", pool_zh=pool.zh, pool_en=pool.en)
        (fallen if pool.debt else owned)[account.place, account.index] += min(amount, 0) if pool.debt else amount
    if any(amount < 0 and owned[key] > amount for key, amount in fallen.items()):
        raise BookRefused("book-debt-alone")


def shown(rows: Sequence[Mapping[str, str]]) -> list[dict[str, Any]]:
    """Rows with the names of places and the ids of words, as the page shows them."""
    places = _places()
    names = {key: place.name for key, place in places_by_key(filter(None, places.values())).items() if place}
    tables = {"index": _ids(indices()), "from_pool": _ids(pools()), "to_pool": _ids(pools())}
    return [
        {**row, **{name: table[row[name]] for name, table in tables.items()},
         **{side: names.get(places.get(row[side]) or "", "") for side in SIDES},
         "units": _whole(row["amount"]) or 0}
        for row in rows
    ]  # fmt: skip
