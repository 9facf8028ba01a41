from liangtian_web.jobs.models import Job


def test_home_shows_the_to_do_list(officer_client):
    page = officer_client.get("/")
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
