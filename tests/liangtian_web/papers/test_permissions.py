"""Who may see and do what: every address of the product, from the resolver, for each role and for outsiders.

`permissions.toml` is the whole of it, and docs/reference/permissions.md is made from it. An address that is not in it, or
for which nothing is said here to call it with, fails. What a call changes is undone before the next.
"""

from __future__ import annotations

import io
import json
import re
import tomllib
import zipfile
from collections.abc import Iterator
from copy import deepcopy
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from uuid import uuid4

import pytest
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, get_resolver, reverse
from tests.liangtian_web.calls import made
from tests.liangtian_web.commitments.conftest import promise, supplement
from tests.liangtian_web.conftest import browser, person
from tests.liangtian_web.papers import land_records
from tests.liangtian_web.planning.conftest import home
from tests.liangtian_web.reconcile.conftest import HEAD, workbook
from tests.liangtian_web.transfers.conftest import (
    NEW,
    ask,
    clients,
    list_for_sale,
    match,
    opened,
    people,
    register,
    settle,
    today,
)

from bookkeeping import attachment, closing, day, entry, legs, square
from liangtian_web.balance.models import Decision, Filing
from liangtian_web.ledger import actions as book
from liangtian_web.ledger.models import Account, Entry, Period
from liangtian_web.onemap import overview
from liangtian_web.reconcile.models import Import
from liangtian_web.registers.models import Row

__all__ = ["clients", "home", "opened", "people"]

EXPECTED = tomllib.loads(Path(__file__).with_name("permissions.toml").read_text("utf-8"))
APPS = ("home", "people", "jobs", "trail", "onemap", "ogc", "rulebook", "review", "rules", "planning", "ledger", "standing",
        "reconcile", "registers", "balance", "commitments", "transfers", "papers", "admin")  # fmt: skip
SECTIONS = ("layers", "checks", "rulebook", "planning", "book", "balance", "commitments", "transfers", "registers", "reconciliation")  # fmt: skip
WITHOUT = {"favicon.ico", "admin/login/"}  # a picture, and a redirection to the log-in
DRAWN = "2024-J01"  # an opening lot whose boundary was attached since
PROJECT, COMMITTED = "城关镇垦造耕地", "岭下村补改结合"
OK, FOUND, NOT_ALLOWED = 200, 302, 405
STATUS = {200: "d", 201: "d", 302: "d", 400: "d", 422: "d", 409: "r", 403: "x", 404: "-", 401: "l"}


@pytest.fixture
def cast(clients, people, places):
    """Somebody in every role."""
    for name, role in (("sun", "admin"), ("jin", "auditor")):
        people[name] = person(name, name, places["county"], role)
        clients[name] = browser(people[name])
    people["hu"] = person("hu", "hu", places["town"], "officer")
    clients |= {"hu": browser(people["hu"]), "nobody": Client()}
    return clients


