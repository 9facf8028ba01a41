import asyncio
import time
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connection, transaction
from django.utils import timezone
from procrastinate.contrib.django import app

from liangtian.errors import FileUnreadable, LayerInvalid
from liangtian_web.jobs import actions, running
from liangtian_web.jobs.models import Job
from liangtian_web.jobs.running import sweep, task

seen: list[str] = []


@task("test.count")
def count(job, to):
    for done in range(to):
        actions.report(job, 100 * done // to, "已读取 %(done)s 行", done=done)
        seen.append(f"{job.pk}:{done}")
    return "/"


@task("test.unreadable")
def unreadable(job):
    raise FileUnreadable("no-such-message", file="a.shp")


@task("test.quotes")
def quotes(job):
    raise FileUnreadable("no-such-message", line="1\0,2\ud800")


@task("test.counts")
def counts(job):
    raise LayerInvalid("potential-verdict", count=1234, unknown=5, excluded=6)


@task("test.broken")
def broken(job):
    raise RuntimeError("a fault of ours")


@task("test.asks_to_stop")
def asks_to_stop(job):
    actions.cancel(job)
    actions.report(job, 50)
    seen.append("went on")


@pytest.fixture(autouse=True)
def empty_queue(db):
    """The queue's tables are not Django's, so the flush between tests leaves them."""
    seen.clear()
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_jobs")


def work():
    """Run the worker until the queue is empty, in the form the worker command uses."""
    with app.with_connector(app.connector.get_worker_connector()).open() as worker:
        worker.run_worker(wait=False, install_signal_handlers=False, listen_notify=False, delete_jobs="successful")


@pytest.mark.django_db(transaction=True)
def test_work_is_done_and_leads_to_its_result(county_officer):
    job = actions.defer("test.count", owner=county_officer, title="示范图层", to=3)
    work()
    job.refresh_from_db()
    assert (job.state, job.progress, job.result_url, job.attempts) == ("done", 100, "/", 1)
    assert seen == [f"{job.pk}:{done}" for done in range(3)]


@pytest.mark.django_db(transaction=True)
def test_work_deferred_in_a_transaction_that_fails_is_never_done(county_officer):
    with transaction.atomic():
        actions.defer("test.count", owner=county_officer, to=1)
        transaction.set_rollback(True)
    work()
    assert (Job.objects.count(), seen) == (0, [])


@pytest.mark.django_db(transaction=True)
def test_unknown_work_is_refused_at_once(county_officer):
    with pytest.raises(LookupError, match=r"no task is named test\.nothing"):
        actions.defer("test.nothing", owner=county_officer)
    assert Job.objects.count() == 0


@pytest.mark.django_db(transaction=True)
def test_error_of_the_trade_becomes_the_message(county_officer):
    job = actions.defer("test.unreadable", owner=county_officer)
    work()
    job.refresh_from_db()
    assert (job.state, job.message, job.params) == ("failed", "no-such-message", {"file": "a.shp"})


@pytest.mark.django_db(transaction=True)
def test_an_error_that_counts_is_said_with_its_numbers(county_officer):
    job = actions.defer("test.counts", owner=county_officer)
    work()
    job.refresh_from_db()
    assert job.params == {"count": 1234, "unknown": 5, "excluded": 6}
    assert "1,234" in job.sentence("en")


@pytest.mark.django_db(transaction=True)
def test_work_that_quotes_a_broken_file_ends_all_the_same(county_officer):
    job = actions.defer("test.quotes", owner=county_officer)
    work()
    job.refresh_from_db()
    assert (job.state, job.params) == ("failed", {"line": "1�,2�"})


@pytest.mark.django_db(transaction=True)
def test_fault_of_ours_is_said_in_general_words_and_logged(county_officer, caplog):
    job = actions.defer("test.broken", owner=county_officer)
    work()
    job.refresh_from_db()
    assert job.state == "failed"
    assert job.sentence("zh-hans") == f"处理出错，已记入日志（工作 {job.pk}）。请重试，仍不行请联系管理员。"
    assert "a fault of ours" in caplog.text


@pytest.mark.django_db(transaction=True)
def test_running_work_stops_at_its_next_report(county_officer):
    job = actions.defer("test.asks_to_stop", owner=county_officer)
    work()
    job.refresh_from_db()
    assert (job.state, seen) == ("cancelled", [])


@pytest.mark.django_db(transaction=True)
def test_waiting_work_that_is_cancelled_never_begins(county_officer):
    job = actions.defer("test.count", owner=county_officer, to=1)
    actions.cancel(job)
    work()
    job.refresh_from_db()
    assert (job.state, seen) == ("cancelled", [])


@pytest.mark.django_db(transaction=True)
def test_work_of_a_killed_worker_is_given_back_and_done(county_officer):
    job = actions.defer("test.count", owner=county_officer, to=1)
    Job.objects.filter(pk=job.pk).update(state="running", attempts=1)
    with connection.cursor() as cursor:  # as a worker leaves it that was killed: doing, and nobody alive
        cursor.execute("UPDATE procrastinate_jobs SET status = 'doing', worker_id = NULL")
    work()
    assert seen == []
    assert asyncio.run(sweep(heartbeat_s=0)) == 1
    work()
    job.refresh_from_db()
    assert (job.state, job.attempts) == ("done", 2)


@pytest.mark.django_db(transaction=True)
def test_work_that_kills_its_worker_is_given_up_after_three_attempts(county_officer):
    job = actions.defer("test.count", owner=county_officer, to=1)
    Job.objects.filter(pk=job.pk).update(state="running", attempts=3)
    work()
    job.refresh_from_db()
    assert (job.state, job.message) == ("failed", "处理程序多次中断，请联系管理员。")


def test_finished_work_stays_finished(county_officer):
    job = Job.objects.create(kind="test", owner=county_officer, state="done", progress=100)
    actions.finish(job, "failed", "x")
    actions.cancel(job)
    actions.report(job, 5)
    job.refresh_from_db()
    assert (job.state, job.progress) == ("done", 100)


@pytest.fixture
def job(county_officer, places):
    return Job.objects.create(kind="test", title="示范图层", owner=county_officer, place=places["county"])


def test_progress_polls_while_open_and_rests_when_ended(officer_client, job):
    assert 'hx-trigger="every 1s"' in officer_client.get(f"/jobs/{job.pk}/").content.decode()
    actions.finish(job, "done", result_url="/")
    page = officer_client.get(f"/jobs/{job.pk}/").content.decode()
    assert ("hx-trigger" in page, "打开结果" in page) == (False, True)


def test_followed_progress_opens_the_result(officer_client, job):
    actions.finish(job, "done", result_url="/people/me/")
    answer = officer_client.get(f"/jobs/{job.pk}/?follow=1", HTTP_HX_REQUEST="true")
    assert answer.headers["HX-Redirect"] == "/people/me/"


def test_cancel_button_cancels(officer_client, job):
    assert "已取消" in officer_client.post(f"/jobs/{job.pk}/cancel/").content.decode()


def test_outsider_neither_sees_nor_cancels(outsider_client, job):
    assert outsider_client.get(f"/jobs/{job.pk}/").status_code == 404
    assert outsider_client.post(f"/jobs/{job.pk}/cancel/").status_code == 404
    assert outsider_client.get("/jobs/").context["jobs"].count() == 0


def test_jobs_page_lists_the_user_s_work(officer_client, job):
    assert "示范图层" in officer_client.get("/jobs/").content.decode()


def test_failure_leaves_the_to_do_list_once_read(officer_client, outsider_client, job):
    actions.finish(job, "failed", "处理程序多次中断，请联系管理员。")
    assert [item["job"] for item in officer_client.get("/").context["waiting"]] == [job]
    assert outsider_client.post(f"/jobs/{job.pk}/read/").status_code == 404
    assert officer_client.post(f"/jobs/{job.pk}/read/").headers["Location"] == "/"
    assert officer_client.get("/").context["waiting"] == []


def test_elapsed_time_is_minutes_and_seconds(job):
    assert job.elapsed == ""
    job.started_at = timezone.now()
    job.ended_at = job.started_at + timedelta(seconds=65)
    assert job.elapsed == "1:05"


def test_what_hangs_beside_the_worker_does_not_keep_it_from_ending(tmp_path: Path, monkeypatch):
    said = tmp_path / "pid"
    hangs = f"import os, signal, time; signal.signal(15, signal.SIG_IGN); open({str(said)!r}, 'w').write(str(os.getpid())); time.sleep(300)"
    monkeypatch.setattr(running, "BESIDE", [("shell", "--no-imports", "-c", hangs)])
    with running.company():
        until = time.monotonic() + 60
        while not (said.exists() and said.read_text()) and time.monotonic() < until:
            time.sleep(0.05)
        asked = time.monotonic()
    assert time.monotonic() - asked < running.GRACE_S + 5
    assert not Path(f"/proc/{said.read_text()}").exists()
