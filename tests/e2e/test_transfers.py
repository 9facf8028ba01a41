"""The transfer platform in a browser: refused for an unmet task, then listed, matched, agreed, approved, and the price spent."""

import os
import subprocess
import sys

import pytest
from playwright.sync_api import Browser, Page, expect

from .conftest import DESK, PHONE, Live, open_page

PASSWORD = "nine-fields-of-rice"
SEED = """
from datetime import UTC, date, datetime
import shapely
from liangtian.ledger.entry import Account, Entry, Leg
from liangtian.ledger.lots import Ground, Lot
from liangtian_web.ledger.actions import post
from liangtian_web.people.models import Agency, Membership, Place, User
from liangtian_web.registers.models import Decision, Row
city = Place.objects.get(code="339900")
places = {code: Place.objects.create(code=code, name=name, kind="county", parent=city)
          for code, name in (("339907", "示范七县"), ("339908", "示范八县"))}
places["339900"] = city
town = Place.objects.create(code="339907100", name="溪口镇", kind="town", parent=places["339907"])
Place.objects.create(code="339907100201", name="溪口村", kind="village", parent=town)
for username, name, code, role in (
    ("jin", "金工", "339907", "officer"), ("bai", "白工", "339907", "keeper"), ("deng", "邓工", "339908", "officer"),
    ("ma", "马处", "339900", "keeper"), ("tang", "唐处", "339900", "keeper"),
):
    user = User.objects.create_user(username, password="PASSWORD", display_name=name)
    agency, _ = Agency.objects.get_or_create(name=f"{places[code].name}自然资源局", place=places[code])
    Membership.objects.create(user=user, agency=agency, place=places[code], role=role)
now = datetime.now(UTC)
year = date(now.year, 1, 1)
ground = Ground.of(shapely.box(520_000, 3_400_000, 520_100, 3_400_100), "EPSG:4549")
lot = Lot(serial="339907-DEMO-1", place="339907", project="溪口全域整治", on=year, credit="reclamation", ground=ground,
          document="示七验〔2026〕1号")
def legs(*moves):
    return tuple(Leg(Account(*where), amount) for where, amount in moves)
post(
    Entry(key="e2e-accept", on=year, recorded_at=now, kind="acceptance", actor="bai", evidence=("示七验〔2026〕1号",), lots=(lot,),
          legs=legs((("outside", "outside", "quantity_m2", lot.serial), -8000), (("339907", "reserve", "quantity_m2", lot.serial), 8000),
                    (("outside", "outside", "paddy_m2", lot.serial), -5000), (("339907", "reserve", "paddy_m2", lot.serial), 5000))),
    Entry(key="e2e-fund", on=year, recorded_at=now, kind="appropriation", actor="ma", evidence=("示财〔2026〕1号",),
          legs=legs((("outside", "outside", "money_fen"), -900000000), (("339908", "fund", "money_fen"), 900000000))),
)
def row(register, key, state, content):
    made = Row.objects.create(register=register, place=places["339907"], key=key, state=state, content=content, since=year,
                              document="示市资〔2026〕5号", user=User.objects.get(username="ma"))
    Decision.objects.create(row=made, confirmed=True, user=User.objects.get(username="tang"))
row("annual-task", str(now.year), "listed", {"year": str(now.year), "area": "AREA", "unit": "m2"})
row("key-project", "-", "nil", {})
"""
TASK_MET = """
from datetime import date
from liangtian_web.people.models import Place, User
from liangtian_web.registers.models import Decision, Row
year = date.today().year
made = Row.objects.create(register="annual-task", place=Place.objects.get(code="339907"), key=str(year), state="listed",
    content={"year": str(year), "area": "8000", "unit": "m2"}, since=date(year, 1, 1), document="示市资〔2026〕9号",
    user=User.objects.get(username="ma"))
Decision.objects.create(row=made, confirmed=True, user=User.objects.get(username="tang"))
"""