@pytest.fixture
def world(cast, clients, people, places, opened, home):
    """A record of 示范县 of every kind."""
    offer = list_for_sale(clients, places, document="示县调〔甲〕1号")
    wanted = ask(clients["zhao"], places)
    sold = settle(clients, offer, wanted, amount_quantity_m2="1000", document="示市调〔甲〕1号")
    one = match(clients["qian"], offer, wanted, amount_quantity_m2="2000", document="示市调〔甲〕2号")
    promised = promise(clients["wang"], supplement(places["county"], on=f"{today()}", project=COMMITTED, **later()))
    money = {"index": "money_fen", "amount": 500, "from_place": "outside", "from_pool": "outside",
             "to_place": "339901", "to_pool": "fund"}  # fmt: skip
    asked = {
        "place": "339901",
        "on": f"{today()}",
        "kind": "appropriation",
        "evidence": "县发〔甲〕1号",
        "rows": [money],
    }
    proposal = made(clients["li"], "book/proposals", asked)["uuid"]

    def filed(event: str, **more) -> Filing:
        about = {"project": PROJECT, "on": today(), "document": "示办〔甲〕1号", "facts": {}, "filer": people["wang"]}
        return Filing.objects.create(event=event, place=places["county"], **about | more)

    grant = filed("quota-grant", facts={"quota_amounts": [{"plan_quota_m2": 500}]})
    Decision.objects.create(
        filing=grant, entry=Entry.objects.get(key="open"), findings='{"zh": [], "en": []}', postings=[], rules_digest="",
        actor=people["qian"],
    )  # fmt: skip
    ground = square(5)
    book.close_period(closing("closed", day(4), approver="qian"))
    pooled = legs(("339901", "reserve", "quantity_m2", NEW, -10), ("339900", "municipal", "quantity_m2", NEW, 10))
    book.post(entry("pooled", today(), "city-pooling", pooled, evidence=("示市统〔甲〕1号",), recorded_at=book.now()))
    book.attach_boundary(attachment("drawn", DRAWN, square(9), approver="qian"))
    statement, row = _statement(clients["li"], places["county"]), _row(clients["wang"], places["county"])
    bridge = {"number": "KP-1", "name": PROJECT, "level": "city", "quantity": "100", "paddy": "0", "unit": "m2",
              "capacity_kg": "0"}  # fmt: skip
    register(people, places["county"], "key-project", key="KP-1", **bridge)
    return SimpleNamespace(
        sold=sold, grant=grant, hold=filed("hold"), accepted=filed("acceptance", wkb=ground.wkb, crs=ground.crs),
        clients=clients, county=places["county"], offer=offer, wanted=wanted, match=one, promised=promised,
        proposal=proposal, statement=statement, row=row, period=Period.objects.get(key="closed"),
        account=Account.objects.get(place=places["county"], pool="reserve", index="quantity_m2"),
        entry=Entry.objects.get(key="accept"), lots=("2023-001", NEW), land=land_records.Land(clients, people, places),
    )  # fmt: skip


def later() -> dict[str, str]:
    names = ("adjustment", "works", "acceptance", "filing")
    return {name: f"{today() + timedelta(days=30 * n)}" for n, name in enumerate(names, 1)}


def _statement(client, place) -> Import:
    file = io.BytesIO(workbook(HEAD, (1, f"{today()}", "项目入库", PROJECT, "示土验〔甲〕1号", 0.9)))
    file.name = "a.xlsx"
    given = {"form": str(uuid4()), "place": place.pk, "pool": "reserve", "since": f"{today().year}-01-01",
             "on": f"{today()}", "window": 30, "source": "省系统〔甲〕", "file": file}  # fmt: skip
    client.post(reverse("reconcile:new"), given)
    found = Import.objects.get()
    client.post(reverse("reconcile:keep", args=[found.uuid]))
    return found


def _row(client, place) -> Row:
    given = {"form": str(uuid4()), "place": f"p{place.pk}", "state": "listed", "since": f"{today()}", "year": f"{today().year + 1}",
             "area": "30", "unit": "mu", "document": "示市资〔甲〕5号"}  # fmt: skip
    client.post(reverse("registers:new", args=["annual-task"]), given)
    return Row.objects.get(document="示市资〔甲〕5号")


