"""The book for machines: the same answers as the pages, for the same people; done once for each key; errors of one shape."""

from __future__ import annotations

import base64
import json
from uuid import uuid4

import pytest
from django.test import Client
from tests.liangtian_web.conftest import browser, person
from tests.liangtian_web.standing.conftest import account

from bookkeeping import COUNTY, closing, day, quota, square
from liangtian_web.ledger import actions
from liangtian_web.ledger.models import Decision, Entry, Proposal
from liangtian_web.standing.models import Answer
from liangtian_web.trail.models import Event

pytestmark = pytest.mark.usefixtures("keepers", "booked")

ROW = {"index": "plan_quota_m2", "amount": 500, "from_place": COUNTY, "from_pool": "reserve", "to_place": "outside",
       "to_pool": "outside"}  # fmt: skip
ASKED = {"place": COUNTY, "on": "2024-05-01", "kind": "adjustment", "evidence": "县发〔2024〕3号", "rows": [ROW]}


def post(client: Client, path: str, body: object, key: str | None = "k"):
    headers = {"Idempotency-Key": key} if key is not None else {}
    return client.post(f"/api/book/{path}", json.dumps(body), content_type="application/json", headers=headers)


def get(client: Client, path: str, **asked: object):
    return client.get(f"/api/book/{path}", asked)


@pytest.fixture
def proposal(keeper_client) -> str:
    """A proposal of the first keeper, and quota to return."""
    actions.post(quota("q", actions.now().date().replace(year=2024, month=2, day=1), 500))
    return post(keeper_client, "proposals", ASKED).json()["uuid"]


def test_accounts_and_balances_go_on_by_key(keeper_client):
    found, after = [], None
    while True:
        page = get(keeper_client, "balances", on="2024-03-01", limit=2, **({"after": after} if after else {})).json()
        found += [(each["account"]["pool"], each["account"]["index"], each["amount"]) for each in page["balances"]]
        if (after := page["after"]) is None:
            break
    assert found == [("reserve", "quantity_m2", 13_000), ("held", "quantity_m2", 5_000), ("used", "quantity_m2", 0)]
    assert page["unsealed"] == 6
    listed = get(keeper_client, "accounts", pool="reserve").json()["accounts"]
    assert [(each["place"], each["unit"]) for each in listed] == [(COUNTY, "m2")]
    assert get(keeper_client, "accounts", place="000000").json()["accounts"] == []


def test_balances_are_asked_as_known_at_a_moment(keeper_client):
    early = get(keeper_client, "balances", on="2024-03-01", known_at="2020-01-01T00:00:00Z").json()
    assert {each["amount"] for each in early["balances"]} == {0}
    assert get(keeper_client, "balances", known_at="2020-01-01T00:00:00").status_code == 422


def test_a_statement_and_an_entry_say_what_their_pages_say(keeper_client):
    number = account("reserve").pk
    drawn = get(keeper_client, f"accounts/{number}/statement", since="2024-03-01", until="2024-06-30").json()
    assert (drawn["opening"], drawn["closing"]) == (18_000, 12_000)
    assert [(each["kind"], each["amount"], each["lapse"]) for each in drawn["lines"]] == [
        ("hold", -3_000, False), ("hold", -2_000, False), ("write-off", -4_000, False), ("hold", 3_000, True),
    ]  # fmt: skip
    entry = get(keeper_client, f"entries/{drawn['lines'][2]['entry']}").json()
    assert [(leg["pool"], leg["lot"], leg["amount"]) for leg in entry["legs"]] == [
        ("reserve", "B", -4_000), ("used", "B", 4_000),
    ]  # fmt: skip
    assert (entry["actor"], entry["approver"], entry["position"]) == ("li", None, None)
    newest = get(keeper_client, "entries", limit=2).json()
    rest = get(keeper_client, "entries", before=newest["before"]).json()
    assert [each["key"] for each in newest["entries"] + rest["entries"]] == ["u", "h2", "h", "in-B", "in-A", "in-O"]
    assert rest["before"] is None


def test_a_lot_comes_with_its_boundary_and_its_credits(keeper_client):
    one = get(keeper_client, "lots/A").json()
    assert base64.b64decode(one["wkb"]) == square(0).wkb
    assert [(each["account"]["pool"], each["amount"]) for each in one["credits"]] == [
        ("reserve", 7_000),
        ("held", 2_000),
    ]
    page = get(keeper_client, "lots", limit=2).json()
    rest = get(keeper_client, "lots", after=page["after"]).json()
    assert [(each["serial"], each["crs"]) for each in page["lots"] + rest["lots"]] == [
        ("O", None), ("A", "EPSG:4549"), ("B", "EPSG:4549"),
    ]  # fmt: skip


