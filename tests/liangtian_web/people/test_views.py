from datetime import timedelta

import pytest
from axes.models import AccessAttempt
from django.db.models import F
from django.urls import reverse

from liangtian_web.trail.models import Event

LOGIN = "/login/"


def log_in(client, username, password, address="127.0.0.1"):
    return client.post(LOGIN, {"username": username, "password": password}, REMOTE_ADDR=address)


@pytest.fixture
def time_passes():
    """Let time pass for the failures kept."""

    def passed(minutes):
        AccessAttempt.objects.update(attempt_time=F("attempt_time") - timedelta(minutes=minutes))

    return passed


def test_login_opens_the_front_page_and_is_noted(client, county_officer, password):
    assert log_in(client, "wang", password).headers["Location"] == "/"
    assert list(Event.objects.values_list("username", "action", "ip")) == [("wang", "people.login", "127.0.0.1")]


def test_login_says_what_is_wrong(client, county_officer):
    page = log_in(client, "wang", "wrong")
    assert page.status_code == 200
    assert 'role="alert"' in page.content.decode()


def test_five_failures_lock_the_user_out_even_with_the_right_password(client, county_officer, password):
    answers = [log_in(client, "wang", "wrong").status_code for _ in range(5)]
    assert answers == [200, 200, 200, 200, 429]
    assert log_in(client, "wang", password).status_code == 429


def test_lock_out_spares_other_users(client, county_officer, outsider, password):
    for _ in range(5):
        log_in(client, "wang", "wrong")
    assert log_in(client, "zhao", password).status_code == 302


def test_an_address_that_tries_many_users_is_locked_out_for_all_of_them(client, outsider, password, settings):
    settings.LOGIN_FAILURES_ADDRESS = 4
    answers = [log_in(client, f"user{n}", "wrong", "10.9.9.9").status_code for n in range(4)]
    assert answers == [200, 200, 200, 429]
    assert log_in(client, "zhao", password, "10.9.9.9").status_code == 429
    assert log_in(client, "zhao", password, "10.0.0.1").status_code == 302


def test_a_user_tried_from_many_addresses_is_locked_out_but_not_where_known(client, county_officer, password, settings):
    settings.LOGIN_FAILURES_USER = 4
    assert log_in(client, "wang", password, "10.0.0.1").status_code == 302
    client.logout()
    answers = [log_in(client, "wang", "wrong", f"10.9.9.{n}").status_code for n in range(4)]
    assert answers == [200, 200, 200, 429]
    assert log_in(client, "wang", password, "10.9.8.1").status_code == 429
    assert log_in(client, "wang", password, "10.0.0.1").status_code == 302


def test_what_is_tried_while_locked_out_does_not_prolong_it(client, county_officer, password, time_passes):
    for _ in range(5):
        log_in(client, "wang", "wrong")
    time_passes(minutes=10)
    assert log_in(client, "wang", "wrong").status_code == 429
    time_passes(minutes=6)
    assert log_in(client, "wang", password).status_code == 302


@pytest.mark.parametrize("username", ["a" * 5000, "用" * 300])
def test_a_name_of_any_length_is_only_a_wrong_name(client, db, username):
    assert log_in(client, username, "wrong").status_code == 200


def test_login_does_not_lead_to_another_host(client, county_officer, password):
    answer = client.post(LOGIN, {"username": "wang", "password": password, "next": "https://elsewhere.example/"})
    assert answer.headers["Location"] == "/"


def test_logout_needs_a_post_and_ends_the_session(officer_client):
    assert officer_client.get("/people/logout/").status_code == 405
    assert officer_client.post("/people/logout/").headers["Location"] == LOGIN
    assert officer_client.get("/").status_code == 302


def test_password_change_is_kept_and_noted(officer_client, county_officer, password):
    new = "ridge-and-ditch-2024"
    form = {"old_password": password, "new_password1": new, "new_password2": new}
    assert officer_client.post("/password/", form).headers["Location"] == "/people/me/"
    county_officer.refresh_from_db()
    assert county_officer.check_password(new)
    assert Event.objects.get().action == "people.password"


def test_weak_password_is_refused(officer_client, password):
    form = {"old_password": password, "new_password1": "12345678", "new_password2": "12345678"}
    assert officer_client.post("/password/", form).status_code == 200


def test_profile_lists_the_user_s_duties(officer_client):
    page = officer_client.get("/people/me/").content.decode()
    assert "示范县自然资源局" in page
    assert "经办人" in page


def test_unit_and_language_are_remembered(officer_client, county_officer):
    officer_client.post("/people/preferences/", {"unit": "ha"})
    officer_client.post("/people/preferences/", {"language": "en"})
    county_officer.refresh_from_db()
    assert (county_officer.unit, county_officer.language) == ("ha", "en")
    assert '<html lang="en" data-unit="ha"' in officer_client.get("/").content.decode()


def test_unknown_unit_changes_nothing(officer_client, county_officer):
    officer_client.post("/people/preferences/", {"unit": "acre"})
    county_officer.refresh_from_db()
    assert county_officer.unit == "mu"


def test_stranger_switches_the_language_of_the_login_page(client, db):
    client.post("/people/preferences/", {"language": "en", "next": LOGIN})
    assert "<h1>Log in to Liangtian</h1>" in client.get(LOGIN).content.decode()


def test_browser_s_language_is_not_asked(client, db):
    assert "<h1>登录良田</h1>" in client.get(LOGIN, HTTP_ACCEPT_LANGUAGE="en").content.decode()


@pytest.mark.parametrize("back", ["a b", "\x00", "²", "[]"])
def test_preferences_lead_back_to_whatever_stood_in_the_page(officer_client, back):
    assert officer_client.post("/people/preferences/", {"unit": "ha", "next": back}).status_code == 302


def test_preferences_do_not_lead_to_another_host(officer_client):
    answer = officer_client.post("/people/preferences/", {"unit": "ha", "next": "//elsewhere.example/"})
    assert answer.headers["Location"] == "/"


@pytest.mark.parametrize("name", ["people:profile", "home:password", "jobs:index", "trail:index"])
def test_strangers_are_asked_to_log_in(client, db, name):
    assert client.get(reverse(name)).headers["Location"].startswith(f"{LOGIN}?next=")


def test_pages_carry_a_strict_policy(officer_client):
    policy = officer_client.get("/").headers["Content-Security-Policy"]
    assert sorted(policy.split("; ")) == [
        "base-uri 'none'",
        "connect-src 'self'",
        "default-src 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
        "img-src 'self' data: blob:",
        "object-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "worker-src 'self'",
    ]
