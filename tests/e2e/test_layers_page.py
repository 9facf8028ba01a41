"""The layers page: a snapshot that is not sound is named, and an administrator has all of them verified."""

from playwright.sync_api import expect

from .conftest import log_in


def test_an_altered_snapshot_is_named_and_all_are_verified(watched, live, picture, request):
    page, size = watched.page, request.node.callspec.id
    log_in(page, live, "admin")
    file = sorted((live.home / "snapshots").glob("*.parquet"))[0]
    kept = file.read_bytes()
    file.write_bytes(kept + b"x")
    try:
        page.goto("/onemap/layers/")
        expect(page.get_by_role("alert")).to_contain_text("缺失或被改动")
        expect(page.locator(".tag-fail", has_text="快照缺失或被改动")).to_have_count(1)
        picture(page, f"layers-{size}")
    finally:
        file.write_bytes(kept)
    page.reload()
    expect(page.get_by_role("alert")).to_have_count(0)
    page.get_by_role("button", name="核对全部快照").click()
    expect(page.get_by_text("已开始核对")).to_be_visible()


def test_the_upload_form_asks_for_the_order_of_axes(watched, live, picture, request):
    page = watched.page
    log_in(page, live)
    page.goto("/onemap/uploads/new/")
    expect(page.get_by_label("坐标次序")).to_have_value("")
    page.get_by_label("坐标次序").select_option("北坐标在前")
    picture(page, f"upload-{request.node.callspec.id}")