def shell(live: Live, script: str) -> None:
    """Run a script on the served database."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("LIANGTIAN_", "DJANGO_"))}
    subprocess.run(
        [sys.executable, "-m", "liangtian_web", "shell", "--no-imports", "-c", script],
        env={name: value for name, value in kept.items() if name not in {"DATABASE_URL", "SECRET_KEY"}}
        | {"LIANGTIAN_HOME": str(live.home)},
        check=True,
    )


@pytest.fixture(scope="module")
def traded(live: Live) -> Live:
    """A county with a lot, one with money, two of the city, and a task that is not met yet."""
    shell(live, SEED.replace("PASSWORD", PASSWORD).replace("AREA", "8000.01"))
    return live


@pytest.fixture
def sit(browser: Browser, traded: Live):
    """Sit somebody down at a screen; it must end without a mistake but for the refusals that were meant."""
    opened = []

    def at(username: str, size: dict[str, int] = DESK) -> Page:
        context = browser.new_context(viewport=size, base_url=traded.address, locale="zh-CN")
        found = open_page(context, traded.address)
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


def list_for_sale(page: Page, document: str) -> None:
    page.goto("/balance/")
    page.get_by_role("link", name="市级调剂平台").click()
    page.get_by_role("link", name="挂牌调出").click()
    page.get_by_label("来源项目").fill("溪口全域整治")
    page.get_by_label("申请文号").fill(document)
    page.get_by_label("全域整治项目产生").check()
    page.get_by_label("整治村").select_option(label="溪口镇 溪口村")
    page.get_by_label("耕地数量数量").fill("6000")
    page.get_by_label("耕地数量单价").fill("180000")


def post(page: Page, url: str) -> None:
    page.goto(url)
    page.get_by_role("button", name="审核入账").click()
    expect(page.get_by_role("link", name="看分录")).to_be_visible()


def fits(page: Page) -> None:
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


def test_a_transfer_refused_and_one_completed(sit, traded, picture):
    jin, bai, deng, ma, tang = (sit(name) for name in ("jin", "bai", "deng", "ma", "tang"))

    list_for_sale(jin, "示七调〔2026〕1号")
    picture(jin, "transfers-offer")
    jin.get_by_role("button", name="提交审核").click()
    expect(jin.get_by_text("待审核")).to_be_visible()
    bai.goto("/transfers/")
    bai.get_by_role("link", name="溪口全域整治").click()
    expect(bai.get_by_text("有必须满足的条款没有满足")).to_be_visible()
    expect(bai.get_by_text("只完成 8,000.00 m²").first).to_be_visible()
    expect(bai.get_by_role("button", name="审核入账")).to_have_count(0)
    picture(bai, "transfers-refused")
    bai.get_by_label("退回理由").fill("年度任务未完成")
    bai.get_by_role("button", name="退回").click()

    shell(traded, TASK_MET)
    list_for_sale(jin, "示七调〔2026〕2号")
    jin.get_by_role("button", name="提交审核").click()
    listing = jin.url
    bai.goto("/transfers/")
    post(bai, bai.get_by_role("link", name="溪口全域整治").get_attribute("href"))

    deng.goto("/transfers/")
    expect(deng.get_by_role("link", name="示范七县")).to_be_visible()
    deng.get_by_role("link", name="申请调入").click()
    deng.get_by_label("申请文号").fill("示八调〔2026〕1号")
    deng.get_by_label("用途", exact=False).first.fill("产业园一期")
    deng.get_by_label("耕地数量数量").fill("4501")
    picture(deng, "transfers-ask")
    deng.get_by_role("button", name="提交申请").click()
    expect(deng.get_by_text("排队中")).to_be_visible()
    picture(deng, "transfers-demand")
    deng.goto(listing)
    assert "示七调" not in deng.locator("main").inner_text()

    ma.goto(listing)
    picture(ma, "transfers-queue")
    ma.get_by_role("link", name="撮合", exact=True).click()
    ma.get_by_label("撮合文号").fill("示市调〔2026〕1号")
    picture(ma, "transfers-propose")
    ma.get_by_role("button", name="提出撮合").click()
    expect(ma.get_by_text("待双方同意")).to_be_visible()
    match = ma.url

    jin.goto("/")
    jin.get_by_role("link", name="示范七县 → 示范八县").click()
    jin.get_by_role("button", name="调出方同意").click()
    phone = sit("deng", PHONE)
    phone.goto("/transfers/")
    fits(phone)
    picture(phone, "transfers-index-phone")
    phone.get_by_role("link", name="示范七县 → 示范八县").click()
    expect(phone.get_by_role("button", name="调入方同意")).to_be_visible()
    fits(phone)
    phone.get_by_role("button", name="调入方同意").click()
    expect(phone.get_by_text("待市级审批")).to_be_visible()
    picture(phone, "transfers-match-phone")

    tang.goto("/transfers/")
    picture(tang, "transfers-index")
    tang.get_by_role("link", name="示范七县 → 示范八县").click()
    picture(tang, "transfers-match")
    tang.get_by_role("button", name="审批入账").click()
    expect(tang.get_by_text("已成交", exact=True)).to_be_visible()
    picture(tang, "transfers-settled")
    tang.get_by_role("link", name="看分录").click()
    expect(tang.get_by_role("heading", name="调剂")).to_be_visible()

    jin.goto(match)
    jin.get_by_role("link", name="看专款使用").click()
    expect(jin.get_by_text("1,215,270.00").first).to_be_visible()
    jin.get_by_label("金额（元）").fill("1000000")
    jin.get_by_label("资金用途").select_option("rural-facilities")
    jin.get_by_label("收款单位").fill("溪口村股份经济合作社")
    jin.get_by_label("支付文号").fill("示七财〔2026〕1号")
    picture(jin, "transfers-spend")
    jin.get_by_role("button", name="提交审核").click()
    post(bai, jin.url)
    jin.goto("/transfers/earmarked/")
    expect(jin.get_by_text("215,270.00").first).to_be_visible()
    picture(jin, "transfers-earmarked")

    jin.goto("/transfers/")
    jin.get_by_role("link", name="示范七县", exact=True).first.click()
    expect(jin.get_by_text("339907-DEMO-1")).to_be_visible()
    picture(jin, "transfers-listing")
    jin.get_by_role("link", name="撤回挂牌").click()
    jin.get_by_label("文号").fill("示七撤〔2026〕1号")
    jin.get_by_role("button", name="提交审核").click()
    post(bai, jin.url)
    jin.goto(listing)
    expect(jin.get_by_text("已撤回")).to_be_visible()

    for url, name in (("/transfers/", "index2"), ("/transfers/listings/new/", "offer"), ("/transfers/requests/new/", "ask"),
                      ("/transfers/earmarked/", "earmarked"), (listing, "listing")):  # fmt: skip
        page = sit("jin", PHONE)
        page.goto(url)
        fits(page)
        picture(page, f"transfers-{name}-phone")
