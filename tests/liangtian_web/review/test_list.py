"""The list of checks: columns, totals, the table one takes away, the result on paper, doubtful figures marked."""

import io

import pytest
from django.urls import reverse
from openpyxl import load_workbook
from tests.liangtian_web.review.test_checks import form, published  # noqa: F401

from liangtian_web.review.models import Run
from liangtian_web.trail.models import Event

pytestmark = pytest.mark.usefixtures("home")
LIST = reverse("review:runs")


@pytest.fixture
def runs(officer_client, places, published):  # noqa: F811
    for name in ("甲路", "乙路", "丙路"):
        officer_client.post(reverse("review:new"), form(places, name=name))
    return list(Run.objects.order_by("pk"))


def test_totals_are_those_of_the_whole_filtered_list(officer_client, runs, monkeypatch):
    monkeypatch.setattr("liangtian_web.review.views.PAGE", 1)
    page = officer_client.get(LIST)
    assert (len(page.context["runs"]), page.context["totals"]["count"]) == (1, 3)
    assert page.context["totals"]["area_m2"] == sum(each.area_m2 for each in runs)

    assert officer_client.get(LIST, {"name": "甲"}).context["totals"]["count"] == 1


def test_columns_put_away_are_gone_from_the_list(officer_client, runs):
    assert "用地类型</th>" in officer_client.get(LIST).content.decode()
    officer_client.post(
        reverse("people:columns"), {"list": "review.runs", "offered": "kind,place", "shown": ["place"], "next": LIST}
    )
    assert "用地类型</th>" not in officer_client.get(LIST).content.decode()


def test_the_place_of_the_filter_holds_what_lies_under_it(auditor_client, places, runs):
    assert auditor_client.get(LIST, {"place": places["city"].pk}).context["totals"]["count"] == 3
    assert auditor_client.get(LIST, {"place": places["other"].pk}).context["totals"]["count"] == 0


def test_the_list_is_taken_away_under_its_filters_and_that_is_noted(officer_client, runs):
    answer = officer_client.post(reverse("review:runs_export"), {"name": "乙"})
    rows = list(load_workbook(io.BytesIO(answer.content)).active.values)

    assert (len(rows), rows[0][5], rows[1][1], rows[1][5]) == (2, "占地(m²)", "乙路", float(runs[1].area_m2))
    assert Event.objects.get(action="review.export").object == "review:runs xlsx 1"


def test_an_outsider_takes_nothing_and_prints_nothing(outsider_client, runs):
    answer = outsider_client.post(reverse("review:runs_export"), {"form": "csv"})
    assert len(answer.content.decode("utf-8-sig").splitlines()) == 1
    assert outsider_client.get(reverse("review:print", args=[runs[0].uuid])).status_code == 404


def test_the_figure_that_rests_on_an_unverified_table_says_so_where_it_stands(officer_client, runs):
    page = officer_client.get(reverse("review:run", args=[runs[0].uuid]))
    capacity = page.context["figures"][1][2]
    figure = page.content.decode().split(capacity["label"])[1].split("</dd>")[0]

    assert 'class="doubt"' in figure
    assert "该表尚未核实" in capacity["doubt"]
    assert [bool(each.get("doubt")) for row in page.context["figures"] for each in row].count(True) == 1


def test_the_result_on_paper_has_map_verdict_figures_and_sources(officer_client, runs):
    page = officer_client.get(reverse("review:print", args=[runs[0].uuid]))
    text = page.content.decode()

    assert all(layer["digest"][:12] in text for layer in runs[0].layers)
    assert all(word in text for word in ("甲路", "指北针", "资料来源", "未核实", str(runs[0].uuid)))
    assert page.context["config"]["shapes"] == reverse("review:shapes", args=[runs[0].uuid])
