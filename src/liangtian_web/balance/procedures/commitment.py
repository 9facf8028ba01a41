"""承诺: what is promised for later stands in the book as a debt; it is kept from the reserve, or deducted when its day has come.

The steps taken are rows of the app above that records them, read through their relation to the commitment.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any, cast

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from liangtian.ledger.indices import index_words
from liangtian.ledger.posting import Posting
from liangtian.policy.amounts import BALANCE, amounts
from liangtian.policy.days import years_after
from liangtian.policy.facts import read_facts
from liangtian.units import round_half_up
from liangtian_web.balance.models import Filing
from liangtian_web.balance.procedure import Next, Parties, Procedure, follow, from_reserve, later, spent
from liangtian_web.balance.procedures.occupation import DUTIES, SUSPENSION, free_of
from liangtian_web.balance.procedures.occupation import facts_of as occupation_facts
from liangtian_web.balance.promises import DUE, KEEP, PROMISE, SETTLE, Standing, arrears_on, promised_for, standing
from liangtian_web.balance.queries import deciding_places
from liangtian_web.errors import StageRefused
from liangtian_web.ledger import actions as book
from liangtian_web.ledger.models import Entry
from liangtian_web.ledger.records import place_key
from liangtian_web.rulebook.queries import keys_of, values_known

TERM = "liangtian-2026（技术）.commitment_term_years"
ARREARS = "wenzhou-2019（八）.7"
OWED = dict(zip(BALANCE, ("farmland_quantity_m2", "capacity_kg", "paddy_m2"), strict=True))
# What a promise of new and improved farmland names a day for, in the order of the text.
STEPS = {
    "adjustment": _("项目调整"),
    "works": _("项目实施"),
    "acceptance": _("项目验收"),
    "filing": _("报备"),
}
COMPLETION = "completion"  # of the project, recorded beside these steps


@dataclass(frozen=True, slots=True)
class Step:
    """A step of a promise: until when it was promised, and the day it was taken."""

    name: str
    due_on: date
    done_on: date | None

    @property
    def word(self) -> str:
        """What it is called."""
        return str(STEPS[self.name])


def promise_of(filing: Filing) -> Filing:
    """The commitment a filing goes on with."""
    assert filing.begun is not None  # filed only against a commitment
    return filing.begun


def owed_of(filing: Filing, key: str) -> dict[str, Any]:
    """What the land of the check owes; of batch land, the place's own part."""
    if filing.run is None:
        return {}
    checked = read_facts(filing.run.facts)
    rows = cast("tuple[dict[str, Any], ...]", checked.get("required_by_place") or ())
    own = next((row for row in rows if row["place"] == key), None)
    return {fact: own[index] if own else checked.get(fact) for index, fact in OWED.items()}


def promise_facts(filing: Filing, key: str) -> dict[str, object]:
    """What is promised for which land, and what the place is in arrears with on the day."""
    return owed_of(filing, key) | read_facts(filing.facts) | {"arrears_amounts": (arrears_on(filing.place, filing.on),)}


def recorded(promise: Filing) -> dict[str, date]:
    """Step → the day last recorded for it."""
    return {row.step: row.on for row in promise.steps.all()}  # as they were recorded: the last of a step holds


def steps_of(promise: Filing) -> list[Step]:
    """The steps promised, in the order of the text, with what is recorded of each."""
    done = recorded(promise)
    rows = cast("tuple[dict[str, Any], ...]", read_facts(promise.facts).get("promised_steps") or ())
    return [Step(row["step"], row["due_on"], done.get(row["step"])) for row in rows if row["due_on"]]


def completion_of(promise: Filing) -> date | None:
    """The day the project is completed, or planned to be: as last recorded, else as promised."""
    stated = read_facts(promise.facts).get("project_completion_on")
    return recorded(promise).get(COMPLETION) or cast("date | None", stated)


def due_of(promise: Filing) -> date | None:
    """The last day of a promise that was made step by step."""
    return max((each.due_on for each in steps_of(promise)), default=None)


def keeping_facts(filing: Filing, key: str) -> dict[str, object]:
    """What is supplied, and what is still committed: supplies booked for later days count, so that none is made twice."""
    promise = promise_of(filing)
    return read_facts(filing.facts) | {
        "commitment_state": "committed",
        "promised_amounts": (standing(promise, filing.on).promised,),
        "fulfilled_amounts": (standing(promise).fulfilled,),
    }


