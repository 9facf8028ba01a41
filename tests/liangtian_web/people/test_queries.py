import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import ValidationError

from liangtian_web.people.models import Membership, Place, User
from liangtian_web.people.queries import has_role, places_for


def names(places):
    return sorted(places.values_list("name", flat=True))


def test_officer_sees_the_county_and_what_is_under_it(county_officer):
    assert names(places_for(county_officer)) == ["城关镇", "示范县"]


def test_outsider_sees_only_the_other_county(outsider):
    assert names(places_for(outsider)) == ["示范二县"]


def test_auditor_of_the_city_sees_everything_in_it(city_auditor):
    assert names(places_for(city_auditor)) == ["城关镇", "示范二县", "示范县", "示范市"]


def test_roles_narrow_the_places(city_auditor):
    assert names(places_for(city_auditor, "admin")) == []
    assert names(places_for(city_auditor, "auditor", "admin")) == ["城关镇", "示范二县", "示范县", "示范市"]


def test_two_memberships_add_up(county_officer, places):
    first = county_officer.memberships.get()
    Membership.objects.create(user=county_officer, agency=first.agency, place=places["other"], role="officer")
    assert names(places_for(county_officer)) == ["城关镇", "示范二县", "示范县"]


def test_stranger_and_newcomer_see_nothing(places):
    assert names(places_for(AnonymousUser())) == []
    assert names(places_for(User.objects.create_user("new"))) == []


def test_place_with_the_same_beginning_of_its_number_is_not_under_it(places):
    """/1/ is no prefix of /12/."""
    county = places["county"]
    near = Place.objects.create(pk=county.pk * 10 + 1, name="邻县", kind="county", parent=places["city"])
    assert not near.path.startswith(county.path)


def test_place_that_moves_takes_its_places_with_it(places, county_officer):
    places["town"].parent = places["other"]
    places["town"].save()
    village = Place.objects.create(name="东村", kind="village", parent=places["town"])
    places["town"].parent = places["county"]
    places["town"].save()
    village.refresh_from_db()
    assert village.path == f"{places['county'].path}{places['town'].pk}/{village.pk}/"


def test_functional_zone_needs_no_code(places):
    zones = [Place.objects.create(name=name, kind="zone", parent=places["city"]) for name in ("开发区", "港区")]
    assert [zone.code for zone in zones] == [None, None]


def test_has_role_looks_anywhere(county_officer, city_auditor):
    assert (has_role(county_officer, "auditor"), has_role(city_auditor, "auditor")) == (False, True)


def test_a_place_written_past_its_path_gives_its_officer_no_other(places, outsider):
    Place.objects.bulk_create([Place(name="新区", kind="zone", parent=places["city"])])
    Membership.objects.update(place=Place.objects.get(name="新区"))
    assert names(places_for(outsider)) == []


def test_a_place_may_not_lie_in_itself(places):
    for parent in ("county", "town"):
        places["county"].parent = places[parent]
        with pytest.raises(ValidationError):
            places["county"].full_clean()
    places["county"].parent = places["other"]
    places["county"].full_clean()
