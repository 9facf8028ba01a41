"""2024 in a browser: two counties, a functional zone and their city, each step by the person who does it, two to a posting."""

import io
from typing import NamedTuple

import openpyxl
import pytest
import shapely
from playwright.sync_api import Browser, Page, expect
from tests.liangtian_web import land

from .conftest import DESK, Live, open_page
from .test_commitments import go, promise
from .test_transfers import shell

PASSWORD = "ten-fields-of-rice"
NINE, TEN, ZONE = "示范九县", "示范十县", "示范高新区"
SEED = """
from datetime import UTC, date, datetime
from django.utils import timezone
from liangtian.ledger.entry import Account, Entry, Leg
from liangtian.ledger.lots import Lot
from liangtian_web.ledger.actions import post
from liangtian_web.ledger.records import place_key
from liangtian_web.people.models import Agency, Membership, Place, User
from liangtian_web.registers.models import Decision, Row
city = Place.objects.get(code="339900")
nine = Place.objects.create(code="339909", name="示范九县", kind="county", parent=city)
ten = Place.objects.create(code="339910", name="示范十县", kind="county", parent=city)
zone = Place.objects.create(name="示范高新区", kind="zone", parent=city)
for username, name, place, role in (
    ("song", "宋工", nine, "officer"), ("liang", "梁工", nine, "keeper"), ("cui", "崔工", ten, "officer"),
    ("shi", "石工", ten, "keeper"), ("meng", "孟工", zone, "officer"), ("fang", "方处", city, "keeper"), ("kong", "孔处", city, "keeper"),
):
    user = User.objects.create_user(username, password="PASSWORD", display_name=name)
    agency, _ = Agency.objects.get_or_create(name=f"{place.name}自然资源局", place=place)
    Membership.objects.create(user=user, agency=agency, place=place, role=role)
opened, now = date(2024, 1, 1), datetime.now(UTC)
def enter(kind, place, amounts, pool, serial=None):
    key = place_key(place)
    legs = tuple(Leg(Account(*where, index, serial), sign * amount) for index, amount in amounts.items()
                 for sign, where in ((-1, ("outside", "outside")), (1, (key, pool))))
    lots = (Lot(serial=serial, place=key, project="历年结余", on=date(2023, 12, 31), credit="reclamation", ground=None,
                document="示发〔2023〕9号"),) if serial else ()
    post(Entry(key=f"e2e-year-{kind}-{key}", on=opened, recorded_at=now, kind=kind, legs=legs, actor="fang", approver="kong",
               evidence=("示发〔2023〕9号",), lots=lots))
enter("opening", nine, {"quantity_m2": 200_000, "paddy_m2": 150_000, "capacity_kg": 300_000}, "reserve", "339909-2023-1")
enter("opening", ten, {"quantity_m2": 5_000}, "reserve", "339910-2023-1")
enter("appropriation", city, {"money_fen": 2_000_000_000}, "fund")
enter("appropriation", zone, {"money_fen": 1_000_000_000}, "fund")
def row(register, place, key, state="listed", **content):
    made = Row.objects.create(register=register, place=place, key=key, state=state, content=content, since=opened,
                              document="示市资〔2024〕5号", user=User.objects.get(username="fang"))
    Decision.objects.create(row=made, confirmed=True, user=User.objects.get(username="kong"))
row("annual-task", nine, "2024", year="2024", area="60", unit="mu")
row("annual-task", ten, "2024", year="2024", area="60", unit="mu")
this_year = f"{timezone.localdate().year}"  # when its papers are posted
row("annual-task", nine, this_year, year=this_year, area="0", unit="mu")
row("standard-upgrade", nine, "-", "nil")
"""


class Staff(NamedTuple):
    """Who files and posts for 示范九县 and 示范十县, who files for the zone, the city's two keepers."""

    song: Page
    liang: Page
    cui: Page
    shi: Page
    meng: Page
    fang: Page
    kong: Page


