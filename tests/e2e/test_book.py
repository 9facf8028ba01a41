"""The book in a browser: a keeper proposes money handed down, a second one posts it, and every figure opens its proof."""

import re

from playwright.sync_api import expect

from .conftest import log_in

EVIDENCE = "示市资〔2024〕61号"


def propose(page, amount: str) -> None:
    page.goto("/ledger/proposals/new/")
    page.get_by_label("业务日期").fill("2024-12-02")
    page.get_by_label("类型").select_option(label="资金安排")
    page.get_by_label("依据").fill(EVIDENCE)
    line = page.locator("tbody tr").first
    for name, word in (("index", "资金 分"), ("from_place", "账外"), ("from_pool", "账外"), ("to_place", "示范二县"),
                       ("to_pool", "耕地保护资金")):  # fmt: skip
        line.locator(f"[name$='-{name}']").select_option(label=word)
    line.locator("[name$='-amount']").fill(amount)
    page.get_by_role("button", name="提交审核").click()


def test_money_is_proposed_posted_and_traced(desk, live, browser, picture):
    page = desk.page
    log_in(page, live, "zhou")
    page.get_by_role("link", name="台账").first.click()

    propose(page, "1,234,567")
    expect(page.get_by_text("由另一位台账管理人员审核")).to_be_visible()
    address = page.url

    second = browser.new_context(base_url=live.address, locale="zh-CN").new_page()
    log_in(second, live, "wu")
    second.goto(address)
    second.get_by_role("button", name="审核入账").click()
    expect(second.get_by_text("审核入账：")).to_be_visible()
    second.context.close()

    page.goto("/ledger/")
    picture(page, "book")
    page.goto("/ledger/entries/")
    page.locator("tbody a").first.click()
    for said in (EVIDENCE, "周工", "吴工", "+12,345.67"):
        expect(page.get_by_text(said).first).to_be_visible()
    page.get_by_role("link", name="耕地保护资金").first.click()
    expect(page.get_by_role("heading", name="资金 · 耕地保护资金")).to_be_visible()
    # Sealed within moments, by the worker.
    page.goto("/ledger/entries/")
    page.wait_for_timeout(2000)
    page.locator("tbody a").first.click()
    expect(page.get_by_text(re.compile(r"第 \d+ 条"))).to_be_visible()
    page.goto("/ledger/lots/?ground=no")
    page.locator("tbody a").first.click()
    expect(page.get_by_text("地块范围不明")).to_be_visible()


def test_the_book_fits_every_width(watched, live):
    page = watched.page
    log_in(page, live, "qian")
    for address in ("/ledger/", "/ledger/entries/", "/ledger/lots/", "/ledger/proposals/", "/ledger/proposals/new/"):
        page.goto(address)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), address
