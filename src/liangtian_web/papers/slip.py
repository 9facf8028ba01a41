"""The slip of an entry (记账单): what one keeper asked for and another posted, with every leg and lot."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.http import Http404
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from liangtian.ledger.indices import indices
from liangtian.ledger.kinds import credit_kinds
from liangtian.reports.outline import Section
from liangtian_web.ledger import proposing
from liangtian_web.ledger.models import Entry, Leg, Lot, Proposal
from liangtian_web.ledger.presentation import traces
from liangtian_web.ledger.queries import entries_for, proposals_for
from liangtian_web.ledger.recording import KINDS
from liangtian_web.ledger.records import lots_opened_by, place_key
from liangtian_web.ledger.templatetags.book import credit_word, entry_name, index_word, kind_word, pool_word
from liangtian_web.papers.form import Asked, Paper, Said, pairs, table
from liangtian_web.papers.parts import figure, in_book, in_mu, moment
from liangtian_web.people.models import User

Line = tuple[str, str, str | None, int]  # account in words, index, lot, amount


@dataclass(frozen=True, slots=True)
class Slip:
    """A proposal of an entry as its reader may see it.

    Attributes
    ----------
    entry : what it was posted as; None: it waits or was sent back
    taken_back : the entry it reverses, or proposes to
    linked : the entries posted with it
    """

    proposal: Proposal
    entry: Entry | None
    taken_back: Entry | None
    linked: Sequence[Entry]


def _find(user: User, ref: str, asked: Asked) -> Slip:
    """Of an entry; a boundary and a closing have papers of their own."""
    try:
        found = proposals_for(user).filter(uuid=UUID(ref)).exclude(kind__in=KINDS).first()
    except ValueError:
        found = None
    if found is None:
        raise Http404
    decision = getattr(found, "decision", None)
    entry = decision.entry if decision else None
    taken_back = entries_for(user).filter(key=found.content.get("reverses", "")).first()
    linked = entries_for(user).filter(key__in=entry.linked).order_by("pk") if entry else ()
    return Slip(found, entry, taken_back, list(linked))


def _said(slip: Slip) -> Said:
    decision = getattr(slip.proposal, "decision", None)
    if decision is None:
        return Said("unknown", gettext("尚未审核。"))
    if slip.entry is None:
        return Said("fail", gettext("已退回：%(reason)s") % {"reason": decision.reason or "—"})
    undone = getattr(slip.entry, "reversed_by", None)
    if undone is not None:
        return Said("fail", gettext("已审核入账，后由分录 %(key)s 冲正。") % {"key": undone.key})
    return Said("pass", gettext("已审核入账，分录编号 %(number)s。") % {"number": slip.entry.uuid})


def _about(slip: Slip) -> Section:
    given = slip.proposal
    rows = [(gettext("类型"), kind_word(given.kind)), (gettext("依据"), given.evidence)]
    if slip.taken_back is not None:
        rows.append((gettext("冲正分录"), f"{entry_name(slip.taken_back)} · {slip.taken_back.uuid}"))
    rows += [
        (gettext("同时记账"), f"{kind_word(each.kind)} {each.on:%Y-%m-%d} {each.evidence} · {each.uuid}")
        for each in given.linked
    ]
    rows.append((gettext("提出人"), f"{given.proposer} · {moment(given.proposed_at)}"))
    return pairs(gettext("事项"), rows)


def _legs(slip: Slip) -> Section:
    """The legs of the entry; of one that waits, what is asked for."""
    lines = _booked(slip.entry) if slip.entry else _asked(slip)
    title = gettext("已记分录") if slip.entry else gettext("提请记账")
    rows = [
        (account, index_word(index), lot or "—", figure(amount, index, signed=True), in_mu(amount, index))
        for account, index, lot, amount in lines
    ]
    columns: Any = [(gettext("账户"), "text"), (gettext("指标"), "text"), (gettext("批次编号"), "text"),
                    (gettext("发生额"), "number"), (gettext("折合亩"), "number")]  # fmt: skip
    return table(title, columns, rows)


def _booked(entry: Entry) -> list[Line]:
    legs = Leg.objects.filter(entry=entry, implied=False).select_related("account__place", "lot").order_by("n")
    return [
        (_account(str(each.account.place or ""), each.account.pool), each.account.index,
         each.lot.serial if each.lot else None, each.amount)
        for each in legs
    ]  # fmt: skip


def _asked(slip: Slip) -> list[Line]:
    if slip.taken_back is not None:
        return [(account, index, lot, -amount) for account, index, lot, amount in _booked(slip.taken_back)]
    found = []
    for row in proposing.shown(slip.proposal.content.get("rows", [])):
        for side, sign in (("from", -1), ("to", 1)):
            account = _account(row[f"{side}_place"], row[f"{side}_pool"])
            found.append(
                (account, row["index"], row["lot"] if indices()[row["index"]].lots else None, sign * row["units"])
            )
    return found


def _account(place: str, pool: str) -> str:
    return f"{place} {pool_word(pool)}".strip()


def _lots(slip: Slip) -> Section | None:
    """The lots an opening brings, each with the document that stands for its ground."""
    rows = _opened(slip.entry) if slip.entry else _to_open(slip.proposal)
    if not rows:
        return None
    columns: Any = [(gettext("批次编号"), "text"), (gettext("责任单元"), "text"), (gettext("项目"), "text"),
                    (gettext("来源"), "text"), (gettext("文件"), "wording")]  # fmt: skip
    return table(gettext("新开指标块"), columns, rows)


def _opened(entry: Entry) -> list[Sequence[str]]:
    named = set(Leg.objects.filter(entry=entry, lot__isnull=False).values_list("lot", flat=True))
    found: Sequence[Lot] = lots_opened_by([entry.pk], named).get(entry.pk, ())
    return [
        (each.serial, str(each.place), each.project, credit_word(each.credit), each.document or "—")
        for each in sorted(found, key=lambda lot: lot.serial)
    ]


def _to_open(given: Proposal) -> list[Sequence[str]]:
    """Of a proposal that waits or was sent back: the lots its rows name with a document."""
    ids = {word: name for name, each in credit_kinds().items() for word in (name, each.zh, each.en)}
    rows = {
        row["lot"]: row
        for row in proposing.shown(given.content.get("rows", []))
        if row.get("lot") and row.get("document")
    }
    return [
        (lot, row["to_place"], row.get("project") or lot, credit_word(ids.get(row.get("credit") or "", "unknown")), row["document"])
        for lot, row in sorted(rows.items())
    ]  # fmt: skip


def _decided(slip: Slip) -> Section | None:
    decision = getattr(slip.proposal, "decision", None)
    if decision is None:
        return None
    rows = [(gettext("审核人"), f"{decision.actor} · {moment(decision.decided_at)}")]
    if slip.entry is None:
        return pairs(gettext("审核"), [*rows, (gettext("退回理由"), decision.reason or "—")])
    if slip.entry.rules:
        rows += [(each.what, each.text) for each in traces(slip.entry)[len(slip.entry.evidence) :]]
    else:
        rows.append((gettext("规则"), gettext("手工记账，未按条款计算")))
    said = gettext("同时所记分录")
    rows += [(said, f"{kind_word(each.kind)} {each.on:%Y-%m-%d} · {each.uuid}") for each in slip.linked]
    return pairs(gettext("审核与台账"), [*rows, *in_book(slip.entry)])


SLIP: Paper[Slip] = Paper(
    find=_find,
    title=lambda slip: gettext("%(kind)s记账单") % {"kind": kind_word(slip.proposal.kind)},
    what=lambda slip: f"proposal:{slip.proposal.uuid}",
    on=lambda slip: slip.proposal.on,
    place=lambda slip: slip.proposal.place,
    head=lambda slip: [
        (gettext("责任单元"), f"{slip.proposal.place} {place_key(slip.proposal.place)}"),
        (gettext("业务日期"), f"{slip.proposal.on:%Y-%m-%d}"),
        (gettext("件号"), str(slip.proposal.uuid)),
    ],
    said=_said,
    parts=lambda slip: (_about, _legs, _lots, _decided),
    seals=lambda slip: (_("提出人（台账管理）"), _("审核人（台账管理）"), _("责任单元自然资源主管部门")),
)
