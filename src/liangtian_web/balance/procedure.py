"""The form of a procedure: what the rulebook is asked of a filing, whose pools it moves, and how it enters the book.

A procedure is one file of `procedures/` and one line of its contents page. It gathers facts and books postings; what
is due and what stops it the rulebook alone says. Its pages may live in an app above, which files it through `actions`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.urls import reverse

from liangtian.ledger.indices import index_words, indices
from liangtian.ledger.posting import Pocket, Posting, move
from liangtian.policy.amounts import amounts
from liangtian.policy.evaluate import Posted
from liangtian.policy.facts import read_facts
from liangtian_web.balance.models import Filing
from liangtian_web.balance.queries import at_hand, city_of, stands, top_of
from liangtian_web.errors import StageRefused
from liangtian_web.ledger import actions as book
from liangtian_web.ledger.models import Entry
from liangtian_web.ledger.records import OUTSIDE as OUTSIDE_KEY
from liangtian_web.ledger.records import place_key

OUTSIDE = Pocket("outside", "outside")
REGISTERED = ""  # the rule of a posting that no clause makes: what was accepted, and what the province pools of it

Parties = Mapping[str, str]


def stated(filing: Filing, key: str) -> dict[str, object]:
    """Facts as they were handed in; `key`: the place, as the kernel calls it."""
    return read_facts(filing.facts)


def own_place(filing: Filing) -> dict[str, str]:
    """Party → place. No province keeps its book here: what it pools stands with the highest place that does."""
    city = city_of(filing.place)
    found = {"county": place_key(filing.place), "province": place_key(top_of(filing.place)), OUTSIDE_KEY: OUTSIDE_KEY}
    return found | ({"city": place_key(city)} if city else {})


def spent(filing: Filing, moved: Sequence[Posting], parties: Parties, about: book.About) -> Entry:
    """Book what moves, each pool giving its oldest lots first."""
    return book.spend(moved, about, parties=parties)


def from_reserve(filing: Filing, moved: Sequence[Posting], parties: Parties, about: book.About) -> Entry:
    """Book what moves, the place's reserve giving the lots the filing names, or its oldest first."""
    named = {(parties["county"], "reserve", index): at_hand(filing, index) for index in {each.index for each in moved}}
    return book.spend(moved, about, parties=parties, lots=named if filing.lots else None)


def posted(rule: str, index: str, amount: int, *, from_: Pocket, to: Pocket) -> list[Posted]:
    """What moves by what was registered, or by a clause named."""
    return [Posted(rule, each) for each in move(index, amount, from_=from_, to=to)]


def moved_as_stated(filing: Filing, table: str, of: Iterable[str], *, from_: Pocket, to: Pocket) -> Iterator[Posted]:
    """What a filing states under the name of a fact, of some indices, from one pool to another."""
    for index, amount in amounts(filing.facts[table], tuple(of)).items():
        yield from posted(REGISTERED, index, amount, from_=from_, to=to)


def check_within(filing: Filing, table: str, left: Mapping[str, int], refusal: str) -> None:
    """See that a filing states no more under the name of a fact than is left.

    Parameters
    ----------
    refusal : id of the message, which names the index, what is asked and what is left

    Raises
    ------
    StageRefused
    """
    for index, amount in amounts(filing.facts.get(table) or (), tuple(indices())).items():
        if amount > left.get(index, 0):
            words = {"amount": f"{amount:,}", "left": f"{left.get(index, 0):,}"}
            raise StageRefused(refusal, **index_words(index), **words)


def goes_on_with(filing: Filing) -> tuple[str, ...]:
    """The filing it goes on with, as evidence of its entry."""
    return (f"filing:{filing.begun.uuid}",) if filing.begun else ()


def later(filing: Filing) -> list[Filing]:
    """What followed a filing and stands in the book, oldest first."""
    return sorted((each for each in filing.later.all() if stands(each)), key=lambda each: each.pk)


def _nothing(filing: Filing) -> Iterable[Posted]:
    return ()


def _no_evidence(filing: Filing) -> tuple[str, ...]:
    return ()


def _says_nothing(filing: Filing) -> Iterable[tuple[str, str]]:
    return ()


def _asks_no_more(filing: Filing, today: date | None) -> Iterable[Filing]:
    return ()


def _is_ready(filing: Filing, today: date) -> None:
    return None


@dataclass(frozen=True, slots=True)
class Next:
    """What can follow a filing that stands in the book: its word and the address of its form."""

    word: str
    url: str


def follow(word: Any, name: str, *args: Any) -> Next:
    """A step that may follow, by the name of its page."""
    return Next(str(word), reverse(name, args=args))


def _ends(filing: Filing) -> tuple[Next, ...]:
    return ()


@dataclass(frozen=True, slots=True)
class Procedure:
    """One event of a place's balance.

    Attributes
    ----------
    event : what `Filing.event` says, and the step of procedure the rulebook is asked at unless `asks` names another
    word : what the screen calls it, lazily translated
    done : the word of its state once it is booked
    kind : kind of entry (`ledger/kinds.toml`)
    gates : obligations it asks for all facts of; they stop it, and their postings are booked. Other clauses asked at
        the same step are shown and stop nothing (decision 0019)
    also : obligations asked of the same facts as of a check, and gates too
    facts : (filing, place key) → facts of the case
    registered : what it books by what was handed in, before any clause
    parties : party of a posting → place
    book : (filing, postings, parties, about) → the entry
    evidence : what the entry rests on besides the filing and its document
    follows : steps that may follow once it is booked
    again : its facts stand with the filing, so that it can be decided again under other values (what-if)
    state : the colour and word of a filing that is booked, where it depends on what followed; else `done`
    says : what its page states besides the facts that were handed in: word and value
    today : gates asked again with what the registers and the book say on the day of the decision: a business date
        written back in time does not slip past them
    moves : whether it books anything; if not, its decision is recorded with what the rulebook said, and no entry is made
    besides : (filing, today) → cases, not saved, whose gates must hold too: of another place
    ready : (filing, day of the decision): refuses what other filings stand against, before anything is booked
    """

    event: str
    word: Any
    done: Any
    kind: str
    gates: tuple[str, ...]
    asks: str = ""
    also: tuple[str, ...] = ()
    facts: Callable[[Filing, str], dict[str, object]] = stated
    registered: Callable[[Filing], Iterable[Posted]] = _nothing
    parties: Callable[[Filing], Parties] = own_place
    book: Callable[[Filing, Sequence[Posting], Parties, book.About], Entry] = spent
    evidence: Callable[[Filing], tuple[str, ...]] = _no_evidence
    follows: Callable[[Filing], tuple[Next, ...]] = _ends
    state: Callable[[Filing], tuple[str, Any]] | None = None
    again: bool = False
    says: Callable[[Filing], Iterable[tuple[str, str]]] = _says_nothing
    moves: bool = True
    today: tuple[str, ...] = ()
    besides: Callable[[Filing, date | None], Iterable[Filing]] = _asks_no_more
    ready: Callable[[Filing, date], None] = _is_ready

    @property
    def step(self) -> str:
        """The step of procedure the rulebook is asked at."""
        return self.asks or self.event
