"""A table taken away: forms, dangerous cells, and the trail."""

import io
from datetime import date
from decimal import Decimal

from django.test import RequestFactory
from openpyxl import load_workbook

from liangtian_web.trail.export import Table, export
from liangtian_web.trail.models import Event

TABLE = Table(
    "占地/检查", ["名称", "占地", "日期"], [["=1+1", Decimal("-2.50"), date(2024, 6, 1)], ["甲\x01", None, None]]
)


def taken(user, **form):
    request = RequestFactory().post("/", form)
    request.user = user
    return export(request, "review.export", "review:runs", TABLE)


def test_a_workbook_holds_numbers_dates_and_no_formula(county_officer):
    page = load_workbook(io.BytesIO(taken(county_officer).content)).active

    assert page.title == "占地 检查"
    assert [cell.data_type for cell in page[2]] == ["s", "n", "d"]
    assert [row[0] for row in page.values] == ["名称", "=1+1", "甲\\u0001"]
    assert page["B2"].value == -2.5


def test_csv_opens_as_utf8_and_keeps_formulas_out(county_officer):
    answer = taken(county_officer, form="csv")

    assert answer.content.decode("utf-8-sig").splitlines()[1] == "'=1+1,-2.50,2024-06-01"
    assert answer.content.startswith(b"\xef\xbb\xbf")


def test_taking_is_noted_with_its_form_and_size(county_officer):
    taken(county_officer, form="csv")

    noted = Event.objects.get()
    assert (noted.action, noted.object, noted.user) == ("review.export", "review:runs csv 2", county_officer)
