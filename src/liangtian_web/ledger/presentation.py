"""The book's rows as its pages and workbooks show them."""

from __future__ import annotations

import io
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import numpy as np
import openpyxl
import shapely
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.translation import get_language, gettext
from openpyxl.styles import Font
from pyproj import CRS

from liangtian.ledger.indices import indices
from liangtian.ledger.kinds import pools
from liangtian.ledger.lots import Ground
from liangtian.messages import Language
from liangtian.space.crs import geographic, reproject
from liangtian.units import round_half_up
from liangtian_web.ledger.models import Entry, Lot, Proposal
from liangtian_web.ledger.proposing import COLUMNS, SIDES
from liangtian_web.ledger.queries import Balance, Statement
from liangtian_web.ledger.records import as_ground, place_key
from liangtian_web.ledger.templatetags.book import index_word, kind_word, pool_word
from liangtian_web.people.models import Place
from liangtian_web.rulebook.naming import address_of, in_short
from liangtian_web.trail.export import safe_cell

WIDTH = 16


def by_place(balances: Sequence[Balance]) -> list[dict[str, Any]]:
    """Places, each with the pools it uses and a row an index: the account and amount under each pool, or None."""
    found: list[dict[str, Any]] = []
    for place in dict.fromkeys(each.account.place for each in balances):
        mine = {(b.account.index, b.account.pool): b for b in balances if b.account.place == place}
        used = [pool for pool in pools() if pool != "outside" and any(key[1] == pool for key in mine)]
        rows = [
            {"index": index, "cells": [mine.get((index, pool)) for pool in used]}
            for index in indices()
            if any((index, pool) in mine for pool in used)
        ]
        if rows:
            found.append({"place": place, "pools": used, "rows": rows})
    return found


def known_until(known_on: datetime | None, recorded: datetime | None) -> str:
    """As known at which moment a figure is said, and when the latest record it counts was made."""
    last = f"{timezone.localtime(recorded):%Y-%m-%d %H:%M:%S}" if recorded else "—"
    if known_on is None:
        return gettext("含至今补记的全部分录，最后记账时间 %(last)s") % {"last": last}
    words = {"known": f"{timezone.localtime(known_on):%Y-%m-%d %H:%M:%S}", "last": last}
    return gettext("截至 %(known)s 已知，最后记账时间 %(last)s") % words


def workbook_of(statement: Statement, known: str) -> bytes:
    """A statement as a workbook: whole units of the book, and hectares or kilograms as the upper system writes them.

    Parameters
    ----------
    known : as known at which moment
    """
    book = openpyxl.Workbook()
    sheet = book.active
    account = statement.account
    unit = indices()[account.index].unit
    title = f"{account.place} {pool_word(account.pool)} {index_word(account.index)}"
    about = gettext("%(since)s 至 %(until)s，%(known)s") % {
        "since": statement.since, "until": statement.until, "known": known,
    }  # fmt: skip
    for row in ([safe_cell(title)], [about], []):
        sheet.append(row)
    heads = [gettext("业务日期"), gettext("记账时间"), gettext("类型"), gettext("编号"), gettext("依据"),
             f"{gettext('发生额')}({_unit(unit)})", f"{gettext('余额')}({_unit(unit)})"]  # fmt: skip
    sheet.append([*heads, f"{gettext('余额')}({gettext('公顷')})"] if unit == "m2" else heads)
    sheet.append(_line(unit, ["", "", gettext("期初"), "", "", "", statement.opening]))
    for each in statement.lines:
        entry = each.entry
        kind = gettext("到期退回") if each.lapse else kind_word(entry.kind)
        moment = entry.recorded_at.astimezone().replace(tzinfo=None, microsecond=0)
        cells = [
            each.on,
            moment,
            kind,
            safe_cell(entry.key),
            safe_cell("；".join(entry.evidence)),
            each.amount,
            each.balance,
        ]
        sheet.append(_line(unit, cells))
    sheet.append(_line(unit, ["", "", gettext("期末"), "", "", "", statement.closing]))
    return _finished(book)


def _line(unit: str, cells: list[Any]) -> list[Any]:
    return [*cells, float(round_half_up(cells[-1], 0)) / 10_000] if unit == "m2" else cells


