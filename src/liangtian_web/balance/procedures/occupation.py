"""占用: what the land of a check owes is held on application, written off on approval, given back otherwise."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _

from liangtian.ledger.indices import indices
from liangtian.ledger.posting import Pocket, Posting
from liangtian.policy.amounts import BALANCE, amounts
from liangtian.policy.evaluate import Posted
from liangtian.policy.facts import read_facts
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
    posted,
)
from liangtian_web.balance.procedures.corrections import after_approval
from liangtian_web.balance.promises import promised_for
from liangtian_web.balance.queries import at_hand, held_by
from liangtian_web.ledger import actions as book
from liangtian_web.ledger.models import Entry
from liangtian_web.registers.queries import Ground, known_of
from liangtian_web.registers.suspension import TRIGGERS

# Who balances; asked of a check, here by the book's own figures.
DUTIES = ("wenzhou-2019（五）.4", "wenzhou-2019（五）.5")
SUSPENSION = "wenzhou-2019（五）.9"
SURPLUS = "linkage_m2"
AVAILABLE = dict(zip(BALANCE, ("available_quantity_m2", "available_capacity_kg", "available_paddy_m2"), strict=True))


def facts_of(filing: Filing, key: str) -> dict[str, object]:
    """The facts of the case: those of the check, those registered with the filing, and the book's own figures."""
    begun = filing.begun or filing
    assert begun.run is not None
    checked = read_facts(begun.run.facts)
    if rows := checked.get("required_by_place"):
        # Each place balances its own part from its own book.
        own = tuple(row for row in rows if row["place"] == key)  # type: ignore[attr-defined]
        checked["required_by_place"] = own or rows
    known = checked | read_facts(begun.facts) | read_facts(filing.facts) | {"available_by_place": None}
    known |= {AVAILABLE[index]: _typed(index, free) for index, free in free_of(filing).items()}
    known["committed_amounts"] = promised_for(begun, filing.on)
    if filing.begun is not None:
        known["held_amounts"] = (held_by(filing.begun),)
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


def free_of(filing: Filing) -> dict[str, int]:
    """Index → what the pool it draws on can spend from the day of the filing on."""
    return {index: sum(amount for _, amount in at_hand(filing, index)) for index in BALANCE}


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
    assert filing.begun is not None
    held = filing.begun.decision.entry
    assert held is not None  # filed only against a hold that was booked
    surplus = {(parties["county"], "reserve", SURPLUS): at_hand(filing, SURPLUS)}
    return book.settle(held, moved, parties=parties, about=about, lots=surplus)


def _check(filing: Filing) -> tuple[str, ...]:
    run = (filing.begun or filing).run
    return (f"run:{run.uuid}",) if run else ()


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
    gates=("wenzhou-2019（五）.1", *DUTIES),
    also=DUTIES,
    facts=facts_of,
    book=from_reserve,
    ready=check_free,
    evidence=_check,
    follows=_endings,
    state=_state,
)
APPROVAL = Procedure(
    event="approval",
    word=_("批准核销"),
    done=_("已核销"),
    kind="write-off",
    gates=("wenzhou-2019（五）.2", *DUTIES, "wenzhou-2019（五）.8", SUSPENSION, "wenzhou-2019（七）.3"),
    facts=facts_of,
    registered=surplus_used,
    book=end,
    ready=_parts,
    today=(SUSPENSION,),
    evidence=_check,
    follows=after_approval,
)
RELEASE = Procedure(
    event="release",
    word=_("解冻退回"),
    done=_("已解冻"),
    kind="release",
    gates=("wenzhou-2019（五）.3",),
    facts=facts_of,
    book=end,
    evidence=_check,
)
