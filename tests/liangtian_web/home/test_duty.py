"""The home page: what waits, and the figures of one's own duty."""

from datetime import date, timedelta

import pytest
from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from tests.liangtian_web import land
from tests.liangtian_web.conftest import browser, person
from tests.liangtian_web.days import today
from tests.liangtian_web.review.test_checks import form

from liangtian.onemap import publish
from liangtian.onemap.layers import LAYERS
from liangtian_web.home import duty
from liangtian_web.onemap.actions import adopt
from liangtian_web.onemap.models import LayerVersion, Upload

pytestmark = pytest.mark.usefixtures("home")


@pytest.fixture
def land_of_today(places):
    """Land use in force for less than a year."""
    entry = publish.publish(
        land.land_use(), LAYERS["DLTB"], place="339901", on=today() - timedelta(days=30), home=settings.HOME,
        publisher="test", recorded_at=timezone.now().isoformat(),
    )  # fmt: skip
    return adopt(entry, places["county"])


def upload(places, officer, state, name="a.gpkg"):
    return Upload.objects.create(
        sha256="0" * 64, files=[{"name": name, "size": 1}], size=1, place=places["county"], layer="DLTB",
        on=today(), uploader=officer, state=state, counts={"DLTB-07": 3},
    )  # fmt: skip


def test_uploads_that_wait_for_a_decision_stand_first(officer_client, county_officer, outsider_client, places):
    waiting = upload(places, county_officer, "examined")
    upload(places, county_officer, "published", "b.gpkg")
    todos = officer_client.get("/").context["todos"]

    assert [(todo.what, todo.url) for todo in todos] == [("a.gpkg", reverse("onemap:upload", args=[waiting.pk]))]
    assert todos[0].about == "地类图斑 · 示范县 · 3 处问题"
    assert outsider_client.get("/").context["todos"] == []


def test_a_check_waits_until_it_is_made_again_and_passes(officer_client, outsider_client, places, land_of_today):
    officer_client.post(reverse("review:new"), form(places, on=today().isoformat()))
    (todo,) = officer_client.get("/").context["todos"]
    assert (todo.tag, todo.what) == ("unknown", "示范大道")

    officer_client.post(reverse("review:new"), form(places, on=today().isoformat()))
    assert len(officer_client.get("/").context["todos"]) == 1
    assert outsider_client.get("/").context["todos"] == []


def test_more_checks_than_fit_are_counted(officer_client, places, land_of_today):
    for n in range(duty.SHOWN + 2):
        officer_client.post(reverse("review:new"), form(places, on=today().isoformat(), name=f"项目{n}"))
    todos = officer_client.get("/").context["todos"]

    assert len(todos) == duty.SHOWN + 1
    assert todos[-1].what == "还有 2 个检查不符合或无法判断"


def test_layers_older_than_a_year_are_told_in_one_line(officer_client, places):
    for entry in land.publish_all():
        adopt(entry, places["county"])
    (todo,) = officer_client.get("/").context["todos"]

    assert todo.what == "2 个图层超过一年没有更新"
    assert todo.about == "最早自 2023-12-31 有效：地类图斑 · 永久基本农田图斑"


def test_an_auditor_has_figures_and_no_to_do(auditor_client, officer_client, places, land_of_today):
    officer_client.post(reverse("review:new"), form(places, on=today().isoformat()))
    page = auditor_client.get("/")

    assert page.context["todos"] == []
    assert page.context["figures"][2].count == 1


def test_figures_are_those_of_one_s_place_and_lead_to_their_lists(
    officer_client, outsider_client, places, land_of_today
):
    officer_client.post(reverse("review:new"), form(places, on=today().isoformat()))
    farmland, basic, checked, failed = officer_client.get("/").context["figures"]

    assert farmland.area_m2 == pytest.approx(80_000, rel=1e-3)
    assert (basic.area_m2, checked.count, failed.count) == (None, 1, 0)
    listed = officer_client.get(checked.url)
    assert [run.name for run in listed.context["runs"]] == ["示范大道"]
    assert officer_client.get(farmland.url).status_code == 200
    assert [figure.area_m2 for figure in outsider_client.get("/").context["figures"][:2]] == [None, None]


def test_the_home_page_of_a_town_counts_the_town_s_own_land(places, land_of_today):
    town = browser(person("chen", "陈工", places["town"], "officer")).get("/")
    assert town.context["figures"][0].area_m2 == pytest.approx(80_000, rel=1e-3)

    places["town"].code = "339901999"
    places["town"].save()
    elsewhere = browser(person("qian", "钱工", places["town"], "officer")).get("/")
    assert elsewhere.context["figures"][0].area_m2 is None


def test_a_user_without_a_duty_sees_the_page(client, db):
    from liangtian_web.people.models import User

    page = browser(User.objects.create_user("new", display_name="新人")).get("/")
    assert (page.status_code, page.context["figures"], page.context["todos"]) == (200, [], [])


def test_last_year_s_checks_are_not_this_year_s(officer_client, county_officer, places, land_of_today):
    figures = duty.figures(county_officer, places["county"], date(today().year + 1, 6, 1))
    assert figures[2].count == 0


def test_a_missing_snapshot_leaves_no_figure_and_no_broken_page(officer_client, places, land_of_today):
    LayerVersion.objects.update(digest="f" * 64)  # whose snapshot is not in the home folder
    page = officer_client.get("/")

    assert page.status_code == 200
    assert (page.context["figures"][0].area_m2, page.context["figures"][0].about) == (None, "图层快照有问题，见图层页")
    assert officer_client.get(reverse("home:search"), {"q": "地类"}).context["found"][0].kind == "图层"


def test_each_place_s_own_version_counts_on_its_own_ground_once(auditor_client, places, land_of_today):
    entry = publish.publish(
        land.land_use(), LAYERS["DLTB"], place="339900", on=today() - timedelta(days=60), home=settings.HOME,
        publisher="test", recorded_at=timezone.now().isoformat(),
    )  # fmt: skip
    adopt(entry, places["city"])

    assert auditor_client.get("/").context["figures"][0].area_m2 == pytest.approx(80_000, rel=1e-3)
