"""A disk that fills during an upload, an examination or a publication: said in a sentence, and done again with room."""

from contextlib import suppress

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.urls import reverse
from procrastinate.contrib.django import app

from damaged import layer
from liangtian_web.onemap.models import LayerVersion, Upload
from small_disk import enlarge, small_disk

FULL = "磁盘已满，没有做完；已有数据不受影响。请管理员腾出空间后重试。"


@pytest.fixture(autouse=True)
def empty_queue(transactional_db):
    """The queue's tables are not Django's, so the flush between tests leaves them."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_jobs")


@pytest.fixture
def disk(settings):
    """A disk of one megabyte that holds the home folder and the uploads."""
    with small_disk(1) as mounted:
        settings.HOME = mounted
        settings.MEDIA_ROOT = mounted / "uploads"
        yield mounted


def offer(client, places, files):
    form = {"layer": "DLTB", "place": places["county"].pk, "on": "2024-12-31", "visibility": "below"}
    form["files"] = [SimpleUploadedFile(name, data) for name, data in files.items()]
    return client.post(reverse("onemap:upload_new"), form)


def fill(file):
    """Take all the room that is left."""
    with file.open("wb", buffering=0) as filler, suppress(OSError):
        while True:
            filler.write(bytes(4096))


def work(upload):
    """Run the worker until nothing waits; the job of the upload."""
    with app.with_connector(app.connector.get_worker_connector()).open() as worker:
        worker.run_worker(wait=False, install_signal_handlers=False, listen_notify=False, delete_jobs="successful")
    upload.refresh_from_db()
    return upload.job


def test_an_upload_that_fills_the_disk_is_answered_in_a_sentence_and_leaves_nothing(county_officer, places, disk):
    client = Client(raise_request_exception=False)
    client.force_login(county_officer)
    answer = offer(client, places, {"DLTB.gpkg": bytes(2 * 2**20)})
    assert answer.status_code == 507
    assert "服务器的磁盘已满，这一步没有完成，已有数据不受影响。" in answer.content.decode()
    assert not Upload.objects.exists()
    assert list((disk / "uploads").iterdir()) == []
    enlarge(disk, 10)
    assert offer(client, places, {"DLTB.gpkg": bytes(2 * 2**20)}).status_code == 302


@pytest.mark.django_db(transaction=True)
def test_a_publication_that_fills_the_disk_waits_and_is_done_with_room(officer_client, places, disk, tmp_path):
    offer(officer_client, places, layer(tmp_path / "made", ".gpkg"))
    upload = Upload.objects.get()
    assert (work(upload).state, upload.state) == ("done", "examined")
    fill(disk / "filler")

    officer_client.post(reverse("onemap:upload_publish", args=[upload.pk]))
    job = work(upload)
    assert (job.state, job.message, upload.state) == ("failed", FULL, "examined")
    assert not LayerVersion.objects.exists()

    (disk / "filler").unlink()
    officer_client.post(reverse("onemap:upload_publish", args=[upload.pk]))
    assert (work(upload).state, upload.state) == ("done", "published")
