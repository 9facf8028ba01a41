"""Every case an official wrote down, in `rules/<document>/cases/`, gives the outcomes and postings it expects."""

from __future__ import annotations

from functools import cache

import pytest

from liangtian.ledger.indices import indices
from liangtian.ledger.kinds import pools
from liangtian.messages import render
from liangtian.policy.adoption import adopted, demonstration_adoptions
from liangtian.policy.cases import cases_of, outcomes, totals
from liangtian.policy.clause import clauses
from liangtian.policy.evaluate import Rulebook
from liangtian.rules.documents import DOCUMENTS

CASES = [
    pytest.param(clause, case, id=f"{clause.citation}-{case.name}")
    for clause in clauses(DOCUMENTS)
    for case in cases_of(clause)
]


@cache
def rulebook(names):
    return Rulebook({name: DOCUMENTS[name] for name in names})


def decide(case):
    documents = adopted(
        DOCUMENTS, demonstration_adoptions(), on=case.case.on, place=case.case.place, within=case.case.within
    )
    return rulebook(tuple(documents)).decide(case.case)


def rule(clause, obligation):
    """Obligations of the clause itself go by their number, those of others by their full rule."""
    return f"{clause.document.id}{obligation}" if obligation.startswith(clause.number) else obligation


@pytest.mark.parametrize(("clause", "case"), CASES)
def test_case_has_expected_outcome(clause, case):
    found = outcomes(decide(case))
    own = {clause.rule(each) for each in clause.entries}
    if case.expect:
        expected = {rule(clause, obligation): outcome for obligation, outcome in case.expect.items()}
        assert {name: found.get(name) for name in expected} == expected
    else:
        assert own & set(found) == set()


@pytest.mark.parametrize(("clause", "case"), [each for each in CASES if each.values[1].posts])
def test_case_enters_in_the_book_what_it_says(clause, case):
    assert totals(decide(case)) == case.posts


@pytest.mark.parametrize(("clause", "case"), [each for each in CASES if each.values[1].posts])
def test_case_postings_balance_in_the_words_of_the_book(clause, case):
    legs = [posted.posting for posted in decide(case).postings]
    sums: dict[str, int] = {}
    for leg in legs:
        sums[leg.index] = sums.get(leg.index, 0) + leg.amount
    assert set(sums.values()) == {0}
    assert {leg.pool for leg in legs} - set(pools()) == set()
    assert set(sums) - set(indices()) == set()
    assert {leg.pool == "outside" for leg in legs if leg.party == "outside"} <= {True}


@pytest.mark.parametrize(("clause", "case"), CASES)
def test_case_findings_speak_both_languages(clause, case):
    for finding in decide(case).findings:
        zh, en = render(finding, lang="zh"), render(finding, lang="en")
        assert zh != en
        assert "{" not in zh + en
