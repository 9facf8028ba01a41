"""Who promises, who judges, who gets nothing; the lists and what is taken away from them."""

from __future__ import annotations

import io
from datetime import date

import openpyxl
import pytest
from django.db import connection, transaction
from django.db.utils import ProgrammingError
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from docx import Document
from tests.liangtian_web.balance.conftest import post
from tests.liangtian_web.balance.test_story import holds
from tests.liangtian_web.commitments.conftest import booked, default, promise, supplement, supplied, supply
from tests.liangtian_web.conftest import browser, person

from bookkeeping import day, entry, legs
from liangtian_web.balance.models import Decision
from liangtian_web.balance.promises import standing
from liangtian_web.commitments.register import Urgency, lines
from liangtian_web.home.commitment_todos import commitment_todos
from liangtian_web.ledger import actions as book
from liangtian_web.trail.models import Event

pytestmark = pytest.mark.usefixtures("home", "opened")


@pytest.fixture
def made(clients, places):
    return booked(promise(clients["wang"], supplement(places["county"])), clients["qian"])


def test_four_eyes_at_every_step(clients, places, city, made):
    waiting = promise(clients["qian"], supplement(places["county"], project="自己的"))
    assert post(clients["qian"], waiting).status_code == 409
    kept = supply(clients["li"], made, quantity_m2="10")
    assert post(clients["li"], kept).status_code == 409
    broken = default(clients["qian"], made)
    assert post(clients["qian"], broken).status_code == 409
    assert Decision.objects.count() == 1


def test_a_place_neither_declares_nor_decides_its_own_default(clients, made, city):
    url = reverse("commitments:default", args=[made.uuid])
    assert [clients[name].get(url).status_code for name in ("li", "wang", "qian")] == [403, 403, 200]
    broken = default(clients["qian"], made)
    assert post(clients["li"], broken).status_code == 403
    refused = clients["li"].post(reverse("balance:decide", args=[broken.uuid]), {"refuse": "1"})
    assert refused.status_code == 403
    waiting = {name: list(clients[name].get(reverse("balance:index")).context["waiting"]) for name in ("li", "qian")}
    assert waiting == {"li": [], "qian": []}
    assert list(city.get(reverse("balance:index")).context["waiting"]) == [broken]
    booked(broken, city)


def test_an_outsider_gets_nothing_not_even_counts(clients, places, made, city):
    booked(default(clients["qian"], made), city)
    outsider = clients["zhao"]
    names = ("page", "supply", "default", "step")
    assert [outsider.get(reverse(f"commitments:{name}", args=[made.uuid])).status_code for name in names] == [404] * 4
    index = outsider.get(reverse("commitments:index"))
    assert (index.context["lines"], index.context["over"], list(index.context["waiting"])) == ([], 0, [])
    assert "示范县" not in index.content.decode()
    assert "示范县" not in outsider.get(reverse("balance:index")).content.decode()
    answer = outsider.post(reverse("commitments:new", args=["supplement-improve"]), supplement(places["county"]))
    assert list(answer.context["form"].errors) == ["place"]
    table = outsider.post(reverse("commitments:export"), {"form": "csv"}).content.decode("utf-8-sig")
    assert len(table.splitlines()) == 1


def test_auditors_read_and_file_nothing(places, made):
    auditor = browser(person("zhou", "周审", places["city"], "auditor"))
    assert auditor.get(reverse("commitments:page", args=[made.uuid])).status_code == 200
    closed = [reverse(f"commitments:{name}", args=[made.uuid]) for name in ("supply", "default", "step")]
    closed += [reverse("commitments:new", args=[kind]) for kind in ("infrastructure", "supplement-improve")]
    assert [auditor.get(url).status_code for url in closed] == [403] * 5


