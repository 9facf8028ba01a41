"""Holds, ground and its credits, the year, headroom; boundaries attached and periods closed by two people; lists taken away."""

from __future__ import annotations

import csv
import io
import json
from datetime import date, timedelta

import openpyxl
import pyproj
import pytest
import shapely
from django.template import Context, Template
from django.test import RequestFactory
from django.urls import reverse
from django.utils import timezone
from tests.liangtian_web.conftest import browser, person
from tests.liangtian_web.standing.conftest import account

from bookkeeping import COUNTY, OTHER, acceptance, day, entry, hold, legs, moved, square
from liangtian_web.ledger import actions
from liangtian_web.ledger.models import Entry, Ground, Lot, Period, Proposal
from liangtian_web.ledger.presentation import traces
from liangtian_web.registers.book import Accepted
from liangtian_web.trail.models import Event

pytestmark = pytest.mark.usefixtures("keepers", "booked")

DEGREES = pyproj.Transformer.from_crs("EPSG:4549", "EPSG:4490", always_xy=True)


def degrees(column: int) -> tuple[float, float]:
    """The middle of a square of the grid."""
    point = shapely.centroid(square(column).shape)
    return DEGREES.transform(point.x, point.y)


def geojson(column: int, side: float = 100.0) -> io.BytesIO:
    shape = shapely.transform(square(column, side=side).shape, DEGREES.transform, interleaved=False)
    feature = {"type": "Feature", "properties": {}, "geometry": json.loads(shapely.to_geojson(shape))}
    file = io.BytesIO(json.dumps({"type": "FeatureCollection", "features": [feature]}).encode())
    file.name = "范围.geojson"
    return file


def test_holds_stand_until_their_day_or_their_end(keeper_client):
    page = keeper_client.get(reverse("standing:holds"))
    assert [(each.entry.key, each.amounts, each.days_left) for each, _ in page.context["standing"]] == [
        ("h2", [("quantity_m2", 2_000)], None)
    ]
    assert [(each.entry.key, word) for each, word in page.context["over"]] == [("h", "已到期退回")]
    hold = Entry.objects.get(key="h2")
    about = actions.About(key="v", on=day(7), kind="release", actor=hold.actor, evidence=("doc:9",))
    actions.void(hold, about)
    page = keeper_client.get(reverse("standing:holds"))
    assert ([*page.context["standing"]], [word for _, word in page.context["over"]]) == ([], ["已到期退回", "已办结"])


def states(client, index: str = "quantity_m2") -> dict[str, str]:
    found = json.loads(client.get(reverse("standing:lots_shapes"), {"index": index}).content)
    return {each["properties"]["serial"]: each["properties"]["state"] for each in found["features"]}


def test_lots_are_coloured_by_how_their_credits_stand(keeper_client):
    assert states(keeper_client) == {"A": "available", "B": "used"}
    assert states(keeper_client, "paddy_m2") == {}
    page = keeper_client.get(reverse("standing:lots_map")).context
    assert (page["many"], page["without_ground"]) == (2, 1)
    rest = moved("A", 7_000, (COUNTY, "reserve"), (COUNTY, "used"), "quantity_m2")
    actions.post(entry("u2", day(8), "write-off", rest))
    assert states(keeper_client) == {"A": "held", "B": "used"}


def ask_ground(client, column: int):
    longitude, latitude = degrees(column)
    return client.get(reverse("standing:ground"), {"lon": longitude, "lat": latitude})


def test_the_ground_answers_with_every_credit_it_earned(keeper_client):
    rows = ask_ground(keeper_client, 0).context["rows"]
    assert [(lot.serial, [(a.pool, amount) for a, amount in held]) for lot, held in rows] == [
        ("A", [("reserve", 7_000), ("held", 2_000)])
    ]
    assert ask_ground(keeper_client, 5).context["rows"] == []
    for wrong in ({}, {"lon": "x", "lat": "1"}, {"lon": "nan", "lat": "1"}, {"lon": "181", "lat": "1"}):
        assert keeper_client.get(reverse("standing:ground"), wrong).status_code == 404


def test_a_lot_too_small_to_hit_is_asked_for_by_its_number(keeper_client, next_door_client):
    page = reverse("standing:ground")
    assert [lot.serial for lot, _ in keeper_client.get(page, {"lot": "A"}).context["rows"]] == ["A"]
    assert keeper_client.get(page, {"lot": "O"}).status_code == 404  # its ground is not known
    assert next_door_client.get(page, {"lot": "A"}).status_code == 404


