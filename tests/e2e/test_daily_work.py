"""An official's day at the desk and on the phone: find by keyboard, arrange a list, take it away, a town's own page."""

from playwright.sync_api import expect
from tests.liangtian_web import land

from .conftest import log_in
from .test_check_page import DAY, map_ready, publish


def found(page, **asked):
    """What the search of the header lists; other lists have options too."""
    return page.get_by_role("listbox", name="搜索结果").get_by_role("option", **asked)


def test_the_search_box_is_worked_by_keyboard(watched, live, picture, request):
    page = watched.page
    log_in(page, live)
    page.keyboard.press("/")
    box = page.get_by_role("combobox", name="全站搜索")
    expect(box).to_be_focused()
    page.keyboard.type("县道延伸")
    expect(found(page).first).to_be_visible()
    expect(box).to_have_attribute("aria-expanded", "true")
    picture(page, f"search-{request.node.callspec.id}")
    page.keyboard.press("ArrowDown")
    expect(found(page, selected=True).first).to_contain_text("县道延伸工程")
    page.keyboard.press("Escape")
    expect(found(page)).to_have_count(0)
    page.keyboard.type("县道延伸工程")
    expect(found(page).first).to_be_visible()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="县道延伸工程")).to_be_visible()
    map_ready(page)


def test_a_parcel_found_in_the_box_lies_lit_on_the_map(desk, live):
    page = desk.page
    log_in(page, live)
    page.get_by_role("combobox", name="全站搜索").fill("339901211000000004")
    found(page).first.click()
    map_ready(page)  # the row opens once the land is drawn, which takes a busy machine longer than five seconds
    expect(page.get_by_role("heading", name="图斑 339901211000000004")).to_be_visible()
    lit = page.evaluate("document.querySelector('[data-map]').landMap.getFilter('DLTB-lit')[2][1]")
    assert lit == ["339901211000000004"]
    assert "go=" not in page.url


def test_columns_put_away_stay_away_and_the_list_is_taken_along(desk, live, picture):
    page = desk.page
    log_in(page, live)
    page.goto("/review/")
    expect(page.get_by_role("columnheader", name="用地类型")).to_be_visible()
    page.locator(".columns summary").click()
    picture(page, "columns-desk")
    page.get_by_role("checkbox", name="用地类型").uncheck()
    page.get_by_role("button", name="记住这些列").click()
    expect(page.get_by_role("columnheader", name="用地类型")).to_have_count(0)
    page.goto("/")
    page.goto("/review/")
    expect(page.get_by_role("columnheader", name="用地类型")).to_have_count(0)
    with page.expect_download() as taken:
        page.get_by_role("button", name="导出 xlsx").click()
    assert taken.value.suggested_filename.startswith("占地检查-")
    page.locator(".columns summary").click()
    page.get_by_role("checkbox", name="用地类型").check()
    page.get_by_role("button", name="记住这些列").click()


def test_the_catalogue_fits_the_desk_and_the_phone(watched, live, picture, request):
    page = watched.page
    log_in(page, live)
    page.goto("/onemap/layers/?on=2024-06-01")
    expect(page.locator("tbody tr").first).to_contain_text("地类图斑")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    picture(page, f"layers-{request.node.callspec.id}")


def test_a_town_s_officer_starts_from_the_town_s_own_figures(watched, live, picture, request):
    page = watched.page
    log_in(page, live, "chen")
    expect(page.get_by_role("heading", name="镇的耕地与检查")).to_be_visible()
    farmland = page.locator(".duty a").first
    expect(farmland).to_contain_text("耕地")
    assert float(farmland.locator(".value").inner_text().split()[0].replace(",", "")) > 0
    picture(page, f"town-{request.node.callspec.id}")
    farmland.click()
    expect(page.locator("tfoot")).to_contain_text("合计")
    assert page.locator("tbody tr").count() > 1
    page.wait_for_load_state()  # its text may be there before its style sheets are
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_the_doubtful_figure_says_why_on_focus(desk, live, picture):
    page = desk.page
    log_in(page, live)
    page.goto("/review/")
    page.get_by_role("link", name="县道延伸工程").first.click()
    mark = page.locator(".figures .doubt")
    expect(mark.locator(".why")).to_be_hidden()
    mark.focus()
    expect(mark.locator(".why")).to_be_visible()
    expect(mark).to_contain_text("尚未核实")
    map_ready(page)
    picture(page, "doubt-desk")


def test_names_of_people_are_masked_until_a_reason_is_given(desk, live, picture, tmp_path):
    page = desk.page
    log_in(page, live)
    columns = {"BSM": ["339901049900000001"], "DLBM": ["0101"], "KCXS": [0.0], "ZRRMC": ["陈某某"]}
    land.gpkg(land.features([land.field(0, 0)], columns), tmp_path / "YJJBNTTB.gpkg")
    publish(page, "YJJBNTTB", str(tmp_path / "YJJBNTTB.gpkg"))

    page.goto(f"/onemap/map/?on={DAY}")
    map_ready(page)
    page.get_by_role("combobox", name="全站搜索").fill("339901049900000001")
    with page.expect_navigation():
        found(page).first.click()
    map_ready(page)
    expect(page.locator(".masked")).to_have_text("●●●")
    page.get_by_text("查看个人信息").click()
    page.get_by_label("查看理由").fill("核实承包户，示自然资〔2032〕1号")
    picture(page, "personal-desk")
    page.get_by_role("button", name="说明理由并查看").click()
    expect(page.get_by_text("陈某某")).to_be_visible()
    expect(page.get_by_text("本次查看及理由已留痕")).to_be_visible()


def test_the_administrator_takes_towns_and_villages_from_the_layers(desk, live, picture):
    page = desk.page
    log_in(page, live, "admin")
    page.goto("/admin/people/place/")
    page.get_by_role("checkbox", name="执行操作 - 示范二县").check()
    page.get_by_label("动作").select_option("take_towns")
    page.get_by_role("button", name="执行").click()
    expect(page.locator(".messagelist")).to_contain_text("示范二县：新增乡镇 0 个、村 0 个")
    picture(page, "places-admin")
