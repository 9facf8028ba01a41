import pytest
from django.test import Client

from liangtian_web.people.models import Agency, Membership, Place, User
from liangtian_web.trail.models import Event


@pytest.fixture
def keeper(places, password):
    return User.objects.create_superuser("root", password=password, display_name="管理员")


@pytest.fixture
def admin_pages(keeper):
    client = Client()
    client.force_login(keeper, backend="django.contrib.auth.backends.ModelBackend")
    return client


@pytest.mark.parametrize("page", ["", "people/user/", "people/user/add/", "people/place/", "people/agency/add/"])
def test_administrator_opens_every_page(admin_pages, page):
    assert admin_pages.get(f"/admin/{page}").status_code == 200


def test_officer_is_sent_away_from_the_administration(officer_client):
    assert officer_client.get("/admin/people/user/", follow=True).status_code == 403


def test_administration_has_no_log_in_of_its_own(client, db):
    assert client.get("/admin/login/?next=/admin/").headers["Location"] == "/login/?next=/admin/"


def test_new_place_finds_its_path_and_is_noted(admin_pages, places):
    form = {"name": "开发区", "code": "", "kind": "zone", "parent": places["city"].pk}
    assert admin_pages.post("/admin/people/place/add/", form).status_code == 302
    zone = Place.objects.get(name="开发区")
    assert zone.path == f"{places['city'].path}{zone.pk}/"
    assert Event.objects.get().object == f"place:{zone.pk} 开发区"


def test_duty_given_on_the_user_s_page_is_noted(admin_pages, county_officer, places):
    agency = Agency.objects.create(name="示范二县自然资源局", place=places["other"])
    held = county_officer.memberships.get()
    form = {
        "username": "wang", "display_name": "王工", "unit": "mu", "language": "zh-hans", "is_active": "on",
        "memberships-TOTAL_FORMS": 2, "memberships-INITIAL_FORMS": 1,
        "memberships-0-id": held.pk, "memberships-0-user": county_officer.pk, "memberships-0-agency": held.agency_id,
        "memberships-0-place": held.place_id, "memberships-0-role": "officer",
        "memberships-1-user": county_officer.pk, "memberships-1-agency": agency.pk,
        "memberships-1-place": places["other"].pk, "memberships-1-role": "auditor",
    }  # fmt: skip
    assert admin_pages.post(f"/admin/people/user/{county_officer.pk}/change/", form).status_code == 302
    given = Membership.objects.get(role="auditor")
    assert set(Event.objects.values_list("object", flat=True)) == {
        f"user:{county_officer.pk} 王工",
        f"membership:{given.pk} 王工 · 示范二县自然资源局 · 审计人",
    }


def test_place_with_agencies_is_not_deleted(admin_pages, county_officer, places):
    admin_pages.post(f"/admin/people/place/{places['county'].pk}/delete/", {"post": "yes"})
    assert Place.objects.filter(name="示范县").exists()


def test_a_password_set_for_another_is_noted(admin_pages, county_officer, keeper):
    page = f"/admin/people/user/{county_officer.pk}/password/"
    form = {"password1": "另一个-很长-的口令", "password2": "另一个-很长-的口令", "usable_password": "true"}

    assert admin_pages.post(page, form | {"password2": "别的"}).status_code == 200
    assert not Event.objects.exists()
    assert admin_pages.post(page, form).status_code == 302
    assert [(e.user, e.action, e.object) for e in Event.objects.all()] == [
        (keeper, "people.password", f"user:{county_officer.pk}")
    ]