def settling_facts(filing: Filing, key: str) -> dict[str, object]:
    """What is supplied, and what this commitment left in arrears by the day and is not settled on any."""
    promise = promise_of(filing)
    left, settled = standing(promise, filing.on).left, standing(promise).settled
    rest = {index: max(0, left[index] - settled[index]) for index in BALANCE}
    return read_facts(filing.facts) | {"commitment_state": "arrears", "arrears_amounts": (rest,)}


def due_facts(filing: Filing, key: str) -> dict[str, object]:
    """The whole case of a promise whose day has come: nothing of it is handed in with the filing."""
    promise = promise_of(filing)
    known = standing(promise, filing.on)
    steps = tuple({"step": each.name, "due_on": each.due_on, "done_on": each.done_on} for each in steps_of(promise))
    return {
        "commitment_kind": promise.facts["commitment_kind"],
        "project_completion_on": completion_of(promise),
        "commitment_due_on": due_of(promise),
        "promised_steps": steps,
        "promised_amounts": (known.promised,),
        "fulfilled_amounts": (standing(promise).fulfilled,),
        "fulfilled_on": known.kept_on,
        "reserve_amounts": (free_of(filing),),
    }


def check_promise(filing: Filing) -> None:
    """Look at what no clause asks of a promise: the land behind a key project it names, and how far its days lie off.

    Raises
    ------
    StageRefused : it names a key project without a check of its land, or promises more for one than that land owes, or
        falls due later than the term of `liangtian-2026` allows
    """
    if filing.facts.get("key_project_number"):
        _check_land(filing)
    said = read_facts(filing.facts)
    rows = cast("tuple[dict[str, Any], ...]", said.get("promised_steps") or ())
    _check_term(filing, "steps", max((row["due_on"] for row in rows if row["due_on"]), default=None))
    _check_term(filing, "completion", cast("date | None", said.get("project_completion_on")))


def _check_land(filing: Filing) -> None:
    if filing.run is None:
        raise StageRefused("commitment-names-no-land")
    owed = owed_of(filing, place_key(filing.place))
    for index, amount in amounts(filing.facts["promised_amounts"], BALANCE).items():
        most = round_half_up(Fraction(owed[OWED[index]] or 0))
        if amount > most:
            words = {"amount": f"{amount:,}", "owed": f"{most:,}"}
            raise StageRefused("commitment-beyond-land", **index_words(index), **words)


def _check_term(filing: Filing, which: str, due: date | None) -> None:
    key, *within = keys_of(filing.place)
    terms = values_known().resolve(TERM, on=filing.on, place=key, within=tuple(within)).table
    latest = years_after(filing.on, int(terms[which]))
    if due is not None and due > latest:
        raise StageRefused("commitment-too-far", due=due, on=filing.on, latest=latest)


def make(filing: Filing, moved: Sequence[Posting], parties: Parties, about: book.About) -> Entry:
    """Enter the promise, one for a check and place, by the place above."""
    if promised_for(filing, date.max):
        raise StageRefused("commitment-run-promised")
    check_promise(filing)
    _check_above(filing, about)
    return spent(filing, moved, parties, about)


def keep(filing: Filing, moved: Sequence[Posting], parties: Parties, about: book.About) -> Entry:
    """Supply from the reserve, unless the default was booked: then it is arrears that are settled."""
    if standing(promise_of(filing)).is_defaulted:
        raise StageRefused("commitment-defaulted")
    return from_reserve(filing, moved, parties, about)


def deduct(filing: Filing, moved: Sequence[Posting], parties: Parties, about: book.About) -> Entry:
    """Deduct once, by the place above."""
    if standing(promise_of(filing)).is_defaulted:
        raise StageRefused("commitment-defaulted")
    _check_above(filing, about)
    return spent(filing, moved, parties, about)


def _check_above(filing: Filing, about: book.About) -> None:
    assert about.approver is not None
    if not deciding_places(about.approver, filing.event).filter(pk=filing.place_id).exists():
        raise StageRefused("commitment-judged-above", place=filing.place.name)


def _check(filing: Filing) -> tuple[str, ...]:
    return (f"run:{filing.run.uuid}",) if filing.run else ()


