"""The shapes that checks of many clauses share: a yes on record, a figure against a value."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import make_dataclass
from typing import Any

from liangtian.policy.clause import Applies, Force, Obligation, Who
from liangtian.policy.facts import dictionary
from liangtian.policy.lists import none_missing
from liangtian.policy.parameters import Params
from liangtian.policy.ruling import Ruling, declared

Check = Callable[[Any, Params], Iterator[Ruling]]


def on_record(
    number: str, *names: str, force: Force, who: Who, events: tuple[str, ...], applies: Applies
) -> Obligation[Any]:
    """Ask that each of some yes-or-no facts is a yes; each is answered by itself, in its own words.

    Parameters
    ----------
    number : of the obligation, `（四）.1`
    names : facts worded as what is to be done ("the fund stands in the budget")
    """
    fields: list[tuple[str, Any]] = [(name, bool) for name in names]

    def check(facts: Any, params: Params) -> Iterator[Ruling]:
        for name in names:
            yield on_record_ruling(name, getattr(facts, name))

    return Obligation(
        number,
        force=force,
        who=who,
        events=events,
        applies=applies,
        facts=make_dataclass("OnRecord", fields, frozen=True, slots=True),
        check=check,
    )


def on_record_ruling(name: str, value: bool, *, wanted: bool = True) -> Ruling:
    """Rule on a yes or no on record in the words of the fact itself."""
    fact = dictionary()[name]
    words = {"fact_zh": fact.zh, "fact_en": fact.en}
    met, unmet = ("record-met", "record-unmet") if wanted else ("record-absent", "record-present")
    return declared(name, value, wanted=wanted, met=met, unmet=unmet, params=words)


def all_named(
    number: str, fact: str, *, value: str, force: Force, who: Who, events: tuple[str, ...], applies: Applies
) -> Obligation[Any]:
    """Ask that a list on record holds every name of a value that is a list; what is missing is named in one sentence.

    Parameters
    ----------
    fact : of type codes, worded as what the list holds ("what stands on the one map")
    value : short name of the list that the text gives; more names than these may be on record
    """

    def check(facts: Any, params: Params) -> Iterator[Ruling]:
        wanted, held, about = params.names(value), getattr(facts, fact), dictionary()[fact]
        words = {"wanted": "、".join(wanted), "fact_zh": about.zh, "fact_en": about.en}
        missing = [name for name in wanted if name not in held]
        yield none_missing(fact, missing, met="list-complete", unmet="list-lacks", params=words)

    return Obligation(
        number,
        force=force,
        who=who,
        events=events,
        applies=applies,
        facts=make_dataclass("AllNamed", [(fact, tuple[str, ...])], frozen=True, slots=True),
        check=check,
    )
