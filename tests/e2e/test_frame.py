"""The way in and the frame around every page, at a desk and on a phone."""

from playwright.sync_api import expect

from .conftest import log_in


def test_login_page_leads_to_the_to_do_list(watched, live, picture, request):
    page = watched.page
    size = request.node.callspec.id
    page.goto("/")
    expect(page.get_by_role("heading", name="登录良田")).to_be_visible()
    picture(page, f"login-{size}")
    log_in(page, live)
    expect(page.get_by_role("heading", name="待办")).to_be_visible()
    picture(page, f"home-{size}")


def test_page_fits_the_width(watched, live):
    page = watched.page
    log_in(page, live)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    rail = page.get_by_role("navigation", name="主菜单").bounding_box()
    assert rail["width" if rail["height"] > rail["width"] else "height"] <= 64


def test_unit_switch_is_remembered(desk, live):
    page = desk.page
    log_in(page, live, "zhao")
    page.get_by_role("button", name="公顷").click()
    expect(page.get_by_role("button", name="公顷")).to_have_attribute("aria-pressed", "true")
    page.goto("/people/me/")
    expect(page.get_by_role("button", name="公顷")).to_have_attribute("aria-pressed", "true")


def test_language_switch_turns_the_page_english_and_back(desk, live):
    page = desk.page
    page.goto("/login/")
    page.get_by_role("button", name="English").click()
    expect(page.get_by_role("heading", name="Log in to Liangtian")).to_be_visible()
    page.get_by_role("button", name="中文").click()
    expect(page.get_by_role("heading", name="登录良田")).to_be_visible()


def test_keyboard_reaches_the_text_first_and_shows_where_it_is(desk, live):
    page = desk.page
    log_in(page, live)
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="跳到正文")).to_be_focused()
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"


def test_menu_opens_by_keyboard_and_closes_on_escape(desk, live):
    page = desk.page
    log_in(page, live)
    page.locator("summary").press("Enter")
    expect(page.get_by_role("link", name="修改密码")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("link", name="修改密码")).to_be_hidden()


def test_auditor_reads_who_came(watched, live, picture, request):
    page = watched.page
    log_in(page, live, "li")
    page.get_by_role("link", name="留痕", exact=True).click()
    expect(page.locator("tbody tr").first).to_contain_text("李审 li")
    picture(page, f"trail-{request.node.callspec.id}")


def test_logging_out_returns_to_the_login_page(desk, live):
    page = desk.page
    log_in(page, live)
    page.locator("summary").click()
    page.get_by_role("button", name="退出").click()
    expect(page.get_by_role("heading", name="登录良田")).to_be_visible()
