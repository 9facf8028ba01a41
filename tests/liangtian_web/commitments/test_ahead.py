"""What falls due, month by month and place by place, as chart and table of the same figures."""

from __future__ import annotations

import io
from datetime import date

import openpyxl
import pytest
from django.urls import reverse
from django.utils import timezone
from tests.liangtian_web.commitments.conftest import DAYS, booked, default, promise, supplement, supply

from liangtian_web.commitments.ahead import ahead
from liangtian_web.commitments.queries import booked_for
from liangtian_web.commitments.register import lines
from liangtian_web.trail.models import Event

pytestmark = pytest.mark.usefixtures("home", "opened")


def by_month(user, index, on):
    return {each.key: list(each.amounts) for each in ahead(lines(booked_for(user), on), index, on).months if each.total}


def test_each_month_sums_what_is_left_of_its_commitments(clients, people, places):
    later = dict.fromkeys(DAYS, "2025-06-02")
    first = booked(promise(clients["wang"], supplement(places["county"])), clients["qian"])
    booked(promise(clients["wang"], supplement(places["county"], project="岭上村补改结合", **later)), clients["qian"])
    on = date(2024, 6, 10)
    assert by_month(people["qian"], "quantity_m2", on) == {"2024-09": [500], "later": [500]}
    booked(supply(clients["wang"], first, quantity_m2="120"), clients["li"])
    assert by_month(people["qian"], "quantity_m2", date(2024, 9, 30)) == {"2024-09": [380], "2025-06": [500]}
    assert by_month(people["qian"], "quantity_m2", date(2024, 10, 1)) == {"late": [380], "2025-06": [500]}
    assert by_month(people["qian"], "paddy_m2", on) == {"2024-09": [300], "later": [300]}


def test_arrears_stand_with_what_is_late(clients, people, places, city):
    made = booked(promise(clients["wang"], supplement(places["county"])), clients["qian"])
    booked(default(clients["qian"], made), city)
    assert by_month(people["qian"], "paddy_m2", date(2024, 10, 9)) == {"late": [300]}


def test_the_page_has_the_chart_its_table_and_the_way_to_each_commitment(clients, places):
    made = booked(promise(clients["wang"], supplement(places["county"])), clients["qian"])
    page = clients["wang"].get(reverse("commitments:ahead"), {"index": "paddy_m2"})
    late, county = page.context["chart"]["series"]
    assert (late["name"], late["colour"], late["values"][0]) == ("逾期和欠账", "#c62f2f", 0.45)
    assert (county["name"], sum(county["values"]), late["links"][0]) == ("示范县", 0, "#due-late")
    assert page.context["chart"]["categories"][1] == f"{timezone.localdate():%Y-%m}"
    said = page.content.decode()
    assert 'id="due-late"' in said
    assert reverse("commitments:page", args=[made.uuid]) in said
    assert clients["wang"].get(reverse("commitments:ahead"), {"index": "nothing"}).status_code == 404


def test_the_table_under_the_chart_is_taken_away(clients, places):
    booked(promise(clients["wang"], supplement(places["county"])), clients["qian"])

    def rows(name, index="paddy_m2"):
        taken = clients[name].post(reverse("commitments:export_ahead"), {"index": index})
        return list(openpyxl.load_workbook(io.BytesIO(taken.content)).active.iter_rows(values_only=True))

    heads, late, *_rest, total = rows("wang")
    assert heads == ("到期月份", "示范县", "合计", "单位")
    assert (late, total) == (("逾期和欠账", 300, 300, "m2"), ("合计", 300, 300, "m2"))
    assert rows("zhao")[0] == ("到期月份", "合计", "单位")  # nothing of the county, not its name
    assert clients["wang"].post(reverse("commitments:export_ahead"), {"index": "nothing"}).status_code == 404
    assert Event.objects.filter(action="commitments.export", object__startswith="ahead:paddy_m2").count() == 2


def test_the_outsider_sees_nothing(clients, places):
    booked(promise(clients["wang"], supplement(places["county"])), clients["qian"])
    page = clients["zhao"].get(reverse("commitments:ahead"))
    assert "chart" not in page.context
    assert "示范县" not in page.content.decode()


def test_nothing_of_what_waits(clients, people, places):
    promise(clients["wang"], supplement(places["county"]))
    assert by_month(people["qian"], "quantity_m2", date(2024, 6, 10)) == {}
