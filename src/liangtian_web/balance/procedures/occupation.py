"""占用: what the land of a check owes is held on application, written off on approval, given back otherwise.

A separate site draws on what another place listed, on what the province pooled by a document, or on its own place.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from liangtian.ledger.indices import indices
from liangtian.ledger.posting import Pocket, Posting
from liangtian.policy.amounts import BALANCE, amounts
from liangtian.policy.evaluate import Posted
from liangtian.policy.facts import read_facts
from liangtian_web.balance.granted import check_granted_now
from liangtian_web.balance.ground import check_free, check_parts
from liangtian_web.balance.models import Filing
from liangtian_web.balance.procedure import (
    REGISTERED,
    Next,
    Parties,
    Procedure,
    follow,
    from_reserve,
    later,
    own_place,
    posted,
    spent,
)
from liangtian_web.balance.procedures.corrections import after_approval
from liangtian_web.balance.procedures.transfer import ELIGIBILITY, giver_again, held_amounts, set_aside, standing
from liangtian_web.balance.promises import promised_for
from liangtian_web.balance.queries import at_hand, held_by, is_supply, top_of
from liangtian_web.ledger import actions as book
from liangtian_web.ledger.models import Entry
from liangtian_web.ledger.records import place_key
from liangtian_web.registers.queries import Ground, known_of
from liangtian_web.registers.suspension import TRIGGERS

# Who balances; asked of a check, here by the book's own figures.
DUTIES = ("wenzhou-2019（五）.4", "wenzhou-2019（五）.5")
SUSPENSION = "wenzhou-2019（五）.9"
# How a separate site balances, and why not by an earlier way: shown, as the text does not make them a must.
WAYS = ("wenzhou-2019（五）.6", "wenzhou-2019（五）.7")
POOLING = "pooling"
SURPLUS = "linkage_m2"
AVAILABLE = dict(zip(BALANCE, ("available_quantity_m2", "available_capacity_kg", "available_paddy_m2"), strict=True))


def facts_of(filing: Filing, key: str) -> dict[str, object]:
    """The facts of the case: those of the check, those registered with the filing, and the book's own figures."""
    begun = application_of(filing)
    assert begun.run is not None
    checked = read_facts(begun.run.facts)
    if rows := checked.get("required_by_place"):
        # Each place balances its own part from its own book.
        own = tuple(row for row in rows if row["place"] == key)  # type: ignore[attr-defined]
        checked["required_by_place"] = own or rows
    known = checked | read_facts(begun.facts) | read_facts(filing.facts) | {"available_by_place": None}
    known |= {AVAILABLE[index]: _typed(index, free) for index, free in free_of(filing).items()}
    known["committed_amounts"] = promised_for(begun, filing.on)
    if begun is not filing:
        known["held_amounts"] = (held_by(begun),)
    if filing.event in (HOLD.event, RELEASE.event):
        return known
    surplus = sum(amount for _, amount in at_hand(filing, SURPLUS))
    return known | breaches_of(filing, known) | {"linkage_surplus_available_m2": Decimal(surplus)}


def breaches_of(filing: Filing, known: Mapping[str, object]) -> dict[str, object]:
    """What the registers say of the place, and whether this approval cures it: nobody says so but the registers and the book.

    A breach that no row speaks of is not known, whatever was handed in. What cures is the write-off for the key project
    in default itself, of no more than it still owes.
    """
    told = known_of(filing.place, filing.on)
    found: dict[str, object] = {**dict.fromkeys(TRIGGERS), **{name: each.value for name, each in told.items()}}
    owing = told.get("key_project_unbalanced")
    number = known.get("key_project_number")
    ground = next((each for each in owing.breaches if each.row.key == number), None) if owing else None
    taken = amounts(known.get("held_amounts") or (), BALANCE)  # type: ignore[arg-type]
    beyond = beyond_owed(ground, taken) if ground else dict.fromkeys(BALANCE, 0)
    found["cures_breach"] = ground is not None and any(taken.values()) and not any(beyond.values())
    return found | {"cure_beyond_amounts": (beyond,)}


def beyond_owed(project: Ground, taken: Mapping[str, int]) -> dict[str, int]:
    """Index → what is taken for a key project beyond what the book shows it still owes."""
    left = {index: max(0, int(project.owed[index]) - int(project.done[index])) for index in BALANCE}
    return {index: max(0, taken[index] - left[index]) for index in BALANCE}


def application_of(filing: Filing) -> Filing:
    """What states the case of an occupation: the hold itself, or the hold or promise it goes on with."""
    return filing if filing.event == HOLD.event or filing.begun is None else filing.begun


