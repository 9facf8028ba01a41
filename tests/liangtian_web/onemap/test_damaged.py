"""Each damaged input, uploaded: one clear message on its page, and nothing is published."""

import pytest
import shapely
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from damaged import DAMAGED, FIELD, layer, swapped_axes
from liangtian_web.onemap import actions
from liangtian_web.onemap.models import LayerVersion, Upload

pytestmark = pytest.mark.usefixtures("home")


def offer(client, places, files, **more):
    form = {"layer": "DLTB", "place": places["county"].pk, "on": "2024-12-31", "visibility": "below"} | more
    form["files"] = [SimpleUploadedFile(name, data) for name, data in files.items()]
    return client.post(reverse("onemap:upload_new"), form)


def work(upload):
    actions.examine(upload, lambda share, message: None)
    upload.refresh_from_db()


@pytest.mark.parametrize("name", DAMAGED)
def test_a_damaged_upload_gets_one_message_and_publishes_nothing(officer_client, places, tmp_path, name):
    make, _ = DAMAGED[name]
    answer = offer(officer_client, places, make(tmp_path / "made"))

    if answer.status_code == 400:  # said before it is read
        assert sum(len(errors) for errors in answer.context["form"].errors.values()) == 1
        assert not Upload.objects.exists()
        return
    upload = Upload.objects.get()
    work(upload)
    assert upload.state == "refused"
    page = officer_client.get(reverse("onemap:upload", args=[upload.pk]))
    refusing = [defect for defect in page.context["defects"] if defect["outcome"] == "fail"]
    assert bool(page.context["refusal"]) + len(refusing) == 1
    officer_client.post(reverse("onemap:upload_publish", args=[upload.pk]))
    upload.refresh_from_db()
    assert upload.state == "refused"
    assert not LayerVersion.objects.exists()


def test_axes_are_exchanged_for_whoever_says_so(officer_client, places, tmp_path):
    offer(officer_client, places, swapped_axes(tmp_path / "made"), north_first="yes")
    upload = Upload.objects.get()
    work(upload)
    assert upload.state == "examined"
    officer_client.post(reverse("onemap:upload_publish", args=[upload.pk]))
    upload.refresh_from_db()
    assert actions.publish_upload(upload, lambda share, message: None).rows == 1


def test_a_layer_without_a_system_is_examined_in_the_one_that_is_named(officer_client, places, tmp_path):
    files = layer(tmp_path / "made", ".shp", shapely.transform(FIELD, lambda xy: xy - [40_000_000, 0]), crs=4549)
    del files["DLTB.prj"]
    states = []
    for more in ({}, {"crs": "4549"}):
        offer(officer_client, places, files, **more)
        upload = Upload.objects.latest("pk")
        work(upload)
        states.append(upload.state)
    assert states == ["refused", "examined"]