def _promise(filing: Filing) -> tuple[str, ...]:
    promise = promise_of(filing)
    return (f"filing:{promise.uuid}", *_check(promise))


def _page(filing: Filing) -> tuple[Next, ...]:
    promise = filing.begun or filing
    return (follow(_("看承诺"), "commitments:page", promise.uuid),)


def _after_promise(filing: Filing) -> tuple[Next, ...]:
    """Its page; and the approval of land that has nothing to hold, because the promise covers all it owes."""
    if filing.run_id is None or any(each.event == PROMISED_APPROVAL.event for each in later(filing)):
        return _page(filing)
    owed = {index: round_half_up(Fraction(figure or 0)) for index, figure in owed_by_index(filing).items()}
    promised = standing(filing).promised
    if any(promised[index] < amount for index, amount in owed.items()):
        return _page(filing)
    return (*_page(filing), follow(PROMISED_APPROVAL.word, "balance:next", filing.uuid, PROMISED_APPROVAL.event))


def owed_by_index(filing: Filing) -> dict[str, Any]:
    """Index → what the land of the check owes."""
    owed = owed_of(filing, place_key(filing.place))
    return {index: owed[fact] for index, fact in OWED.items()}


def supply_due(filing: Filing) -> dict[str, int]:
    """Index → what the land of a check still owes in whole units, less what was promised for it."""
    promised = amounts(promised_for(filing, filing.on), BALANCE)
    owed = {index: max(Fraction(0), Fraction(figure or 0) - promised[index])
            for index, figure in owed_by_index(filing).items()}  # fmt: skip
    return {index: int(round_half_up(figure)) for index, figure in owed.items() if figure}


def _once(filing: Filing, today: date) -> None:
    """One approval of a promise."""
    if any(each.event == filing.event for each in later(promise_of(filing))):
        raise StageRefused("balance-approved-before")


def _says(filing: Filing) -> Iterator[tuple[str, str]]:
    for each in steps_of(filing):
        yield each.word, f"{each.due_on:%Y-%m-%d}"


def _state(filing: Filing) -> tuple[str, Any]:
    return state_of(standing(filing, timezone.localdate()))


def state_of(known: Standing) -> tuple[str, Any]:
    """The colour and word of a commitment that is booked, by how it stands."""
    if not any(known.promised.values()):
        return "not_applicable", _("已冲正")
    if any(known.arrears.values()):
        return "fail", _("有欠账")
    if any(known.outstanding.values()):
        return "running", COMMITMENT.done
    return ("pass", _("已核减")) if known.is_defaulted else ("pass", _("已兑现"))


COMMITMENT = Procedure(
    event=PROMISE,
    word=_("补充耕地承诺"),
    done=_("已承诺"),
    kind="commitment",
    gates=("wenzhou-2019（八）.1", "wenzhou-2019（八）.3", ARREARS),
    today=(ARREARS,),
    facts=promise_facts,
    book=make,
    evidence=_check,
    follows=_after_promise,
    state=_state,
    says=_says,
)
PROMISED_APPROVAL = Procedure(
    event="promised-approval",
    word=_("承诺项目用地批准"),
    done=_("已记录批准"),
    kind="write-off",
    gates=("wenzhou-2019（五）.2", *DUTIES, "wenzhou-2019（五）.8", SUSPENSION),
    asks="approval",
    facts=occupation_facts,
    today=(SUSPENSION,),
    moves=False,
    ready=_once,
    evidence=_promise,
    follows=_page,
)
FULFILMENT = Procedure(
    event=KEEP,
    word=_("承诺兑现"),
    done=_("已兑现"),
    kind="fulfilment",
    gates=("wenzhou-2019（八）.5",),
    facts=keeping_facts,
    book=keep,
    evidence=_promise,
    follows=_page,
)
SETTLEMENT = Procedure(
    event=SETTLE,
    word=_("欠账清偿"),
    done=_("已清偿"),
    kind="arrears-settlement",
    gates=("wenzhou-2019（八）.5",),
    asks=KEEP,
    facts=settling_facts,
    book=from_reserve,
    evidence=_promise,
    follows=_page,
)
DEFAULT = Procedure(
    event=DUE,
    word=_("到期核减"),
    done=_("已核减"),
    kind="deduction",
    gates=("wenzhou-2019（八）.6",),
    facts=due_facts,
    book=deduct,
    evidence=_promise,
    follows=_page,
)