def test_a_credit_walks_back_to_its_ground_step_by_step(keeper_client):
    page = keeper_client.get(reverse("standing:origin", args=[account("used").pk, "B"]))
    assert (page.context["held"], page.context["opened_by"].key) == (4_000, "in-B")
    assert [(step.entry.key, [(leg.account.pool, leg.amount) for leg in step.legs]) for step in page.context["steps"]] == [
        ("in-B", [("reserve", 4_000), ("outside", -4_000)]), ("u", [("reserve", -4_000), ("used", 4_000)]),
    ]  # fmt: skip
    assert page.context["config"]["shapes"] == reverse("ledger:lot_shapes", args=["B"])


def test_an_entry_shows_its_lots_on_the_map_and_what_it_rests_on(keeper_client):
    row = Entry.objects.get(key="in-A")
    page = keeper_client.get(reverse("ledger:entry", args=[row.uuid]))
    assert [(each.what, each.text, each.url) for each in page.context["traces"]] == [("依据", "doc:1", "")]
    shapes = json.loads(keeper_client.get(page.context["config"]["shapes"]).content)
    assert [each["properties"]["serial"] for each in shapes["features"]] == ["A"]


def test_the_year_stands_as_chart_and_table_of_the_same_figures(keeper_client, places):
    page = keeper_client.get(reverse("standing:flow"), {"year": "2024", "index": "quantity_m2"})
    found = page.context["flow"]
    assert found.opening == 0
    assert {kind: {n: each for n, each in enumerate(months, 1) if each} for kind, months in found.moved.items()} == {
        "acceptance": {1: 9_000, 2: 4_000}, "opening": {1: 5_000}, "hold": {3: -5_000}, "lapse": {6: 3_000},
        "write-off": {4: -4_000},
    }  # fmt: skip
    assert found.closing == [14_000, 18_000, 13_000, 9_000, 9_000, *[12_000] * 7]
    drawn = page.context["flow_chart"]
    assert (drawn["unit"], drawn["series"][-1]["values"][0]) == ("亩", 21)
    assert [(row.place.name, row.available, row.held, row.owed) for row, _ways in page.context["rows"]] == [
        ("示范县", 12_000, 2_000, 0)
    ]
    balances = f"{reverse('ledger:index')}?place={places['county'].pk}&amp;index=quantity_m2"
    assert page.content.decode().count(f'<a href="{balances}">') == 1  # the place; its amounts lead to their statements
    ((_row, ways),) = page.context["rows"]
    for name, pool in (("available", "reserve"), ("held", "held")):
        assert ways[name].startswith(f"{reverse('ledger:account', args=[account(pool).pk])}?since=1990-01-01&until=")
    wrong = keeper_client.get(reverse("standing:flow"), {"year": "1", "place": places["other"].pk})
    assert (wrong.status_code, "flow" in wrong.context) == (200, False)


def test_the_tables_under_the_charts_are_taken_away(keeper_client, next_door_client, places):
    def rows(client, page):
        asked = {"year": "2024", "index": "quantity_m2", "place": places["county"].pk}
        taken = client.post(reverse(f"standing:{page}"), asked)
        assert taken.status_code == 200
        return list(openpyxl.load_workbook(io.BytesIO(taken.content)).active.iter_rows(values_only=True))

    year = rows(keeper_client, "export_flow")
    assert year[0][:2] == ("类型", "1月")
    assert year[1][:2] == ("年初可用余额", 0)
    assert year[-1] == ("月末可用余额", 14_000, 18_000, 13_000, 9_000, 9_000, *[12_000] * 8, "m2")
    assert sorted(row[13] for row in year[2:-1]) == [-5_000, -4_000, 3_000, 5_000, 13_000]
    left = rows(keeper_client, "export_headroom")
    assert [(row[0], *row[3:]) for row in left[1:]] == [("示范县", 12_000, 2_000, 0, "m2")]
    assert Event.objects.filter(action="ledger.export", object__startswith="ledger:flow").count() == 1
    refused = next_door_client.post(reverse("standing:export_flow"), {"place": places["county"].pk, "year": "2024"})
    assert refused.status_code == 404


