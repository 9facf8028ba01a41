"""The balance in a browser: a project accepted into the book, an occupation held and written off, by two persons."""

import os
import subprocess
import sys

import pytest
import shapely
from playwright.sync_api import Browser, Page, expect
from tests.liangtian_web import land

from .conftest import DESK, PHONE, Live, open_page

PASSWORD = "eight-fields-of-rice"
PEOPLE = """
from datetime import date
from django.utils import timezone
from liangtian.ledger.entry import Account, Entry, Leg
from liangtian_web.ledger.actions import post
from liangtian_web.people.models import Agency, Membership, Place, User
for username, name, code, role in (("hu", "胡工", "339901", "keeper"), ("he", "何工", "339901", "officer"),
                                   ("lu", "陆处", "339900", "keeper")):
    place = Place.objects.get(code=code)
    user = User.objects.create_user(username, password="PASSWORD", display_name=name)
    agency = Agency.objects.filter(place=place).first()
    Membership.objects.create(user=user, agency=agency, place=place, role=role)
legs = (Leg(Account("outside", "outside", "money_fen"), -9_000_000_000), Leg(Account("339900", "fund", "money_fen"), 9_000_000_000))
post(Entry(key="fund-2024", on=date(2024, 1, 2), recorded_at=timezone.now().astimezone(__import__("datetime").UTC), kind="appropriation",
           legs=legs, actor="hu", evidence=("示财〔2024〕1号",)))
"""


