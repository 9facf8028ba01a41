"""The list of all filings: narrowed by place, procedure and state, with what each moves, a page at a time."""

from __future__ import annotations

import pytest
from django.urls import reverse
from tests.liangtian_web.balance.conftest import file_acceptance, post

from liangtian_web.balance import views
from liangtian_web.balance.filters import STATES

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("home", "opened")]


@pytest.fixture
def filings(clients, places):
    """One posted, one sent back, one that waits."""
    made = {name: file_acceptance(clients["li"], places, column=40 + 4 * n, project=name)
            for n, name in enumerate(("passed", "refused", "waiting"))}  # fmt: skip
    assert post(clients["qian"], made["passed"]).status_code == 302
    page = reverse("balance:decide", args=[made["refused"].uuid])
    assert clients["qian"].post(page, {"reason": "材料不全"}).status_code == 302
    return made


def listed(client, **asked) -> list[str]:
    return [row[0].project for row in client.get(reverse("balance:index"), asked).context["filings"]]


def test_it_is_narrowed_by_place_procedure_and_state(clients, filings, places):
    found = {state: listed(clients["qian"], state=state) for state in STATES}
    assert found == {"waiting": ["waiting"], "passed": ["passed"], "refused": ["refused"], "reversed": []}
    assert len(listed(clients["qian"], event="acceptance", place=places["county"].pk)) == 3
    assert listed(clients["qian"], event="hold") == []
    assert len(listed(clients["li"], place=places["other"].pk)) == 3  # not hers to ask about: it narrows nothing


def test_it_says_what_was_moved_or_handed_in(clients, filings):
    rows = clients["qian"].get(reverse("balance:index")).context["filings"]
    amounts = {each.project: dict(found) for each, _tag, _word, found in rows}
    assert amounts["waiting"] == {"quantity_m2": 30_013, "paddy_m2": 20_000, "capacity_kg": 30_000}
    assert amounts["passed"]["paddy_m2"] == 20_000


def test_older_pages_and_the_export_keep_the_filter(clients, filings, monkeypatch):
    monkeypatch.setattr(views, "PAGE", 1)
    first = clients["qian"].get(reverse("balance:index"), {"event": "acceptance"})
    assert "event=acceptance" in first.context["more"]
    second = clients["qian"].get(f"{reverse('balance:index')}?{first.context['more']}")
    assert [row[0].project for row in second.context["filings"]] == ["refused"]
    taken = clients["qian"].post(reverse("papers:filings"), {"form": "csv", "state": "refused"})
    text = b"".join(taken).decode()
    assert ("refused" in text, "waiting" in text) == (True, False)
