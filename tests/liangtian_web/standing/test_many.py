"""Closings of books and boundaries of lots from one workbook: proposed row by row, all or none, and decided one by one."""

from __future__ import annotations

import json
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone
from tests.liangtian_web import land
from tests.liangtian_web.workbooks import hand_in, problems, table

from bookkeeping import acceptance
from liangtian_web.ledger import actions
from liangtian_web.ledger.models import Ground, Period, Proposal

CLOSE, BOUND = "/ledger/periods/many/", "/ledger/boundaries/many/"


@pytest.fixture
def opening(keepers):
    """Two lots of the opening balance, neither with ground."""
    for serial in ("O", "P"):
        actions.post(acceptance(serial, 6_000, None, kind="opening", document=f"县发〔2019〕{serial}号"))


def shapes(*names):
    features = []
    for n, name in enumerate(names):
        (made,) = json.loads(land.boundary_geojson(row=40, column=40 + 3 * n, side=2))["features"]
        features.append(made | {"properties": {"name": name}})
    return SimpleUploadedFile("补测.geojson", json.dumps({"type": "FeatureCollection", "features": features}).encode())


@pytest.mark.usefixtures("booked")
def test_books_are_closed_from_the_list_of_places(keeper_client, second_client, places):
    (todo,) = table(keeper_client.get(CLOSE, {"take": "open"}))
    assert (todo["责任单元"], todo["已关至"]) == ("示范县", None)
    row = {"责任单元": todo["责任单元"], "关到哪一天": "2024-03-31", "依据": "县发〔2024〕5号"}
    number = str(uuid4())
    for _ in range(2):
        answer = hand_in(keeper_client, CLOSE, row, number=number)
        assert answer.status_code == 302, problems(answer)
    made = Proposal.objects.get()
    second_client.post(reverse("ledger:decide", args=[made.uuid]), {"post": "1"})
    assert Period.objects.get(opens=False).place == places["county"]

    wrong = [row | {"关到哪一天": "2024-02-01"}, row | {"关到哪一天": f"{timezone.localdate()}"}, row | {"依据": None},
             row | {"责任单元": "示范二县"}]  # fmt: skip
    said = problems(hand_in(keeper_client, CLOSE, *wrong))
    assert [text.split(" ")[1] for text in said] == ["2", "3", "4", "5"]
    assert Proposal.objects.count() == 1


def test_boundaries_are_found_by_the_number_of_their_lot_or_by_what_the_row_says(opening, keeper_client, second_client):
    todo = table(keeper_client.get(BOUND, {"take": "open"}))
    exported = {row["批次编号"] for row in table(keeper_client.post(reverse("standing:export_lots")))}
    assert [row["批次编号"] for row in todo] == ["O", "P"]
    assert {"O", "P"} <= exported
    rows = [
        {"批次编号": "O", "依据": "补测〔2024〕1号"},
        {"批次编号": "P", "地块": "二号块", "依据": "补测〔2024〕1号"},
    ]
    answer = hand_in(keeper_client, BOUND, *rows, files=shapes("二号块", "O"))
    assert answer.status_code == 302, problems(answer)
    for made in Proposal.objects.all():
        assert second_client.post(reverse("ledger:decide", args=[made.uuid]), {"post": "1"}).status_code == 302
    assert set(Ground.objects.filter(lot__serial__in=["O", "P"]).values_list("lot__serial", flat=True)) == {"O", "P"}
    said = problems(hand_in(keeper_client, BOUND, rows[0], files=shapes("O")))
    assert [text[:5] for text in said] == ["第 2 行"]  # it has its ground


@pytest.mark.usefixtures("booked")
def test_lots_of_others_do_not_exist_and_nothing_is_proposed(keeper_client, next_door_client):
    rows = [{"批次编号": serial, "依据": "补测"} for serial in ("O", "没有")]
    said = problems(hand_in(next_door_client, BOUND, *rows, files=shapes("O", "没有")))
    assert [text.partition(" 行 ")[2] for text in said[:2]] == ["批次编号 没有这一块。请填指标块清单上的批次编号。"] * 2
    assert table(next_door_client.get(BOUND, {"take": "open"})) == []
    said = problems(
        hand_in(keeper_client, BOUND, rows[0] | {"批次编号": "没有"}, rows[0] | {"地块": "三"}, files=shapes("O"))
    )
    assert len(said) == 3  # and the plot no row took
    assert not Proposal.objects.exists()
