"""Every case an official wrote down, in `<document>/<clause>.toml`, gives the outcomes it expects."""

from __future__ import annotations

import tomllib
from decimal import Decimal
from itertools import chain
from pathlib import Path

import pytest

from liangtian.messages import render
from liangtian.policy.adoption import adopted, demonstration_adoptions
from liangtian.policy.clause import Case, Clause, clauses
from liangtian.policy.evaluate import evaluate, gravest
from liangtian.policy.facts import read_facts
from liangtian.rules.documents import DOCUMENTS

HERE = Path(__file__).parent


def read_cases():
    """Every case with its clause."""
    for clause in clauses(DOCUMENTS):
        file = cases_file(clause)
        if file.exists():
            for case in tomllib.loads(file.read_text("utf-8"), parse_float=Decimal)["case"]:
                yield pytest.param(clause, case, id=f"{clause.citation}-{case['name']}")


def cases_file(clause: Clause) -> Path:
    package, stem = clause.module.__name__.split(".")[-2:]
    return HERE / package / f"{stem}.toml"


CASES = list(read_cases())


def findings_of(clause: Clause, raw):
    case = Case(raw["on"], raw["place"], raw["event"], read_facts(raw.get("facts", {})))
    documents = adopted(DOCUMENTS, demonstration_adoptions(), on=case.on, place=case.place)
    rules = {clause.rule(each): each.id for each in clause.obligations}
    found: dict[str, list] = {}
    for finding in evaluate(case, documents):
        if finding.rule in rules:
            found.setdefault(rules[finding.rule], []).append(finding)
    return found


@pytest.mark.parametrize(("clause", "raw"), CASES)
def test_case_has_expected_outcome(clause, raw):
    found = findings_of(clause, raw)
    outcomes = {obligation: gravest(findings).value for obligation, findings in found.items()}
    if raw["expect"]:
        assert {obligation: outcomes.get(obligation) for obligation in raw["expect"]} == raw["expect"]
    else:
        assert outcomes == {}


@pytest.mark.parametrize(("clause", "raw"), CASES)
def test_case_findings_speak_both_languages(clause, raw):
    for finding in chain.from_iterable(findings_of(clause, raw).values()):
        assert render(finding, lang="zh") != render(finding, lang="en")
        assert "{" not in render(finding, lang="zh") + render(finding, lang="en")
