"""Values on trial over the checks already made: which would come out differently, in sentences."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import Any

from liangtian.messages import Language
from liangtian.policy.adoption import adopted
from liangtian.policy.clause import Case
from liangtian.policy.evaluate import Rulebook
from liangtian.policy.facts import read_facts
from liangtian.policy.values import Parameter
from liangtian.policy.values_file import read_values
from liangtian.policy.whatif import Comparison, compare
from liangtian.policy.whatif_words import sentences
from liangtian.rules.documents import DOCUMENTS
from liangtian_web.people.models import Place
from liangtian_web.people.requests import Request
from liangtian_web.review.models import Run
from liangtian_web.review.queries import runs_for
from liangtian_web.rulebook.actions import block_of
from liangtian_web.rulebook.queries import approved_adoptions, history, keys_of, values_known
from liangtian_web.rulebook.values import text_of
from liangtian_web.trail.actions import note

RUNS_MAX = 5000
SOURCE = "trial.toml"


@dataclass(frozen=True, slots=True)
class Trial:
    """What a trial found.

    Attributes
    ----------
    now : the value on trial, in words
    said : sentences, the trial itself first
    rows : the runs that come out differently, each with rule → outcome before and after
    asked : runs looked at, the newest `RUNS_MAX` of those the user may see
    """

    now: str
    said: list[str]
    rows: list[tuple[Run, list[tuple[str, str, str]]]]
    asked: int


def try_value(request: Request, given: dict[str, Any], lang: Language) -> Trial:
    """Decide the user's checks again with one value changed; nothing is kept but the trail's entry.

    Raises
    ------
    DocumentRefused : with every defect of the value
    """
    values = on_trial(given)
    runs = {
        str(run.uuid): run
        for run in runs_for(request.user).defer("boundary", "result", "result_en", "shapes")[:RUNS_MAX]
    }

    compared = decide_again(_cases(runs.values()), values)

    note(request, "review.whatif", given["name"], on=given["since"])
    rows = [(runs[each.name], _differences(each.outcomes)) for each in compared.changed]
    said = list(sentences(compared, values, values_known(), lang))
    return Trial(text_of(values[0], lang), said, rows, len(runs))


def on_trial(given: Mapping[str, Any]) -> tuple[Parameter, ...]:
    """The value on trial as a form gave it: name, value, since, until and place.

    Raises
    ------
    DocumentRefused : with every defect of the value
    """
    fields = {**given, "unit": history(given["name"])[-1].unit, "status": "ours", "source": SOURCE}
    return read_values(block_of(fields), SOURCE, values_known(), cited=False, on_trial=True)


def decide_again(
    cases: Iterable[tuple[str, Case]],
    trial: tuple[Parameter, ...],
    rules: Mapping[str, tuple[str, ...]] = MappingProxyType({}),
) -> Comparison:
    """Decide cases by the documents and values that bind their places, and again with the trial.

    Parameters
    ----------
    rules : step of procedure → the rules asked there; every one of a step that is not named
    """
    adoptions, known = approved_adoptions(), values_known()

    @cache
    def rulebook(names: tuple[str, ...], event: str) -> Rulebook:
        return Rulebook({name: DOCUMENTS[name] for name in names}, known, rules.get(event))

    def rulebook_for(case: Case) -> Rulebook:
        documents = adopted(DOCUMENTS, adoptions, on=case.on, place=case.place, within=case.within)
        return rulebook(tuple(documents), case.event)

    return compare(cases, rulebook_for, trial)


def _cases(runs: Iterable[Run]) -> Iterable[tuple[str, Case]]:
    @cache
    def keys(place: Place) -> tuple[str, ...]:
        return keys_of(place)

    for run in runs:
        key, *within = keys(run.place)
        yield str(run.uuid), Case(run.on, key, "check", read_facts(run.facts), tuple(within))


def _differences(outcomes: Any) -> list[tuple[str, str, str]]:
    return [(rule, before or "", after or "") for rule, (before, after) in outcomes.items()]