def samples(world, name: str) -> list[tuple[str, dict[str, object]]]:
    """What an address is called with: the record of 示范县 it is about, and what is said of it where there are several."""
    app, page = name.split(":")
    if app == "admin":
        return [("", _administered(world, page))]
    if (found := land_records.samples(world, name)) is not None:
        return [(label, {key: kwargs[key] for key in parameters(name)}) for label, kwargs in found]
    named = {
        "ledger:proposal": {"uuid": world.proposal}, "ledger:proposal_rows": {"uuid": world.proposal},
        "ledger:proposal_shapes": {"uuid": world.proposal}, "ledger:decide": {"uuid": world.proposal},
        "standing:attach": {"serial": world.lots[0]},
        "commitments:new": {"kind": "infrastructure"},
        "commitments:many": {"kind": "supply"},
        "commitments:workbook": {"kind": "infrastructure"},
        "commitments:template": {"kind": "infrastructure"},
        "balance:begin": {"event": "pool-use"}, "balance:workbook": {"event": "pool-use"},
        "balance:many": {"event": "quota-use"}, "balance:template": {"event": "pool-use"}, "balance:next": {"uuid": world.grant.uuid, "event": "quota-use"},
        "balance:end": {"uuid": world.hold.uuid, "event": "approval"},
        "balance:booked": {"uuid": world.offer.uuid},
        "balance:shapes": {"uuid": world.accepted.uuid}, "registers:nil": {"register": "key-project"},
        "registers:measure": {"register": "block-project", "number": world.county.pk},
        "registers:export_measured": {"register": "block-project"},
        "transfers:spend": {"uuid": world.sold.uuid},
        "transfers:demand": {"uuid": world.wanted.uuid}, "transfers:withdraw_demand": {"uuid": world.wanted.uuid},
        "transfers:listing": {"uuid": world.offer.uuid},
        "transfers:supply": {"uuid": world.offer.uuid}, "transfers:withdraw_listing": {"uuid": world.offer.uuid},
        "transfers:propose": {"uuid": world.offer.uuid, "other": world.wanted.uuid},
    }  # fmt: skip
    if name in named:
        return [("", named[name])]
    if name == "papers:paper":
        refs = {"filing": world.offer.uuid, "request": world.wanted.uuid, "match": world.match.uuid, "earmarked": world.sold.uuid,
                "suspension": world.county.pk, "place": world.county.pk, "reconciliation": world.statement.uuid,
                "proposal": world.proposal, "closing": world.period.pk, "boundary": DRAWN, "row": world.row.uuid,
                "pool": world.county.parent_id}  # fmt: skip
        return [(kind, {"kind": kind, "ref": ref, "form": "docx"}) for kind, ref in refs.items()]
    by_app = {
        "ledger": {"uuid": world.entry.uuid, "number": world.account.pk, "serial": NEW},
        "standing": {"number": world.account.pk, "serial": NEW},
        "reconcile": {"uuid": world.statement.uuid, "n": 1},
        "registers": {"uuid": world.row.uuid, "number": world.county.pk, "register": "annual-task"},
        "balance": {"uuid": world.promised.uuid},
        "commitments": {"uuid": world.promised.uuid},
        "transfers": {"uuid": world.match.uuid},
        "papers": {"number": world.county.parent_id},
    }
    return [("", {key: by_app[app][key] for key in parameters(name)})]


def _administered(world, page: str) -> dict[str, object]:
    """A page of Django's own administration."""
    kept = land_records.kept(world)
    *_, model, _page = ("", "", *page.split("_"))
    known = {"object_id": kept.get(model), "id": kept["user"], "app_label": "people", "content_type_id": 1}
    return {key: known[key] for key in parameters(f"admin:{page}")}


SEARCHED = {"standing:ground": "?lon=120&lat=30"}


def sent(world, name: str) -> dict[str, object]:
    """What a form is sent with where nothing at all would say nothing of who may send it."""
    return {
        "registers:decide": {"row": str(world.row.uuid), "confirm": "1"},
        "transfers:answer": {"side": "seller", "agree": "1"},
        "ledger:decide": {"refuse": "1", "reason": "补正"},
        "balance:decide": {"refuse": "1", "reason": "补正"},
        "registers:nil": {"place": f"p{world.county.pk}", "document": "零报告", "form": str(uuid4())},
        "ledger:reverse": {"on": f"{today()}", "evidence": "更正"},
    }.get(name) or land_records.sent(name)


def addresses(app: str) -> list[str]:
    """The names of an app's addresses, from the resolver."""
    return [f"{app}:{each}" for each in get_resolver().namespace_dict[app][1].reverse_dict if isinstance(each, str)]


