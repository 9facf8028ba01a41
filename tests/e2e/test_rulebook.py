"""The rulebook in a browser: a clause found and read, a value proposed by one, approved by another, used by a check."""

import re

from playwright.sync_api import Page, expect

from .conftest import DESK, log_in, open_page

LOW = "wenzhou-2019（一）.village_land_low_m2_per_person"
SOURCE = "示范县发〔2031〕3号"


def test_an_officer_finds_a_clause_in_two_clicks_and_runs_its_cases(watched, live, picture, request):
    page = watched.page
    log_in(page, live)
    page.goto("/rulebook/")
    page.get_by_label("查找条款、义务或参数").fill("（六）")
    page.get_by_role("button", name="查找").click()
    page.get_by_role("link", name=re.compile("条款 *温州 2019（六）")).click()

    expect(page.get_by_role("heading", name="补充耕地市级统筹", level=1)).to_be_visible()
    share = page.locator("article", has_text="余额按比例市级统筹")
    expect(share.locator(".asked")).to_contain_text("20%")
    expect(share.locator(".used a")).to_contain_text("还没有")
    share.locator("summary", has_text="案例").click()
    expect(share.locator(".cases li").first).to_contain_text("一致")
    assert share.locator(".cases", has_text="不一致").count() == 0
    share.locator("summary", has_text="规则源码").click()
    expect(share.locator("pre")).to_contain_text("def ")
    assert page.evaluate("document.querySelector('main').scrollWidth <= document.querySelector('main').clientWidth")
    picture(page, f"clause-{request.node.callspec.id}")


def propose(page: Page) -> None:
    """A county's own low mark, from 2031 on, without a word of TOML."""
    page.goto(f"/rulebook/values/{LOW}/")
    page.get_by_label("新取值（m²/人）").fill("85")
    page.get_by_label("生效日期").fill("2031-01-01")
    page.get_by_label("出处").fill(SOURCE)
    page.get_by_role("button", name="提出", exact=True).click()
    expect(page.locator(".page > .title-line .tag")).to_have_text("待审定")


def approve(page: Page) -> None:
    """The second person comes from the to-do list."""
    page.get_by_role("link", name=re.compile("人均村庄建设用地下限")).click()
    expect(page.locator(".change")).to_contain_text(re.compile("80 m²/人.*85 m²/人", re.S))
    page.get_by_label("同意", exact=True).check()
    page.get_by_role("button", name="提交审定意见").click()
    expect(page.locator(".page > .title-line .tag")).to_have_text("已审定")


def test_a_value_approved_by_a_second_person_decides_the_next_check(browser, desk, live, picture):
    page = desk.page
    log_in(page, live)
    propose(page)
    second = browser.new_context(viewport=DESK, base_url=live.address, locale="zh-CN")
    other = open_page(second, live.address)
    log_in(other.page, live, "admin")
    approve(other.page)
    second.close()
    assert other.mistakes == []

    page.goto(f"/rulebook/values/{LOW}/?on=2031-06-01")
    expect(page.locator(".held")).to_contain_text("85 m²/人")
    page.goto("/review/new/")
    page.get_by_label("名称").fill("上村")
    page.get_by_label("用地类型").select_option("village")
    page.get_by_label("业务日期").fill("2031-06-01")
    page.get_by_label("范围文件").set_input_files(str(live.home / "demo" / "projects" / "road_extension.txt"))
    facts = {"registered_population": 100, "village_construction_land_m2": 8200}
    for name, figure in (facts | {"planned_village_construction_land_m2": 8500}).items():
        field = page.locator(f"[name='fact-{name}']")
        if not field.is_visible():
            page.locator("details", has=field).locator("summary").first.click()
        field.fill(str(figure))
    page.get_by_role("button", name="检查", exact=True).click()

    expect(page.get_by_role("heading", name="上村")).to_be_visible(timeout=60_000)
    finding = page.locator(".finding", has_text="温州 2019（一）").filter(has_text="人均村庄建设用地下限").first
    finding.locator("summary", has_text="为什么").click()
    step = finding.locator(".trace li", has_text="人均村庄建设用地下限")
    expect(step).to_contain_text("85 m²/人")
    expect(step).to_contain_text(SOURCE)
    expect(step).to_contain_text("未取 80 m²/人")
    picture(page, "why-desk")
    step.get_by_role("link", name="人均村庄建设用地下限").click()
    expect(page.get_by_role("heading", name="人均村庄建设用地下限", level=1)).to_be_visible()
