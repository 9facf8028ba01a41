"""Every procedure that ends in a paper has it, the same record gives the same bytes, and taking it is noted."""

from __future__ import annotations

import pytest
from django.urls import reverse
from tests.liangtian_web.balance.conftest import accepted, file, post
from tests.liangtian_web.papers.conftest import Read, taken

from liangtian_web.balance.models import Filing
from liangtian_web.balance.procedures import PROCEDURES
from liangtian_web.papers.filings import FORMS
from liangtian_web.trail.models import Event


@pytest.fixture
def acceptance(opened, clients, home, places):
    """An acceptance that waits."""
    return file(clients["wang"], reverse("balance:accept"), accepted(places))


@pytest.fixture
def booked(acceptance, clients):
    """The same in the book."""
    assert post(clients["qian"], acceptance).status_code == 302
    return Filing.objects.get(pk=acceptance.pk)


def test_every_procedure_has_its_paper():
    assert set(PROCEDURES) == set(FORMS)
    titles = [str(each.title) for each in FORMS.values()]
    assert len(titles) == len(set(titles))
    assert all(each.seals for each in FORMS.values())


def test_an_acceptance_says_amounts_clause_entry_and_seals(booked, clients, paper):
    found = paper(clients["wang"], "filing", booked.uuid)
    entry = booked.decision.entry
    assert found.lines[0] == "补充耕地项目验收入库审核表"
    assert f"已审核入账，分录编号 {entry.uuid}。" in found.lines
    assert ["耕地数量", "30,013 m²（45.02 亩）", "1,005 m²（1.51 亩）"] in found.rows
    assert ["示范县 储备库", "耕地数量", "+30,013 m²", "45.02 亩", "登记"] in found.rows
    assert {"温州 2019（六）", "审核人", "钱处", str(entry.uuid), booked.decision.rules_digest} - found.cells == {
        "钱处"
    }
    assert ["单位（盖章）", "签字", "日期"] in found.rows
    assert ["责任单元自然资源主管部门", "", ""] in found.rows


@pytest.mark.parametrize("form", ["docx", "html"])
def test_the_same_record_gives_the_same_bytes(booked, clients, form):
    first, second = (taken(clients[name], "filing", booked.uuid, form) for name in ("wang", "qian"))
    assert first.content == second.content
    assert first.headers["Content-Disposition"].startswith("attachment")


def test_what_waits_says_no_ruling_and_no_entry(acceptance, clients, paper):
    found = paper(clients["wang"], "filing", acceptance.uuid)
    assert "尚未审核。" in found.lines
    assert "已记分录" not in found.lines
    assert "本事项须满足的条款" not in found.lines


def test_what_was_sent_back_says_why(acceptance, clients, paper):
    clients["qian"].post(reverse("balance:decide", args=[acceptance.uuid]), {"refuse": "1", "reason": "缺验收图"})
    assert "已退回：缺验收图" in paper(clients["wang"], "filing", acceptance.uuid).lines


def test_taking_a_paper_is_noted(booked, clients):
    taken(clients["wang"], "filing", booked.uuid)
    taken(clients["wang"], "filing", booked.uuid, "html")
    noted = (
        Event.objects.filter(action="papers.take").order_by("pk").values_list("object", "username", "on", "place__name")
    )
    assert list(noted) == [
        (f"filing:{booked.uuid} docx", "wang", booked.on, "示范县"),
        (f"filing:{booked.uuid} html", "wang", booked.on, "示范县"),
    ]


@pytest.mark.parametrize("form", ["docx", "html"])
def test_an_outsider_gets_nothing_and_nothing_is_noted(booked, clients, form):
    answer = taken(clients["zhao"], "filing", booked.uuid, form)
    assert answer.status_code == 404
    assert not Event.objects.filter(action="papers.take").exists()


@pytest.mark.parametrize(("kind", "ref", "form"), [
    ("filing", "not-a-number", "docx"), ("match", "not-a-number", "docx"), ("request", "x", "html"),
    ("reconciliation", "x", "html"), ("suspension", "x", "docx"), ("place", "99999999999999", "docx"),
    ("nothing", "1", "docx"), ("place", "1", "pdf"),
])  # fmt: skip
def test_an_address_that_names_nothing(clients, kind, ref, form):
    assert taken(clients["wang"], kind, ref, form).status_code == 404


def test_it_is_read_in_english_too(booked, clients, people):
    people["wang"].language = "en"
    people["wang"].save()
    found = Read(taken(clients["wang"], "filing", booked.uuid))
    assert found.lines[0] == "Entry of an accepted compensation project into the book"
    assert "Sealed" not in found.cells
