"""The main job in a browser: layers uploaded and published, a boundary checked, its result read on the map."""

import shapely
from playwright.sync_api import Page, expect
from tests.liangtian_web import land

from .conftest import log_in

# Later than anything the demonstration holds, so that this land is what counts.
ON, DAY = "2031-12-31", "2032-06-01"


def publish(page: Page, code: str, file: str) -> None:
    """One layer through the upload session: examined, then published."""
    page.goto(f"/onemap/uploads/new/?layer={code}")
    page.get_by_label("有效日期起").fill(ON)
    page.get_by_label("文件", exact=False).first.set_input_files(file)
    page.get_by_role("button", name="上传并质检").click()
    page.get_by_role("button", name="发布", exact=True).click(timeout=60_000)
    expect(page.locator(".verdict.pass")).to_contain_text("已发布", timeout=60_000)


def map_ready(page: Page) -> None:
    """The map has loaded and drawn."""
    page.locator("[data-map][data-ready]").wait_for(timeout=60_000)
    page.wait_for_function("() => document.querySelector('[data-map]').landMap.loaded()", timeout=60_000)


def test_from_upload_to_the_result_on_the_map(desk, live, picture, tmp_path):
    page = desk.page
    log_in(page, live)
    for code, table in (("DLTB", land.land_use()), ("YJJBNTTB", land.basic_farmland())):
        land.gpkg(table, tmp_path / f"{code}.gpkg")
        publish(page, code, str(tmp_path / f"{code}.gpkg"))

    square = land.features([shapely.box(land.X + 50, land.Y + 50, land.X + 150, land.Y + 150)], {"name": ["示范"]})
    land.gpkg(square, tmp_path / "boundary.gpkg")
    page.goto("/review/new/")
    map_ready(page)
    page.get_by_label("名称").fill("示范大道东延工程")
    page.get_by_label("业务日期").fill(DAY)
    page.get_by_label("范围文件").set_input_files(str(tmp_path / "boundary.gpkg"))
    page.get_by_role("button", name="检查", exact=True).click()

    expect(page.get_by_role("heading", name="示范大道东延工程")).to_be_visible()
    map_ready(page)
    figures = page.locator(".figures dd").all_inner_texts()
    assert [text.split()[0] for text in figures[:3]] == ["15.00", "15.00", "3.75"]
    picture(page, "check-desk")

    page.locator(".finding summary").first.click()
    expect(page.locator(".trace").first).to_be_visible()
    page.get_by_role("tab", name="图斑").click()
    page.locator("tr[data-parcels]").first.hover()
    lit = page.evaluate("document.querySelector('[data-map]').landMap.getFilter('run-lit')[2][2][1].length")
    assert lit == 1

    page.get_by_role("tab", name="依据与版本").click()
    page.get_by_role("button", name="复核").click()
    expect(page.locator("#again .verdict.pass")).to_be_visible()


def test_the_map_answers_a_click_and_a_search(watched, live, picture, request):
    page = watched.page
    log_in(page, live)
    page.goto(f"/onemap/map/?on={DAY}")
    map_ready(page)
    page.get_by_role("searchbox").fill("339901211000000004")
    page.locator("[data-go]").first.click()
    expect(page.get_by_role("heading", name="图斑 339901211000000004")).to_be_visible()
    picture(page, f"map-{request.node.callspec.id}")


def test_the_demonstration_opens_on_its_first_check_and_its_land(desk, live, picture):
    page = desk.page
    log_in(page, live)
    page.goto("/review/")
    page.get_by_role("link", name="县道延伸工程").first.click()
    expect(page.locator(".verdict")).to_contain_text("不符合")
    map_ready(page)
    picture(page, "check")
    page.goto("/onemap/map/")
    map_ready(page)
    expect(page.get_by_text("当日有效的图层")).to_be_visible()
    picture(page, "map")


def test_a_result_and_its_comparison_are_worked_by_keyboard(desk, live):
    page = desk.page
    log_in(page, live)
    page.goto("/review/")
    page.get_by_role("link", name="县道延伸工程").first.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="县道延伸工程")).to_be_visible()
    map_ready(page)
    expect(page.locator("canvas.maplibregl-canvas")).to_have_attribute("aria-label", "地图")
    expect(page.get_by_role("button", name="放大")).to_be_visible()
    page.get_by_role("tab", name="条款结论").focus()
    for _ in range(3):
        page.keyboard.press("ArrowRight")
    expect(page.get_by_role("tab", name="图斑")).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.locator("tr[data-parcels]").first).to_be_focused()
    before = page.evaluate("document.querySelector('[data-map]').landMap.getZoom()")
    page.keyboard.press("Enter")
    page.wait_for_function("zoom => document.querySelector('[data-map]').landMap.getZoom() > zoom", arg=before)


def test_a_click_where_parcels_are_not_drawn_yet_says_to_zoom_in(desk, live):
    page = desk.page
    log_in(page, live)
    page.goto("/onemap/map/?on=2024-06-01")
    map_ready(page)
    page.evaluate("document.querySelector('[data-map]').landMap.jumpTo({ zoom: 9 })")
    page.wait_for_timeout(500)
    page.locator(".map-canvas").click(position={"x": 420, "y": 120})
    expect(page.locator("[data-facts]")).to_have_text("再放大一些，看得见图斑界线时再点。")


def test_the_middle_of_the_map_is_asked_by_enter(desk, live):
    page = desk.page
    log_in(page, live)
    page.goto("/onemap/map/?on=2024-06-01")
    map_ready(page)
    page.evaluate("document.querySelector('[data-map]').landMap.jumpTo({ zoom: 15 })")
    page.wait_for_function("() => document.querySelector('[data-map]').landMap.loaded()")
    page.locator("canvas.maplibregl-canvas").focus()
    page.keyboard.press("Enter")
    expect(page.locator("[data-facts] h2, [data-facts] h1").first).to_contain_text("图斑")
