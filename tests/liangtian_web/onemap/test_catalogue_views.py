"""The catalogue: filters, columns, totals, pages by key, and the table one takes away."""

import io
from datetime import date, datetime

import pytest
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from liangtian_web.onemap import catalogue_views
from liangtian_web.onemap.models import LayerVersion
from liangtian_web.trail.models import Event

pytestmark = pytest.mark.usefixtures("home")


def version(place, layer, year, **more):
    return LayerVersion.objects.create(
        place=place, layer=layer, on=date(year, 12, 31), digest=f"{layer}{year}".lower(), rows=10, quality="clean",
        publisher="王工", recorded_at=timezone.make_aware(datetime(year + 1, 1, 5)), **more,
    )  # fmt: skip


@pytest.fixture
def versions(places):
    return [version(places["county"], layer, year) for layer in ("CJDCQ", "DLTB") for year in (2021, 2022, 2023)]


def listed(page):
    return [(v.layer, v.on.year) for v in page.context["versions"]]


def test_layers_come_in_their_order_newest_first_with_totals(officer_client, versions):
    page = officer_client.get(reverse("onemap:layers"), {"on": "2024-06-01"})

    assert listed(page) == [
        ("DLTB", 2023),
        ("DLTB", 2022),
        ("DLTB", 2021),
        ("CJDCQ", 2023),
        ("CJDCQ", 2022),
        ("CJDCQ", 2021),
    ]
    assert page.context["totals"] == {"count": 6, "rows": 60}


def test_pages_follow_by_key_without_gap_or_repeat(officer_client, versions, monkeypatch):
    monkeypatch.setattr(catalogue_views, "PAGE", 2)
    seen, query = [], ""
    for _ in range(3):
        page = officer_client.get(f"{reverse('onemap:layers')}?{query}")
        seen += listed(page)
        query = page.context["more"]

    assert seen == [("DLTB", 2023), ("DLTB", 2022), ("DLTB", 2021), ("CJDCQ", 2023), ("CJDCQ", 2022), ("CJDCQ", 2021)]
    assert query == ""
    assert page.context["totals"]["count"] == 6


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({"layer": "DLTB", "since": "2022-01-01"}, [("DLTB", 2023), ("DLTB", 2022)]),
        ({"until": "2021-12-31"}, [("DLTB", 2021), ("CJDCQ", 2021)]),
        ({"force": "1", "on": "2023-06-01"}, [("DLTB", 2022), ("CJDCQ", 2022)]),
        ({"after": "nonsense", "layer": "CJDCQ", "since": "2023-01-01"}, [("CJDCQ", 2023)]),
    ],
)
def test_filters_narrow_the_list(officer_client, versions, asked, found):
    assert listed(officer_client.get(reverse("onemap:layers"), asked)) == found


def test_a_place_is_listed_with_what_lies_under_it(officer_client, places):
    version(places["town"], "DLTB", 2023)
    page = officer_client.get(reverse("onemap:layers"), {"place": places["county"].pk})

    assert listed(page) == [("DLTB", 2023)]


def test_the_catalogue_is_taken_away_as_a_table_and_that_is_noted(officer_client, versions):
    answer = officer_client.post(reverse("onemap:layers_export"), {"layer": "DLTB"})
    rows = list(load_workbook(io.BytesIO(answer.content)).active.values)

    assert (rows[0][0], len(rows), rows[1][0], rows[1][4]) == ("代码", 4, "DLTB", 10)
    assert Event.objects.get(action="onemap.export").object == "onemap:layers xlsx 3"


def test_an_outsider_lists_and_takes_nothing(outsider_client, versions):
    assert listed(outsider_client.get(reverse("onemap:layers"))) == []
    answer = outsider_client.post(reverse("onemap:layers_export"), {"form": "csv"})
    assert len(answer.content.decode("utf-8-sig").splitlines()) == 1
