"""A form counts once; what the database refuses for any other reason is no form sent again."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from uuid import uuid4

import pytest
from django.db import IntegrityError
from django.test import RequestFactory

from liangtian_web.balance.actions import Head, file
from liangtian_web.balance.models import Filing
from liangtian_web.errors import StageRefused
from liangtian_web.trail.models import Event

pytestmark = pytest.mark.django_db


@pytest.fixture
def request_of_li(people):
    request = RequestFactory().post("/")
    request.user = people["li"]
    return request


@pytest.fixture
def head(places):
    return Head(uuid4(), places["county"], "城关镇垦造耕地", date(2024, 3, 1), "示自然资验〔2024〕3号")


def test_sent_again_a_form_leads_to_what_it_made(request_of_li, head):
    made = file(request_of_li, head, "acceptance", facts={}, wkb=b"\x01")
    assert file(request_of_li, head, "acceptance", facts={}, wkb=b"\x01") == made
    assert Event.objects.filter(action="balance.file").count() == 1


def test_the_number_of_a_form_stands_for_one_content(request_of_li, head):
    file(request_of_li, head, "acceptance", facts={})
    with pytest.raises(StageRefused, match="balance-key-reused"):
        file(request_of_li, replace(head, project="别的项目"), "acceptance", facts={})


def test_what_the_database_refuses_otherwise_stays_an_error(request_of_li, head):
    with pytest.raises(IntegrityError, match="source"):
        file(request_of_li, head, "acceptance", facts={}, source=None)
    assert not Filing.objects.exists()
