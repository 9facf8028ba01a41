"""示范县 with an officer and a keeper, the city with two keepers, the county next door; rows entered and confirmed."""

from __future__ import annotations

from uuid import uuid4

import pytest
from django.urls import reverse
from tests.liangtian_web.conftest import browser, person

from liangtian_web.registers.models import Row

TASK = {"year": "2024", "area": "30", "unit": "mu", "document": "示市资〔2024〕5号"}
PROJECT = {
    "number": "KP-1", "name": "跨江大桥", "level": "city", "quantity": "10000", "paddy": "4000", "unit": "m2",
    "capacity_kg": "6000", "document": "示市重〔2024〕2号",
}  # fmt: skip
UPGRADE = {"number": "SF-1", "name": "东片提升", "area": "6000", "unit": "m2", "due_on": "2024-06-30", "document": "示市农〔2024〕8号"}  # fmt: skip
FORMS = {"annual-task": TASK, "key-project": PROJECT, "standard-upgrade": UPGRADE}


@pytest.fixture
def people(places):
    """Who enters, who confirms, and who has nothing to do with it."""
    return {
        "wang": person("wang", "王工", places["county"], "officer"),
        "li": person("li", "李工", places["county"], "keeper"),
        "qian": person("qian", "钱处", places["city"], "keeper"),
        "zhou": person("zhou", "周处", places["city"], "keeper"),
        "zhao": person("zhao", "赵工", places["other"], "keeper"),
    }


@pytest.fixture
def clients(people):
    """Their browsers."""
    return {name: browser(user) for name, user in people.items()}


def form_of(register: str, place, **changes: str) -> dict[str, str]:
    """A row as its form sends it, in force from the first of January 2024."""
    given = {"form": str(uuid4()), "place": f"p{place.pk}", "state": "listed", "since": "2024-01-01"}
    return given | FORMS.get(register, {}) | changes


def nil(register: str, place, **changes: str) -> dict[str, str]:
    """A report that there is nothing to enter."""
    given = {"form": str(uuid4()), "place": f"p{place.pk}", "state": "nil", "since": "2024-01-01", "unit": "mu"}
    return given | {"document": "零报告"} | changes


def enter(client, register: str, form: dict[str, str]) -> Row:
    """Send a form that is accepted; the row it made."""
    answer = client.post(reverse("registers:new", args=[register]), form)
    assert answer.status_code == 302, answer.context["form"].errors
    return Row.objects.get(uuid=answer.url.strip("/").split("/")[-1])


def confirm(client, *rows: Row, verb: str = "confirm", reason: str = ""):
    """Confirm rows of one register, or send them back."""
    given = {"row": [str(row.uuid) for row in rows], verb: "1", "reason": reason}
    return client.post(reverse("registers:decide", args=[rows[0].register]), given)


def confirmed(clients, register: str, form: dict[str, str]) -> Row:
    """A row the city entered and the city confirmed."""
    row = enter(clients["qian"], register, form)
    assert confirm(clients["zhou"], row).status_code == 302
    return row
