"""What the rulebook says of a filing: the case is put together, decided, and what stops it is told from what does not.

Other clauses asked at the same step are shown and stop nothing here: this procedure does not ask for their facts.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import lru_cache

from liangtian.check.result import as_data, to_json
from liangtian.finding import Finding
from liangtian.ledger.indices import indices
from liangtian.ledger.posting import Pocket, Posting, move
from liangtian.policy.amounts import BALANCE, amounts
from liangtian.policy.clause import Case, obligations
from liangtian.policy.evaluate import Posted, Rulebook, gate, rules_digest
from liangtian.policy.facts import read_facts
from liangtian.policy.parameters import Parameters
from liangtian.policy.values import Parameter
from liangtian.rules.documents import DOCUMENTS
from liangtian_web.balance.models import Filing
from liangtian_web.balance.queries import at_hand, held_by
from liangtian_web.rulebook.queries import documents_on, keys_of, values_at

DUTIES = (
    "wenzhou-2019（五）.4",
    "wenzhou-2019（五）.5",
)  # who balances; asked of a check, here by the book's own figures

# Event → the obligations this procedure asks for all facts of: they stop it, and their postings are booked.
GATES: Mapping[str, tuple[str, ...]] = {
    "acceptance": ("wenzhou-2019（六）.2", "wenzhou-2019（六）.4"),
    "hold": ("wenzhou-2019（五）.1", *DUTIES),
    "approval": (
        "wenzhou-2019（五）.2",
        *DUTIES,
        "wenzhou-2019（五）.8",
        "wenzhou-2019（五）.9",
    ),
    "release": ("wenzhou-2019（五）.3",),
}
AVAILABLE = dict(zip(BALANCE, ("available_quantity_m2", "available_capacity_kg", "available_paddy_m2"), strict=True))
OUTSIDE = Pocket("outside", "outside")
REGISTERED = ""  # the rule of a posting that no clause makes: what was accepted, and what the province pools of it


@dataclass(frozen=True, slots=True)
class Ruled:
    """A filing as the rulebook answers it.

    Attributes
    ----------
    stops : findings that keep it from being booked
    postings : what it books, in the order in which it is explained
    """

    findings: tuple[Finding, ...]
    stops: tuple[Finding, ...]
    postings: tuple[Posted, ...]
    digest: str

    @property
    def may_post(self) -> bool:
        """Whether something is left to book and nothing stops it."""
        return bool(self.postings) and not self.stops


def rule(filing: Filing) -> Ruled:
    """Ask the documents that bind the place on the day of the filing.

    Raises
    ------
    LiangtianError : a fact does not fit the dictionary
    """
    documents = tuple(documents_on(filing.place, filing.on))
    key, *within = keys_of(filing.place)
    case = Case(filing.on, key, filing.event, facts_of(filing, key), tuple(within))

    values = values_at(filing.place)
    decided = _rulebook(documents, values).decide(case)
    checked = _checked(_rulebook(documents, values, DUTIES), case) if filing.event == Filing.Event.HOLD else ()

    findings = (*decided.findings, *checked)
    gates = GATES[filing.event]
    asked = [each for each in findings if each.rule in gates]
    forces = obligations({name: DOCUMENTS[name] for name in documents})
    stops = gate(asked, lambda name: forces[name].force)
    made = tuple(_on_book(each) for each in decided.postings if each.rule in gates)
    return Ruled(findings, stops, (*_registered(filing), *made), _digest(documents))


def _checked(rules: Rulebook, case: Case) -> tuple[Finding, ...]:
    """What a check of the same land answers to the duty to balance, now that the book states what is at hand."""
    return rules.decide(replace(case, event="check")).findings


def facts_of(filing: Filing, key: str) -> dict[str, object]:
    """The facts of the case: those of the check, those registered with the filing, and the book's own figures."""
    facts = read_facts(filing.facts)
    if filing.event == Filing.Event.ACCEPTANCE:
        return facts
    begun = filing.hold or filing
    assert begun.run is not None
    checked = read_facts(begun.run.facts)
    if rows := checked.get("required_by_place"):
        # Each place balances its own part from its own book.
        own = tuple(row for row in rows if row["place"] == key)  # type: ignore[attr-defined]
        checked["required_by_place"] = own or rows
    known = checked | read_facts(begun.facts) | facts | {"available_by_place": None}
    known |= {AVAILABLE[index]: _typed(index, free) for index, free in free_of(filing).items()}
    if filing.hold is not None:
        known["held_amounts"] = (held_by(filing.hold),)
    return known


def free_of(filing: Filing) -> dict[str, int]:
    """Index → what the place's reserve can spend from the day of the filing on."""
    return {index: sum(amount for _, amount in at_hand(filing.place, index, filing)) for index in BALANCE}


def _typed(index: str, amount: int) -> Decimal | int:
    return amount if indices()[index].unit == "kg" else Decimal(amount)


def _registered(filing: Filing) -> Iterator[Posted]:
    """An acceptance credits the county with all that was accepted, and hands on what the province pools of it."""
    if filing.event != Filing.Event.ACCEPTANCE:
        return
    county, province = Pocket("county", "reserve"), Pocket("province", "provincial")
    for source, name, target in ((OUTSIDE, "accepted_amounts", county), (county, "provincial_amounts", province)):
        for index, amount in amounts(filing.facts[name]).items():
            for posting in move(index, amount, from_=source, to=target):
                yield Posted(REGISTERED, posting)


def _on_book(made: Posted) -> Posted:
    """A construction unit keeps no book here: its money comes from outside."""
    each = made.posting
    if each.party != "unit":
        return made
    return Posted(made.rule, Posting(*OUTSIDE, each.index, each.amount))


@lru_cache(maxsize=16)
def _rulebook(
    documents: tuple[str, ...], values: tuple[Parameter, ...], only: tuple[str, ...] | None = None
) -> Rulebook:
    chosen = {name: DOCUMENTS[name] for name in documents}
    return Rulebook(chosen, Parameters(chosen).with_values(values) if values else None, only)


@lru_cache(maxsize=16)
def _digest(documents: tuple[str, ...]) -> str:
    return rules_digest({name: DOCUMENTS[name] for name in documents})


def findings_text(findings: Iterable[Finding]) -> str:
    """Findings in both languages as kept with a decision: figures stay exact."""
    found = tuple(findings)
    return to_json({
        "zh": [as_data(each, lang="zh") for each in found], "en": [as_data(each, lang="en") for each in found]
    })  # fmt: skip


def posting_rows(postings: Iterable[Posted]) -> list[list[str | int]]:
    """Postings as kept with a decision: party, pool, index, amount, rule."""
    return [
        [each.posting.party, each.posting.pool, each.posting.index, each.posting.amount, each.rule]
        for each in postings
    ]  # fmt: skip
