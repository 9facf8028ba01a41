"""Commitments in a browser: promised, kept in part, deducted by the city when the day has come, settled."""

import os
import subprocess
import sys

import pytest
from playwright.sync_api import Browser, Page, expect

from .conftest import DESK, PHONE, Live, open_page

PASSWORD = "nine-fields-of-rice"
PEOPLE = """
from datetime import UTC, date
from django.utils import timezone
from liangtian.ledger.entry import Account, Entry, Leg
from liangtian.ledger.lots import Lot
from liangtian_web.ledger.actions import post
from liangtian_web.people.models import Agency, Membership, Place, User
zone = Place.objects.create(name="示范新区", kind="zone", parent=Place.objects.get(code="339900"))
bureau = Agency.objects.create(name="示范新区管委会", place=zone)
for username, name, place, role in (("fan", "范工", zone, "keeper"), ("feng", "冯工", zone, "officer"),
                                    ("gu", "顾处", zone.parent, "keeper"), ("gao", "高处", zone.parent, "keeper")):
    user = User.objects.create_user(username, password="PASSWORD", display_name=name)
    Membership.objects.create(user=user, agency=bureau, place=place, role=role)
key = f"p{zone.pk}"
lot = Lot(serial="X-2019", place=key, project="历年结余", on=date(2019, 12, 31), credit="reclamation", ground=None, document="示发〔2019〕9号")
legs = tuple(leg for index, amount in (("quantity_m2", 5000), ("paddy_m2", 2000))
             for leg in (Leg(Account("outside", "outside", index, "X-2019"), -amount), Leg(Account(key, "reserve", index, "X-2019"), amount)))
post(Entry(key="zone-opening", on=date(2020, 1, 1), recorded_at=timezone.now().astimezone(UTC), kind="opening", legs=legs, actor="fan",
           evidence=("示发〔2019〕9号",), lots=(lot,)))
"""


@pytest.fixture(scope="module")
def staffed(live: Live) -> Live:
    """A functional zone with a book of its own, its people, and two keepers of the city."""
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


def test_a_promise_kept_in_part_and_defaulted(sit, picture):
    feng, fan, gu, gao = (sit(name) for name in ("feng", "fan", "gu", "gao"))
    promise(feng, "岭下村补改结合", quantity="4000", paddy="3000")
    expect(feng.get_by_role("heading", name="拟记分录")).to_be_visible()
    book(gao, "岭下村补改结合")

    go(feng, "岭下村补改结合")
    picture(feng, "commitment")
    feng.get_by_role("link", name="兑现承诺").click()
    feng.get_by_label("业务日期").fill("2024-08-01")
    feng.get_by_label("文号").fill("示兑现〔2024〕1号")
    feng.get_by_label("水田规模 (m²)").fill("500")
    picture(feng, "commitment-supply")
    feng.get_by_role("button", name="提交审核").click()
    expect(feng.get_by_role("heading", name="拟记分录")).to_be_visible()
    book(fan, "岭下村补改结合")

    gu.goto("/")
    gu.get_by_role("link", name="岭下村补改结合").click()
    gu.get_by_role("link", name="到期核减").click()
    gu.get_by_label("业务日期").fill("2024-10-08")
    gu.get_by_label("文号").fill("市核减〔2024〕1号")
    gu.get_by_role("button", name="提交审核").click()
    fan.goto("/balance/")
    expect(fan.get_by_text("没有待我审核的事项")).to_be_visible()
    book(gao, "岭下村补改结合")

    # 4,000 m² are deducted, 1,500 m² of paddy too; 1,000 m² of paddy are in arrears.
    go(feng, "岭下村补改结合")
    feng.get_by_role("button", name="m²").click()
    row = feng.get_by_role("row", name="水田规模")
    expect(row.first).to_contain_text("1,500.00")
    expect(row.first).to_contain_text("1,000.00")
    picture(feng, "commitment-arrears")
    row.first.get_by_role("link").last.click()
    expect(feng.get_by_role("heading", name="核减")).to_be_visible()

    feng.goto("/commitments/")
    expect(feng.get_by_text("只暂停新的承诺")).to_be_visible()
    picture(feng, "commitments")
    promise(feng, "第二件补改结合", quantity="10", paddy="10", on="2024-10-09", by="2024-12-31")
    expect(feng.get_by_text("暂停以承诺方式落实占补平衡")).to_be_visible()
    gao.goto("/balance/")
    gao.get_by_role("link", name="第二件补改结合").first.click()
    expect(gao.get_by_role("button", name="审核入账")).to_have_count(0)
    picture(gao, "commitment-stopped")

    phone = sit("feng", PHONE)
    for page in ("/commitments/", "/commitments/new/infrastructure/", "/balance/"):
        phone.goto(page)
        assert phone.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    go(phone, "岭下村补改结合")
    assert phone.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    picture(phone, "commitment-phone")
    phone.get_by_role("link", name="清偿欠账").click()
    expect(phone.get_by_role("button", name="提交审核")).to_be_visible()
    assert phone.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


def promise(
    page: Page, project: str, *, quantity: str, paddy: str, on: str = "2024-06-02", by: str = "2024-09-30"
) -> None:
    """File a promise of new and improved farmland."""
    page.goto("/balance/")
    page.get_by_role("link", name="承诺", exact=True).click()
    page.get_by_role("link", name="补改结合项目承诺").click()
    page.get_by_label("项目", exact=True).fill(project)
    page.get_by_label("报批机关").select_option("province")
    page.get_by_label("业务日期").fill(on)
    page.get_by_label("承诺文号").fill(f"{project}承诺")
    for step in ("项目调整", "项目实施", "项目验收", "报备"):
        page.get_by_label(f"{step}期限").fill(by)
    page.get_by_label("耕地数量 (m²)").fill(quantity)
    page.get_by_label("水田规模 (m²)").fill(paddy)
    page.get_by_role("button", name="提交审核").click()


def go(page: Page, project: str) -> None:
    """Open a commitment from the list."""
    page.goto("/commitments/")
    page.get_by_role("link", name=project).first.click()


def book(page: Page, project: str) -> None:
    """Book what waits for this person."""
    page.goto("/balance/")
    page.get_by_role("link", name=project).first.click()
    page.get_by_role("button", name="审核入账").click()
    expect(page.get_by_role("link", name="看分录")).to_be_visible()
