"""Reconciliation for machines: the page's form, its own way to record and explain, once for each key; outsiders get nothing."""

from __future__ import annotations

import base64

import pytest
from tests.liangtian_web.calls import made, read, send
from tests.liangtian_web.reconcile.conftest import HEAD, workbook

from liangtian_web.ledger.models import Assertion
from liangtian_web.reconcile.models import Explanation, Import, Result

pytestmark = pytest.mark.usefixtures("booked")
ROWS = (
    HEAD,
    (1, "2024-02-01", "项目入库", "东畈垦造", "示土验〔2024〕1号", 0.9),
    (2, "2024-05-01", "调入", "跨县调剂", "示调〔2024〕3号", 0.2),
)
FIELDS = {"place": "339901", "pool": "reserve", "since": "2024-01-01", "on": "2024-12-31", "window": 30,
          "source": "省系统 2024"}  # fmt: skip


def body(*rows, **changes):
    content = base64.b64encode(workbook(*(rows or ROWS))).decode()
    return {"fields": FIELDS | changes, "name": "省系统.xlsx", "content": content}


def test_a_statement_is_tried_recorded_and_explained(keeper_client):
    tried = made(keeper_client, "reconciliation", body())
    assert tried["recorded"] is None
    assert [(each["kind"], each["theirs"], each["ours"]) for each in tried["lines"][:2]] == [
        ("matched", 9_000, 9_000), ("theirs", 2_000, None),
    ]  # fmt: skip
    assert Result.objects.count() == 0

    kept = made(keeper_client, f"reconciliation/{tried['uuid']}/result")
    assert kept["recorded"] is not None
    assert kept["lines"] == tried["lines"]
    again = made(keeper_client, f"reconciliation/{tried['uuid']}/result")  # under another key
    assert (again, Result.objects.count()) == (kept, 1)
    why = {"reason": "timing", "text": "调出方尚未入账"}
    assert made(keeper_client, f"reconciliation/{tried['uuid']}/lines/2/explanation", why)["explained"] == "timing"
    assert read(keeper_client, f"reconciliation/{tried['uuid']}")["lines"][1]["explained"] == "timing"
    wrong = send(keeper_client, f"reconciliation/{tried['uuid']}/lines/2/explanation", {"reason": "x", "text": "y"})
    assert (wrong.status_code, [each["at"] for each in wrong.json()["problems"]]) == (422, [[0, "reason"]])


def test_the_same_key_hands_in_once(keeper_client):
    given = body()
    first, second = (send(keeper_client, "reconciliation", given, key="r-1") for _ in range(2))
    assert (first.status_code, first.json()) == (201, second.json())
    assert Import.objects.count() == 1


def test_every_error_at_once_in_both_languages(keeper_client):
    rows = (HEAD, (1, "某日", "项目入库", "东畈垦造", "示土验〔2024〕1号", "许多"))
    answer = send(keeper_client, "reconciliation", body(*rows))
    assert answer.status_code == 422
    assert len(answer.json()["problems"]) == 2
    assert answer.json()["zh"] != answer.json()["en"]
    fields = send(keeper_client, "reconciliation", body(pool="nothing", since="2025-01-01"))
    assert {each["at"][1] for each in fields.json()["problems"]} == {"pool", "since"}
    assert send(keeper_client, "reconciliation", body() | {"content": "不是"}).status_code == 422
    assert Import.objects.count() == 0


def test_the_outsider_gets_nothing_not_even_counts(keeper_client, next_door_client):
    given = made(keeper_client, "reconciliation", body())
    assert read(next_door_client, "reconciliation") == {"statements": [], "before": None}
    assert next_door_client.get(f"/api/reconciliation/{given['uuid']}").status_code == 404
    assert send(next_door_client, f"reconciliation/{given['uuid']}/result").status_code == 404
    why = {"reason": "timing", "text": "x"}
    assert send(next_door_client, f"reconciliation/{given['uuid']}/lines/1/explanation", why).status_code == 404
    answer = send(next_door_client, "reconciliation", body())
    assert [each["at"] for each in answer.json()["problems"]] == [[0, "place"]]
    assert (Result.objects.count(), Explanation.objects.count(), Assertion.objects.count()) == (0, 0, 0)
