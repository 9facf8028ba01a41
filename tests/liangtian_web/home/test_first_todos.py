"""What the front page of a place says to do first."""

from __future__ import annotations

from datetime import date

import pytest
from django.urls import reverse
from django.utils import timezone
from tests.liangtian_web.conftest import browser, person

from liangtian_web.onemap.models import LayerVersion, Upload
from liangtian_web.people.models import Place
from liangtian_web.rulebook.models import Proposal


@pytest.fixture
def fresh(db: None) -> Place:
    """A county without land, law and book."""
    return Place.objects.create(code="331001", name="新县", kind="county")


def first(user):
    return [todo.what for todo in browser(user).get("/").context["first"]]


def publish(layer, place, user):
    LayerVersion.objects.create(
        layer=layer, place=place, on=date(2023, 12, 31), digest=layer.ljust(64, "0"), rows=1, quality="clean",
        publisher=user.display_name, recorded_at=timezone.now(),
    )  # fmt: skip


def test_each_role_of_a_fresh_county_is_told_its_own_part(fresh):
    land, law = ["还没有地类图斑图层", "检查还缺 3 个图层"], ["还没有采用政策文件"]
    assert first(person("off", "王工", fresh, "officer")) == land + law
    assert first(person("keep", "周会", fresh, "keeper")) == ["台账还没有建账"]
    assert first(person("aud", "李审", fresh, "auditor")) == []
    town = Place.objects.create(code="331001100", name="城关镇", kind="town", parent=fresh)
    assert law[0] not in first(person("town", "陈工", town, "officer"))


def test_the_ways_open_and_choose_the_layer(fresh):
    client = browser(person("adm", "孙主任", fresh, "admin"))
    found = client.get("/").context["first"]
    pages = [client.get(todo.url) for todo in found]
    assert [page.status_code for page in pages] == [200] * len(found)
    assert pages[0].context["form"]["layer"].value() == "DLTB"


def test_what_is_there_or_in_hand_is_asked_for_no_more(fresh):
    officer = person("off", "王工", fresh, "officer")
    publish("DLTB", fresh, officer)
    Upload.objects.create(
        sha256="0" * 64, files=[], size=1, place=fresh, layer="YJJBNTTB", on=date(2023, 12, 31), uploader=officer
    )
    Proposal.objects.create(
        kind="adoption", name="wenzhou-2019", source="新县发", place=fresh, since=date(2024, 1, 1), user=officer
    )
    assert first(officer) == ["检查还缺 2 个图层"]


def test_the_neighbours_land_is_not_ours(fresh, places, county_officer):
    publish("DLTB", places["county"], county_officer)
    assert "还没有地类图斑图层" in first(person("off", "王工", fresh, "officer"))


def test_the_year_of_an_empty_book_shows_no_form_that_cannot_be_filled(fresh):
    page = browser(person("keep", "周会", fresh, "keeper")).get(reverse("standing:flow")).content.decode()
    assert "这个字段是必填项" not in page
    assert "台账还是空的，没有收支可看。先在“记账单”记入期初余额，或从验收项目入库开始。" in page
