"""`liangtian clauses`: every clause, every obligation, and how it is accounted for."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

import click

from liangtian.messages import Language, render_text
from liangtian.policy.coverage import Covered, CoveredClause, coverage
from liangtian.policy.document import NotComputed
from liangtian.rules.documents import DOCUMENTS

# The two documents the product implements; the law they rest on is listed with --all.
MISSION = ("wenzhou-2019", "haining-2021")
PREAMBLE = "前言"


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.option("--all", "every", is_flag=True, help="Also the preambles and the supporting documents.")
@click.pass_obj
def clauses(lang: Language, as_json: bool, every: bool) -> None:
    """List every clause with its obligations: computed rule, gate, duty or statement of intent."""
    rows = [row for row in coverage(DOCUMENTS) if every or (row.document in MISSION and row.number != PREAMBLE)]
    if as_json:
        click.echo(json.dumps([_data(row, lang) for row in rows], ensure_ascii=False, indent=1))
    else:
        click.echo("\n".join(_text(rows, lang)))


def _data(row: CoveredClause, lang: Language) -> dict[str, Any]:
    return {
        "document": row.document,
        "clause": row.number.strip("（）") if row.number.startswith("（") else row.number,
        "title": render_text(row.citation, {}, lang=lang),
        "obligations": [_obligation(each, lang) for each in row.obligations],
    }


def _obligation(each: Covered, lang: Language) -> dict[str, Any]:
    return {
        "id": each.id,
        "state": each.state,
        "force": each.force,
        "wording": render_text(each.rule, {}, lang=lang),
        "module": each.module,
        "parameters": list(each.values),
        "cases": list(each.cases),
        "cases_zh": list(each.cases_zh),
        "reason": _reason(each.reason, lang),
    }


def _reason(reason: NotComputed | None, lang: Language) -> str | None:
    return None if reason is None else reason.zh if lang == "zh" else reason.en


def _text(rows: list[CoveredClause], lang: Language) -> list[str]:
    lines = []
    for row in rows:
        lines.append(f"{row.document} {row.number} {render_text(row.citation, {}, lang=lang)}")
        if row.reason:
            lines.append(f"    {_reason(row.reason, lang)}")
        for each in row.obligations:
            state = render_text(f"state-{each.state}", {}, lang=lang)
            force = render_text(f"force-{each.force}", {}, lang=lang)
            count = f" ({len(each.cases)})" if each.cases else ""
            lines.append(f"    {each.id}\t{state}\t{force}\t{render_text(each.rule, {}, lang=lang)}{count}")
    states = Counter(each.state for row in rows for each in row.obligations)
    words = {state: states.get(state, 0) for state in ("computed", "gate", "duty", "intent")}
    return [*lines, render_text("clauses-sum", {"clauses": len(rows), "total": states.total(), **words}, lang=lang)]
