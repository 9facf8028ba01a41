"""Every rule has its path through `explain`: to the line its check is written on, its facts, its values, its cases."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

import liangtian
from liangtian.policy.clause import Intent, Obligation, clauses
from liangtian.policy.explain import explain
from liangtian.rules.documents import DOCUMENTS

SOURCE = Path(liangtian.__file__).parent.parent
CLAUSES = [pytest.param(clause, id=clause.citation) for clause in clauses(DOCUMENTS)]


@pytest.mark.parametrize("clause", CLAUSES)
def test_every_obligation_is_laid_open(clause):
    found = explain(DOCUMENTS, (clause.document.id, clause.number), on=date(2026, 1, 1), place="339901")
    assert [each["id"] for each in found["obligations"]] == [each.id for each in clause.entries]
    for each, entry in zip(found["obligations"], clause.entries, strict=True):
        line = (SOURCE / each["file"]).read_text("utf-8").splitlines()[each["line"] - 1]
        if isinstance(entry, Obligation) and entry.check.__module__.startswith(clause.module.__name__):
            assert f"def {entry.check.__name__}" in line or "def check" in line
        else:
            assert entry.id in line
        assert bool(each["facts"]) is not isinstance(entry, Intent)
        assert bool(each["cases"]) is not isinstance(entry, Intent)
        assert bool(each["reason"]) is isinstance(entry, Intent)


@pytest.mark.parametrize("clause", CLAUSES)
def test_every_value_in_force_says_where_it_comes_from(clause):
    found = explain(DOCUMENTS, (clause.document.id, clause.number), on=date(2026, 1, 1), place="339901")
    for value in found["values"]:
        assert value["history"]
        assert [each for each in value["history"] if not (each["source"] and each["since"] and each["status"])] == []
        assert value["in_force"] is None or value["in_force"]["reason"] in ("only", "latest", "nearest", "prevails")
