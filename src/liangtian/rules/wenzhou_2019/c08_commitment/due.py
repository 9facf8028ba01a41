"""（八）.2, .4 Infrastructure keeps its promise before it is completed; 补改结合 takes every step by its promised day."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import cast

from liangtian.finding import Outcome, Step
from liangtian.policy.clause import Obligation, only_for
from liangtian.policy.parameters import Params
from liangtian.policy.ruling import Ruling, unknown
from liangtian.rules.wenzhou_2019.c08_commitment.promise import STEPS as STEP_WORDS
from liangtian.rules.wenzhou_2019.c08_commitment.promise import Step as Promised


@dataclass(frozen=True, slots=True)
class Completion:
    project_completion_on: date
    fulfilled_on: date | None


@dataclass(frozen=True, slots=True)
class Steps:
    promised_steps: tuple[Promised, ...]


def check_completion(facts: Completion, params: Params) -> Iterator[Ruling]:
    """Compare the day the promise was kept with the day of completion, which is itself too late."""
    yield _by_day(
        facts.fulfilled_on,
        "<",
        facts.project_completion_on,
        params.on,
        name="fulfilled_on",
        words=("承诺兑现", "the promise"),
    )


def check_steps(facts: Steps, params: Params) -> Iterator[Ruling]:
    """Rule on each step of the text: done by its day."""
    rows = {row["step"]: row for row in facts.promised_steps}
    for step in params.names("commitment_steps"):
        due = rows.get(step, {}).get("due_on")
        if due is None:
            yield unknown("promised_steps")
        else:
            done = cast("date | None", rows[step]["done_on"])
            yield _by_day(
                done, "<=", cast(date, due), params.on, name="promised_steps", words=STEP_WORDS.get(step, (step, step))
            )


def _by_day(done: date | None, relation: str, due: date, on: date, *, name: str, words: tuple[str, str]) -> Ruling:
    """A deed recorded for after the day of the case is not done yet."""
    kept = done if done is not None and done <= on else None
    day = kept or on
    in_time = day < due if relation == "<" else day <= due
    outcome = Outcome.FAIL if not in_time else Outcome.PASS if kept else Outcome.NOT_APPLICABLE
    messages = {Outcome.PASS: "w08-kept", Outcome.NOT_APPLICABLE: "w08-not-due"}
    message = messages.get(outcome, "w08-kept-late" if kept else "w08-broken")
    detail = {"measured": day.isoformat(), "relation": relation, "required": due.isoformat(), "unit": "date"}
    return Ruling(
        outcome,
        message,
        {"step_zh": words[0], "step_en": words[1], "day": day.isoformat(), "due": due.isoformat()},
        measured=day.isoformat() if kept else None,
        required=due.isoformat(),
        steps=(Step("compare", name, in_time, detail),),
    )


BEFORE_COMPLETION = Obligation(
    "（八）.2",
    force="should",
    who="construction-unit",
    events=("commitment-due",),
    applies=only_for("commitment_kind", "infrastructure"),
    facts=Completion,
    check=check_completion,
)
STEPS = Obligation(
    "（八）.4",
    force="must",
    who="county",
    events=("commitment-due",),
    applies=only_for("commitment_kind", "supplement-improve"),
    facts=Steps,
    check=check_steps,
)
