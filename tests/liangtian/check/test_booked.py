"""Pooling and rewards against the rulebook, from an exported book: every deviation names its entry."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bookkeeping import CITY, COUNTY, OUTSIDE, at, day, entry, legs, lot, refused, square
from bundles import RULE, sealed
from liangtian.check.booked import Decided, check_rulebook
from liangtian.finding import Outcome
from liangtian.ledger.bundle import read_bundle, write_bundle
from liangtian.ledger.checks import CHECKS, verify
from liangtian.ledger.entry import Entry, Leg
from liangtian.ledger.records import Record, canonical
from liangtian.messages import render
from liangtian.policy.evaluate import rules_digest
from liangtian.policy.parameters import Parameters
from liangtian.policy.values_file import write_values
from liangtian.rules.documents import DOCUMENTS

PARTIES = {"county": COUNTY, "city": CITY, "province": CITY, "outside": OUTSIDE}
FACTS = {
    "credit_kind": "reclamation",
    "accepted_amounts": [{"quantity_m2": 9_000}],
    "provincial_amounts": [{"quantity_m2": 900}],
}
VERSION = f"rules:{rules_digest({'wenzhou-2019': DOCUMENTS['wenzhou-2019']})}"
SHARE, PRICE_FEN = 1_620, 48_600_000  # a fifth of 8,100 m², at 200,000 yuan a mu
BUDGET = entry(
    "budget", day(1), "appropriation",
    legs((OUTSIDE, "outside", "money_fen", None, -10**9), (CITY, "fund", "money_fen", None, 10**9)),
)  # fmt: skip


def accepted(share: int = SHARE, fen: int = PRICE_FEN, **changes: Any) -> Entry:
    """9,000 m² accepted, 900 of them pooled by the province, a share by the city, which pays for it."""
    moves: tuple[Leg, ...] = legs(
        (OUTSIDE, "outside", "quantity_m2", "A", -9_000),
        (CITY, "provincial", "quantity_m2", "A", 900),
        (CITY, "municipal", "quantity_m2", "A", share),
        (COUNTY, "reserve", "quantity_m2", "A", 8_100 - share),
        (CITY, "fund", "money_fen", None, -fen),
        (COUNTY, "earmarked", "money_fen", None, fen),
    )
    given = {
        "lots": (lot("A", square(0)),),
        "rules": ("wenzhou-2019（六）.2", VERSION),
        "recorded_at": at(1),
        **changes,
    }
    return entry("in-A", day(2), "acceptance", moves, **given)


def decision(one: Entry, **changes: Any) -> Decided:
    given: dict[str, Any] = {
        "entry": one.key, "event": one.kind, "on": one.on, "place": COUNTY, "within": (CITY,),
        "documents": ("wenzhou-2019",), "parties": PARTIES, "facts": FACTS, **changes,
    }  # fmt: skip
    return Decided(**given)


def found(records: Sequence[Record], *lines: bytes) -> list[tuple[Outcome, str, object]]:
    """What the check says: outcome, message and key."""
    content = io.BytesIO()
    written = [canonical(record) for record in records]
    write_bundle(content, written, sealed(written), book="b", exported_at=at(200), decisions=lines)
    verdict = verify(read_bundle(content, name="b"), RULE, checks={**CHECKS, "BOOK-09": check_rulebook})
    said = [each for each in verdict.findings if each.rule == "BOOK-09"]
    assert all("{" not in render(each, lang="zh") + render(each, lang="en") for each in said)
    return [(each.outcome, each.message_id, each.params.get("key")) for each in said]


PASSED = [(Outcome.PASS, "verified-rulebook", None)]


def test_an_acceptance_by_the_rulebook_passes() -> None:
    one = accepted()
    assert found([BUDGET, one], decision(one).line()) == PASSED


def test_a_share_a_square_metre_short_is_named() -> None:
    one = accepted(share=SHARE - 1)
    assert found([BUDGET, one], decision(one).line()) == [(Outcome.FAIL, "booked-differs", "in-A")]


def test_a_price_a_fen_short_is_named_on_both_sides() -> None:
    one = accepted(fen=PRICE_FEN - 1)
    assert found([BUDGET, one], decision(one).line()) == [(Outcome.FAIL, "booked-differs", "in-A")] * 2


def test_facts_that_do_not_fit_the_entry_are_found() -> None:
    """Fewer square metres stated would make the share look right; but they are not what was credited."""
    one = accepted(share=SHARE - 2)
    less = FACTS | {"accepted_amounts": [{"quantity_m2": 8_990}]}
    assert {message for _, message, _ in found([BUDGET, one], decision(one, facts=less).line())} == {"booked-differs"}


def test_facts_sealed_with_the_entry_cannot_be_changed() -> None:
    said = decision(accepted())
    one = accepted(rules=(VERSION, said.mark))
    assert found([BUDGET, one], said.line()) == PASSED
    other = replace(said, documents=())
    assert found([BUDGET, one], other.line()) == [(Outcome.FAIL, "decision-altered", "in-A")]


SHARED = "wenzhou-2019（六）.2"


def test_what_was_found_is_found_again() -> None:
    said = decision(accepted(), findings=((SHARED, "pass"),))
    assert found([BUDGET, accepted(rules=(VERSION, said.mark))], said.line()) == PASSED


def test_a_finding_that_was_another_is_told() -> None:
    said = decision(accepted(), findings=((SHARED, "fail"),))
    one = accepted(rules=(VERSION, said.mark))
    assert found([BUDGET, one], said.line()) == [(Outcome.FAIL, "found-differs", "in-A")]
    elsewhere = accepted(rules=("rules:of-another-day", said.mark))
    assert found([BUDGET, elsewhere], said.line()) == [(Outcome.UNKNOWN, "found-by-other-rules", "in-A")]


@pytest.mark.parametrize(
    "changes",
    [
        {"facts": FACTS | {"accepted_amounts": [{"quantity_m2": 9_001}]}},
        {"values": "# another"},
        {"findings": ()},
        {"parties": PARTIES | {"province": COUNTY}},
        {"place": CITY},
        {"within": ()},
        {"on": day(3)},
        {"event": "payment"},
    ],
    ids=lambda changes: next(iter(changes)),
)
def test_no_part_of_a_sealed_decision_can_be_changed(changes: dict[str, Any]) -> None:
    said = decision(accepted(), findings=((SHARED, "pass"),))
    one = accepted(rules=(VERSION, said.mark))
    assert found([BUDGET, one], replace(said, **changes).line()) == [(Outcome.FAIL, "decision-altered", "in-A")]


def test_what_no_rule_judges_is_held_against_its_seal() -> None:
    one, said = granted()
    assert found([one], said.line()) == PASSED
    other = replace(said, facts={"quota_amounts": [{"plan_quota_m2": 501}]})
    assert found([one], other.line()) == [(Outcome.FAIL, "decision-altered", "grant")]


def test_an_acceptance_is_not_passed_off_as_something_else() -> None:
    """A decision of a step that is not judged does not keep an acceptance from being judged."""
    said = decision(accepted(), event="quota-grant")
    one = accepted(share=SHARE - 1, rules=(VERSION, said.mark))
    assert found([BUDGET, one], said.line()) == [(Outcome.FAIL, "decision-altered", "in-A")]


def granted() -> tuple[Entry, Decided]:
    """Quota granted by a document, and its decision, of which no clause is asked."""
    moves = legs((OUTSIDE, "outside", "plan_quota_m2", None, -500), (COUNTY, "reserve", "plan_quota_m2", None, 500))
    one = entry("grant", day(2), "allocation", moves, recorded_at=at(1))
    facts = {"quota_amounts": [{"plan_quota_m2": 500}]}
    said = decision(one, event="quota-grant", documents=(), facts=facts)
    return replace(one, rules=(said.mark,)), said


def test_by_other_rules_nobody_can_tell() -> None:
    one = accepted(share=SHARE - 1, rules=("rules:of-another-day",))
    assert found([BUDGET, one], decision(one).line()) == [(Outcome.UNKNOWN, "booked-by-other-rules", "in-A")]


def test_an_acceptance_without_its_decision_cannot_be_told() -> None:
    assert found([BUDGET, accepted()]) == [(Outcome.UNKNOWN, "decision-missing", "in-A")]


def test_a_decision_of_nothing_is_told() -> None:
    one = accepted()
    other = replace(decision(one), entry="nobody")
    lines = decision(one).line(), other.line()
    assert found([BUDGET, one], *lines) == [(Outcome.FAIL, "decision-of-nothing", "nobody")]
    assert found([BUDGET, one], *lines[::-1]) == [(Outcome.FAIL, "decision-of-nothing", "nobody")]


def test_a_decision_that_cannot_be_read_is_told() -> None:
    one = accepted()
    assert found([BUDGET, one], b"{" + b" " * 200 + b"}", decision(one).line()) == [
        (Outcome.FAIL, "decision-not-read", None)
    ]


@pytest.mark.parametrize(
    "changes",
    [{"documents": ("nobody-2019",)}, {"facts": {"acreage": 1}}, {"parties": {}}, {"values": "[[value]]"}],
    ids=lambda changes: next(iter(changes)),
)
def test_a_decision_that_cannot_be_made_again_is_told(changes: dict[str, Any]) -> None:
    one = accepted()
    assert found([BUDGET, one], decision(one, **changes).line()) == [(Outcome.FAIL, "decision-unanswered", "in-A")]


def reward(fen: int) -> tuple[Entry, Decided]:
    """The reward of an accepted project by its registered population."""
    moves = legs((CITY, "fund", "money_fen", None, -fen), (OUTSIDE, "outside", "money_fen", None, fen))
    one = entry("reward", day(2), "payment", moves, rules=(VERSION,), recorded_at=at(1))
    facts = {
        "consolidation_payment": "acceptance-reward",
        "whole_project_accepted": True,
        "registered_population": 1_999,
    }
    return one, decision(one, facts=facts)


@pytest.mark.parametrize(("fen", "outcomes"), [(400_000_000, PASSED), (600_000_000, None)])
def test_a_reward_is_that_of_the_population(fen: int, outcomes: object) -> None:
    one, said = reward(fen)
    assert found([BUDGET, one], said.line()) == (outcomes or [(Outcome.FAIL, "booked-differs", "reward")] * 2)


def test_a_payment_that_is_no_reward_is_not_judged() -> None:
    one, _ = reward(5)
    assert found([BUDGET, one]) == PASSED


def test_a_reward_whose_decision_is_left_out_is_told() -> None:
    one, said = reward(400_000_000)
    marked = replace(one, rules=(*one.rules, said.mark))
    assert found([BUDGET, marked], said.line()) == PASSED
    assert found([BUDGET, marked]) == [(Outcome.UNKNOWN, "decision-missing", "reward")]


def test_values_of_the_place_decide() -> None:
    (share,) = Parameters(DOCUMENTS).history("wenzhou-2019（六）.city_pool_share")
    values = write_values(
        [replace(share, value=share.number / 2, place=CITY, status="ours", source="示市府〔2024〕1号")]
    )
    one = accepted(share=SHARE // 2, fen=PRICE_FEN // 2)
    assert found([BUDGET, one], decision(one, values=values).line()) == PASSED
    assert found([BUDGET, one], decision(one).line())[0][:2] == (Outcome.FAIL, "booked-differs")


def test_a_decision_is_written_one_way() -> None:
    line = decision(accepted()).line()
    assert Decided.read(line).line() == line
    assert refused(lambda: Decided.read(line.replace(b'","', b'", "', 1))) == "decision-unreadable"
    assert refused(lambda: Decided.read(b"[]")) == "decision-unreadable"


@settings(max_examples=40, deadline=None)
@given(st.integers(1, 9_000), st.integers(0, 9_000), st.integers(-3, 3))
def test_only_the_share_due_passes(accepted_m2: int, provincial: int, off: int) -> None:
    """Whatever is accepted and pooled by the province: a fifth of the rest, half up, and nothing else."""
    provincial = min(provincial, accepted_m2)
    due = (2 * (accepted_m2 - provincial) + 5) // 10
    share = min(max(due + off, 0), accepted_m2 - provincial)
    facts = {"credit_kind": "reclamation", "accepted_amounts": [{"quantity_m2": accepted_m2}],
             "provincial_amounts": [{"quantity_m2": provincial}]}  # fmt: skip
    moves = ((OUTSIDE, "outside", "quantity_m2", "A", -accepted_m2), (CITY, "provincial", "quantity_m2", "A", provincial),
             (CITY, "municipal", "quantity_m2", "A", share), (COUNTY, "reserve", "quantity_m2", "A", accepted_m2 - provincial - share),
             (CITY, "fund", "money_fen", None, -30_000 * due), (COUNTY, "earmarked", "money_fen", None, 30_000 * due))  # fmt: skip
    one = replace(accepted(), legs=legs(*(each for each in moves if each[4])))
    said = found([BUDGET, one], decision(one, facts=facts).line())
    assert said == (PASSED if share == due else [(Outcome.FAIL, "booked-differs", "in-A")])
