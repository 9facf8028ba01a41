"""Files nobody needs go by age; what is in force, published or at work stays."""

import os
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.urls import reverse
from tests.liangtian_web import land

from liangtian.onemap import publish
from liangtian.onemap.layers import LAYERS
from liangtian_web.onemap import sweeping
from liangtian_web.onemap.actions import adopt, upload_folder
from liangtian_web.onemap.models import LayerVersion, Upload
from liangtian_web.onemap.sweeping import Swept

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("home")]
TILE = reverse("onemap:tile", args=["DLTB", 9, 427, 209])


@pytest.fixture
def versions(places):
    """Land use in two years: only the second is in force."""
    before = land.land_use()
    now = land.features(before.geometry[:8], before.attributes.slice(0, 8).to_pydict())
    return [
        adopt(
            publish.publish(
                table, LAYERS["DLTB"], place="339901", on=on, home=settings.HOME, publisher="test",
                recorded_at="2024-01-05T08:00:00+08:00",
            ),
            places["county"],
        )
        for on, table in ((land.ON, before), (date(2024, 1, 1), now))
    ]  # fmt: skip


def aged(home: Path, days: int = 100) -> None:
    """Every file as if nobody had touched it for so long."""
    then = datetime.now(UTC).timestamp() - days * 86_400
    for path in [home, *home.rglob("*")]:
        os.utime(path, (then, then))


def upload(places, county_officer, sha256, **more):
    folder = upload_folder(sha256)
    folder.mkdir(parents=True)
    (folder / "a.gpkg").write_bytes(b"bytes")
    row = Upload.objects.create(
        sha256=sha256, files=[{"name": "a.gpkg", "size": 5}], size=5, layer="DLTB", place=places["county"],
        on=land.ON, uploader=county_officer, **more,
    )  # fmt: skip
    Upload.objects.filter(pk=row.pk).update(created_at=datetime.now(UTC) - timedelta(days=100))
    return row


def test_only_versions_that_a_page_draws_together_are_kept_as_tiles(officer_client, versions, home):
    both = ",".join(str(version.pk) for version in versions)
    for asked in (both, f"{both}&v=0123456789abcdef", str(versions[0].pk)):
        assert officer_client.get(f"{TILE}?on=2024-06-01&versions={asked}").status_code == 200
    assert not (home / "tiles").exists()

    (layer,) = officer_client.get(reverse("onemap:map"), {"on": "2024-06-01"}).context["config"]["layers"]
    officer_client.get(layer["tiles"].replace("{z}/{x}/{y}", "9/427/209"))
    assert len(list((home / "tiles").glob("*/*"))) == 1


def test_tiles_and_side_files_go_when_old_unless_their_version_is_in_force(officer_client, versions, home):
    first = officer_client.get(f"{TILE}?on=2023-12-31").content
    officer_client.get(f"{TILE}?on=2024-06-01")
    (home / "overview" / ".x.npz.partial").write_bytes(b"")
    assert sweeping.sweep(datetime.now(UTC)) == Swept(tiles=0, made=0, uploads=0, partial=0)

    aged(home)
    officer_client.get(f"{TILE}?on=2024-06-01")  # asked for again
    assert sweeping.sweep(datetime.now(UTC)) == Swept(tiles=1, made=1, uploads=0, partial=1)
    assert [path.stem for path in (home / "overview").iterdir()] == [versions[1].digest]
    assert all((home / "snapshots" / f"{version.digest}.parquet").exists() for version in versions)

    assert officer_client.get(f"{TILE}?on=2023-12-31").content == first


def test_uploads_that_came_to_nothing_go_and_say_so(officer_client, places, county_officer, versions, home):
    left = upload(places, county_officer, "a" * 64, state="examined")
    published = upload(places, county_officer, "b" * 64, state="published", version=versions[0])
    working = upload(places, county_officer, "c" * 64, state="publishing")
    (home / "uploads" / ".partial-x").mkdir()
    aged(home)
    new = upload(places, county_officer, "d" * 64, state="refused")

    assert sweeping.sweep(datetime.now(UTC)).uploads == 1

    assert [upload_folder(row.sha256).is_dir() for row in (left, published, working, new)] == [False, True, True, True]
    assert not (home / "uploads" / ".partial-x").exists()
    page = officer_client.get(reverse("onemap:upload", args=[left.pk])).content.decode()
    assert "已按保存期限清理" in page
    officer_client.post(reverse("onemap:upload_publish", args=[left.pk]))
    left.refresh_from_db()
    assert (left.state, left.job) == ("refused", None)
    assert LayerVersion.objects.count() == 2
