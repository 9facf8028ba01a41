"""示范县 with its people and its book, as the balance's tests have them, and a second keeper of the city."""

from __future__ import annotations

from uuid import uuid4

import pytest
from django.urls import reverse
from tests.liangtian_web.balance.conftest import check, file, home, opened, people, post
from tests.liangtian_web.balance.conftest import clients as _clients
from tests.liangtian_web.conftest import browser, person

from liangtian_web.balance.models import Filing

__all__ = ["check", "home", "opened", "people"]
clients = _clients

DAYS = {"adjustment": "2024-06-30", "works": "2024-07-31", "acceptance": "2024-08-31", "filing": "2024-09-30"}
KEPT_BY, LATE = "2024-09-30", "2024-10-08"


@pytest.fixture
def city(places):
    """The city's second keeper."""
    return browser(person("xu", "徐处", places["city"], "keeper"))


def infrastructure(run, **changes):
    """A provincial railway promises what its check owes."""
    given = {
        "key": str(uuid4()), "run": str(run.uuid), "infrastructure_type": "railway", "project_level": "province",
        "on": "2024-06-02", "document": "示承诺〔2024〕1号", "project_completion_on": "2024-10-01",
    }  # fmt: skip
    return given | changes


def supplement(place, **changes):
    """A project of new and improved farmland promises 500 m² and 300 m² of paddy."""
    given = {
        "key": str(uuid4()), "place": place.pk, "project": "岭下村补改结合", "submitted_to": "province",
        "on": "2024-06-02", "document": "示承诺〔2024〕2号", "quantity_m2": "500", "paddy_m2": "300",
    }  # fmt: skip
    return given | DAYS | changes


def promise(client, data, kind="supplement-improve") -> Filing:
    """File a commitment."""
    return file(client, reverse("commitments:new", args=[kind]), data)


def supplied(**changes):
    """A supply as its form sends it."""
    return {"key": str(uuid4()), "on": "2024-08-01", "document": "示兑现〔2024〕1号"} | changes


def supply(client, made, **changes) -> Filing:
    """File a supply for a commitment."""
    return file(client, reverse("commitments:supply", args=[made.uuid]), supplied(**changes))


def due(**changes):
    """A default as its form sends it."""
    return {"key": str(uuid4()), "on": LATE, "document": "示核减〔2024〕1号"} | changes


def default(client, made, **changes) -> Filing:
    """File the default of a commitment."""
    return file(client, reverse("commitments:default", args=[made.uuid]), due(**changes))


def booked(filing, client) -> Filing:
    """Post a filing that nothing stops."""
    answer = post(client, filing)
    assert answer.status_code == 302, answer.content.decode()
    return Filing.objects.get(pk=filing.pk)