@pytest.fixture
def staff(browser: Browser, live: Live):
    """Each at a screen of their own, amounts in m²; all must end without a mistake."""
    shell(live, SEED.replace("PASSWORD", PASSWORD))
    opened = []

    def sit(username: str) -> Page:
        context = browser.new_context(viewport=DESK, base_url=live.address, locale="zh-CN")
        found = open_page(context, live.address)
        opened.append((context, found))
        page = found.page
        page.goto("/login/")
        page.get_by_label("用户名").fill(username)
        page.get_by_label("密码").fill(PASSWORD)
        page.get_by_role("button", name="登录").click()
        page.wait_for_url("**/")
        page.goto("/balance/")
        page.get_by_role("button", name="m²").click()
        return page

    yield Staff(*(sit(name) for name in Staff._fields))
    for context, _ in opened:
        context.close()
    assert [found.mistakes for _, found in opened] == [[] for _ in opened]


def fill(page: Page, **fields: str) -> None:
    """Fill in fields by their labels."""
    for label, text in fields.items():
        page.get_by_label(label, exact=True).fill(text)


def hand_in(page: Page) -> str:
    """Hand the form in; the address it leads to."""
    page.get_by_role("button", name="提交审核").click()
    expect(page.get_by_role("button", name="提交审核")).to_have_count(0)
    return page.url


def book(page: Page, url: str) -> None:
    """Book what another person filed."""
    page.goto(url)
    page.get_by_role("button", name="审核入账").click()
    expect(page.get_by_role("link", name="看分录")).to_be_visible()


def stopped(page: Page, url: str, reason: str) -> None:
    """What a clause stops cannot be booked, and the page says why."""
    page.goto(url)
    expect(page.get_by_text(reason).first).to_be_visible()
    expect(page.get_by_role("button", name="审核入账")).to_have_count(0)


def accept(staff: Staff, ground: str) -> None:
    """A project accepted in 示范九县: 1,005 m² to the province, a fifth of the rest to the city."""
    page = staff.liang
    page.goto("/balance/acceptance/new/")
    fill(page, 项目="九岭垦造耕地", 验收日期="2024-03-01", 验收文号="示九验〔2024〕1号", 验收入库耕地数量="60013",
         验收入库水田规模="60000", 验收入库粮食产能="90000", 省级统筹耕地数量="1005",
         另定省级统筹数量的文号="浙自然资函〔2024〕6号", 不按省级统筹比例的理由="省级文件另有规定")  # fmt: skip
    page.get_by_label("范围文件").set_input_files(ground)
    url = hand_in(page)
    staff.fang.goto(url)
    expect(staff.fang.get_by_text("11,802.00").first).to_be_visible()  # 59,008 / 5 = 11,801.6
    book(staff.fang, url)


def register_bridge(staff: Staff) -> None:
    """The city enters a key project that nothing balances; its other keeper confirms it."""
    page = staff.fang
    page.goto("/registers/key-project/new/")
    page.get_by_label("责任单元").select_option(label=NINE)
    fill(
        page,
        项目编号="KP-9",
        项目名称="滨江大桥",
        应补数量="7049",  # what the land of its check takes
        应补水田="4148",
        生效日期="2024-05-01",
        依据文件="示市重〔2024〕9号",
    )
    page.get_by_label("应补产能(kg)").fill("10506")
    page.get_by_label("项目级别").select_option("city")
    page.locator("select[name=unit]").select_option("m2")  # the frame has a switch of that name
    page.get_by_role("button", name="提交确认").click()
    staff.kong.goto("/registers/key-project/")
    staff.kong.get_by_role("checkbox").check()
    staff.kong.get_by_role("button", name="确认所选").click()
    expect(staff.kong.get_by_role("button", name="确认所选")).to_have_count(0)


