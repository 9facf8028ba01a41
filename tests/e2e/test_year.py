"""2024 in a browser: two counties, a functional zone and their city, each step by the person who does it, two to a posting."""

import io
from collections.abc import Iterator
from pathlib import Path
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
# What an installer does before anybody comes: places below the city, and people with their duties there.
SEED = """
from liangtian_web.people.models import Agency, Membership, Place, User
city = Place.objects.get(code="339900")
nine = Place.objects.create(code="339909", name="示范九县", kind="county", parent=city)
ten = Place.objects.create(code="339910", name="示范十县", kind="county", parent=city)
zone = Place.objects.create(name="示范高新区", kind="zone", parent=city)
for username, name, place, *roles in (
    ("song", "宋工", nine, "officer"), ("liang", "梁工", nine, "keeper"), ("cui", "崔工", ten, "officer"),
    ("shi", "石工", ten, "keeper"), ("meng", "孟工", zone, "officer"), ("fang", "方处", city, "keeper"),
    ("kong", "孔处", city, "keeper", "admin"),
):
    user = User.objects.create_user(username, password="PASSWORD", display_name=name)
    agency, _ = Agency.objects.get_or_create(name=f"{place.name}自然资源局", place=place)
    for role in roles:
        Membership.objects.create(user=user, agency=agency, place=place, role=role)
"""
LINE = ("指标", "数量", "转出单元", "转出库", "转入单元", "转入库", "批次编号", "项目", "来源", "文件")
OLD = "示发〔2023〕9号"


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


def workbook(*rows: tuple[object, ...]) -> dict[str, object]:
    """A workbook as a browser hands it in."""
    made, out = openpyxl.Workbook(), io.BytesIO()
    for row in rows:
        made.active.append(row)
    made.save(out)
    return {"name": "表.xlsx", "mimeType": "application/octet-stream", "buffer": out.getvalue()}


def enter(page: Page, second: Page, place: str, kind: str, *lines: tuple[object, ...]) -> None:
    """Money or what stood in the old books, on a sheet of one keeper; a second keeper posts it."""
    page.goto("/ledger/proposals/new/")
    page.get_by_label("责任单元").select_option(label=place)
    page.get_by_label("类型").select_option(label=kind)
    fill(page, 业务日期="2024-01-01", 依据=OLD)
    page.get_by_label("明细表（xlsx）").set_input_files(files=[workbook(LINE, *lines)])
    second.goto(hand_in(page))
    second.get_by_role("button", name="审核入账").click()
    expect(second.get_by_text("审核入账：")).to_be_visible()


def open_the_books(staff: Staff) -> None:
    """What each county had left, by its keeper; the year's money, by one of the city's. The city posts."""
    for page, place, lot, amounts in (
        (staff.liang, NINE, "339909-2023-1", {"耕地数量": 200_000, "水田规模": 150_000, "粮食产能": 300_000}),
        (staff.shi, TEN, "339910-2023-1", {"耕地数量": 5_000}),
    ):
        lines = [(index, amount, "账外", "账外", place, "储备库", lot, "历年结余", "垦造耕地", OLD)
                 for index, amount in amounts.items()]  # fmt: skip
        enter(page, staff.kong, place, "期初", *lines)
    money = {"示范市": 2_000_000_000, ZONE: 1_000_000_000, TEN: 100_000_000}  # fen
    lines = [("资金", fen, "账外", "账外", place, "耕地保护资金") for place, fen in money.items()]
    enter(staff.fang, staff.kong, "示范市", "资金安排", *lines)


def confirm(page: Page, register: str) -> None:
    """Confirm all that waits in a register."""
    page.goto(f"/registers/{register}/")
    for box in page.get_by_role("checkbox").all():
        box.check()
    page.get_by_role("button", name="确认所选").click()
    expect(page.get_by_role("button", name="确认所选")).to_have_count(0)


