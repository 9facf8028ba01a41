"""What the rulebook says of a filing: the case is put together, decided, and what stops it is told from what does not.

Other clauses asked at the same step are shown and stop nothing here: the procedure does not ask for their facts.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from copy import copy
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache

from liangtian.check.result import as_data, to_json
from liangtian.finding import Finding, Outcome
from liangtian.ledger.posting import Posting
from liangtian.policy.clause import Case, obligations
from liangtian.policy.evaluate import Posted, Rulebook, gate, rules_digest
from liangtian.policy.facts import plain_facts, read_facts
from liangtian.policy.parameters import Parameters
from liangtian.policy.values import Parameter
from liangtian.rules.documents import DOCUMENTS
from liangtian_web.balance.models import Filing
from liangtian_web.balance.procedure import OUTSIDE
from liangtian_web.balance.procedures import PROCEDURES
from liangtian_web.rulebook.queries import documents_on, keys_of, values_at

PROVINCE_MONEY = ("province", "fund")


@dataclass(frozen=True, slots=True)
class Basis:
    """What the filing's own case was decided by, as it is sealed with the entry.

    Attributes
    ----------
    facts : JSON-ready
    documents : ids of those that bound the place
    values : the values of places that were known
    findings : rule and outcome of each gate of the case
    """

    facts: Mapping[str, object]
    documents: tuple[str, ...] = ()
    values: tuple[Parameter, ...] = ()
    findings: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Ruled:
    """A filing as the rulebook answers it.

    Attributes
    ----------
    stops : findings that keep it from being booked
    departs : findings of clauses to be met in principle that failed; who books it all the same says on what grounds
    postings : what it books, in the order in which it is explained
    basis : what it was decided by
    moves : whether its procedure books anything
    """

    findings: tuple[Finding, ...]
    stops: tuple[Finding, ...]
    departs: tuple[Finding, ...]
    postings: tuple[Posted, ...]
    digest: str
    basis: Basis
    moves: bool = True

    @property
    def may_post(self) -> bool:
        """Whether nothing stops it, and something is left to book where its procedure books anything."""
        return (bool(self.postings) or not self.moves) and not self.stops


def rule(filing: Filing, today: date | None = None) -> Ruled:
    """Ask the documents that bind the place on the day of the filing, and of the cases that must hold beside it.

    Parameters
    ----------
    today : the day it is filed or decided, for procedures that ask again then; None: its business date alone counts

    Raises
    ------
    LiangtianError : a fact does not fit the dictionary
    """
    ruled, procedure = _rule(filing), PROCEDURES[filing.event]
    if today is not None and today != filing.on and procedure.today:
        ruled = _also_today(ruled, filing, today)
    for each in procedure.besides(filing, today):
        other = _rule(each)
        asked = (found for found in other.findings if found.rule in PROCEDURES[each.event].gates)
        ruled = replace(ruled, findings=(*ruled.findings, *asked), stops=(*ruled.stops, *other.stops))
    return ruled


def _also_today(ruled: Ruled, filing: Filing, today: date) -> Ruled:
    """What the gates of today say on the day itself; where it is what they said before, once is enough."""
    asked = copy(filing)
    asked.on = today
    now = _rule(asked)

    def of_today(findings: Iterable[Finding], known: tuple[Finding, ...]) -> tuple[Finding, ...]:
        gates = PROCEDURES[filing.event].today
        return tuple(each for each in findings if each.rule in gates and each not in known)

    said = of_today(now.findings, ruled.findings)
    return replace(ruled, findings=(*ruled.findings, *said), stops=(*ruled.stops, *of_today(now.stops, ruled.stops)))


def _rule(filing: Filing) -> Ruled:
    procedure = PROCEDURES[filing.event]
    if not procedure.gates:
        return Ruled((), (), (), tuple(procedure.registered(filing)), "", Basis(filing.facts))
    documents = tuple(documents_on(filing.place, filing.on))
    key, *within = keys_of(filing.place)
    facts = plain_facts(procedure.facts(filing, key))  # decided by exactly what is kept
    case = Case(filing.on, key, procedure.step, read_facts(facts), tuple(within))

    values = values_at(filing.place)
    decided = _rulebook(documents, values).decide(case)
    also = _rulebook(documents, values, procedure.also).decide(replace(case, event="check")) if procedure.also else None

    findings = (*decided.findings, *(also.findings if also else ()))
    asked = [each for each in findings if each.rule in procedure.gates]
    forces = obligations({name: DOCUMENTS[name] for name in documents})
    stops = gate(asked, lambda name: forces[name].force)
    departs = tuple(each for each in asked if each.outcome is Outcome.FAIL and forces[each.rule].force == "principle")
    made = tuple(each for each in decided.postings if each.rule in procedure.gates)
    outcomes = tuple((each.rule, each.outcome.value) for each in decided.findings if each.rule in procedure.gates)
    basis = Basis(facts, documents, values, outcomes)
    made = (*procedure.registered(filing), *made)
    return Ruled(findings, stops, departs, made, _digest(documents), basis, procedure.moves)


def on_book(each: Posting) -> Posting:
    """A construction unit keeps no book here, nor does the province of its money: both stand outside."""
    if each.party == "unit" or (each.party, each.pool) == PROVINCE_MONEY:
        return Posting(*OUTSIDE, each.index, each.amount)
    return each


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
