"""Whoever follows what their pages offer is never told that they may not."""

import re

import pytest
from tests.liangtian_web.conftest import browser, person

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


@pytest.mark.parametrize(
    ("place", "role"),
    [("town", "officer"), ("county", "officer"), ("county", "keeper"), ("county", "admin"), ("city", "keeper"),
     ("city", "auditor")],
)  # fmt: skip
def test_no_page_offers_what_its_reader_may_not_open(home, places, role, place):
    found = followed(browser(person("qian", "钱工", places[place], role)))
    assert len(found) > 20
    assert {url: status for url, status in found.items() if status != 200} == {}