def parameters(name: str) -> set[str]:
    app, page = name.split(":")
    (possible, *_), *_ = get_resolver().namespace_dict[app][1].reverse_dict.getlist(page)[0][0]
    return set(possible[1]) if isinstance(possible, tuple) else set(re.findall(r"%\((\w+)\)s", possible))


# Empty tables to fill in: files that hold nothing of anybody.
OF_NOBODY = {("ledger", "template GET"), ("registers", "template GET"), ("commitments", "template GET"),
             ("balance", "template GET"), ("transfers", "offer_template GET"), ("transfers", "ask_template GET")}  # fmt: skip
NOTHING_DRAWN = overview.tile([], *(land_records.tile(9)[name] for name in "zxy"))
MARKS = ("〔甲〕", PROJECT, COMMITTED, *land_records.MARKS)


def letter(response, method: str, marks: tuple[str, ...], *, known: bool) -> str:
    """How an answer reads in the table; `known`: to somebody logged in."""
    if response.status_code == FOUND and response.url.startswith(("/login/?next=", "/admin/login/?next=")):
        return "x" if known else "l"
    if method == "POST" or response.status_code not in (OK, FOUND):
        return STATUS[response.status_code]
    return "s" if taken_away(response) or shows(response, marks) else "o"


def taken_away(response) -> bool:
    """Whether it is a file; one that is plain text is read like a page."""
    plain = response.headers.get("Content-Type", "").startswith("application/toml")
    return not plain and "attachment" in response.headers.get("Content-Disposition", "")


def shows(response, marks: tuple[str, ...] = ()) -> bool:
    """Whether anything of the county can be read in an answer."""
    if response.headers.get("Content-Type", "") == "image/png":
        return response.content != NOTHING_DRAWN
    text = words_of(response)
    return any(mark in text for mark in (*MARKS, *marks))


def words_of(response) -> str:
    """What an answer says: a page, JSON, or the parts of a file that is a folder of them."""
    content = response.getvalue()
    if response.headers.get("Content-Type", "").startswith("application/json"):
        return json.dumps(json.loads(content), ensure_ascii=False)
    if content.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(content)) as parts:
            content = b"".join(parts.read(each) for each in parts.namelist())
    return content.decode("utf-8", "replace")


def undone(call):
    """A call whose effects are taken back; what it streams has been read."""
    with transaction.atomic():
        found = call()
        if found.streaming:
            content = b"".join(found.streaming_content)
            found.streaming_content = [content]
        transaction.set_rollback(True)
    return found


def row_of(world, method: str, call, marks: tuple[str, ...] = ()) -> str:
    """A letter for each column; nothing where the address does not know the method."""
    found = []
    for column, who in EXPECTED["columns"].items():
        client = Client()  # what an answer does to a browser is not kept either: it may log it out
        client.cookies = deepcopy(world.clients[who].cookies)
        answer = undone(lambda client=client: call(client))
        if answer.status_code == NOT_ALLOWED:
            return ""
        found.append(letter(answer, method, marks, known=who != "nobody"))
        if method == "POST" and column in ("away", "nobody"):
            assert not shows(answer), (column, answer.request["PATH_INFO"])
    return " ".join(found)


def table_of(world, app: str) -> Iterator[tuple[str, str]]:
    """Address, method → a letter for each column."""
    for name in addresses(app):
        for label, kwargs in samples(world, name):
            path = reverse(name, kwargs=kwargs) + (SEARCHED | land_records.searched(world)).get(name, "")
            given = sent(world, name)
            calls_ = {
                "GET": lambda client, at=path: client.get(at),
                "POST": lambda client, at=path, body=given: client.post(at, body),
            }
            for method, call in calls_.items():
                if letters := row_of(world, method, call):
                    yield " ".join(filter(None, [name.split(":")[1], label, method])), letters


def calls() -> Iterator[tuple[str, str, str]]:
    """Section, path and method of every call of the interface."""
    described = browser_schema()
    for path, methods in described["paths"].items():
        section = path.split("/")[2]
        if section in SECTIONS:
            yield from ((section, path, method.upper()) for method in methods)