def free_of(filing: Filing) -> dict[str, int]:
    """Index → what the pool it draws on can spend from the day of the filing on."""
    if is_supply(filing):
        listed = standing([filing.begun]) if filing.begun else {}
        held = held_amounts(listed.values())
        return dict.fromkeys(BALANCE, 0) | next(iter(held.values()), {})
    if filing.facts.get("balance_path") == POOLING:
        pool, place = "provincial", top_of(filing.place)
        return {index: sum(amount for _, amount in at_hand(filing, index, pool, place)) for index in BALANCE}
    return {index: sum(amount for _, amount in at_hand(filing, index)) for index in BALANCE}


def parties_of(filing: Filing) -> dict[str, str]:
    """Those of the place, and who provides for a separate site what it listed."""
    listing = application_of(filing).begun
    return own_place(filing) | ({"provider": place_key(listing.place)} if listing else {})


def _again(filing: Filing, today: date | None) -> Iterator[Filing]:
    """Whoever provides still may give, on the business date and on the day it is decided."""
    if is_supply(filing):
        yield from giver_again(filing, today)


def hold(filing: Filing, moved: Sequence[Posting], parties: Parties, about: book.About) -> Entry:
    """Set aside what the way of balancing draws on: a listing's lots, the province's oldest, or the place's."""
    if is_supply(filing):
        return set_aside(filing, moved, parties, about)
    if filing.facts.get("balance_path") != POOLING:
        return from_reserve(filing, moved, parties, about)
    held = {each.index: each.amount for each in moved if each.pool == "held"}
    check_granted_now(filing, held, timezone.localdate())
    return spent(filing, moved, parties, about)


def _typed(index: str, amount: int) -> Decimal | int:
    return amount if indices()[index].unit == "kg" else Decimal(amount)


def _parts(filing: Filing, today: date) -> None:
    """Every place the land lies in has its own part held."""
    assert filing.begun is not None
    check_parts(filing.begun, today)


def surplus_used(filing: Filing) -> Iterator[Posted]:
    """Linkage surplus that the land uses in place of plan quota, as it was handed in."""
    used = int(filing.facts.get("uses_linkage_surplus_m2") or 0)
    yield from posted(REGISTERED, SURPLUS, used, from_=Pocket("county", "reserve"), to=Pocket("county", "used"))


def end(filing: Filing, moved: Sequence[Posting], parties: Parties, about: book.About) -> Entry:
    """End the hold wholly, each lot where it goes."""
    held = application_of(filing).decision.entry
    assert held is not None  # filed only against a hold that was booked
    surplus = {(parties["county"], "reserve", SURPLUS): at_hand(filing, SURPLUS)}
    return book.settle(held, moved, parties=parties, about=about, lots=surplus)


def _evidence(filing: Filing) -> tuple[str, ...]:
    """The check; and what the supply of a separate site rests on: the listing it was agreed on, the pooling document."""
    began = application_of(filing)
    checked = (f"run:{began.run.uuid}",) if began.run else ()
    agreed = (f"filing:{began.begun.uuid}",) if began.begun else ()
    granted = began.facts.get("pooling_document")
    return (*checked, *agreed, *((granted,) if granted else ()))


def _says(filing: Filing) -> Iterator[tuple[str, str]]:
    listing = application_of(filing).begun
    if listing is not None:
        yield str(_("补充耕地提供方")), listing.place.name


def _endings(filing: Filing) -> tuple[Next, ...]:
    if later(filing):
        return ()
    return (
        follow(APPROVAL.word, "balance:end", filing.uuid, APPROVAL.event),
        follow(RELEASE.word, "balance:end", filing.uuid, RELEASE.event),
    )


def _state(filing: Filing) -> tuple[str, Any]:
    ended = later(filing)
    if not ended:
        return "running", HOLD.done
    return "pass", (APPROVAL if ended[0].event == APPROVAL.event else RELEASE).done


HOLD = Procedure(
    event="hold",
    word=_("占用冻结"),
    done=_("已冻结"),
    kind="hold",
    gates=("wenzhou-2019（五）.1", *DUTIES, *WAYS, ELIGIBILITY),
    also=(*DUTIES, *WAYS),
    facts=facts_of,
    parties=parties_of,
    book=hold,
    ready=check_free,
    besides=_again,
    evidence=_evidence,
    says=_says,
    follows=_endings,
    state=_state,
)
APPROVAL = Procedure(
    event="approval",
    word=_("批准核销"),
    done=_("已核销"),
    kind="write-off",
    gates=("wenzhou-2019（五）.2", *DUTIES, *WAYS, "wenzhou-2019（五）.8", SUSPENSION, "wenzhou-2019（七）.3"),
    facts=facts_of,
    registered=surplus_used,
    parties=parties_of,
    book=end,
    ready=_parts,
    today=(SUSPENSION,),
    evidence=_evidence,
    says=_says,
    follows=after_approval,
)
RELEASE = Procedure(
    event="release",
    word=_("解冻退回"),
    done=_("已解冻"),
    kind="release",
    gates=("wenzhou-2019（五）.3",),
    facts=facts_of,
    parties=parties_of,
    book=end,
    evidence=_evidence,
    says=_says,
)
