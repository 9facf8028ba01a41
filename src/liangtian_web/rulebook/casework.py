"""The written cases of a clause, run here and now by the documents' own values."""

from __future__ import annotations

from typing import Any

from liangtian.messages import Language, render_text
from liangtian.policy.cases import cases_of, outcomes, totals
from liangtian.policy.evaluate import Rulebook
from liangtian.rules.documents import DOCUMENTS
from liangtian_web.rulebook.contents import clause_of


def run_cases(document: str, number: str, lang: Language, of: str = "") -> list[dict[str, Any]]:
    """Run the cases of a clause, or of one obligation `of` it (its id).

    Returns
    -------
    name, on, event, expected (obligation, outcome expected, outcome found), posts, same: whether all came as expected
    """
    view = clause_of(document, number)
    if view is None:
        return []
    rulebook, rows = Rulebook(DOCUMENTS), []
    for case in cases_of(view):
        expect = {_rule(each, document): said for each, said in case.expect.items()}
        if of and f"{document}{of}" not in expect:
            continue
        decision = rulebook.decide(case.case)
        found = outcomes(decision)
        same = all(found.get(rule) == said for rule, said in expect.items())
        posted = not case.posts or totals(decision) == case.posts
        rows.append(
            {
                "name": case.zh if lang == "zh" and case.zh else case.name,
                "on": case.case.on,
                "event": render_text(f"event-{case.case.event}", {}, lang=lang),
                "expected": [(rule, said, found.get(rule, "")) for rule, said in expect.items()],
                "posts": case.posts,
                "same": same and posted,
            }
        )
    return rows


def _rule(expected: str, document: str) -> str:
    """A case names the obligations of its own document without it."""
    return expected if expected.startswith(tuple(DOCUMENTS)) else f"{document}{expected}"
