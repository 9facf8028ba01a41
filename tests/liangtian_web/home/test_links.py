"""Whoever follows what their pages offer is never told that they may not."""

import re
from datetime import date

import pytest
from tests.liangtian_web.conftest import browser, person

from liangtian_web.onemap.models import Upload

LINK = re.compile(r'<a[^>]* href="(/[^"#]*)')
LEAVING = re.compile(r"^/(static|admin)/|\.(xlsx|docx|toml|json)|logout")
PAGES_MAX = 150


def followed(client):
    """Address → status of each kind of page that is linked from home on: numbers and names in it do not count."""
    waiting, kinds, found = ["/"], set(), {}
    while waiting and len(found) < PAGES_MAX:
        url = waiting.pop(0).replace("&amp;", "&")
        answer = client.get(url, follow=True)
        found[url] = answer.status_code
        page = b"" if answer.streaming else answer.content
        for link in LINK.findall(page.decode(errors="replace")):
            kind = re.sub(r"[0-9a-f-]{36}|\d+", "N", link.split("?")[0])
            if kind not in kinds and not LEAVING.search(link):
                kinds.add(kind)
                waiting.append(link)
    return found


@pytest.fixture
def refused(home, places, county_officer):
    """An upload of the county that cannot be published, open to everybody who sees the county."""
    return Upload.objects.create(
        sha256="0" * 64, files=[{"name": "DLTB.gpkg", "size": 1}], size=1, uploader=county_officer, layer="DLTB",
        place=places["county"], on=date(2024, 12, 31), state="refused", level="refused",
    )  # fmt: skip


def test_an_upload_is_sent_again_by_those_who_may(officer_client, auditor_client, refused):
    offers = [b"/onemap/uploads/new/" in each.get(f"/onemap/uploads/{refused.pk}/").content
              for each in (officer_client, auditor_client)]  # fmt: skip
    assert offers == [True, False]


@pytest.mark.parametrize(
    ("place", "role"),
    [("town", "officer"), ("county", "officer"), ("county", "keeper"), ("county", "admin"), ("city", "keeper"),
     ("city", "auditor")],
)  # fmt: skip
def test_no_page_offers_what_its_reader_may_not_open(home, places, role, place):
    found = followed(browser(person("qian", "钱工", places[place], role)))
    assert len(found) > 20
    assert {url: status for url, status in found.items() if status != 200} == {}
