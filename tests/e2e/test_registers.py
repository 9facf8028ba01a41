"""The registers in a browser: a county enters a row, the city confirms it, and approvals of the county are suspended."""

import pytest
from playwright.sync_api import Browser, Page, expect

from .conftest import DESK, PHONE, Live, open_page


@pytest.fixture
def sit(browser: Browser, live: Live):
    """Sit a person of the demonstration down at a screen; it must end without a mistake."""
    opened = []

    def at(username: str, size: dict[str, int] = DESK) -> Page:
        context = browser.new_context(viewport=size, base_url=live.address, locale="zh-CN")
        found = open_page(context, live.address)
        opened.append((context, found))
        found.page.goto("/login/")
        found.page.get_by_label("用户名").fill(username)
        found.page.get_by_label("密码").fill(live.passwords[username])
        found.page.get_by_role("button", name="登录").click()
        found.page.wait_for_url("**/")
        return found.page

    yield at
    for context, _ in opened:
        context.close()
    # The browser reports the form that is sent back, which is answered with 400.
    mistakes = [said for _, found in opened for said in found.mistakes if "400 (Bad Request)" not in said]
    assert mistakes == []


def test_a_task_is_entered_confirmed_and_suspends(sit, live, picture):
    zhao, wu = sit("zhao"), sit("wu")
    zhao.get_by_role("link", name="登记簿").click()
    zhao.get_by_role("link", name="标准农田质量提升任务").click()
    zhao.get_by_role("link", name="登记一行").click()
    zhao.get_by_label("项目编号").fill("SF-2023-07")
    zhao.get_by_role("button", name="提交确认").click()
    expect(zhao.get_by_text("未填。")).to_have_count(4)  # name, area, due day, document: all at once
    picture(zhao, "registers-form-wrong")
    zhao.get_by_label("项目名称").fill("西片提升")
    zhao.get_by_label("要求面积").fill("12.5")
    zhao.get_by_label("完成期限").fill("2023-12-31")
    zhao.get_by_label("生效日期").fill("2023-02-01")
    zhao.get_by_label("依据文件").fill("示市农〔2023〕7号")
    zhao.get_by_role("button", name="提交确认").click()
    expect(zhao.get_by_text("由上一级另一位台账管理人员确认")).to_be_visible()

    wu.goto("/")
    wu.get_by_role("link", name="标准农田质量提升任务：1 行待确认").click()
    wu.get_by_role("checkbox").check()
    picture(wu, "registers-waiting")
    wu.get_by_role("button", name="确认所选").click()
    expect(wu.get_by_role("button", name="确认所选")).to_have_count(0)

    zhao.goto("/registers/suspension/?on=2024-03-01")
    zhao.get_by_role("link", name="示范二县").click()
    expect(zhao.get_by_text("自 2024-01-01 起，其他建设用地暂停报批")).to_be_visible()
    expect(zhao.get_by_role("link", name="SF-2023-07 西片提升").first).to_be_visible()
    picture(zhao, "registers-suspended")

    phone = sit("zhao", PHONE)
    for page, name in (("/", "home"), ("/registers/", "index"), ("/registers/standard-upgrade/?on=2024-03-01", "list"),
                       ("/registers/suspension/?on=2024-03-01", "suspensions")):  # fmt: skip
        phone.goto(page)
        assert phone.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
        picture(phone, f"registers-{name}-phone")
    phone.get_by_role("link", name="示范二县").click()
    assert phone.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    picture(phone, "registers-suspended-phone")