def hold(staff: Staff, name: str, ground: str, key_project: str = "") -> str:
    """Land checked, applied for and held; the address of the hold."""
    page = staff.song
    page.goto("/review/new/")
    fill(page, 名称=name, 业务日期="2024-06-01")
    page.get_by_label("用地类型").select_option("village")
    page.get_by_label("范围文件").set_input_files(ground)
    page.get_by_role("button", name="检查", exact=True).click()
    page.get_by_role("link", name="办理占用").click()
    fill(page, 业务日期="2024-06-03", 申请文号=f"{name}申请")
    if key_project:
        page.get_by_label("所属重点项目").select_option(label=key_project)
    url = hand_in(page)
    book(staff.liang, url)
    return url


def approve(page: Page, held: str) -> str:
    """Ask to write off what is held."""
    page.goto(held)
    page.get_by_role("link", name="批准核销").click()
    fill(page, 业务日期="2024-07-01", 文号="示政土〔2024〕9号")
    return hand_in(page)


def occupy(staff: Staff, live: Live, picture) -> None:
    """The road waits until the bridge, which the register names, is balanced."""
    grounds = live.home / "demo" / "projects"
    bridge = hold(staff, "滨江大桥", str(grounds / "road_extension.txt"), f"KP-9 滨江大桥 · {NINE}")
    road = hold(staff, "九岭便道", str(grounds / "village_site.txt"))
    other = approve(staff.song, road)
    stopped(staff.liang, other, "KP-9 滨江大桥")
    picture(staff.liang, "year-suspended")
    book(staff.liang, approve(staff.song, bridge))
    book(staff.liang, other)


def keep_a_promise(staff: Staff) -> None:
    """示范九县 supplies all it promised."""
    promise(staff.song, "九岭补改结合", quantity="4000", paddy="3000")
    book(staff.kong, staff.song.url)
    go(staff.song, "九岭补改结合")
    staff.song.get_by_role("link", name="兑现承诺").click()
    fill(staff.song, 业务日期="2024-08-01", 文号="示九兑现〔2024〕1号")
    staff.song.get_by_label("耕地数量 (m²)").fill("4000")
    staff.song.get_by_label("水田规模 (m²)").fill("3000")
    book(staff.liang, hand_in(staff.song))


def break_a_promise(staff: Staff, picture) -> None:
    """示范十县 has 5,000 m² of the 9,000 it promised: deducted, and new promises stop."""
    promise(staff.cui, "十里补改结合", quantity="9000", paddy="0")
    book(staff.kong, staff.cui.url)
    go(staff.fang, "十里补改结合")
    staff.fang.get_by_role("link", name="到期核减").click()
    fill(staff.fang, 业务日期="2024-10-08", 文号="示核减〔2024〕9号")
    book(staff.kong, hand_in(staff.fang))
    promise(staff.cui, "十里第二件", quantity="10", paddy="0", on="2024-10-09", by="2024-12-31")
    stopped(staff.kong, staff.cui.url, "暂停以承诺方式落实占补平衡")
    go(staff.cui, "十里补改结合")
    row = staff.cui.get_by_role("row", name="耕地数量").first
    for amount in ("9,000.00", "5,000.00", "4,000.00"):
        expect(row).to_contain_text(amount)
    picture(staff.cui, "year-commitment")


def offer(page: Page, amount: str) -> str:
    """Offer to sell; the address of the listing."""
    page.goto("/transfers/listings/new/")
    fill(
        page,
        来源项目="历年结余",
        挂牌日期="2024-09-20",
        申请文号="调出〔2024〕9号",
        耕地数量数量=amount,
        耕地数量单价="180000",
    )
    return hand_in(page)


