"""Contents pages, docstrings, obligations, values, cases and messages agree with one another."""

from __future__ import annotations

import re
import tomllib
from decimal import Decimal
from importlib import resources
from pathlib import Path

import pytest

from liangtian.finding import Outcome
from liangtian.messages import catalogue
from liangtian.policy import facts
from liangtian.policy.clause import clauses, obligations, required_facts
from liangtian.policy.document import NotComputed
from liangtian.policy.parameters import Parameters, clause_parameters
from liangtian.rules.documents import DOCUMENTS

CLAUSES = [pytest.param(clause, id=clause.citation) for clause in clauses(DOCUMENTS)]
CASES = Path(__file__).parent
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


def cases(clause):
    package, stem = clause.module.__name__.split(".")[-2:]
    file = CASES / package / f"{stem}.toml"
    return tomllib.loads(file.read_text("utf-8"), parse_float=Decimal)["case"] if file.exists() else []


def test_documents_are_named_by_their_own_id():
    assert {name: document.id for name, document in DOCUMENTS.items()} == {
        "wenzhou-2019": "wenzhou-2019",
        "haining-2021": "haining-2021",
        "liangtian-2026": "liangtian-2026",
    }


def test_wenzhou_contents_hold_every_clause_in_order():
    assert list(DOCUMENTS["wenzhou-2019"].contents) == ["前言", *(f"（{each}）" for each in NUMERALS)]


def test_haining_contents_hold_every_clause_in_order():
    parts = {"一": 5, "二": 6, "三": 4}
    assert list(DOCUMENTS["haining-2021"].contents) == [
        "前言",
        *(f"{part}（{NUMERALS[each]}）" for part, count in parts.items() for each in range(count)),
    ]


def test_every_clause_without_a_module_has_a_reason_in_both_languages():
    reasons = [
        reason
        for document in DOCUMENTS.values()
        for reason in document.contents.values()
        if isinstance(reason, NotComputed)
    ]
    reasons += [reason for clause in clauses(DOCUMENTS) for reason in clause.not_computed.values()]
    assert reasons
    assert [reason for reason in reasons if not (reason.zh and reason.en)] == []


@pytest.mark.parametrize("clause", CLAUSES)
def test_docstring_starts_with_the_clause_number(clause):
    assert clause.module.__doc__.startswith(clause.number)


@pytest.mark.parametrize("clause", CLAUSES)
def test_obligations_are_numbered_in_the_order_of_the_text(clause):
    assert [each.id for each in clause.obligations] == [
        f"{clause.number}.{n}" for n in range(1, len(clause.obligations) + 1)
    ]


@pytest.mark.parametrize("clause", CLAUSES)
def test_every_obligation_has_a_case(clause):
    covered = {obligation for case in cases(clause) for obligation in case["expect"]}
    assert covered == {each.id for each in clause.obligations}


@pytest.mark.parametrize("clause", CLAUSES)
def test_every_obligation_is_seen_to_pass_and_to_fail(clause):
    seen: dict[str, set[str]] = {each.id: set() for each in clause.obligations}
    for case in cases(clause):
        for obligation, outcome in case["expect"].items():
            seen[obligation].add(outcome)
    lacking = {name for name, outcomes in seen.items() if not outcomes >= {"pass", "unknown"}}
    assert lacking == set()
    # To seek a better path is all that （五）.3 asks for: the facts offered state no way to break it.
    assert {name for name, outcomes in seen.items() if Outcome.FAIL not in outcomes} <= {"（五）.3"}


@pytest.mark.parametrize("clause", CLAUSES)
def test_every_fact_asked_for_is_in_the_dictionary(clause):
    asked = {name for each in clause.obligations for name in required_facts(each.facts)}
    assert asked - set(facts.dictionary()) == set()


@pytest.mark.parametrize("clause", CLAUSES)
def test_values_used_are_the_values_declared(clause):
    own = {each.name.rpartition(".")[2] for each in clause_parameters(clause.module, clause.citation)}
    used = set(re.findall(r"\bparams\.(?:table\(\"(\w+)\"\)|(\w+))", sources(clause)))
    names = {table or single for table, single in used} - {"table"}
    if clause.obligations:
        assert names == own | set(clause.uses)


@pytest.mark.parametrize("clause", CLAUSES)
def test_every_message_id_in_the_source_is_in_the_catalogue(clause):
    ids = set(re.findall(r'"((?:w\d\d|h\d\d)-[\w-]+)"', sources(clause)))
    assert ids - set(catalogue()) == set()


def test_every_clause_message_is_used():
    text = "".join(sources(clause) for clause in clauses(DOCUMENTS))
    built = {"w05-enough-", "w05-short-", "w05-path-", "w05-suspended-"}
    ids = {each for each in catalogue() if re.match(r"[wh]\d\d-", each)}
    assert {each for each in ids if f'"{each}"' not in text and not each.startswith(tuple(built))} == set()


def test_every_value_has_unit_status_and_source():
    values = list(Parameters(DOCUMENTS))
    assert {each.name for each in values if not (each.unit and each.source)} == set()
    assert {each.status for each in values} <= {"text", "law", "ours", "unverified"}


def test_every_obligation_is_worded_in_both_languages():
    wording = {rule: catalogue().get(rule, {}) for rule in obligations(DOCUMENTS)}
    assert {rule for rule, texts in wording.items() if set(texts) != {"zh", "en"}} == set()


def test_force_and_duty_bearer_are_worded():
    words = {f"force-{each.force}" for each in obligations(DOCUMENTS).values()}
    words |= {f"who-{each.who}" for each in obligations(DOCUMENTS).values()}
    assert words - set(catalogue()) == set()


def test_dictionary_words_every_fact_and_choice():
    entries = facts.dictionary().values()
    assert {each.name for each in entries if not (each.zh and each.en)} == set()
    assert {each.supplier for each in entries} == {"measured", "declared"}
    assert {each.name for each in entries if each.type == "choice" and not each.values} == set()
    assert {each.name for each in entries if each.type == "table" and not each.columns} == set()
