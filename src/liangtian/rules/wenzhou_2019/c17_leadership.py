"""（十七）Principal heads of counties and functional zones answer first; the chain of responsibility below them.

The text asks for no letter; a letter of responsibility, where one is signed, is shown with its day and decides nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from liangtian.policy.clause import Intent, Obligation, always
from liangtian.policy.document import NotComputed
from liangtian.policy.parameters import Params
from liangtian.policy.ruling import Ruling, failed, passed, unknown
from liangtian.policy.shapes import on_record


@dataclass(frozen=True, slots=True)
class Chain:
    responsibility_chain: tuple[Mapping[str, Any], ...]


def check_first(facts: Chain, params: Params) -> Iterator[Ruling]:
    """Ask that each county government and zone committee on the register has its principal head answer first."""
    bodies = params.names("first_bodies")
    rows = [row for row in facts.responsibility_chain if row["body"] in bodies]
    if not rows:
        yield failed("w17-nobody")
    for row in rows:
        letter = row["letter_on"].isoformat() if row["letter_on"] else "—"
        words = {"place": row["place"], "body": row["body"], "person": row["person"], "letter": letter}
        if not row["person"]:
            yield failed("w17-not-named", words)
        elif row["principal_head"] is None:
            yield unknown("responsibility_chain")
        else:
            yield passed("w17-first", words) if row["principal_head"] else failed("w17-not-principal", words)


MOBILISE = NotComputed(
    zh="调动各方积极性的方向，没有衡量尺度", en="It asks to win everyone's part and gives no measure"
)
CARRIED_OUT = NotComputed(
    zh="政策是否落到实处，由其他各条的判定体现", en="Whether policies are carried out shows in the other clauses"
)

OBLIGATIONS = (
    on_record("（十七）.1", "central_task", force="must", who="county", events=("assessment",), applies=always),
    on_record(
        "（十七）.2",
        "shared_responsibility_set_up",
        force="must",
        who="county",
        events=("assessment",),
        applies=always,
    ),
    Obligation("（十七）.3", "must", "county", ("assessment",), always, Chain, check_first),
    on_record(
        "（十七）.4", "department_duties_divided", force="must", who="county", events=("assessment",), applies=always
    ),
    Intent("（十七）.5", force="must", who="county", reason=MOBILISE),
    Intent("（十七）.6", force="must", who="county", reason=CARRIED_OUT),
)