def browser_schema():
    from liangtian_web.urls import api  # the whole of it is put together there

    return api.get_openapi_schema()


def refs(world, path: str) -> str:
    """The address of a call about the record of 示范县 it names."""
    by_path = {
        "/api/book/proposals/": world.proposal, "/api/book/entries/": world.entry.uuid,
        "/api/balance/filings/": world.promised.uuid, "/api/commitments/": world.promised.uuid,
        "/api/transfers/listings/": world.offer.uuid, "/api/transfers/requests/": world.wanted.uuid,
        "/api/transfers/matches/": world.match.uuid, "/api/transfers/earmarked/": world.sold.uuid, "/api/registers/rows/": world.row.uuid,
        "/api/reconciliation/": world.statement.uuid,
    }  # fmt: skip
    by_path |= land_records.calls(world) if path.startswith(("/api/planning/", "/api/checks/")) else {}
    uuid = next((value for start, value in by_path.items() if path.startswith(start)), "")
    serial = world.lots[0] if path.endswith("/boundary") else NEW
    known = {
        "{uuid}": uuid,
        "{serial}": serial,
        "{n}": 1,
        "{kind}": "annual-task",
        "{number}": "（五）" if path.startswith("/api/rulebook/") else world.account.pk,
        "{document}": "wenzhou-2019",
        "{name}": land_records.OTHER,
    }
    for key, value in known.items():
        path = path.replace(key, str(value))
    assert "{" not in path, f"nothing is said to call {path} with"
    return path


def asked(world, path: str) -> dict[str, object]:
    """The body of a call; every call has its own fields, and passes over the others'."""
    line = {"index": "money_fen", "amount": 5, "from_place": "outside", "from_pool": "outside", "to_place": "339901",
            "to_pool": "fund"}  # fmt: skip
    square = {"type": "Polygon", "coordinates": [[[120, 30], [120.001, 30], [120.001, 30.001], [120, 30]]]}
    body: dict[str, object] = {
        "fields": {}, "accept": False, "agrees": True, "side": "seller", "reason": "补正", "event": "pool-use",
        "kind": "infrastructure", "listing": str(world.offer.uuid), "request": str(world.wanted.uuid),
        "place": "339901", "on": f"{today()}", "through": f"{today().year - 1}-12-31", "evidence": "文", "confirm": True,
        "boundary": square, "text": "说明", "name": "a.xlsx", "content": "", "rows": [{}],
    }  # fmt: skip
    if path.startswith("/api/book/"):
        body |= {"kind": "appropriation", "rows": [line]}
        body |= {"proposals": [dict(body), dict(body)]}
    if path.endswith("/decision") and "/registers/" in path:
        body |= {"rows": [str(world.row.uuid)]}
    if path == "/api/rulebook/whatif":
        body |= {"name": land_records.VALUE, "value": "85", "since": "2024-01-01"}
    if path == "/api/checks":
        body |= {"name": "便道", "kind": "village"}
    if path == "/api/planning/studies":
        body |= {"kind": "blocks"}
    if path.endswith("/explanation"):
        body |= {"reason": "timing"}
    return body


def asked_for(path: str) -> str:
    """What a call is asked for behind its address."""
    return {
        "/api/book/year": f"place=339901&index=quantity_m2&year={today().year}", "/api/book/headroom": "index=quantity_m2",
        "/api/book/accounts/{number}/statement": f"since={today().year}-01-01&until={today()}",
    }.get(path, "")  # fmt: skip


def api_row(world, path: str, method: str) -> str:
    address = f"{refs(world, path)}?{asked_for(path)}"
    body = json.dumps(asked(world, path))

    def call(client):
        if method == "GET":
            return client.get(address)
        headers = {"Idempotency-Key": str(uuid4())}
        answer = client.post(address, body, content_type="application/json", headers=headers)
        assert b"api-malformed" not in answer.content, answer.content.decode()
        return answer

    return row_of(world, method, call, world.land.marks)