def test_the_list_is_sorted_by_urgency(clients, places, people, made):
    def on(project, day, **changes):
        days = dict.fromkeys(("adjustment", "works", "acceptance", "filing"), day)
        given = supplement(places["county"], project=project, **days | changes)
        return booked(promise(clients["wang"], given), clients["qian"])

    soon, ahead, later = on("一月", "2024-11-15"), on("三月", "2025-01-05"), on("明年", "2025-12-31")
    late = on("步骤", "2025-06-30", adjustment="2024-10-01")
    kept = on("已兑现", "2025-06-30", quantity_m2="1", paddy_m2="")
    booked(supply(clients["wang"], kept, quantity_m2="1"), clients["li"])
    found = lines([later, ahead, soon, kept, made, late], date(2024, 10, 20))
    assert [each.filing for each in found] == [made, late, soon, ahead, later, kept]
    assert [each.urgency for each in found] == [
        Urgency.OVERDUE, Urgency.STEP_LATE, Urgency.SOON, Urgency.AHEAD, Urgency.LATER, Urgency.OVER,
    ]  # fmt: skip
    assert [each.days for each in found[:4]] == [-20, -19, 26, 77]
    assert [each.what for each in found[:3]] == ["兑现", "项目调整", "项目调整"]
    county = [each.what for each in commitment_todos(people["wang"], date(2024, 10, 20))]
    assert county == [made.project, "步骤", "一月", "三月"]
    assert next(each.act for each in commitment_todos(people["qian"], date(2024, 10, 20))) == "到期核减"
    assert list(commitment_todos(people["zhao"], date(2024, 10, 20))) == []


def test_the_list_asks_no_more_for_more_commitments(clients, places, made, django_assert_max_num_queries):
    url = reverse("commitments:index")
    with CaptureQueriesContext(connection) as first:
        clients["wang"].get(url)
    asked = len(first)  # before the next request forgets them
    for n in range(3):
        more = booked(promise(clients["wang"], supplement(places["county"], project=f"第{n}件")), clients["qian"])
        booked(supply(clients["wang"], more, quantity_m2="1"), clients["li"])
    with django_assert_max_num_queries(asked):
        page = clients["wang"].get(url)
    assert len(page.context["lines"]) == 4
    assert [item["word"] for item in page.context["rail"] if item["here"]] == ["占补平衡"]


def test_the_front_page_reads_nothing_of_commitments_that_are_kept(clients, people, places, made):
    def read() -> tuple[int, int]:
        rows = []

        def counting(execute, sql, params, many, context):
            found = execute(sql, params, many, context)
            rows.append(context["cursor"].rowcount)
            return found

        with connection.execute_wrapper(counting):
            told = list(commitment_todos(people["wang"], date(2024, 10, 20)))
        assert [each.what for each in told] == [made.project]
        return len(rows), sum(rows)

    before = read()
    small = supplement(places["county"], project="已兑现", quantity_m2="5", paddy_m2="")
    kept = booked(promise(clients["wang"], small), clients["qian"])
    booked(supply(clients["wang"], kept, quantity_m2="5"), clients["li"])
    assert not standing(kept).is_open
    assert read() == before


def test_arrears_are_said_wherever_they_bite(clients, places, made, city):
    booked(default(clients["qian"], made), city)
    assert holds("339901", "arrears", "paddy_m2") == 300
    for page in (
        reverse("balance:index"), reverse("commitments:index"), reverse("commitments:new", args=["infrastructure"]),
        reverse("commitments:page", args=[made.uuid]),
    ):  # fmt: skip
        assert "只暂停" in clients["wang"].get(page).content.decode(), page
    assert clients["wang"].get("/").context["todos"][0].word == "有欠账"


def test_arrears_of_the_opening_balance_stop_promises_and_stand_apart(clients, places, made):
    owed = legs(("outside", "outside", "paddy_m2", None, -40), ("339901", "arrears", "paddy_m2", None, 40))
    book.post(entry("adjust", day(6, 3), "adjustment", owed))
    page = clients["wang"].get(reverse("commitments:index"))
    assert [(each.account.pool, each.amount) for each in page.context["unlisted"]] == [("arrears", 40)]
    assert clients["zhao"].get(reverse("commitments:index")).context["unlisted"] == []
    stopped = promise(clients["wang"], supplement(places["county"], on="2024-06-04"))
    assert post(clients["qian"], stopped).status_code == 409
    before = promise(clients["wang"], supplement(places["county"], on="2024-06-02"))
    assert post(clients["qian"], before).status_code == 409  # nothing was in arrears that day, but today there is


def test_the_list_and_the_form_are_taken_away_and_noted(clients, made):
    booked(supply(clients["wang"], made, quantity_m2="120"), clients["li"])
    answer = clients["wang"].post(reverse("commitments:export"))
    sheet = openpyxl.load_workbook(io.BytesIO(answer.content)).active
    rows = list(sheet.iter_rows(values_only=True))
    row = dict(zip(rows[0], rows[1], strict=True))
    assert len(rows) == 2
    assert (row["项目"], row["耕地数量已承诺 (m²)"], row["耕地数量已兑现 (m²)"], row["水田规模未兑现 (m²)"]) == (
        "岭下村补改结合", 500, 120, 300,
    )  # fmt: skip

    form = clients["wang"].get(reverse("papers:paper", args=["filing", made.uuid, "docx"]))
    document = Document(io.BytesIO(form.content))
    cells = [cell.text for table in document.tables for line in table.rows for cell in line.cells]
    assert {"项目实施", "500 m²", "120 m²", "380 m²", "示兑现〔2024〕1号"} <= set(cells)
    taken = ("commitments.export", "papers.take")
    acts = Event.objects.filter(action__in=taken).order_by("pk").values_list("action", flat=True)
    assert list(acts) == list(taken)