def enter_tasks(staff: Staff) -> None:
    """The city sets the tasks of the year, and of the year its papers are posted in; 示范九县 has no upgrade to make."""
    page = staff.fang
    page.goto("/registers/annual-task/")
    this_year = int(page.locator(".validity").inner_text().split()[-1][:4])  # the server's
    page.get_by_role("link", name="登记一行").click()
    rows = [(place, "列入", year, area, "亩", "2024-01-01", "示市资〔2024〕5号")
            for place, year, area in ((NINE, 2024, 60), (TEN, 2024, 60), (NINE, this_year, 1))]  # fmt: skip
    head = ("责任单元", "状态", "年度", "任务面积", "面积单位", "生效日期", "依据文件")
    page.get_by_label("工作簿（xlsx）").set_input_files(files=[workbook(head, *rows)])
    page.get_by_role("button", name="上传").click()
    page.wait_for_url("**/registers/annual-task/")
    confirm(staff.kong, "annual-task")

    page = staff.song
    page.goto("/registers/?on=2024-06-01")
    row = page.get_by_role("row").filter(has_text="标准农田质量提升任务").filter(has=page.get_by_label("依据文件"))
    row.get_by_role("button", name="零报告").click()
    page.wait_for_url("**/registers/")
    confirm(staff.fang, "standard-upgrade")


def keep_some_back(staff: Staff) -> None:
    """示范十县 sets a rule of its own, which the city approves: three tenths wait until the ground was cropped."""
    page = staff.cui
    page.goto("/rulebook/values/staged-release-2026（释放）.first_release_share/")
    page.locator("[name=value]").fill("70")
    page.locator("[name=since]").fill("2024-01-01")
    page.locator("[name=source]").fill("示十发〔2024〕1号")
    page.get_by_role("button", name="提出", exact=True).click()
    page.wait_for_url("**/rulebook/proposals/*/")
    staff.kong.goto(page.url)
    staff.kong.get_by_label("同意", exact=True).check()
    staff.kong.get_by_role("button", name="提交审定意见").click()
    expect(staff.kong.get_by_role("button", name="提交审定意见")).to_have_count(0)


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
    confirm(staff.kong, "key-project")


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


def accept_in_part(staff: Staff, ground: str) -> str:
    """A project of 示范十县: 1,200 m² to the city, three tenths of the rest kept back; its address."""
    page = staff.shi
    page.goto("/balance/acceptance/new/")
    fill(page, 项目="十里垦造耕地", 验收日期="2024-10-12", 验收文号="示十验〔2024〕1号", 验收入库耕地数量="6000")
    page.get_by_label("范围文件").set_input_files(ground)
    accepted = hand_in(page)
    book(staff.fang, accepted)
    expect(staff.fang.get_by_role("row", name="待释放").first).to_contain_text("1,440.00")
    return accepted


def release(staff: Staff, accepted: str, picture) -> None:
    """One crop seen is not enough; after the second what was kept back is released."""
    page = staff.cui
    for seasons in ("1", "2"):
        page.goto(accepted)
        page.get_by_role("link", name="分期释放", exact=True).click()
        fill(page, 业务日期="2024-12-20", 文号=f"示十验〔2024〕2号-{seasons}")
        page.get_by_label("已核实的种植季数").fill(seasons)
        asked = hand_in(page)
        if seasons == "1":
            stopped(staff.kong, asked, "已核实种植 1 季，须达到 2 季")
            staff.kong.get_by_label("退回理由").fill("补核实记录")
            staff.kong.get_by_role("button", name="退回").click()
    book(staff.kong, asked)
    expect(staff.kong.get_by_role("row", name="储备库").first).to_contain_text("+1,440.00")
    picture(staff.kong, "year-released")


