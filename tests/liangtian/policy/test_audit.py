"""Documents that no case could be decided by are refused before the first case."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from types import ModuleType

import pytest

from liangtian.errors import DocumentRefused
from liangtian.policy.clause import Obligation, always
from liangtian.policy.document import Document
from liangtian.policy.evaluate import Rulebook
from liangtian.policy.ruling import passed
from liangtian.rules.documents import DOCUMENTS


@dataclass(frozen=True, slots=True)
class Invented:
    no_such_fact_m2: int


def document(**more):
    module = ModuleType("liangtian.rules.haining_2021.invented", "（一）An invented clause.")
    module.OBLIGATIONS = (
        Obligation("（一）.1", "must", "county", ("check",), always, more.pop("facts", Invented), lambda *_: iter(())),
    )
    module.USES = more.pop("uses", {})
    return Document("law-1", "", "", date(2019, 1, 1), "liangtian.rules.haining_2021", {"（一）": module}, **more)


@dataclass(frozen=True, slots=True)
class Kind:
    kind: str


def refusals(*documents):
    with pytest.raises(DocumentRefused) as refused:
        Rulebook({each.id: each for each in documents})
    return [(defect.message_id, defect.params) for defect in refused.value.defects]


def test_a_fact_the_dictionary_does_not_know_is_refused_with_file_and_line():
    ((message, params),) = refusals(document())
    assert (message, params["fact"], params["source"]) == ("document-fact-unknown", "no_such_fact_m2", "test_audit.py")
    assert params["line"] > 1


def test_a_value_nobody_declares_is_refused():
    ((message, params),) = refusals(document(facts=Kind, uses={"share": "law-1（二）.share"}))
    assert (message, params["name"]) == ("document-value-unknown", "law-1（二）.share")


def test_documents_that_replace_each_other_are_refused():
    one = document(facts=Kind, replaces={"law-2（一）.1": "（一）.1"})
    other = replace(document(facts=Kind, replaces={"law-1（一）.1": "（一）.1"}), id="law-2")
    assert {message for message, _ in refusals(one, other)} == {"document-cycle"}


def test_the_documents_shipped_are_sound():
    assert Rulebook(DOCUMENTS).asks("check")


def test_a_sound_document_is_taken():
    assert Rulebook({"law-1": document(facts=Kind)}).asks("check")
    assert passed("x").outcome == "pass"