@pytest.fixture(scope="module")
def staffed(live: Live) -> Live:
    """A keeper and an officer of the county, a keeper of the city, and money to pool with."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("LIANGTIAN_", "DJANGO_"))}
    subprocess.run(
        [sys.executable, "-m", "liangtian_web", "shell", "--no-imports", "-c", PEOPLE.replace("PASSWORD", PASSWORD)],
        env={name: value for name, value in kept.items() if name not in {"DATABASE_URL", "SECRET_KEY"}}
        | {"LIANGTIAN_HOME": str(live.home)},
        check=True,
    )
    return live


@pytest.fixture
def sit(browser: Browser, staffed: Live):
    """Sit somebody down at a screen; it must end without a mistake."""
    opened = []

    def at(username: str, size: dict[str, int] = DESK) -> Page:
        context = browser.new_context(viewport=size, base_url=staffed.address, locale="zh-CN")
        found = open_page(context, staffed.address)
        opened.append((context, found))
        found.page.goto("/login/")
        found.page.get_by_label("用户名").fill(username)
        found.page.get_by_label("密码").fill(PASSWORD)
        found.page.get_by_role("button", name="登录").click()
        found.page.wait_for_url("**/")
        return found.page

    yield at
    for context, _ in opened:
        context.close()
    assert [found.mistakes for _, found in opened] == [[] for _ in opened]


def test_an_acceptance_and_an_occupation(sit, staffed, picture, tmp_path):
    hu, lu, he = sit("hu"), sit("lu"), sit("he")
    square = land.features([shapely.box(land.X, land.Y + 9_000, land.X + 300, land.Y + 9_300)], {"name": ["垦造"]})
    land.gpkg(square, tmp_path / "ground.gpkg")

    hu.goto("/balance/")
    hu.get_by_role("link", name="登记验收项目").click()
    hu.get_by_label("项目", exact=True).fill("岭下村垦造耕地")
    hu.get_by_label("验收日期").fill("2024-03-01")
    hu.get_by_label("验收文号").fill("示自然资验〔2024〕3号")
    hu.get_by_label("范围文件").set_input_files(str(tmp_path / "ground.gpkg"))
    for name, amount in (("验收入库耕地数量", "60013"), ("验收入库水田规模", "60000"), ("验收入库粮食产能", "90000"),
                         ("省级统筹耕地数量", "1005"), ("另定省级统筹数量的文号", "浙自然资函〔2024〕6号"),
                         ("不按省级统筹比例的理由", "省级文件另有规定")):  # fmt: skip
        hu.get_by_label(name, exact=True).fill(amount)
    picture(hu, "balance-accept")
    hu.get_by_role("button", name="提交审核").click()
    expect(hu.get_by_text("自己提出的由另一位台账管理人员审核")).to_be_visible()

    lu.goto("/")
    picture(lu, "balance-waiting")
    lu.get_by_role("link", name="岭下村垦造耕地").first.click()
    lu.locator("[data-map][data-ready]").wait_for(timeout=60_000)
    picture(lu, "balance-filing")
    lu.get_by_role("heading", name="本事项须满足的条款").scroll_into_view_if_needed()
    lu.locator(".finding summary").first.click()
    picture(lu, "balance-findings")
    lu.get_by_role("button", name="审核入账").click()
    expect(lu.get_by_role("link", name="看分录")).to_be_visible()
    lu.get_by_role("link", name="看分录").click()
    expect(lu.get_by_role("heading", name="入库")).to_be_visible()

    he.goto("/review/new/")
    he.get_by_label("名称").fill("岭下村便道")
    he.get_by_label("业务日期").fill("2024-06-01")
    he.get_by_label("用地类型").select_option("village")
    he.get_by_label("范围文件").set_input_files(str(next((staffed.home / "demo" / "projects").glob("*.txt"))))
    he.get_by_role("button", name="检查", exact=True).click()
    he.get_by_role("link", name="办理占用").click()
    he.get_by_label("业务日期").fill("2024-06-03")
    he.get_by_label("申请文号").fill("示建〔2024〕8号")
    picture(he, "balance-occupy")
    he.get_by_role("button", name="提交审核").click()
    expect(he.get_by_role("heading", name="拟记分录")).to_be_visible()
    picture(he, "balance-hold")

    post(hu, "岭下村便道")
    he.reload()
    he.get_by_role("link", name="批准核销").click()
    he.get_by_label("业务日期").fill("2024-07-01")
    he.get_by_label("文号").fill("浙土字〔2024〕77号")
    picture(he, "balance-end")
    he.get_by_role("button", name="提交审核").click()
    hu.goto("/balance/")
    hu.get_by_role("link", name="岭下村便道").first.click()
    expect(hu.get_by_role("alert")).to_contain_text(
        "有必须满足的条款没有满足"
    )  # suspended today, if not on the day written
    expect(hu.get_by_role("button", name="审核入账")).to_have_count(0)
    picture(hu, "balance-stopped")
    hu.goto("/balance/")
    picture(hu, "balance-index")

    lu.goto("/balance/")
    lu.get_by_role("link", name="对台账试算").click()
    lu.get_by_label("参数").select_option("wenzhou-2019（六）.city_pool_share")
    lu.get_by_role("button", name="试算", exact=True).wait_for()
    try_share(lu)
    picture(lu, "balance-whatif")
    lu.get_by_role("link", name="岭下村垦造耕地").first.click()
    expect(lu.get_by_role("link", name="看分录")).to_be_visible()

    phone = sit("lu", PHONE)
    phone.goto("/balance/whatif/?name=wenzhou-2019（六）.city_pool_share")
    try_share(phone)
    assert phone.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    phone.get_by_role("heading", name="数额有变的事项").scroll_into_view_if_needed()
    picture(phone, "balance-whatif-phone")
    for page, name in (("/balance/", "index"), ("/balance/acceptance/new/", "accept")):
        phone.goto(page)
        assert phone.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
        picture(phone, f"balance-{name}-phone")
    phone.goto("/balance/")
    phone.get_by_role("link", name="岭下村便道").first.click()
    assert phone.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    picture(phone, "balance-ending-phone")


def try_share(page: Page) -> None:
    """Put the whole of it on trial as the share of the city: the acceptance would book otherwise."""
    page.locator("#id_value").fill("100")
    page.get_by_label("自", exact=True).fill("2024-01-01")
    page.get_by_role("button", name="试算", exact=True).click()
    expect(page.get_by_role("heading", name="数额有变的事项")).to_be_visible()
    expect(page.locator(".changed").get_by_role("link", name="岭下村垦造耕地")).to_be_visible()


def post(page: Page, project: str) -> None:
    """Book what waits for this person."""
    page.goto("/balance/")
    page.get_by_role("link", name=project).first.click()
    page.get_by_role("button", name="审核入账").click()
    expect(page.get_by_role("link", name="看分录")).to_be_visible()