def test_an_entry_is_proposed_by_one_and_posted_by_another(keeper_client, second_client, proposal):
    own = post(keeper_client, f"proposals/{proposal}/decision", {"accept": True}, "d")
    assert (own.status_code, own.json()["id"]) == (409, "book-own-proposal")
    done = post(second_client, f"proposals/{proposal}/decision", {"accept": True}, "d")
    booked = Entry.objects.get(decision__proposal__uuid=proposal)
    assert (done.status_code, done.json()["state"], done.json()["entry"]) == (200, "posted", str(booked.uuid))
    assert get(keeper_client, f"proposals/{proposal}").json() == done.json()
    taken_back = post(
        keeper_client, f"entries/{booked.uuid}/reversal", {"on": "2024-05-02", "evidence": "县发4号"}, "r"
    )
    assert (taken_back.status_code, taken_back.json()["kind"]) == (201, "reversal")
    refused = post(
        second_client, f"proposals/{taken_back.json()['uuid']}/decision", {"accept": False, "reason": "不符"}, "e"
    )
    assert (refused.json()["state"], refused.json()["reason"]) == ("refused", "不符")


def test_the_same_call_under_the_same_key_is_done_once(keeper_client, second_client, proposal):
    again = post(keeper_client, "proposals", ASKED)
    assert (again.status_code, again.json()["uuid"], Proposal.objects.count()) == (201, proposal, 1)
    other = post(keeper_client, "proposals", ASKED | {"evidence": "另一份"})
    assert (other.status_code, other.json()["id"]) == (409, "api-key-reused")
    path = f"proposals/{proposal}/decision"
    first, second = (post(second_client, path, {"accept": True}, "k").json() for _ in range(2))
    assert (first, Decision.objects.count()) == (second, 1)  # a key is its user's own
    assert post(second_client, path, {"accept": False}, "k").status_code == 409
    assert post(second_client, path, {"accept": True}, "new").json()["id"] == "book-proposal-decided"
    assert list(Event.objects.values_list("action", flat=True).order_by("pk")) == ["ledger.propose", "ledger.post"]
    assert Answer.objects.count() == 2


def test_what_was_refused_leaves_its_key_free(keeper_client, second_client):
    made = post(keeper_client, "proposals", ASKED).json()["uuid"]  # more than there is
    path = f"proposals/{made}/decision"
    short = post(second_client, path, {"accept": True}, "d")
    assert (short.status_code, Answer.objects.filter(key="d").exists()) == (409, False)
    actions.post(quota("q", actions.now().date().replace(year=2024, month=2, day=1), 500))
    assert post(second_client, path, {"accept": True}, "d").status_code == 200


USED = ROW | {"index": "quantity_m2", "amount": 1, "lot": "B"}  # all of it was written off in April


@pytest.mark.parametrize(
    ("change", "why"), [({}, "period-closed"), ({"on": "2024-06-01", "rows": [USED]}, "balance-below-zero")]
)
def test_a_closed_period_and_a_lot_spent_twice_are_refused_and_leave_the_book(
    keeper_client, second_client, change, why
):
    actions.post(quota("q", day(2), 500))
    actions.close_period(closing("c", day(5, 31)))
    before = Entry.objects.count()
    made = post(keeper_client, "proposals", ASKED | change).json()["uuid"]
    refused = post(second_client, f"proposals/{made}/decision", {"accept": True}, "d")
    assert (refused.status_code, refused.json()["id"]) == (409, why)
    assert (Entry.objects.count(), Decision.objects.count()) == (before, 0)
    assert get(keeper_client, f"proposals/{made}").json()["state"] == "waiting"


SHAPE = {"code", "id", "zh", "en"}