def use_the_pool(staff: Staff, picture) -> None:
    """100 m² of the city's pool for a railway in 示范十县, which pays the provincial price: 0.15 mu at 200,000 yuan."""
    page = staff.cui
    page.goto("/balance/new/pool-use/")
    page.get_by_label("责任单元").select_option(label=TEN)
    fill(page, 项目="市域铁路", 业务日期="2024-12-21", 文号="示十统〔2024〕1号")
    page.get_by_label("市级统筹指标用途").select_option("major-infrastructure")
    page.locator("[name=pool_use_amounts__quantity_m2]").fill("100")
    book(staff.kong, hand_in(page))
    expect(staff.kong.get_by_text("30,000.00").first).to_be_visible()
    picture(staff.kong, "year-pool")


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


def this_year(staff: Staff, ground: str) -> None:
    """The task of the year in which the papers are posted, a mu, is met too: 1,000 m² accepted on the day the form names."""
    page = staff.liang
    page.goto("/balance/acceptance/new/")
    fill(page, 项目="九岭坡改梯", 验收文号="示九验〔本年〕1号", 验收入库耕地数量="1000")
    page.get_by_label("范围文件").set_input_files(ground)
    book(staff.fang, hand_in(page))


def transfer(staff: Staff, ground: str, picture) -> None:
    """示范十县 has not done its task and is refused; 示范九县 sells 4,501 m² of 6,000 to the zone."""
    refused = offer(staff.cui, "2000").replace("/transfers/listings/", "/balance/")
    stopped(staff.shi, refused, "有必须满足的条款没有满足")
    staff.shi.get_by_label("退回理由").fill("年度任务未完成")
    staff.shi.get_by_role("button", name="退回").click()

    this_year(staff, ground)
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


def statement() -> dict[str, object]:
    """The province knows of 100 m² less than were accepted: 4.7106 ha are 47,106 m²."""
    return workbook(
        ("序号", "业务日期", "业务类型", "项目名称", "批准文号", "耕地数量（公顷）"), ("期初", None, None, None, None, 20),
        (1, "2024-03-01", "项目入库", "九岭垦造耕地", "示九验〔2024〕1号", 4.7106), ("期末", None, None, None, None, 24.7106),
    )  # fmt: skip


def reconcile_and_correct(staff: Staff, picture) -> None:
    """The difference is recorded, and corrected by an entry of March that the city's keeper posts now."""
    page = staff.liang
    page.goto("/ledger/reconciliation/new/")
    fill(page, 自="2024-01-02", 至="2024-03-31", 对账单来源="省系统 2024")
    page.locator("input[type=file]").set_input_files(files=[statement()])
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


def grounds(folder: Path) -> Iterator[str]:
    """Files of grounds that touch neither each other nor anybody's."""
    for n in range(3):
        south = land.Y + 20_000 + n * 1_000
        square = land.features([shapely.box(land.X, south, land.X + 300, south + 300)], {"name": ["垦造"]})
        land.gpkg(square, folder / f"ground-{n}.gpkg")
        yield str(folder / f"ground-{n}.gpkg")


def test_a_year(staff, live, picture, tmp_path):
    first, second, third = grounds(tmp_path)
    open_the_books(staff)
    enter_tasks(staff)
    keep_some_back(staff)
    accept(staff, first)
    register_bridge(staff)
    occupy(staff, live, picture)
    keep_a_promise(staff)
    transfer(staff, second, picture)
    break_a_promise(staff, picture)
    release(staff, accept_in_part(staff, third), picture)
    use_the_pool(staff, picture)
    reconcile_and_correct(staff, picture)

    staff.liang.goto("/ledger/flow/?year=2024")
    for chart in ("flow-chart", "headroom-chart"):
        expect(staff.liang.locator(f"[data-chart={chart}][data-ready=yes] canvas")).to_be_visible()
    for amount in ("+47,206.00", "-100.00", "-4,000.00"):
        expect(staff.liang.get_by_role("cell", name=amount).first).to_be_visible()
    picture(staff.liang, "year-flow")
