"""Contents pages, docstrings, obligations, values, cases and messages agree with one another."""

from __future__ import annotations

import re
from importlib import resources

import pytest

from liangtian.finding import Outcome
from liangtian.messages import catalogue
from liangtian.policy import facts
from liangtian.policy.cases import cases_of
from liangtian.policy.clause import EVENTS, Duty, Intent, clauses, obligations, required_facts
from liangtian.policy.coverage import coverage
from liangtian.policy.document import NotComputed
from liangtian.policy.parameters import Parameters
from liangtian.policy.values import clause_parameters
from liangtian.rules.documents import DOCUMENTS

CLAUSES = [pytest.param(clause, id=clause.citation) for clause in clauses(DOCUMENTS)]
COMPUTED = [pytest.param(clause, id=clause.citation) for clause in clauses(DOCUMENTS) if clause.obligations]
NUMERALS = ["一", "二", "三", "四", "五", "六", "七", "八", "九", "十"]
NUMERALS += [f"十{each}" for each in NUMERALS[:9]] + ["二十"]


def sources(clause) -> str:
    """The source of a clause, whether a file or a folder."""
    package, stem = clause.module.__name__.rsplit(".", 1)
    entry = resources.files(package).joinpath(stem)
    files = (
        sorted(entry.iterdir(), key=lambda each: each.name)
        if entry.is_dir()
        else [resources.files(package).joinpath(f"{stem}.py")]
    )
    return "\n".join(file.read_text("utf-8") for file in files if file.name.endswith(".py"))


def outcomes_expected(clause):
    """Obligation → the outcomes its cases expect of it."""
    seen: dict[str, set[str]] = {each.id: set() for each in clause.obligations}
    for case in cases_of(clause):
        for obligation, outcome in case.expect.items():
            if obligation in seen:
                seen[obligation].add(outcome)
    return seen


def test_documents_are_named_by_their_own_id():
    assert [name for name, document in DOCUMENTS.items() if document.id != name] == []
    assert list(DOCUMENTS)[:2] == ["wenzhou-2019", "haining-2021"]


def test_wenzhou_contents_hold_every_clause_in_order():
    assert list(DOCUMENTS["wenzhou-2019"].contents) == ["前言", *(f"（{each}）" for each in NUMERALS)]


def test_haining_contents_hold_every_clause_in_order():
    parts = {"一": 5, "二": 6, "三": 4}
    assert list(DOCUMENTS["haining-2021"].contents) == [
        "前言",
        *(f"{part}（{NUMERALS[each]}）" for part, count in parts.items() for each in range(count)),
    ]


def test_every_reason_speaks_both_languages():
    reasons = [
        reason
        for document in DOCUMENTS.values()
        for reason in document.contents.values()
        if isinstance(reason, NotComputed)
    ]
    reasons += [each.reason for clause in clauses(DOCUMENTS) for each in clause.entries if isinstance(each, Intent)]
    assert [reason for reason in reasons if not (reason.zh and reason.en)] == []


@pytest.mark.parametrize("clause", CLAUSES)
def test_docstring_starts_with_the_clause_number(clause):
    assert clause.module.__doc__.startswith(clause.number)


@pytest.mark.parametrize("clause", CLAUSES)
def test_obligations_are_numbered_in_the_order_of_the_text(clause):
    assert [each.id for each in clause.entries] == [f"{clause.number}.{n}" for n in range(1, len(clause.entries) + 1)]


@pytest.mark.parametrize("clause", COMPUTED)
def test_every_obligation_is_seen_to_pass_to_fail_and_to_lack_a_fact(clause):
    lacking = {}
    for each in clause.obligations:
        missing = {Outcome.PASS, Outcome.FAIL, Outcome.UNKNOWN} - outcomes_expected(clause)[each.id]
        if missing:
            lacking[each.id] = missing
    assert lacking == {}


@pytest.mark.parametrize("clause", CLAUSES)
def test_every_case_has_a_name_of_its_own_in_both_languages(clause):
    cases = cases_of(clause)
    assert [case.name for case in cases if not re.search("[一-鿿]", case.zh)] == []
    assert len({case.name for case in cases}) == len({case.zh for case in cases}) == len(cases)


