"""A filing as its page says it: what is to be booked where, what stops it, what else the clauses say."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

import numpy as np
import shapely
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, gettext
from pyproj import CRS

from liangtian.ledger.indices import indices
from liangtian.policy.amounts import amounts
from liangtian.policy.facts import dictionary, read_facts, say
from liangtian.space.crs import geographic, reproject
from liangtian_web.balance.models import Filing
from liangtian_web.balance.procedures import PROCEDURES
from liangtian_web.balance.queries import is_lapsed, stands
from liangtian_web.ledger.queries import moved_by
from liangtian_web.ledger.records import places_by_key
from liangtian_web.review.presentation import GRAVITY, as_shown, citation, gathered
from liangtian_web.rulebook.naming import address_of


def findings_shown(text: str, language: str, gates: Sequence[str]) -> dict[str, list[dict[str, Any]]]:
    """Findings of the clauses this procedure turns on, those of the others, and those out of reach."""
    found = [as_shown(each) for each in json.loads(text, parse_float=Decimal)["en" if language == "en" else "zh"]]
    found.sort(key=lambda each: GRAVITY.get(each["outcome"], 9))
    own = [each for each in found if each["rule"] in gates]
    rest = [each for each in found if each["rule"] not in gates]
    return {
        "own": gathered(own),
        "others": gathered([each for each in rest if each["outcome"] != "not_applicable"]),
        "out_of_reach": gathered([each for each in rest if each["outcome"] == "not_applicable"]),
        "unverified": [each for each in own if any(step.get("status") == "unverified" for step in each["trace"])],
    }


def postings_shown(rows: Iterable[Sequence[Any]], parties: Mapping[str, str]) -> list[dict[str, Any]]:
    """What is booked where, with the clause that says so."""
    places = places_by_key(parties.values())
    shown = []
    for party, pool, index, amount, rule in rows:
        place = places.get(parties.get(party, ""))
        shown.append({
            "place": _outside_word(party, pool) or (place.name if place else party),
            "outside": bool(_outside_word(party, pool)),
            "pool": pool, "index": index, "amount": amount, "rule": rule,
            "cites": citation(rule) if rule else gettext("登记"),
            "url": f"{reverse('rulebook:clause', args=address_of(rule))}#{rule}" if rule else "",
        })  # fmt: skip
    return shown


def _outside_word(party: str, pool: str) -> str:
    """Who stands outside the book; nothing for an account that is kept in it."""
    words = {("outside", "outside"): gettext("账外"), ("province", "fund"): gettext("省级统筹账户（账外）")}
    return gettext("建设单位（账外）") if party == "unit" else words.get((party, pool), "")


def registered(filing: Filing) -> list[dict[str, Any]]:
    """Amounts that were handed in with a filing: index by index, each column a fact of the filing."""
    names = [name for name, value in filing.facts.items() if name.endswith("_amounts") and value]
    english = get_language() == "en"
    columns = [(dictionary()[name], amounts(filing.facts[name], indices())) for name in names]
    given = [index for index in indices() if any(found[index] for _, found in columns)]
    if not given:
        return []
    words = [fact.en if english else fact.zh for fact, _ in columns]
    rows = [{"index": index, "amounts": [found[index] for _, found in columns]} for index in given]
    return [{"words": words, "rows": rows}]


def amounts_of(filings: Sequence[Filing]) -> list[Sequence[tuple[str, int]]]:
    """Index and amount of each filing, in their order: what its entry moved, of those without an entry what was handed in."""
    entries = {
        each.pk: decision.entry for each in filings if (decision := getattr(each, "decision", None)) and decision.entry
    }
    moved = dict(zip(entries, moved_by(list(entries.values())), strict=True))
    return [moved[each.pk].amounts if each.pk in moved else _handed_in(each) for each in filings]


def _handed_in(filing: Filing) -> Sequence[tuple[str, int]]:
    return [(row["index"], max(row["amounts"])) for table in registered(filing) for row in table["rows"]]


def state_of(filing: Filing) -> tuple[str, str]:
    """How a filing stands: the colour of its tag, and the word."""
    decision = getattr(filing, "decision", None)
    if decision is None:
        return "unknown", gettext("待审核")
    if decision.entry_id is None and not decision.noted:
        return "fail", gettext("已退回")
    if not stands(filing):
        return "not_applicable", gettext("已冲正")
    if is_lapsed(filing, timezone.localdate()):
        return "none", gettext("已到期退回")
    procedure = PROCEDURES[filing.event]
    tag, word = procedure.state(filing) if procedure.state else ("pass", procedure.done)
    return tag, str(word)


def stated(filing: Filing) -> list[tuple[str, str]]:
    """What was handed in with a filing besides amounts: each fact by its name, in words."""
    english = get_language() == "en"
    found = []
    for name, value in read_facts(filing.facts).items():
        fact = dictionary()[name]
        if fact.type == "table" or value is None:
            continue
        zh, en = say(name, value)
        said = en if english else zh
        if fact.supplier == "declared":
            said = gettext("%(value)s（%(who)s填报，没有量算）") % {"value": said, "who": filing.filer}
        found.append((fact.en if english else fact.zh, said))
    return [*found, *PROCEDURES[filing.event].says(filing)]


def shapes_of(filing: Filing) -> str:
    """The ground of an acceptance for the map, in degrees."""
    assert filing.wkb is not None
    crs = CRS.from_user_input(filing.crs)
    shape = reproject(np.array([shapely.from_wkb(bytes(filing.wkb))], dtype=object), crs, geographic(crs))[0]
    feature = {"type": "Feature", "properties": {"role": "boundary"}, "geometry": json.loads(shapely.to_geojson(shape))}
    return json.dumps({"type": "FeatureCollection", "features": [feature]})
