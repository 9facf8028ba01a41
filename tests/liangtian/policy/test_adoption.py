from __future__ import annotations

from datetime import date

import pytest

from liangtian.errors import LiangtianError
from liangtian.messages import render_error
from liangtian.policy.adoption import (
    Adoption,
    adopted,
    demonstration_adoptions,
    demonstration_names,
    read_adoptions,
    read_names,
)
from liangtian.rules.documents import DOCUMENTS

POLICIES = ("wenzhou-2019", "haining-2021", "liangtian-2026")


def names(on, place, adoptions=None):
    """The policies adopted and our own values; what the policies rest on is left aside."""
    entries = demonstration_adoptions() if adoptions is None else adoptions
    return [name for name in adopted(DOCUMENTS, entries, on=on, place=place) if name in POLICIES]


@pytest.mark.parametrize("place", ["3399", "339900", "339901", "339902", "339901001", "339901001201"])
def test_demonstration_places_adopt_both_documents(place):
    assert names(date(2019, 2, 12), place) == ["liangtian-2026"]
    assert names(date(2019, 2, 13), place) == ["wenzhou-2019", "liangtian-2026"]
    assert names(date(2021, 12, 21), place) == ["wenzhou-2019", "liangtian-2026"]
    assert names(date(2021, 12, 22), place) == ["wenzhou-2019", "haining-2021", "liangtian-2026"]


def test_demonstration_adopts_each_supporting_law_from_its_own_day_but_not_before_the_first_policy():
    supporting = {each.document: each.since for each in demonstration_adoptions() if each.document not in POLICIES}
    first = DOCUMENTS["wenzhou-2019"].since
    assert supporting == {name: max(first, DOCUMENTS[name].since) for name in DOCUMENTS if name not in POLICIES}


@pytest.mark.parametrize("place", ["330000", "330300", "330481", "339800", "zone-1"])
def test_other_places_adopt_nothing(place):
    assert names(date(2022, 1, 1), place) == ["liangtian-2026"]


def test_zone_without_a_code_adopts_for_itself_alone():
    entries = (Adoption("zone-1", "wenzhou-2019", date(2020, 1, 1)),)
    assert names(date(2020, 1, 1), "zone-1", entries) == ["wenzhou-2019", "liangtian-2026"]
    assert names(date(2020, 1, 1), "zone-12", entries) == ["liangtian-2026"]


def test_adoption_ends_after_its_last_day():
    entries = read_adoptions(
        '[[adopts]]\nplace = "339901"\ndocument = "wenzhou-2019"\nsince = 2020-01-01\nuntil = 2020-12-31\n', "a.toml"
    )
    assert names(date(2020, 12, 31), "339901", entries) == ["wenzhou-2019", "liangtian-2026"]
    assert names(date(2021, 1, 1), "339901", entries) == ["liangtian-2026"]


def test_document_binds_nobody_before_it_is_in_force():
    entries = (Adoption("339901", "haining-2021", date(2019, 1, 1)),)
    assert names(date(2021, 12, 21), "339901", entries) == ["liangtian-2026"]


@pytest.mark.parametrize(
    "text",
    [
        "[[adopts]\n",
        "",
        '[[adopts]]\nplace = "339901"\n',
        '[[adopts]]\nplace = 339901\ndocument = "wenzhou-2019"\nsince = 2020-01-01\n',
        '[[adopts]]\nplace = "339901"\ndocument = "wenzhou-2019"\nsince = "2020"\n',
    ],
)
def test_broken_list_says_which_file(text):
    with pytest.raises(LiangtianError) as caught:
        read_adoptions(text, "county.toml")
    assert caught.value.message_id == "adopts-unreadable"
    assert "county.toml" in render_error(caught.value, lang="zh")


def test_unknown_document_is_never_passed_over():
    with pytest.raises(LiangtianError) as caught:
        names(date(2020, 1, 1), "339901", (Adoption("339901", "wenzhou-2020", date(2020, 1, 1)),))
    assert caught.value.message_id == "adopts-unknown-document"
    assert "wenzhou-2020" in render_error(caught.value, lang="en")


def test_places_are_called_what_the_list_calls_them():
    assert read_names('[names]\n339901 = "示范县"\nzone-1 = "开发区"\n', "a.toml") == {
        "339901": "示范县",
        "zone-1": "开发区",
    }
    assert read_names("", "a.toml") == {}
    assert demonstration_names()["339902"] == "示范二县"
    for text in ("[names\n", "[names]\n339901 = 3\n"):
        with pytest.raises(LiangtianError) as caught:
            read_names(text, "a.toml")
        assert caught.value.message_id == "adopts-unreadable"
