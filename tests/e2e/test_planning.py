"""Planning in a browser: blocks asked, found and looked into; a design, one piece taken away, a plan kept and compared."""

import json

import pytest
from playwright.sync_api import Page, expect

from .conftest import Live, Watched, log_in


def begin(page: Page, kind: str, name: str, **fields: str) -> None:
    """Fill in a new study and see it through to its result."""
    page.goto(f"/planning/new/{kind}/")
    page.locator("[data-map][data-ready=yes]").wait_for(timeout=60_000)
    form = page.locator("aside form")
    form.locator("[name=name]").fill(name)
    form.locator("[name=on]").fill("2024-06-01")
    form.locator("summary").click()
    for field, value in fields.items():
        form.locator(f"[name={field}]").fill(value)
    form.get_by_role("button", name="开始计算").click()
    expect(page.get_by_text("依据与版本").first).to_be_visible(timeout=180_000)


def on_map(page: Page, expression: str) -> object:
    """Ask the map of the page."""
    return page.locator("[data-map]").evaluate(f"(element) => {{ const map = element.landMap; return {expression}; }}")


@pytest.mark.parametrize("least", ["20"])
def test_blocks_are_found_filtered_and_opened(watched: Watched, live: Live, least: str, picture, request) -> None:
    page = watched.page
    log_in(page, live)
    page.get_by_role("link", name="规划", exact=True).click()
    expect(page.get_by_role("heading", name="连片与整治")).to_be_visible()
    begin(page, "blocks", "浏览器里的连片", least_mu=least)
    page.locator("[data-map][data-ready=yes]").wait_for(timeout=60_000)
    rows = page.locator("tr[data-block]")
    count = rows.count()
    assert count >= 2
    assert on_map(page, "Number(map.getContainer().dataset.blocks)") == count

    rows.first.click()
    expect(page.get_by_role("heading", name="第 1 片")).to_be_visible()
    expect(page.get_by_role("heading", name="地类", exact=True)).to_be_visible()
    lit = on_map(page, "map.getFilter('DLTB-lit')[2][1].length")
    assert lit == int(rows.first.locator("td").nth(4).inner_text().replace(",", ""))
    picture(page, f"blocks-{'desk' if 'desk' in request.node.callspec.id else 'phone'}")

    page.get_by_role("tab", name="连片").click()
    page.get_by_label("规模").select_option("100")
    page.get_by_role("button", name="筛选").click()
    page.locator("[data-map][data-ready=yes]").wait_for(timeout=60_000)
    fewer = page.locator("tr[data-block]").count()
    assert fewer < count
    assert on_map(page, "Number(map.getContainer().dataset.blocks)") == fewer


def test_a_design_is_changed_on_the_map_kept_and_compared(desk: Watched, live: Live, picture) -> None:
    page = desk.page
    log_in(page, live)
    begin(page, "blocks", "先看最大的一片", least_mu="0")
    largest = float(page.locator("tr[data-block] td.num").first.inner_text().replace(",", ""))
    begin(page, "design", "浏览器里的设计", block_mu=f"{largest + 5:.0f}", seconds="10")
    page.locator("[data-map][data-ready=yes]").wait_for(timeout=60_000)
    expect(page.locator(".verdict strong").first).to_have_text("已证明最省")
    chosen = page.locator("tr[data-piece]")
    before = chosen.count()
    assert before >= 1
    picture(page, "design")

    piece = chosen.first.get_attribute("data-piece")
    place = on_map(
        page,
        f"""(() => {{
      const shape = map.getSource('design')._data.geojson ?? map.getSource('design')._data;
      const found = shape.features.find((f) => f.properties.id === {json.dumps(piece)});
      const rings = found.geometry.type === 'Polygon' ? found.geometry.coordinates : found.geometry.coordinates[0];
      const ring = rings[0].slice(0, -1);
      const middle = [0, 1].map((n) => ring.reduce((sum, corner) => sum + corner[n], 0) / ring.length);
      map.jumpTo({{ center: middle, zoom: 17 }});
      return middle;
    }})()""",
    )
    page.wait_for_timeout(1500)
    box = page.locator(".map-canvas").first.bounding_box()
    assert place
    assert box
    with page.expect_response("**/try/") as answered:
        page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    assert answered.value.status == 200
    expect(page.locator("#attempt .verdict")).to_have_attribute("data-met", "no")
    expect(page.get_by_text("没有再证明是否最省")).to_be_visible()
    page.wait_for_timeout(300)
    with page.expect_response("**/try/"):
        page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    expect(page.locator("#attempt .verdict")).to_have_attribute("data-met", "yes")

    page.get_by_label("方案名称").fill("浏览器方案")
    page.get_by_role("button", name="保存方案").click()
    page.locator("[data-map][data-ready=yes]").wait_for(timeout=60_000)
    expect(page.get_by_role("heading", name="浏览器方案")).to_be_visible()
    with page.expect_download() as taken:
        page.get_by_role("button", name="GeoPackage").click()
    assert taken.value.suggested_filename == "浏览器方案.gpkg"

    page.get_by_role("link", name="比较实施前后").click()
    page.locator("[data-map][data-ready=yes]").wait_for(timeout=60_000)
    page.get_by_role("button", name="开始计算").click()
    expect(page.get_by_text("Jaeger (2000)")).to_be_visible(timeout=180_000)
    expect(page.get_by_text("浏览器方案").first).to_be_visible()