def transfer(staff: Staff, picture) -> None:
    """示范十县 has not done its task and is refused; 示范九县 sells 4,501 m² of 6,000 to the zone."""
    refused = offer(staff.cui, "2000").replace("/transfers/listings/", "/balance/")
    stopped(staff.shi, refused, "有必须满足的条款没有满足")
    staff.shi.get_by_label("退回理由").fill("年度任务未完成")
    staff.shi.get_by_role("button", name="退回").click()

    listing = offer(staff.song, "6000")
    book(staff.liang, listing.replace("/transfers/listings/", "/balance/"))
    page = staff.meng
    page.goto("/transfers/requests/new/")
    fill(page, 申请日期="2024-09-25", 申请文号="高新〔2024〕7号", 耕地数量数量="4501")
    page.get_by_label("用途", exact=False).first.fill("产业园一期")
    page.get_by_role("button", name="提交申请").click()
    expect(page.get_by_text("排队中")).to_be_visible()

    staff.fang.goto(listing)
    staff.fang.get_by_role("link", name="撮合", exact=True).click()
    fill(staff.fang, 业务日期="2024-10-10", 撮合文号="示市调〔2024〕9号")
    staff.fang.get_by_role("button", name="提出撮合").click()
    expect(staff.fang.get_by_text("待双方同意")).to_be_visible()
    match = staff.fang.url
    for person, side in ((staff.song, "调出方同意"), (page, "调入方同意")):
        person.goto(match)
        person.get_by_role("button", name=side).click()
    staff.kong.goto(match)
    staff.kong.get_by_role("button", name="审批入账").click()
    expect(staff.kong.get_by_text("已成交", exact=True)).to_be_visible()
    expect(staff.kong.get_by_text("1,215,270.00").first).to_be_visible()  # 6.7515 mu at 180,000 yuan
    picture(staff.kong, "year-transfer")


def statement() -> bytes:
    """The province knows of 100 m² less than were accepted: 4.7106 ha are 47,106 m²."""
    book = openpyxl.Workbook()
    for row in (("序号", "业务日期", "业务类型", "项目名称", "批准文号", "耕地数量（公顷）"), ("期初", None, None, None, None, 20),
                (1, "2024-03-01", "项目入库", "九岭垦造耕地", "示九验〔2024〕1号", 4.7106), ("期末", None, None, None, None, 24.7106)):  # fmt: skip
        book.active.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def reconcile_and_correct(staff: Staff, picture) -> None:
    """The difference is recorded, and corrected by an entry of March that the city's keeper posts now."""
    page = staff.liang
    page.goto("/ledger/reconciliation/new/")
    fill(page, 自="2024-01-02", 至="2024-03-31", 对账单来源="省系统 2024")
    file = {"name": "对账单.xlsx", "mimeType": "application/octet-stream", "buffer": statement()}
    page.locator("input[type=file]").set_input_files(files=[file])
    page.get_by_role("button", name="上传并试对").click()
    expect(page.get_by_role("link", name="对账单不符 1")).to_be_visible()
    page.get_by_role("button", name="记下对账结果").click()
    expect(page.get_by_text("对账结果已记下")).to_be_visible()
    result = page.url
    page.get_by_role("link", name="未处理").click()
    page.get_by_role("link", name="提出更正").click()
    page.locator("tbody tr").first.locator("[name$='-to_pool']").select_option(label="账外")
    staff.fang.goto(hand_in(page))
    staff.fang.get_by_role("button", name="审核入账").click()
    expect(staff.fang.get_by_text("审核入账：")).to_be_visible()
    page.goto(result)
    expect(page.get_by_text("已更正").first).to_be_visible()
    picture(page, "year-reconciliation")


def test_a_year(staff, live, picture, tmp_path):
    square = land.features([shapely.box(land.X, land.Y + 20_000, land.X + 300, land.Y + 20_300)], {"name": ["垦造"]})
    land.gpkg(square, tmp_path / "ground.gpkg")
    accept(staff, str(tmp_path / "ground.gpkg"))
    register_bridge(staff)
    occupy(staff, live, picture)
    keep_a_promise(staff)
    transfer(staff, picture)
    break_a_promise(staff, picture)
    reconcile_and_correct(staff, picture)

    staff.liang.goto("/ledger/flow/?year=2024")
    for chart in ("flow-chart", "headroom-chart"):
        expect(staff.liang.locator(f"[data-chart={chart}][data-ready=yes] canvas")).to_be_visible()
    for amount in ("+47,206.00", "-100.00", "-4,000.00"):
        expect(staff.liang.get_by_role("cell", name=amount).first).to_be_visible()
    picture(staff.liang, "year-flow")