def _unit(unit: str) -> str:
    return {"m2": "m²", "fen": gettext("分")}.get(unit, unit)


def template() -> bytes:
    """An empty workbook with the headings of a proposal and one line as an example."""
    book = openpyxl.Workbook()
    book.active.append([str(word) for word in COLUMNS.values()])
    book.active.append([index_word("quantity_m2"), 10000, pool_word("outside"), pool_word("outside"),
                        gettext("示范县"), pool_word("reserve"), "2019-001", "", "", gettext("文号")])  # fmt: skip
    return _finished(book)


def rows_of(proposal: Proposal) -> bytes:
    """The rows of a proposal under the headings they are read by: changed, they can be handed in again."""
    book = openpyxl.Workbook()
    book.active.append([str(word) for word in COLUMNS.values()])
    codes = {f"p{place.pk}": place_key(place) for place in Place.objects.all()}
    for row in proposal.content.get("rows", []):
        words = {side: codes.get(row[side], row[side]) for side in SIDES}
        words |= {"index": index_word(row["index"])} if row["index"] in indices() else {}
        cells = row | words
        book.active.append([safe_cell(str(cells.get(name) or "")) for name in COLUMNS])
    return _finished(book)


def _finished(book: openpyxl.Workbook) -> bytes:
    for column in "ABCDEFGHIJ":
        book.active.column_dimensions[column].width = WIDTH
    for cell in book.active[1]:
        cell.font = Font(bold=True)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def shapes_of(lots: Iterable[Lot]) -> str:
    """The boundaries of lots for the map, in degrees."""
    lots = list(lots)
    grounds = [as_ground(lot.ground) for lot in lots]
    return features_of(grounds, [{"role": "boundary", "serial": lot.serial} for lot in lots])


def features_of(grounds: Sequence[Ground], properties: Sequence[Mapping[str, str]]) -> str:
    """Boundaries as GeoJSON in longitude and latitude of their own datum; those of one plane are projected together."""
    shapes = np.array([each.shape for each in grounds], dtype=object)
    planes = np.array([each.crs for each in grounds])
    for name in set(planes.tolist()):
        crs, same = CRS.from_user_input(name), planes == name
        shapes[same] = reproject(shapes[same], crs, geographic(crs))
    features = [
        {"type": "Feature", "properties": dict(said), "geometry": json.loads(text)}
        for said, text in zip(properties, shapely.to_geojson(shapes), strict=True)
    ]
    return json.dumps({"type": "FeatureCollection", "features": features})


@dataclass(frozen=True, slots=True)
class Trace:
    """One thing an entry rests on: what it is, in which words, and where it is read."""

    what: str
    text: str
    url: str = ""


def traces(entry: Entry) -> list[Trace]:
    """What an entry rests on: filing, check, documents; clauses and the digest of the rulebook they were read from."""
    found = [_trace(text, own=not n) for n, text in enumerate(entry.evidence)]
    for rule in entry.rules:
        if rule.startswith("rules:"):
            found.append(Trace(gettext("规则版本"), rule.removeprefix("rules:")))
            continue
        if rule.startswith("facts:"):
            found.append(Trace(gettext("决定依据摘要"), rule.removeprefix("facts:")))
            continue
        document, number = address_of(rule)
        url = f"{reverse('rulebook:clause', args=(document, number))}#{rule}" if number else ""
        found.append(Trace(gettext("条款"), in_short(rule, _lang()), url))
    return found


def _trace(text: str, *, own: bool) -> Trace:
    """A thing in evidence: the first is the entry's own filing, later ones are those it goes on with."""
    filing = gettext("看申报和审核") if own else gettext("看所接续的事项")
    for start, word, said, page in (
        ("filing:", gettext("占补事项"), filing, "balance:filing"),
        ("run:", gettext("检查"), gettext("看检查结论"), "review:run"),
    ):
        if text.startswith(start):
            try:
                return Trace(word, said, reverse(page, args=[UUID(text.removeprefix(start))]))
            except (ValueError, NoReverseMatch):
                break
    return Trace(gettext("依据"), text)


def _lang() -> Language:
    return "en" if get_language() == "en" else "zh"