def test_projects_are_ranked_from_a_pasted_sheet(watched: Watched, live: Live) -> None:
    page = watched.page
    log_in(page, live)
    page.goto("/planning/new/ranking/")
    criteria = [text.removeprefix("权重：") for text in page.locator("label", has_text="权重：").all_inner_texts()][:5]
    rows = [
        ["项目编号", "费用（元）", *criteria],
        ["甲", "3000000", *["80"] * 5],
        ["乙", "2000000", *["90"] * 5],
        ["丙", "2000000", *["10"] * 5],
    ]
    form = page.locator("aside form")
    form.locator("[name=name]").fill("浏览器排序")
    form.locator("[name=on]").fill("2024-06-01")
    form.locator("[name=projects]").fill("\n".join("\t".join(row) for row in rows))
    form.locator("[name=funds_yuan]").fill("4500000")
    form.get_by_role("button", name="开始计算").click()
    expect(page.get_by_text("已证明最优")).to_be_visible(timeout=120_000)
    assert page.locator("table", has_text="名次").locator("tbody tr td:nth-child(2)").all_inner_texts() == [
        "乙",
        "甲",
        "丙",
    ]


def test_two_years_of_blocks_are_swiped(desk: Watched, live: Live, picture) -> None:
    page = desk.page
    log_in(page, live)
    begin(page, "blocks", "连片 2022", least_mu="20", on="2022-06-01")
    before = page.locator("tr[data-block]").count()
    begin(page, "blocks", "连片 2024", least_mu="20")
    page.get_by_role("tab", name="两期对比").click()
    page.get_by_label("与另一期对比").select_option(label="2022-06-01 · 连片 2022")
    page.get_by_role("button", name="对比", exact=True).click()
    page.locator("[data-map][data-ready=yes]").wait_for(timeout=60_000)

    sides = page.locator("[data-map]").evaluate(
        "(element) => [element.landMap, element.landOther].map((m) => Number(m.getContainer().dataset.blocks))"
    )
    assert sides == [page.locator("tr[data-block]").count(), before]
    expect(page.locator("caption")).to_contain_text("左 2024-06-01，右 2022-06-01")
    divider = page.get_by_role("slider")
    expect(divider).to_have_attribute("aria-valuenow", "50")
    divider.press("PageDown")
    divider.press("ArrowLeft")
    expect(divider).to_have_attribute("aria-valuenow", "38")
    assert page.locator("[data-map]").evaluate("(element) => element.style.getPropertyValue('--split')") == "38%"
    moved = page.locator("[data-map]").evaluate(
        """(element) => {
      element.landMap.jumpTo({ zoom: element.landMap.getZoom() + 1 });
      return Math.abs(element.landMap.getZoom() - element.landOther.getZoom());
    }"""
    )
    assert moved < 0.001
    picture(page, "blocks-two-years")
    page.get_by_role("tab", name="两期对比").click()
    page.get_by_role("link", name="结束对比").click()
    page.locator("[data-map][data-ready=yes]").wait_for(timeout=60_000)
    assert page.locator("caption").count() == 0