def test_a_hold_ended_by_a_write_off_stands_apart_from_what_is_written_off(keeper_client):
    """As a listing sold in part does: the kind says what left for good, the hold's row what was put aside and came back."""
    actions.post(hold("h9", day(7), "A", 1_000))
    out = [
        (COUNTY, pool, "quantity_m2", "A", amount)
        for pool, amount in (("held", -1_000), ("used", 400), ("reserve", 600))
    ]
    actions.post(entry("w9", day(9), "write-off", legs(*out), settles="h9"))
    page = keeper_client.get(reverse("standing:flow"), {"year": "2024", "index": "quantity_m2"})
    moved_ = page.context["flow"].moved
    assert (moved_["hold"][6], moved_["hold"][8], moved_["write-off"][8]) == (-1_000, 1_000, -400)
    closing = page.context["flow"].closing
    assert (closing[6] - closing[5], closing[8] - closing[7]) == (-1_000, 600)
    link = page.context["flow_chart"]["series"][-2]["links"][8]
    assert {"kind=write-off", "since=2024-09-01", "until=2024-09-30"} <= set(link.partition("?")[2].split("&"))
    listed = keeper_client.get(link).content.decode()
    assert reverse("ledger:entry", args=[Entry.objects.get(key="w9").uuid]) in listed


def attach(client, serial: str, file: io.BytesIO, **changes):
    return client.post(
        reverse("standing:attach", args=[serial]), {"evidence": "补测〔2024〕1号", "files": file} | changes
    )


def test_a_boundary_is_proposed_by_one_and_recorded_by_another(keeper_client, second_client):
    assert attach(keeper_client, "O", geojson(3)).status_code == 302
    made = Proposal.objects.get()
    page = reverse("ledger:proposal", args=[made.uuid])
    shown = keeper_client.get(page)
    assert "给指标块 O 补上范围" in shown.content.decode()
    assert json.loads(keeper_client.get(shown.context["config"]["shapes"]).content)["features"]
    decide = reverse("ledger:decide", args=[made.uuid])
    assert keeper_client.post(decide, {"post": "1"}).status_code == 409
    assert not Ground.objects.filter(lot__serial="O").exists()

    second_client.post(decide, {"post": "1"})

    ground = Ground.objects.get(lot__serial="O")
    assert (ground.key, ground.actor.username, ground.approver.username) == (f"proposal:{made.uuid}", "li", "wang")
    assert "已记入台账" in keeper_client.get(page).content.decode()
    assert "已入账" in keeper_client.get(reverse("ledger:proposals")).content.decode()
    assert states(keeper_client)["O"] == "available"
    assert list(Event.objects.values_list("action", flat=True).order_by("pk")) == ["ledger.propose", "ledger.attach"]
    assert attach(keeper_client, "O", geojson(4)).status_code == 400


def test_a_boundary_on_ground_credited_before_is_refused_when_it_is_decided(keeper_client, second_client):
    attach(keeper_client, "O", geojson(0))
    made = Proposal.objects.get()
    answer = second_client.post(reverse("ledger:decide", args=[made.uuid]), {"post": "1"})
    assert (answer.status_code, Ground.objects.filter(lot__serial="O").exists()) == (409, False)
    assert not hasattr(Proposal.objects.get(), "decision")
    second_client.post(reverse("ledger:decide", args=[made.uuid]), {"refuse": "1", "reason": "与 A 重叠"})
    assert "退回：与 A 重叠" in keeper_client.get(reverse("ledger:proposal", args=[made.uuid])).content.decode()


def test_what_was_earned_leads_to_no_entry_of_another_place(keepers):
    out = [(COUNTY, "reserve", "quantity_m2", "A", -500), (OTHER, "reserve", "quantity_m2", "A", 500)]
    actions.post(entry("sold", day(7), "transfer", legs(*out)))
    back = [(OTHER, "reserve", "quantity_m2", "A", -100), ("outside", "outside", "quantity_m2", "A", 100)]
    actions.post(entry("back", day(8), "adjustment", legs(*back)))
    line = "{% load book %}{% earned 8900 'quantity_m2' 'm2' lots %}"
    context = {"lots": [Accepted(Lot.objects.get(serial="A"), 8_900)], "request": RequestFactory().get("/")}
    context["request"].user = keepers["li"]
    (own,) = Entry.objects.filter(key="in-A").values_list("uuid", flat=True)
    assert Template(line).render(Context(context)) == f'<a href="{reverse("ledger:entry", args=[own])}">8,900.00</a>'


