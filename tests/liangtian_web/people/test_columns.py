"""The columns a user puts away stay away."""

import pytest
from django.urls import reverse

from liangtian_web.people.columns import Column, columns_of

EVERY = [Column("a", "甲", fixed=True), Column("b", "乙"), Column("c", "丙", away=True)]


def choose(client, **more):
    return client.post(
        reverse("people:columns"), {"list": "review.runs", "offered": "b,c", "next": "/people/me/"} | more
    )


def test_a_list_begins_without_the_columns_that_are_away(county_officer):
    found = columns_of(county_officer, "review.runs", EVERY)

    assert [column.name for column in found.heads] == ["a", "b"]
    assert [(column.name, on) for column, on in found.choices] == [("b", True), ("c", False)]


def test_the_choice_is_remembered_with_the_user_and_a_fixed_column_stays(officer_client, county_officer):
    assert choose(officer_client, shown=["c"])["Location"] == "/people/me/"
    county_officer.refresh_from_db()

    assert [column.name for column in columns_of(county_officer, "review.runs", EVERY).heads] == ["a", "c"]
    assert [column.name for column in columns_of(county_officer, "onemap.layers", EVERY).heads] == ["a", "b"]


@pytest.mark.parametrize("wrong", [{"list": "../x"}, {"list": "no.list"}, {"offered": "b;c"}])
def test_what_is_no_list_is_refused(officer_client, county_officer, wrong):
    assert choose(officer_client, **wrong).status_code == 400
    county_officer.refresh_from_db()
    assert county_officer.hidden_columns == {}


def test_one_s_columns_are_nobody_else_s(officer_client, outsider, outsider_client):
    choose(officer_client, shown=[])
    outsider.refresh_from_db()
    assert outsider.hidden_columns == {}


def test_the_way_back_is_ours(officer_client):
    assert choose(officer_client, next="https://elsewhere.example/")["Location"] == "/"