@pytest.mark.parametrize("clause", COMPUTED)
def test_every_posting_obligation_has_a_case_with_postings(clause):
    posted = {obligation for case in cases_of(clause) if case.posts for obligation in case.expect}
    assert {each.id for each in clause.obligations if not isinstance(each, Duty) and each.post} - posted == set()


@pytest.mark.parametrize("clause", CLAUSES)
def test_every_fact_asked_for_is_in_the_dictionary(clause):
    asked = {name for each in clause.obligations if not isinstance(each, Duty) for name in required_facts(each.facts)}
    assert asked - set(facts.dictionary()) == set()


@pytest.mark.parametrize("clause", CLAUSES)
def test_values_used_are_the_values_declared(clause):
    own = {each.name.rpartition(".")[2] for each in clause_parameters(clause.module, clause.citation)}
    text = sources(clause)
    used = set(re.findall(r"\bparams\.(?:table|names|bands?|day|value)\(\s*\"(\w+)\"", text))
    used |= set(re.findall(r"\bparams\.(\w+)(?!\w*\()", text))
    used |= {each.due for each in clause.obligations if isinstance(each, Duty)}
    used |= set(re.findall(r'value="(\w+)"', text))  # handed to a shape by name
    if clause.obligations:
        assert used - {"table", "names", "bands", "band", "day", "value", "on", "place", "steps"} == own | set(
            clause.uses
        )


@pytest.mark.parametrize("clause", CLAUSES)
def test_every_value_a_clause_uses_of_another_exists(clause):
    assert set(clause.uses.values()) - {each.name for each in Parameters(DOCUMENTS)} == set()


@pytest.mark.parametrize("clause", CLAUSES)
def test_every_message_id_in_the_source_is_in_the_catalogue(clause):
    ids = set(re.findall(r'"((?:[a-z]+\d+)-[\w-]*\w)"', sources(clause)))
    assert {each for each in ids if each not in catalogue() and each not in DOCUMENTS} == set()


def test_every_clause_message_is_used():
    text = "".join(sources(clause) for clause in clauses(DOCUMENTS))
    built = {"w05-enough-", "w05-short-", "w05-path-", "w05-suspended-"}
    ids = {each for each in catalogue() if re.match(r"[wh]\d\d-", each)}
    assert {each for each in ids if f'"{each}"' not in text and not each.startswith(tuple(built))} == set()


def test_every_value_has_unit_status_and_source():
    values = list(Parameters(DOCUMENTS))
    assert {each.name for each in values if not (each.unit and each.source)} == set()
    assert {each.status for each in values} <= {"text", "law", "ours", "unverified"}


def test_every_value_has_a_name_in_both_languages():
    names = {each.name for each in Parameters(DOCUMENTS)}
    assert {name for name in names if set(catalogue().get(name, {})) != {"zh", "en"}} == set()


def test_every_clause_and_obligation_is_worded_in_both_languages():
    ids = {each.citation for each in coverage(DOCUMENTS)}
    ids |= {clause.rule(each) for clause in clauses(DOCUMENTS) for each in clause.entries}
    assert {each for each in ids if set(catalogue().get(each, {})) != {"zh", "en"}} == set()


def test_force_duty_bearer_event_and_state_are_worded():
    entries = [each for clause in clauses(DOCUMENTS) for each in clause.entries]
    words = {f"force-{each.force}" for each in entries} | {f"who-{each.who}" for each in entries}
    words |= {f"state-{each.state}" for each in entries} | {f"event-{each}" for each in EVENTS}
    assert words - set(catalogue()) == set()


def test_events_asked_at_exist():
    assert {e for each in obligations(DOCUMENTS).values() if not isinstance(each, Duty) for e in each.events} <= set(
        EVENTS
    )


def test_dictionary_words_every_fact_and_choice():
    entries = facts.dictionary().values()
    assert {each.name for each in entries if not (each.zh and each.en)} == set()
    assert {each.supplier for each in entries} == {"measured", "registered", "declared"}
    assert {each.name for each in entries if each.type == "choice" and not each.values} == set()
    assert {each.name for each in entries if each.type == "table" and not each.columns} == set()
    assert {each.name for each in entries if each.type in ("integer", "figure") and not each.unit} == set()