def test_a_lot_whose_number_has_a_stroke_in_it_is_listed_shown_and_given_its_boundary(places, next_door_client):
    serial = "浙补〔2019〕1/2"
    actions.post(acceptance(serial, 500, None, kind="opening", document="二县发", key="stroke", place=OTHER))
    colleague = browser(person("sun", "孙工", places["other"], "keeper"))
    listed = next_door_client.get(reverse("ledger:lots"))
    assert (listed.status_code, serial in listed.content.decode()) == (200, True)
    assert attach(next_door_client, serial, geojson(20)).status_code == 302
    colleague.post(reverse("ledger:decide", args=[Proposal.objects.get().uuid]), {"post": "1"})
    lot = Lot.objects.get(serial=serial)
    account = lot.legs.filter(account__place=places["other"]).first().account
    for page in (
        reverse("ledger:lot", args=[serial]),
        reverse("ledger:lot_shapes", args=[serial]),
        reverse("standing:origin", args=[account.pk, serial]),
        reverse("papers:paper", args=["boundary", serial, "docx"]),
        reverse("ledger:proposal", args=[Proposal.objects.get().uuid]),
    ):
        assert next_door_client.get(page).status_code == 200, page


def test_the_keeper_next_door_is_not_told_whose_lot_stands_on_the_ground(places, next_door_client):
    actions.post(acceptance("P", 1_000, None, kind="opening", document="二县发〔2019〕1号", place=OTHER))
    assert attach(next_door_client, "P", geojson(0)).status_code == 302
    colleague = browser(person("sun", "孙工", places["other"], "keeper"))
    answer = colleague.post(reverse("ledger:decide", args=[Proposal.objects.get().uuid]), {"post": "1"})
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "指标块“P”" in page
    assert "与其他责任单元的指标块重叠" in page
    assert "“A”" not in page


def test_what_is_no_boundary_is_refused_in_words(keeper_client):
    broken = io.BytesIO(b"{")
    broken.name = "范围.geojson"
    page = attach(keeper_client, "O", broken)
    assert (page.status_code, bool(page.context["form"].non_field_errors())) == (400, True)
    assert attach(keeper_client, "O", geojson(3), evidence="").status_code == 400
    assert not Proposal.objects.exists()


def test_a_period_is_closed_by_two_people_and_stays_closed(keeper_client, second_client, places):
    page = reverse("standing:periods")
    given = {"place": places["county"].pk, "through": "2024-03-31", "evidence": "县发〔2024〕5号"}
    assert keeper_client.post(page, given).status_code == 302
    made = Proposal.objects.get()
    assert "不能再补记" in second_client.get(reverse("ledger:proposal", args=[made.uuid])).content.decode()
    second_client.post(reverse("ledger:decide", args=[made.uuid]), {"post": "1"})
    closed = Period.objects.get(opens=False)
    assert (closed.through, closed.actor.username, closed.approver.username) == (date(2024, 3, 31), "li", "wang")
    earlier = keeper_client.post(page, given | {"through": "2024-02-01"})
    assert (earlier.status_code, "已结账至 2024-03-31" in earlier.content.decode()) == (400, True)
    today = keeper_client.post(page, given | {"through": timezone.localdate().isoformat()})
    assert (today.status_code, "还没有过完" in today.content.decode()) == (400, True)
    assert [each.through for each in keeper_client.get(page).context["periods"]] == [
        date(2024, 3, 31),
        date(2023, 12, 31),
    ]


def test_lists_are_taken_away_under_their_filters_and_noted(keeper_client):
    def taken(name: str, **asked: str) -> list[list[str]]:
        answer = keeper_client.post(reverse(f"standing:{name}"), {"form": "csv"} | asked)
        return list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))[1:]

    held = {(row[2], row[3]): row[6] for row in taken("export_balances", on="2024-03-01")}
    assert held == {("储备库", "耕地数量"): "13000", ("冻结", "耕地数量"): "5000", ("已核销", "耕地数量"): "0"}
    assert [row[8] for row in taken("export_entries", kind="write-off")] == ["-4000", "4000"]
    assert [row[0] for row in taken("export_lots", ground="no")] == ["O"]
    assert [(row[3], row[5]) for row in taken("export_holds")] == [("在冻", "2000"), ("已到期退回", "3000")]
    book = keeper_client.post(reverse("standing:export_lots"))
    assert openpyxl.load_workbook(io.BytesIO(book.content)).active.max_row == 4
    assert Event.objects.filter(action="ledger.export").count() == 5


