"""The map in a browser: drawn on with the mouse, swiped between two days, printed to scale."""

import re

from playwright.sync_api import Page, expect

from .conftest import log_in
from .test_check_page import map_ready

# Corners of a figure on the map's canvas at the desk's size, clear of legend and tools.
CORNERS = ((420, 260), (620, 240), (640, 420), (440, 440))


def centre(page: Page, which: str) -> list[float]:
    """Where a map looks."""
    found: list[float] = page.evaluate(f"document.querySelector('[data-map]').{which}.getCenter().toArray()")
    return [round(v, 6) for v in found]


def test_a_boundary_drawn_with_the_mouse_is_checked(desk, live, picture):
    page = desk.page
    log_in(page, live)
    page.goto("/review/new/?on=2024-06-01")
    map_ready(page)
    page.get_by_role("button", name="在图上画范围").click()
    for x, y in (*CORNERS, CORNERS[0]):
        page.mouse.move(x, y, steps=4)
        page.mouse.click(x, y)
        page.wait_for_timeout(150)
    expect(page.locator("[data-drawn]")).to_have_text(re.compile("已画 1 个地块"))
    picture(page, "draw-desk")

    page.get_by_label("名称").fill("手绘地块")
    page.get_by_label("业务日期").fill("2024-06-01")
    page.get_by_role("button", name="检查", exact=True).click()
    expect(page.get_by_role("heading", name="手绘地块")).to_be_visible()
    expect(page.locator(".panel .sub")).to_contain_text("界址点 4 个")
    map_ready(page)
    page.wait_for_function("() => document.querySelector('[data-map]').landMap.querySourceFeatures('run').length > 0")
    page.get_by_role("tab", name="依据与版本").click()
    expect(page.locator("#basis")).to_contain_text("在图上画")


def test_a_drawing_is_cleared_and_nothing_is_checked_without_one(desk, live):
    page = desk.page
    log_in(page, live)
    page.goto("/review/new/?on=2024-06-01")
    map_ready(page)
    page.get_by_role("button", name="在图上画范围").click()
    for x, y in (*CORNERS[:3], CORNERS[0]):
        page.mouse.move(x, y, steps=4)
        page.mouse.click(x, y)
        page.wait_for_timeout(150)
    page.get_by_role("button", name="清除").click()
    assert page.locator("[data-draw]").input_value() == ""


def test_the_divider_moves_by_keys_and_mouse_and_the_link_keeps_it(watched, live, picture, request):
    page = watched.page
    log_in(page, live)
    page.goto("/onemap/map/?on=2024-06-01&against=2020-01-01")
    map_ready(page)
    divider = page.get_by_role("slider", name="两期分界线")
    expect(divider).to_have_attribute("aria-valuenow", "50")
    divider.focus()
    for _ in range(5):
        page.keyboard.press("ArrowRight")
    expect(divider).to_have_attribute("aria-valuenow", "60")
    assert "split=60" in page.url
    picture(page, f"swipe-{request.node.callspec.id}")

    box = page.locator("[data-map]").bounding_box()
    page.mouse.move(box["x"] + 0.6 * box["width"], box["y"] + 0.3 * box["height"])
    page.mouse.down()
    page.mouse.move(box["x"] + 0.3 * box["width"], box["y"] + 0.3 * box["height"], steps=5)
    page.mouse.up()
    expect(divider).to_have_attribute("aria-valuenow", "30")

    page.goto(page.url)
    page.reload()
    map_ready(page)
    expect(divider).to_have_attribute("aria-valuenow", "30")


def test_both_sides_look_at_the_same_ground_with_their_own_land(desk, live):
    page = desk.page
    log_in(page, live)
    page.goto("/onemap/map/?on=2024-06-01&against=2018-01-01")
    map_ready(page)
    page.evaluate("document.querySelector('[data-map]').landOther.panBy([80, 40], { duration: 0 })")
    assert centre(page, "landMap") == centre(page, "landOther")
    layers = [
        page.evaluate(f"Boolean(document.querySelector('[data-map]').{which}.getLayer('DLTB'))")
        for which in ("landMap", "landOther")
    ]
    assert layers == [True, False]  # before 2019 nothing was in force
    expect(page.get_by_text("右侧这一天没有可看的图层。")).to_be_visible()
    page.get_by_role("link", name="结束对比").click()
    expect(page.get_by_role("slider")).to_have_count(0)


def test_the_link_of_a_view_opens_on_it(desk, live):
    page = desk.page
    log_in(page, live)
    page.goto("/onemap/map/?on=2024-06-01")
    map_ready(page)
    page.evaluate("document.querySelector('[data-map]').landMap.zoomTo(15.5, { duration: 0 })")
    page.wait_for_function("() => location.hash.includes('map=15.5')")
    seen = centre(page, "landMap")
    page.goto("/")
    page.go_back()
    map_ready(page)
    assert [round(v, 3) for v in centre(page, "landMap")] == [round(v, 3) for v in seen]


