"""`liangtian explain DOCUMENT CLAUSE`: a clause laid open."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from typing import Any

import click

from liangtian.cli.options import DateType
from liangtian.messages import Language, render_text
from liangtian.policy.explain import explain as lay_open
from liangtian.policy.explain import find_clause
from liangtian.rules.documents import DOCUMENTS


@click.command()
@click.argument("document")
@click.argument("clause")
@click.option("--on", type=DateType(), metavar="DATE", help="Show the values in force on this day.")
@click.option("--region", metavar="CODE", default="", help="… at this place.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_obj
def explain(lang: Language, document: str, clause: str, *, on: date | None, region: str, as_json: bool) -> None:
    """Say what a clause asks: obligations, values with source and history, facts, file and line, cases.

    DOCUMENT as in `liangtian clauses`; CLAUSE as the text numbers it: 六, （六）, 6; 一（三）, 1.3.
    """
    name = document.replace("_", "-")
    number = find_clause(DOCUMENTS, name, clause)
    found = lay_open(DOCUMENTS, (name, number), on=on, place=region, lang=lang)
    click.echo(json.dumps(found, ensure_ascii=False, indent=1) if as_json else "\n".join(_text(found, lang)))


def _text(found: dict[str, Any], lang: Language) -> Iterator[str]:
    def say(message_id: str, **params: object) -> str:
        return render_text(message_id, params, lang=lang)

    yield f"{found['document']}{found['clause']} {found['title']}"
    yield say("explain-document", title=found["document_title"], since=found["since"])
    if found["reason"]:
        yield found["reason"]
    for each in found["obligations"]:
        yield ""
        yield f"{each['id']}  {each['wording']}"
        events = "、".join(say(f"event-{event}") for event in each["events"])
        words = {key: say(f"{key}-{each[key]}") for key in ("state", "force", "who")}
        yield "    " + say("explain-kind", **words) + (f" · {events}" if events else "")
        yield f"    {each['file']}:{each['line']}"
        if each["reason"]:
            yield "    " + each["reason"]
        for fact in each["facts"]:
            supplier = say(f"supplier-{fact['supplier']}")
            yield f"    {fact['name']}\t{fact['meaning']}\t{fact['unit']}\t{supplier}"
        for name in each["values"]:
            yield f"    {say('explain-uses')} {name}"
        if each["cases"]:
            names = each["cases_zh"] if lang == "zh" else each["cases"]
            yield "    " + say("explain-cases", count=len(names), names=("；" if lang == "zh" else "; ").join(names))
    for value in found["values"]:
        yield ""
        yield from _value(value, say)


def _value(value: dict[str, Any], say: Any) -> Iterator[str]:
    yield f"{value['name']}  [{value['unit']}]"
    if value["in_force"]:
        yield f"    {say('explain-in-force')} {_one(value['in_force'], say)} {say('reason-' + value['in_force']['reason'])}"
    for each in value["history"]:
        yield f"    {_one(each, say)}"


def _one(each: dict[str, Any], say: Any) -> str:
    days = f"{each['since']} – {each['until'] or ''}"
    value = json.dumps(each["value"], ensure_ascii=False)
    place = f" @{each['place']}" if each["place"] else ""
    return f"{value}{place}\t{days}\t{say('report-status-' + each['status'])}\t{each['source']}"