def test_lists_are_narrowed_and_filters_that_make_no_sense_narrow_nothing(keeper_client, places):
    def keys(**asked: str) -> list[str]:
        return [each.key for each, _ in keeper_client.get(reverse("ledger:entries"), asked).context["entries"]]

    assert keys(kind="hold") == ["h2", "h"]
    assert keys(since="2024-03-01", until="2024-03-31") == ["h2", "h"]
    assert keys(text="in-") == ["in-B", "in-A", "in-O"]
    assert keys(text="doc:1", index="quantity_m2", place=str(places["county"].pk)) == [
        "u",
        "h2",
        "h",
        "in-B",
        "in-A",
        "in-O",
    ]
    assert keys(index="paddy_m2") == []
    assert len(keys(kind="gold", since="never", place="x")) == 6
    lots = keeper_client.get(reverse("ledger:lots"), {"ground": "yes", "text": "A"}).context
    assert ([each.serial for each, _opened in lots["lots"]], lots["many"]) == (["A"], 1)
    narrowed = keeper_client.get(reverse("ledger:index"), {"index": "paddy_m2"})
    assert (narrowed.context["places"], "放宽条件" in narrowed.content.decode()) == ([], True)


def test_the_unsealed_tail_is_said_on_every_page_of_balances(keeper_client, next_door_client):
    lot, held = reverse("ledger:lot", args=["A"]), reverse("ledger:account", args=[account("reserve").pk])
    pages = [reverse("ledger:index"), held, lot, *(reverse(f"standing:{n}") for n in ("flow", "holds", "lots_map"))]
    assert [keeper_client.get(page).context["unsealed"] for page in pages] == [6] * len(pages)
    assert next_door_client.get(reverse("ledger:index")).context["unsealed"] == 0


def test_outsiders_get_nothing_and_readers_do_not_write(next_door_client, places, keeper_client):
    closed = [
        reverse("standing:origin", args=[account("reserve").pk, "A"]), reverse("standing:attach", args=["O"]),
        reverse("ledger:entry_shapes", args=[Entry.objects.get(key="in-A").uuid]),
    ]  # fmt: skip
    assert [next_door_client.get(page).status_code for page in closed] == [404] * 3
    assert states(next_door_client) == {}
    assert ask_ground(next_door_client, 0).context["rows"] == []
    assert next_door_client.get(reverse("standing:holds")).context["standing"] == []
    assert list(next_door_client.get(reverse("standing:periods")).context["periods"]) == []
    assert "flow" not in next_door_client.get(reverse("standing:flow")).context
    assert next_door_client.post(reverse("standing:export_entries"), {"form": "csv"}).content.count(b"\n") == 1
    given = {"place": places["county"].pk, "through": str(timezone.localdate() - timedelta(days=1)), "evidence": "x"}
    assert next_door_client.post(reverse("standing:periods"), given).status_code == 400

    officer = browser(person("chen", "陈工", places["county"], "officer"))
    assert officer.get(reverse("standing:attach", args=["O"])).status_code == 403
    assert officer.post(reverse("standing:periods"), given).status_code == 403
    attach(keeper_client, "O", geojson(3))
    shapes = reverse("ledger:proposal_shapes", args=[Proposal.objects.get().uuid])
    assert (officer.get(shapes).status_code, next_door_client.get(shapes).status_code) == (200, 404)
    assert Lot.objects.filter(ground=None).count() == 1


def test_what_an_entry_rests_on_leads_to_its_page():
    run = "0f0e0d0c-0b0a-4908-8706-050403020100"
    rests = Entry(
        evidence=[f"filing:{run}", "示土验〔2024〕1号", f"run:{run}", "run:812", f"filing:{run}"],
        rules=["wenzhou-2019（六）.2", "rules:ab"],
    )
    assert [(each.text, each.url.split("#")[0]) for each in traces(rests)] == [
        ("看申报和审核", reverse("balance:filing", args=[run])), ("示土验〔2024〕1号", ""),
        ("看检查结论", reverse("review:run", args=[run])), ("run:812", ""),
        ("看所接续的事项", reverse("balance:filing", args=[run])),
        ("温州 2019（六）.2", reverse("rulebook:clause", args=["wenzhou-2019", "（六）"])), ("ab", ""),
    ]  # fmt: skip