@pytest.mark.parametrize(
    ("change", "status", "said"),
    [
        ({"rows": [ROW | {"amount": 0}]}, 422, "amount"),
        ({"rows": [ROW | {"amount": 1.5}]}, 422, "amount"),
        ({"rows": [ROW | {"amount": "500"}]}, 422, "amount"),
        ({"rows": []}, 422, "rows"),
        ({"kind": "reversal"}, 422, "kind"),
        ({"evidence": ""}, 422, "evidence"),
        ({"evidence": "a\0"}, 422, "evidence"),
        ({"on": "never"}, 422, "on"),
        ({"rows": [ROW | {"index": "gold"}]}, 422, "不在可选范围内"),
        ({"rows": [ROW | {"to_place": "某县"}]}, 422, "没有责任单元"),
        ({"kind": "acceptance"}, 422, "kind"),
        ({"place": "339902"}, 403, ""),
    ],
)
def test_bad_calls_are_answered_in_one_shape_and_leave_nothing(keeper_client, change, status, said):
    answer = post(keeper_client, "proposals", ASKED | change)
    body = answer.json()
    assert (answer.status_code, set(body) >= SHAPE, Proposal.objects.count()) == (status, True, 0)
    assert said in json.dumps(body.get("problems", []), ensure_ascii=False)


def test_every_error_has_the_one_shape(keeper_client, proposal):
    answers = {
        401: Client().get("/api/book/accounts"),
        404: get(keeper_client, f"entries/{uuid4()}"),
        422: post(keeper_client, "proposals", ASKED, None),
        409: post(keeper_client, "proposals", ASKED | {"on": "2024-05-02"}),
    }
    for status, answer in answers.items():
        assert (answer.status_code, SHAPE - set(answer.json())) == (status, set()), status


def test_the_interface_is_described(keeper_client):
    described = keeper_client.get("/api/openapi.json").json()["paths"]
    book = {path for path in described if path.startswith("/api/book/")}
    assert len(book) == 17
    header = next(p for p in described["/api/book/proposals"]["post"]["parameters"] if p["in"] == "header")
    assert (header["name"], header["required"]) == ("Idempotency-Key", True)
    assert set(described["/api/book/proposals"]["post"]["responses"]) == {"201", "401", "403", "404", "409", "422"}


READS = ("accounts", "balances", "statement", "entries", "entry", "lots", "lot", "proposals", "proposal")
WRITES = ("propose", "decide", "reverse")
# What each may see of the county's book and do to it. Another county's keeper gets nothing, not even counts.
ALLOWED = {
    "officer": READS, "auditor": READS, "keeper": READS + WRITES, "admin": READS + WRITES, "city_keeper": READS + WRITES,
    "town": (), "outsider": (),
}  # fmt: skip


@pytest.fixture
def cast(places, keepers):
    """One of each role."""
    return {
        "officer": person("p1", "甲", places["county"], "officer"),
        "auditor": person("p2", "乙", places["city"], "auditor"),
        "keeper": keepers["wang"],
        "admin": person("p4", "丁", places["county"], "admin"),
        "city_keeper": person("p5", "戊", places["city"], "keeper"),
        "town": person("p6", "己", places["town"], "officer"),
        "outsider": keepers["zhao"],
    }


def call(client: Client, name: str, proposal: str):
    entry, number = Entry.objects.get(key="u").uuid, account("reserve").pk
    if name in WRITES:
        path, body = {
            "propose": ("proposals", ASKED),
            "decide": (f"proposals/{proposal}/decision", {"accept": False, "reason": "x"}),
            "reverse": (f"entries/{entry}/reversal", {"on": "2024-05-01", "evidence": "x"}),
        }[name]
        return post(client, path, body, name)
    path = {"statement": f"accounts/{number}/statement", "entry": f"entries/{entry}", "lot": "lots/A",
            "proposal": f"proposals/{proposal}"}.get(name, name)  # fmt: skip
    return get(client, path, **({"since": "2024-01-01", "until": "2024-12-31"} if name == "statement" else {}))


@pytest.mark.parametrize("role", ALLOWED)
def test_each_role_sees_and_does_what_it_may_and_nothing_else(role, cast, proposal):
    client = browser(cast[role])
    before = Proposal.objects.count(), Decision.objects.count()
    for name in (*READS, *WRITES):
        answer = call(client, name, proposal)
        listed = name in ("accounts", "balances", "entries", "lots", "proposals")
        if name in ALLOWED[role]:
            assert answer.status_code in (200, 201), (name, answer.content)
            assert not listed or answer.json()[name] != [], name
        elif listed:
            assert {**answer.json(), "on": 0, "known_at": 0} == {
                name: [], **dict.fromkeys({"after", "before"} & set(answer.json())), "on": 0, "known_at": 0,
                **({"unsealed": 0} if name == "balances" else {}),
            }  # fmt: skip
        else:
            assert answer.status_code in ((403, 404) if name in WRITES else (404,)), (name, answer.content)
    if not set(WRITES) & set(ALLOWED[role]):
        assert (Proposal.objects.count(), Decision.objects.count()) == before
