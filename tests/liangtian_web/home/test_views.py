from tests.liangtian_web.conftest import browser, person

from liangtian_web.jobs.models import Job


def test_home_says_that_nothing_waits(auditor_client):
    page = auditor_client.get("/")
    assert page.status_code == 200
    assert "没有等您处理的事" in page.content.decode()


def test_home_asks_a_stranger_to_log_in(client, db):
    assert client.get("/").headers["Location"] == "/login/?next=/"


def test_home_shows_work_under_way_and_failed_before_work_done(officer_client, county_officer):
    for state in ("done", "failed", "running", "cancelled"):
        Job.objects.create(kind="test", title=f"示范 {state}", owner=county_officer, state=state)
    page = officer_client.get("/")
    assert [item["job"].state for item in page.context["waiting"]] == ["running", "failed"]
    assert [job.state for job in page.context["recent"]] == ["done"]


def begun(browser):
    """What a user's home offers to begin; every page of it opens for that user."""
    offered = [item["url"] for item in browser.get("/").context["begin"]]
    assert [browser.get(url).status_code for url in offered] == [200] * len(offered)
    return offered


def test_home_offers_an_officer_the_work_of_an_officer(officer_client):
    assert begun(officer_client) == [
        "/review/new/", "/onemap/uploads/new/", "/planning/", "/balance/", "/commitments/", "/transfers/", "/registers/",
        "/onemap/map/", "/rulebook/",
    ]  # fmt: skip


def test_home_offers_a_keeper_the_work_of_the_book(places):
    keeper = browser(person("qian", "钱工", places["county"], "keeper"))
    assert begun(keeper) == [
        "/balance/", "/ledger/reconciliation/", "/ledger/proposals/", "/commitments/", "/transfers/", "/registers/",
        "/ledger/flow/", "/onemap/map/", "/rulebook/",
    ]  # fmt: skip


def test_home_offers_an_auditor_what_is_read_and_traced(auditor_client):
    assert begun(auditor_client) == [
        "/review/", "/ledger/entries/", "/ledger/flow/", "/trail/", "/onemap/map/", "/rulebook/",
    ]  # fmt: skip


def test_home_offers_an_administrator_users_only_where_the_door_opens(admin_client, county_admin):
    assert "/admin/" not in begun(admin_client)
    county_admin.is_staff = True
    county_admin.save()
    assert "/admin/" in begun(admin_client)