def as_toml(rows: dict[str, str]) -> str:
    wide = max((len(key) for key in rows), default=0) + 2
    return "\n".join(f'{json.dumps(key):{wide}} = "{letters}"' for key, letters in rows.items())


def compare(found: dict[str, dict[str, str]]) -> None:
    known = {name: EXPECTED.get(name, {}) for name in found}
    wrong = "\n".join(f"[{name}]\n{as_toml(rows)}\n" for name, rows in found.items() if known[name] != rows)
    assert not wrong, f"permissions.toml says otherwise; what there is:\n{wrong}"


def test_every_page_is_open_to_whom_the_table_says(world):
    compare({app: dict(sorted(table_of(world, app))) for app in APPS})


def test_every_call_is_open_to_whom_the_table_says(world):
    found: dict[str, dict[str, str]] = {f"api-{section}": {} for section in SECTIONS}
    for section, path, method in sorted(calls()):
        found[f"api-{section}"][f"{method} {path}"] = api_row(world, path, method)
    compare(found)


def test_the_table_is_of_every_app_and_no_letter_is_unknown():
    known = get_resolver()
    assert set(known.namespace_dict) == {*APPS, "api"}
    assert {path.split("/")[2] for path in browser_schema()["paths"]} == set(SECTIONS)
    assert {str(each.pattern) for each in known.url_patterns if isinstance(each, URLPattern)} == WITHOUT
    assert set(EXPECTED) == {"columns", "letters", *APPS, *(f"api-{each}" for each in SECTIONS)}
    used = {
        each
        for name in (*APPS, *(f"api-{each}" for each in SECTIONS))
        for row in EXPECTED[name].values()
        for each in row.split()
    }
    assert used <= set(EXPECTED["letters"])


# The queue's own numbers, forms' keys and moments differ from one call to the next.
CHANGING = re.compile(r"""csrf[^>]*>|nonce="[^"]*"|"?timeStamp"?: ?"[^"]*"|[0-9a-f]{8}-[0-9a-f-]{27}|\d\d:\d\d(:\d\d)?""", re.IGNORECASE)  # fmt: skip


def seen_by(client) -> dict[str, tuple[int, str]]:
    """What somebody reads at every address that names no record."""
    asked = {"rules:findings": [land_records.RULE], "rules:counts": ["wenzhou-2019", "（五）"], "rulebook:value": [land_records.VALUE],
             "ogc:collection": ["DLTB"], "ogc:items": ["DLTB"], "planning:new": ["blocks"], "registers:register": ["annual-task"],
             "commitments:new": ["infrastructure"], "balance:begin": ["pool-use"]}  # fmt: skip
    names = [name for app in APPS if app != "admin" for name in addresses(app) if name in asked or not parameters(name)]
    pages = [reverse(name, args=asked.get(name, [])) for name in names]
    pages += [path for _, path, method in calls() if method == "GET" and "{" not in path]
    pages += [f"/onemap/search/?q={land_records.ORCHARD[-6:]}", f"/search/?q={land_records.CHECKED}"]
    found = {page: undone(lambda page=page: client.get(page)) for page in pages}
    return {page: (answer.status_code, CHANGING.sub("", words_of(answer))) for page, answer in found.items()}


def test_a_county_at_work_changes_nothing_an_outsider_reads(cast, request):
    """Not a record, not a count, not a choice of a form."""
    before = seen_by(cast["wai"])
    request.getfixturevalue("world")
    after = seen_by(cast["wai"])
    assert len(before) > 60
    assert {page for page in before if before[page] != after[page]} == set()


def test_an_outsider_never_reads_a_record_of_the_county():
    """A county next door that bought from it reads what both share; a county of another city nothing at all."""
    away = list(EXPECTED["columns"]).index("away")
    tables = {name: EXPECTED[name] for name in (*APPS, *(f"api-{each}" for each in SECTIONS))}
    seen = {(name, key) for name, rows in tables.items() for key, row in rows.items() if row.split()[away] == "s"}
    assert seen == OF_NOBODY
