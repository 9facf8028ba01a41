"""（衔接）From the first day on, no construction application is accepted under the old method."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from liangtian.finding import Outcome, Step
from liangtian.policy.clause import Intent, Obligation, only_for
from liangtian.policy.document import NotComputed
from liangtian.policy.parameters import Params
from liangtian.policy.ruling import Ruling


@dataclass(frozen=True, slots=True)
class Application:
    application_accepted_on: date
    uses_old_method: bool


def check_method(facts: Application, params: Params) -> Iterator[Ruling]:
    """Ask that an application accepted from the day of the change on does not use the old method."""
    change = params.day("new_method_from", facts.application_accepted_on.year)
    old = facts.uses_old_method and facts.application_accepted_on >= change
    words = {"accepted": facts.application_accepted_on.isoformat(), "change": change.isoformat()}
    detail = {"measured": words["accepted"], "relation": "<", "required": words["change"], "unit": "date"}
    yield Ruling(
        Outcome.FAIL if old else Outcome.PASS,
        "nb4-old-method" if old else "nb4-method-right",
        words,
        steps=(Step("compare", "application_accepted_on", not old, detail),),
    )


OBLIGATIONS = (
    Obligation(
        "（衔接）.1",
        force="must",
        who="natural-resources",
        events=("approval",),
        applies=only_for("kind", "batch", "single-site", "village"),
        facts=Application,
        check=check_method,
    ),
    Intent(
        "（衔接）.2",
        force="may",
        who="province",
        reason=NotComputed(
            zh="旧指标的过渡使用办法未见原文，不作判定",
            en="how old indices may still be used is not known: the text has not been seen",
        ),
    ),
)
