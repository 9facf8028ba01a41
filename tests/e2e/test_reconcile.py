"""The book's other pages in a browser: a statement tried, recorded and explained; charts beside their tables; lots on the map."""

import io
import re

import openpyxl
from playwright.sync_api import expect

from .conftest import log_in

PAGES = ("flow/", "map/", "holds/", "periods/", "reconciliation/", "reconciliation/new/")


def statement() -> bytes:
    """What the upper system exports: a title, a heading of two rows, the balance carried over, one movement of its own."""
    book = openpyxl.Workbook()
    sheet = book.active
    for row in (
        ("示范县补充耕地指标对账单（单位：公顷）", None, None, None, None, None),
        ("业务日期", "业务类型", "项目名称", "批准文号", "耕地数量", None),
        (None, None, None, None, "增加", "减少"),
        ("期初结余", None, None, None, 0, None),
        ("2019-05-01", "调入", "跨县调剂", "示调〔2019〕3号", "0.2000", None),
        ("期末结余", None, None, None, 0.2, None),
    ):
        sheet.append(row)
    for each in ("A1:F1", "A2:A3", "B2:B3", "C2:C3", "D2:D3", "E2:F2"):
        sheet.merge_cells(each)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def test_a_statement_is_tried_recorded_and_its_difference_explained(desk, live, picture):
    page = desk.page
    log_in(page, live, "qian")
    page.goto("/ledger/reconciliation/")
    page.get_by_role("link", name="导入对账单").click()
    page.get_by_label("自", exact=True).fill("2019-01-01")
    page.get_by_label("至", exact=True).fill("2019-12-31")
    page.get_by_label("对账单来源").fill("省系统 2019")
    file = {"name": "对账单.xlsx", "mimeType": "application/octet-stream", "buffer": statement()}
    page.locator("input[type=file]").set_input_files(files=[file])
    page.get_by_role("button", name="上传并试对").click()
    expect(page.get_by_text("这是试对")).to_be_visible()
    expect(page.get_by_role("link", name="仅对账单有 1")).to_be_visible()
    expect(page.get_by_text("一致")).to_have_count(1)  # nothing was carried over into 2019
    page.get_by_role("button", name="记下对账结果").click()
    expect(page.get_by_text("对账结果已记下")).to_be_visible()
    picture(page, "reconciliation")

    page.get_by_role("link", name="未处理").click()
    expect(page.get_by_role("link", name="提出更正")).to_be_visible()
    page.get_by_label("说明").fill("调剂批复未到，到后记账")
    page.get_by_role("button", name="记下说明").click()
    expect(page.get_by_text("已说明")).to_be_visible()
    page.goto("/ledger/reconciliation/")
    expect(page.get_by_role("row", name="省系统 2019").get_by_text("已记下")).to_be_visible()


def test_each_of_three_amounts_leads_to_its_line_its_entry_and_its_filing(desk, live, picture):
    """The demonstration's year is reconciled: the province has 200 m² less of an acceptance than book and project have."""
    page = desk.page
    log_in(page, live, "qian")
    page.goto("/ledger/reconciliation/")
    page.get_by_role("link", name="省系统 2024 年对账单").click()
    expect(page.get_by_role("columnheader", name="项目记录")).to_be_visible()
    page.get_by_role("link", name="对账单不符 1").click()
    expect(page.get_by_text("账面与项目记录一致")).to_be_visible()
    picture(page, "reconciliation-of-three")
    page.get_by_role("link", name="未处理").click()
    stated, held, filed = page.locator(".figures dd").all()
    assert held.inner_text() == filed.inner_text() != stated.inner_text()
    address = page.url
    for figure, place in ((held, "**/ledger/entries/**"), (filed, "**/balance/**")):
        figure.get_by_role("link").click()
        page.wait_for_url(place)
        page.goto(address)
    with page.expect_download() as sheet:
        stated.get_by_role("link").click()
    assert sheet.value.suggested_filename == "省系统对账单-示范县-2024.xlsx"


def test_three_columns_fit_every_width(watched, live):
    page = watched.page
    log_in(page, live, "qian")
    page.goto("/ledger/reconciliation/")
    page.get_by_role("link", name="省系统 2024 年对账单").click()
    for name in ("对账单不符 1", "未处理"):
        link = page.get_by_role("link", name=name).first
        expect(link).to_be_visible()
        page.wait_for_load_state()
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        link.click()
    expect(page.locator(".figures")).to_be_visible()
    page.wait_for_load_state()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_the_year_is_drawn_and_the_ground_answers(desk, live, picture):
    page = desk.page
    log_in(page, live, "qian")
    page.goto("/ledger/flow/")
    for chart in ("flow-chart", "headroom-chart"):
        expect(page.locator(f"[data-chart={chart}][data-ready=yes] canvas")).to_be_visible()
    expect(page.get_by_role("cell", name="入库", exact=True)).to_be_visible()
    picture(page, "flow")
    chart = page.locator("[data-chart=flow-chart]")
    chart.focus()
    page.keyboard.press("ArrowRight")
    expect(chart).to_have_attribute("data-at", re.compile(" 1月$"))
    page.get_by_role("row", name="入库").get_by_role("link").first.click()
    page.wait_for_url("**/ledger/entries/**kind=acceptance**")
    page.goto("/ledger/map/")
    expect(page.locator("[data-map][data-ready=yes]")).to_be_attached(timeout=30_000)
    page.locator(".map-canvas").click(position={"x": 420, "y": 300})
    expect(page.get_by_role("heading", name="这块地的指标")).to_be_visible()


def test_the_other_pages_of_the_book_fit_every_width(watched, live):
    page = watched.page
    log_in(page, live, "qian")
    for address in PAGES:
        page.goto(f"/ledger/{address}")
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), address
