"""A commitment as its page says it, and the list as a table: every amount with the entry it comes from."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.urls import reverse
from django.utils.translation import get_language, gettext

from liangtian.messages import Language
from liangtian.policy.amounts import BALANCE
from liangtian.policy.facts import dictionary
from liangtian_web.balance.models import Filing
from liangtian_web.balance.presentation import findings_shown, state_of, stated
from liangtian_web.balance.procedures import PROCEDURES
from liangtian_web.balance.procedures.commitment import COMMITMENT, completion_of, steps_of
from liangtian_web.balance.promises import DUE, KEEP, SETTLE, Standing, standing
from liangtian_web.balance.queries import at_hand
from liangtian_web.balance.ruling import findings_text, rule
from liangtian_web.commitments.forms import SupplyForm
from liangtian_web.commitments.register import Line, line, milestones
from liangtian_web.ledger.models import Entry
from liangtian_web.ledger.templatetags.book import index_unit, index_word
from liangtian_web.trail.export import Table

DUE_RULES = ("wenzhou-2019（八）.2", "wenzhou-2019（八）.4", "wenzhou-2019（八）.6")


@dataclass(frozen=True, slots=True)
class Cell:
    """An amount and where it comes from: its entry, or the history where several made it."""

    amount: int
    url: str


def kind_words(promise: Filing) -> str:
    """The kind of a commitment."""
    words = dictionary()["commitment_kind"].values[promise.facts["commitment_kind"]]
    return words["en" if get_language() == "en" else "zh"]


def event_words(filing: Filing) -> str:
    """What was filed."""
    return str(PROCEDURES[filing.event].word)


def page(promise: Filing, on: date, lang: Language) -> dict[str, Any]:
    """Everything the page of a commitment shows, as it stands on a day."""
    decision = getattr(promise, "decision", None)
    booked = decision is not None and decision.entry_id is not None
    known = standing(promise, on) if booked else asked(promise)
    history = followed(promise)
    tag, word = state_of(promise)
    found: dict[str, Any] = {
        "promise": promise, "decision": decision, "booked": booked, "tag": tag, "word": word,
        "known": known, "line": line(promise, known, on), "kind": kind_words(promise),
        "columns": columns(promise), "stated": _particulars(promise), "today": on,
        "rows": rows(promise, known, history), "history": history,
        "steps": steps_of(promise), "completion": completion_of(promise), "milestones": milestones(promise),
        "default_waits": any(each.filing.event == DUE and each.tag == "unknown" for each in history),
        "in_default": any(known.arrears.values()),
        "defaulted": known.is_defaulted,
        "overdue": booked and is_overdue(promise, known, on),
    }  # fmt: skip
    if decision is not None and booked:
        found["promised"] = findings_shown(decision.findings, lang, COMMITMENT.gates)["own"]
        found["today_says"] = today_says(promise, on, lang) if any(known.outstanding.values()) else []
    return found


def asked(promise: Filing) -> Standing:
    """How a commitment would stand that is not in the book: nothing of it is supplied."""
    row = promise.facts["promised_amounts"][0]
    return Standing(promised={name: row.get(name) or 0 for name in BALANCE})


def _particulars(promise: Filing) -> list[tuple[str, str]]:
    """What was stated besides the kind, which stands above, and the steps, which have a table."""
    kind = dictionary()["commitment_kind"]
    shown = {*COMMITMENT.says(promise), (kind.en if get_language() == "en" else kind.zh, kind_words(promise))}
    return [each for each in stated(promise) if each not in shown]


def is_overdue(promise: Filing, known: Standing, on: date) -> bool:
    """Whether its last day has passed with something left to supply."""
    last = line(promise, known, on).last
    return any(known.outstanding.values()) and last is not None and on > last


def columns(promise: Filing) -> list[str]:
    """The indices the commitment speaks of."""
    return [name for name in BALANCE if any((row.get(name) or 0) for row in promise.facts["promised_amounts"])]


def today_says(promise: Filing, on: date, lang: Language) -> list[dict[str, Any]]:
    """What the clauses would answer if its default were filed on the day."""
    asked = Filing(event=DUE, place=promise.place, project=promise.project, on=on, facts={}, begun=promise)
    shown: list[dict[str, Any]] = findings_shown(findings_text(rule(asked).findings), lang, DUE_RULES)["own"]
    return shown


@dataclass(frozen=True, slots=True)
class Followed:
    """What followed a commitment: its filing, how it stands, and what its entry moved."""

    filing: Filing
    tag: str
    word: str
    entry: Entry | None
    reversed: bool
    amounts: Sequence[tuple[str, str, int]]  # pool, index, amount


def followed(promise: Filing) -> list[Followed]:
    """Everything filed for a commitment, oldest first."""
    rows = promise.later.filter(event__in=(KEEP, SETTLE, DUE)).order_by("on", "pk")
    found = []
    for each in rows.select_related("decision__entry__reversed_by", "decision__actor", "filer"):
        decision = getattr(each, "decision", None)
        entry = decision.entry if decision else None
        tag, word = state_of(each)
        undone = entry is not None and getattr(entry, "reversed_by", None) is not None
        found.append(Followed(each, *(("not_applicable", gettext("已冲正")) if undone else (tag, word)), entry, undone,
                              amounts_of(each)))  # fmt: skip
    return found


def amounts_of(filing: Filing) -> list[tuple[str, str, int]]:
    """Pool, index and amount of what a filing supplies, deducts or leaves in arrears; asked for, where not booked."""
    decision = getattr(filing, "decision", None)
    if decision is None or decision.entry_id is None:
        asked = filing.facts.get("supplied_amounts") or [{}]
        return [("used", index, asked[0][index]) for index in BALANCE if asked[0].get(index)]
    return [
        (pool, index, amount)
        for _, pool, index, amount, _ in decision.postings
        if amount > 0 and pool in ("used", "arrears")
    ]


def rows(promise: Filing, known: Standing, history: Sequence[Followed]) -> list[dict[str, Any]]:
    """Index by index: what was promised, supplied, deducted, is left and is in arrears, each with its way to the book."""
    decision = getattr(promise, "decision", None)
    own = _entry_url(decision.entry) if decision and decision.entry else ""

    def of(events: tuple[str, ...], amount: int) -> Cell:
        entries = [each.entry for each in history if each.filing.event in events and each.entry and not each.reversed]
        return Cell(amount, _entry_url(entries[0]) if len(entries) == 1 else "#history" if entries else own)

    return [
        {
            "index": index,
            "promised": Cell(known.promised[index], own),
            "fulfilled": of((KEEP,), known.fulfilled[index]),
            "deducted": of((DUE,), known.deducted[index]),
            "outstanding": of((KEEP, DUE), known.outstanding[index]),
            "arrears": of((DUE, SETTLE), known.arrears[index]),
        }
        for index in columns(promise)
    ]


def _entry_url(entry: Entry) -> str:
    return reverse("ledger:entry", args=[entry.uuid])


def supply_rows(form: SupplyForm, promise: Filing, on: date) -> list[dict[str, Any]]:
    """Index by index: what is owed, what the reserve can spend today, and the field of what is supplied."""
    known = standing(promise)
    owed = known.arrears if known.is_defaulted else known.outstanding
    at = Filing(place=promise.place, on=on)
    return [
        {"index": name, "owed": owed[name], "free": sum(amount for _, amount in at_hand(at, name)),
         "unit": index_unit(name, "m2"), "field": form[name]}
        for name in columns(promise)
        if owed[name]
    ]  # fmt: skip


def table(found: Iterable[Line]) -> Table:
    """The list as a table: amounts in the whole units of the book."""
    measured = [(word, name) for name in BALANCE for word in (gettext("已承诺"), gettext("已兑现"), gettext("已核减"),
                                                              gettext("未兑现"), gettext("欠账"))]  # fmt: skip
    heads = [
        gettext("状态"), gettext("项目"), gettext("责任单元"), gettext("承诺类型"), gettext("业务日期"), gettext("承诺文号"),
        gettext("下一步"), gettext("期限"), gettext("剩余天数"),
        *(f"{index_word(name)}{word} ({index_unit(name, 'm2')})" for word, name in measured),
        gettext("件号"),
    ]  # fmt: skip
    return Table(gettext("补充耕地承诺"), heads, [_cells(each) for each in found])


def _cells(each: Line) -> list[object]:
    filing, known = each.filing, each.standing
    amounts = [
        kept[name]
        for name in BALANCE
        for kept in (known.promised, known.fulfilled, known.deducted, known.outstanding, known.arrears)
    ]
    return [
        each.word, filing.project, str(filing.place), kind_words(filing), filing.on, filing.document, each.what,
        each.due if known.is_open else None, each.days, *amounts, str(filing.uuid),
    ]  # fmt: skip
