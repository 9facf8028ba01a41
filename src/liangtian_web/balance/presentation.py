"""A filing as its page says it: what is to be booked where, what stops it, what else the clauses say."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

import numpy as np
import shapely
from django.urls import reverse
from django.utils.translation import gettext
from pyproj import CRS

from liangtian.policy.amounts import COMPENSATION, amounts
from liangtian.space.crs import geographic, reproject
from liangtian_web.balance.models import Filing
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


def postings_shown(rows: Iterable[Sequence[Any]], parties: dict[str, str]) -> list[dict[str, Any]]:
    """What is booked where, with the clause that says so."""
    places = places_by_key(parties.values())
    shown = []
    for party, pool, index, amount, rule in rows:
        place = places.get(parties.get(party, ""))
        shown.append({
            "place": place.name if place else gettext("账外") if party == "outside" else party,
            "pool": pool, "index": index, "amount": amount, "rule": rule,
            "cites": citation(rule) if rule else gettext("验收登记"),
            "url": f"{reverse('rulebook:clause', args=address_of(rule))}#{rule}" if rule else "",
        })  # fmt: skip
    return shown


def registered(filing: Filing) -> list[dict[str, Any]]:
    """Amounts a filing of an acceptance registered, index by index: accepted and pooled by the province."""
    sums = [amounts(filing.facts.get(name) or ()) for name in ("accepted_amounts", "provincial_amounts")]
    return [{"index": name, "accepted": sums[0][name], "provincial": sums[1][name]} for name in COMPENSATION]


def state_of(filing: Filing) -> tuple[str, str]:
    """How a filing stands: the colour of its tag, and the word."""
    decision = getattr(filing, "decision", None)
    if decision is None:
        return "unknown", gettext("待审核")
    if decision.entry_id is None:
        return "fail", gettext("已退回")
    if filing.event != Filing.Event.HOLD:
        return "pass", gettext("已入账")
    ended = [each for each in filing.endings.all() if getattr(each, "decision", None) and each.decision.entry_id]
    if not ended:
        return "running", gettext("已冻结")
    return "pass", gettext("已核销") if ended[0].event == Filing.Event.APPROVAL else gettext("已解冻")


def shapes_of(filing: Filing) -> str:
    """The ground of an acceptance for the map, in degrees."""
    assert filing.wkb is not None
    crs = CRS.from_user_input(filing.crs)
    shape = reproject(np.array([shapely.from_wkb(bytes(filing.wkb))], dtype=object), crs, geographic(crs))[0]
    feature = {"type": "Feature", "properties": {"role": "boundary"}, "geometry": json.loads(shapely.to_geojson(shape))}
    return json.dumps({"type": "FeatureCollection", "features": [feature]})