def test_the_printed_map_keeps_the_view_and_its_scale(desk, live, picture):
    page = desk.page
    log_in(page, live)
    page.goto("/onemap/map/?on=2024-06-01")
    map_ready(page)
    seen = centre(page, "landMap")
    page.get_by_role("link", name="打印此视图").click()
    map_ready(page)
    assert [round(v, 3) for v in centre(page, "landMap")] == [round(v, 3) for v in seen]
    page.get_by_label("比例尺").select_option("10000")
    expect(page.locator("[data-scale-ratio]")).to_have_text("1 : 10,000")
    expect(page.locator("[data-scale-length]")).to_have_text("200 m")
    bar = page.locator("[data-scale-bar]").bounding_box()
    assert round(bar["width"] / 96 * 25.4) == 20  # 200 m at 1 : 10,000 are 20 mm on paper
    picture(page, "print-map")
    assert pages(page) == 1
    assert all(abs(mm) <= 1 for mm in cut_off(page))


def test_a_swiped_map_is_printed_with_both_days(desk, live, picture):
    page = desk.page
    log_in(page, live)
    page.goto("/onemap/map/?on=2024-06-01&against=2020-01-01")
    map_ready(page)
    seen = centre(page, "landMap")
    page.get_by_role("link", name="打印此视图").click()
    map_ready(page)
    expect(page.locator(".map-day")).to_have_text([re.compile("^2024-06-01"), re.compile("^2020-01-01")])
    expect(page.locator("footer strong")).to_have_text(["2024-06-01", "2020-01-01"])
    for which in ("landMap", "landOther"):
        assert [round(v, 3) for v in centre(page, which)] == [round(v, 3) for v in seen]
    page.get_by_label("比例尺").select_option("25000")
    expect(page.locator("[data-scale-ratio]")).to_have_text("1 : 25,000")
    zooms = [
        page.evaluate(f"document.querySelector('[data-map]').{each}.getZoom()") for each in ("landMap", "landOther")
    ]
    assert zooms[0] == zooms[1]
    picture(page, "print-swipe")
    assert pages(page) == 1
    assert all(abs(mm) <= 1 for mm in cut_off(page))


def test_the_legend_is_there_before_the_land(desk, live):
    page = desk.page
    log_in(page, live)
    page.route("**/onemap/tiles/**", lambda route: None)  # a cold map: no tile has come yet
    page.goto("/onemap/map/?on=2024-06-01")
    expect(page.locator("[data-switches] label")).not_to_have_count(0)
    expect(page.locator("[data-classes] li")).not_to_have_count(0)
    assert page.locator("[data-map]").get_attribute("data-ready") is None
    page.get_by_role("checkbox", name="永久基本农田图斑").uncheck()
    hidden = (
        "() => document.querySelector('[data-map]').landMap.getLayoutProperty('YJJBNTTB-fill', 'visibility') === 'none'"
    )
    page.wait_for_function(hidden)


def test_a_day_without_layers_has_no_empty_legend(desk, live):
    page = desk.page
    log_in(page, live)
    page.goto("/onemap/map/?on=2018-01-01")
    map_ready(page)
    expect(page.locator("[data-legend]")).to_have_count(0)
    expect(page.get_by_text("这一天没有可看的图层")).to_be_visible()


def test_the_printed_result_shows_its_boundary(desk, live, picture):
    page = desk.page
    log_in(page, live)
    page.goto("/review/")
    page.get_by_role("link", name="县道延伸工程").first.click()
    page.get_by_role("link", name="打印", exact=True).click()
    map_ready(page)
    expect(page.get_by_role("img", name="指北针：上为北")).to_be_visible()
    assert page.evaluate("Boolean(document.querySelector('[data-map]').landMap.getLayer('run-boundary'))")
    picture(page, "print-check")
    assert pages(page) <= 3
    assert all(abs(mm) <= 1 for mm in cut_off(page))


def pages(page: Page) -> int:
    """How many sheets the page prints on."""
    return len(re.findall(rb"/Type\s*/Page\b(?!s)", page.pdf(prefer_css_page_size=True)))


def cut_off(page: Page) -> tuple[int, int]:
    """How much wider and higher the drawn map is than its frame on paper, in millimetres."""
    page.emulate_media(media="print")
    frame, drawn = (
        page.locator(which).bounding_box() for which in (".sheet .map >> nth=-1", ".sheet .map canvas >> nth=-1")
    )
    page.emulate_media(media="screen")
    assert frame
    assert drawn
    return tuple(round((drawn[side] - frame[side]) / 96 * 25.4) for side in ("width", "height"))
