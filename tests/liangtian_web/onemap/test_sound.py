"""Snapshots that are missing or altered: reported at start and on request, refused on every page, repaired by publishing."""

import io

import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse
from tests.liangtian_web import land

from liangtian.errors import CatalogueError
from liangtian.onemap import catalogue
from liangtian_web.home.management.commands.serve import Command as Serve
from liangtian_web.jobs.models import Job
from liangtian_web.onemap import actions
from liangtian_web.onemap.models import LayerVersion
from liangtian_web.onemap.queries import the_catalogue
from liangtian_web.people.models import Membership
from liangtian_web.trail.models import Event

pytestmark = pytest.mark.usefixtures("home")
NAME = "DLTB@339901@2023-12-31"


@pytest.fixture
def altered(places):
    """The published land, its parcels altered behind our back."""
    entries = land.publish_all()
    for entry in entries:
        actions.adopt(entry, places["county"])
    path = the_catalogue().snapshot_path(entries[0].digest)
    path.write_bytes(path.read_bytes() + b"x")
    catalogue._loaded.cache_clear()  # as after a new start
    return path


def no_progress(share, message):
    pass


def test_the_start_reports_and_goes_on_and_the_command_ends_with_an_error(altered):
    told = io.StringIO()
    call_command("sync_layers", "--report", stderr=told)
    assert f"{NAME} (altered)" in told.getvalue()
    with pytest.raises(CommandError, match=NAME):
        call_command("sync_layers")
    altered.unlink()
    with pytest.raises(CommandError, match=r"missing"):
        call_command("sync_layers")


def test_serving_begins_by_saying_so(altered):
    told = io.StringIO()
    Serve(stdout=told).look_at_snapshots()
    assert f"{NAME} (altered)" in told.getvalue()


def test_its_layer_is_refused_everywhere_with_its_name(officer_client, places, altered):
    day = {"on": "2024-06-01"}
    assert NAME in officer_client.get("/ogc/collections/DLTB/items?datetime=2024-06-01").json()["description"]
    search = officer_client.get(reverse("onemap:search"), day | {"q": "示范村"})
    assert (search.status_code, NAME in search.content.decode()) == (409, True)
    form = {
        "name": "x",
        "kind": "batch",
        "on": "2024-06-01",
        "place": places["county"].pk,
        "drawn": land.boundary_geojson(),
    }
    page = officer_client.post(reverse("review:new"), form)
    assert NAME in page.context["form"].non_field_errors()[0]
    listed = officer_client.get(reverse("onemap:layers"))
    assert listed.context["unsound"] == {LayerVersion.objects.get(layer="DLTB").pk}
    assert listed.content.decode().count("快照缺失或被改动</span>") == 1


def test_publishing_again_repairs_it(officer_client, altered):
    land.publish_all()
    call_command("sync_layers", "--full")
    assert officer_client.get("/ogc/collections/DLTB/items?datetime=2024-06-01").json()["numberMatched"] == 9


def test_a_version_published_elsewhere_is_not_taken_over_without_its_snapshot(altered):
    LayerVersion.objects.all().delete()
    assert [version.layer for version in actions.sync()[0]] == ["YJJBNTTB"]


def test_an_administrator_has_every_digest_recomputed(officer_client, county_officer, altered):
    assert officer_client.post(reverse("onemap:verify")).status_code == 403
    Membership.objects.filter(user=county_officer).update(role="admin")
    assert officer_client.post(reverse("onemap:verify")).status_code == 302
    assert (Job.objects.get().kind, Event.objects.get().action) == ("onemap.verify", "onemap.verify")
    with pytest.raises(CatalogueError) as error:
        actions.verify(no_progress)
    assert error.value.params == {"count": 1, "layers": NAME}