def test_the_form_of_a_commitment_that_waits_says_so(clients, places):
    waiting = promise(clients["wang"], supplement(places["county"]))
    document = Document(
        io.BytesIO(clients["wang"].get(reverse("papers:paper", args=["filing", waiting.uuid, "docx"])).content)
    )
    cells = [cell.text for table in document.tables for line in table.rows for cell in line.cells]
    assert "尚未审核。" in [each.text for each in document.paragraphs]
    assert {"500 m²", "300 m²"} <= set(cells)
    page = clients["wang"].get(reverse("commitments:page", args=[waiting.uuid]))
    assert [(row["promised"].amount, row["promised"].url) for row in page.context["rows"]] == [(500, ""), (300, "")]


def test_what_is_recorded_only_grows(clients, made):
    given = {"key": "11111111-2222-4333-8444-555555555555", "step": "works", "on": "2024-07-05", "document": "完工报告"}
    clients["wang"].post(reverse("commitments:step", args=[made.uuid]), given)
    for statement in ("UPDATE commitments_stepdone SET document = 'x'", "DELETE FROM commitments_stepdone"):
        with pytest.raises(ProgrammingError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)


def test_nothing_is_recorded_of_a_commitment_that_is_not_booked(clients, places):
    waiting = promise(clients["wang"], supplement(places["county"]))
    given = {"key": "11111111-2222-4333-8444-555555555555", "step": "works", "on": "2024-07-05", "document": "完工报告"}
    answer = clients["wang"].post(reverse("commitments:step", args=[waiting.uuid]), given)
    assert "还没有入账" in answer.context["form"].non_field_errors()[0]
    assert "没有未兑现" in clients["wang"].post(
        reverse("commitments:supply", args=[waiting.uuid]), supplied(quantity_m2="1")
    ).context["form"].non_field_errors()[0]  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "where", "words"),
    [
        ({"quantity_m2": "-5"}, "quantity_m2", "大于或等于0"),
        ({"quantity_m2": "1.5"}, "quantity_m2", "整数"),
        ({"quantity_m2": "", "paddy_m2": ""}, "__all__", "至少填一项"),
        ({"on": "2099-01-01"}, "on", "不能晚于今天"),
        ({"works": "2024-06-01"}, "works", "不能早于业务日期"),
        ({"submitted_to": "moon"}, "submitted_to", "不在可用的选项中"),
    ],
)
def test_bad_input_is_said_and_nothing_is_kept(clients, places, changes, where, words):
    answer = clients["wang"].post(
        reverse("commitments:new", args=["supplement-improve"]), supplement(places["county"], **changes)
    )
    errors = answer.context["form"].errors
    assert (answer.status_code, list(errors)) == (400, [where])
    assert words in " ".join(errors[where])


def test_a_commitment_of_no_known_kind_is_not_found(clients):
    assert clients["wang"].get(reverse("commitments:new", args=["gold"])).status_code == 404


def test_every_page_shows_in_both_languages(clients, people, made, city):
    booked(default(clients["qian"], made), city)
    pages = [reverse("commitments:index"), reverse("commitments:index") + "?all"]
    pages += [reverse("commitments:new", args=[kind]) for kind in ("infrastructure", "supplement-improve")]
    pages += [reverse(f"commitments:{name}", args=[made.uuid]) for name in ("page", "supply", "step", "default")]
    for language in ("zh-hans", "en"):
        people["qian"].language = language
        people["qian"].save()
        codes = [clients["qian"].get(page).status_code for page in pages]
        assert codes == [200] * len(pages), list(zip(pages, codes, strict=True))


def test_a_promise_without_a_check_to_choose_says_where_one_is_made(clients):
    page = clients["wang"].get(reverse("commitments:new", args=["infrastructure"])).content.decode()
    assert ("没有可办理的检查" in page, reverse("review:new") in page) == (True, True)
    other = clients["wang"].get(reverse("commitments:new", args=["supplement-improve"])).content.decode()
    assert "没有可办理的检查" not in other  # it asks for none
