"""对账 from upload to report: tried first, recorded once, differences corrected or explained; outsiders get nothing."""

from __future__ import annotations

import io
from datetime import datetime
from uuid import uuid4

import openpyxl
import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction
from django.urls import reverse
from tests.liangtian_web.conftest import browser, person
from tests.liangtian_web.reconcile.conftest import HEAD, workbook

from liangtian_web.ledger.models import Assertion, Entry, Proposal
from liangtian_web.reconcile.models import Explanation, Import, Match, Result, Stated
from liangtian_web.trail.models import Event

pytestmark = pytest.mark.usefixtures("keepers", "booked")

# What the upper system has: the first acceptance, the second a hundred m² short, one write-off, and one of its own.
STATEMENT = (
    HEAD,
    ("期初", None, None, None, None, 0),
    (1, "2024-02-03", "项目入库", "东畈垦造", "示土验〔2024〕1号", 0.9),
    (2, "2024-03-01", "项目入库", "西畈垦造", "示土验〔2024〕2号", 0.59),
    (3, "2024-04-01", "核销", "公路", "示政土〔2024〕7号", 0.1),
    (4, "2024-05-01", "调入", "跨县调剂", "示调〔2024〕3号", 0.2),
    ("期末", None, None, None, None, 1.59),
)


def upload(client, places, *rows, **changes):
    file = io.BytesIO(workbook(*(rows or STATEMENT)))
    file.name = "省系统对账单.xlsx"
    given = {"form": str(uuid4()), "place": places["county"].pk, "pool": "reserve", "since": "2024-01-01", "on": "2024-12-31",
             "window": 30, "source": "省系统 2024", "file": file}  # fmt: skip
    return client.post(reverse("reconcile:new"), given | changes)


def found() -> list[tuple[str, str, int | None, int | None]]:
    return [(each.kind, each.document, each.theirs, each.ours) for each in Match.objects.all()]


@pytest.fixture
def kept(keeper_client, places):
    """A statement recorded."""
    upload(keeper_client, places)
    given = Import.objects.get()
    keeper_client.post(reverse("reconcile:keep", args=[given.uuid]))
    return given


def test_a_statement_is_tried_first_and_nothing_is_recorded(keeper_client, places):
    page = keeper_client.get(upload(keeper_client, places).url)
    assert {(kind, number) for kind, _, number in page.context["counts"] if number} == {
        ("unfiled", 2), ("unfiled-differs", 1), ("statement-only", 1), ("book-twice", 1),
    }  # fmt: skip
    assert [(str(e.on), e.stated, e.held, e.difference) for e in page.context["balances"]] == [
        ("2023-12-31", 0, 0, 0), ("2024-12-31", 15_900, 13_000, 2_900),
    ]  # fmt: skip
    balances = f"{reverse('ledger:index')}?place={places['county'].pk}&amp;index=quantity_m2&amp;on=2024-12-31"
    assert page.content.decode().count(f'<a href="{balances}">') == 1
    assert (Result.objects.count(), Match.objects.count(), Assertion.objects.count()) == (0, 0, 0)


def test_the_result_is_recorded_once_with_its_balances(keeper_client, second_client, kept):
    assert found() == [
        ("matched", "示土验〔2024〕1号", 9_000, 9_000), ("amount", "示土验〔2024〕2号", 5_900, 6_000),
        ("matched", "示政土〔2024〕7号", -1_000, -1_000), ("theirs", "示调〔2024〕3号", 2_000, None),
        ("duplicate", "示政土〔2024〕7号", None, -1_000),
    ]  # fmt: skip
    assert [(each.stated, each.held, each.source) for each in Assertion.objects.order_by("on")] == [
        (0, 0, "省系统 2024"), (15_900, 13_000, "省系统 2024"),
    ]  # fmt: skip
    again = keeper_client.post(reverse("reconcile:keep", args=[kept.uuid]))
    assert (again.status_code, Result.objects.count(), Assertion.objects.count()) == (302, 1, 2)
    other = second_client.post(reverse("reconcile:keep", args=[kept.uuid]))
    assert (other.status_code, Result.objects.count()) == (409, 1)
    acts = Event.objects.filter(action__startswith="reconcile").values_list("action", flat=True).order_by("pk")
    assert list(acts) == ["reconcile.import", "reconcile.keep"]


@pytest.mark.parametrize("model", [Import, Result, Match, Stated])
@pytest.mark.parametrize("act", ["UPDATE {} SET {} = 9", "DELETE FROM {}"])
def test_what_is_recorded_is_never_changed(kept, model, act):
    table, column = model._meta.db_table, model._meta.pk.column
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(act.format(table, column))


def test_a_difference_is_explained_once(keeper_client, kept):
    line = Match.objects.get(kind="theirs")
    page = reverse("reconcile:difference", args=[kept.uuid, line.n])
    assert keeper_client.post(page, {"reason": "timing", "text": ""}).status_code == 400
    given = {"reason": "timing", "text": "调剂批复已到，待记账"}
    for _ in range(2):
        assert keeper_client.post(page, given).status_code == 302
    assert keeper_client.post(page, given | {"text": "另一种说法"}).status_code == 409
    assert [(each.match, each.text) for each in Explanation.objects.all()] == [(line, given["text"])]
    assert "已说明" in keeper_client.get(page).content.decode()
    agreed = Match.objects.filter(kind="matched")[0]
    assert keeper_client.post(reverse("reconcile:difference", args=[kept.uuid, agreed.n]), given).status_code == 409


def test_a_difference_is_corrected_by_a_proposal_filled_in_from_it(keeper_client, second_client, kept):
    line = Match.objects.get(kind="amount")
    page = keeper_client.get(reverse("reconcile:difference", args=[kept.uuid, line.n]))
    form = keeper_client.get(page.context["each"].propose)
    row = form.context["lines"][0]
    filled = {name: row[name].value() for name in ("index", "amount", "from_place", "from_pool", "to_place", "lot")}
    assert filled == {"index": "quantity_m2", "amount": "100", "from_place": "339901", "from_pool": "reserve",
                      "to_place": "outside", "lot": "B"}  # fmt: skip
    head = {name: form.context["form"][name].value() for name in ("place", "on", "kind", "evidence")}
    lines = {row.add_prefix(name): row[name].value() for name in row.fields}
    assert keeper_client.post(reverse("ledger:propose"), head | lines | {"form": str(uuid4())}).status_code == 302
    made = Proposal.objects.get()
    assert made.evidence == f"DZ-{kept.pk}-{line.n}：示土验〔2024〕2号"
    assert "更正待审核" in keeper_client.get(page.wsgi_request.path).content.decode()
    second_client.post(reverse("ledger:decide", args=[made.uuid]), {"post": "1"})
    assert "已更正" in keeper_client.get(page.wsgi_request.path).content.decode()


def test_an_entry_booked_twice_is_taken_back_from_its_own_page(keeper_client, kept):
    line = Match.objects.get(kind="duplicate")
    page = keeper_client.get(reverse("reconcile:difference", args=[kept.uuid, line.n]))
    address = reverse("ledger:entry", args=[Entry.objects.get(key="u2").uuid])
    assert f"{address}?evidence=DZ-{kept.pk}-{line.n}" in page.content.decode()
    form = keeper_client.get(address, {"evidence": line.reference}).context["reversal"]
    assert form["evidence"].value() == line.reference


def test_the_report_says_it_all_and_is_noted(keeper_client, kept):
    answer = keeper_client.get(reverse("reconcile:report", args=[kept.uuid]))
    book = openpyxl.load_workbook(io.BytesIO(answer.getvalue()))
    assert [sheet.max_row - 1 for sheet in book.worksheets[1:]] == [2, 3, 2]
    assert [cell.value for cell in book["余额"][3]] == ["耕地数量", "m2", datetime(2024, 12, 31), 15_900, 13_000, 2_900]
    assert Event.objects.filter(action="reconcile.download").count() == 1
    original = keeper_client.get(reverse("reconcile:original", args=[kept.uuid]))
    assert original.getvalue() == bytes(Import.objects.get().content)


def test_the_form_handed_in_twice_is_one_statement(keeper_client, places):
    form = str(uuid4())
    upload(keeper_client, places, form=form, source="甲")
    upload(keeper_client, places, form=form, source="乙")
    assert [each.source for each in Import.objects.all()] == ["甲"]


def test_everything_wrong_is_said_and_nothing_kept(keeper_client, places):
    page = upload(
        keeper_client, places, HEAD, (1, "昨天", "项目入库", "", "", 1), (2, "2024-01-01", "调入", "", "", "many")
    )
    assert page.status_code == 400
    assert page.context["problems"] == [
        "第 2 行 日期“昨天”不是日期，应如 2024-06-01。",
        "第 3 行 耕地数量 “many”不是数。",
    ]
    assert upload(keeper_client, places, since="2024-12-31", on="2024-01-01").status_code == 400
    assert not Import.objects.exists()


def test_outsiders_get_nothing_and_readers_do_not_record(next_door_client, keeper_client, kept, places):
    upload(keeper_client, places)
    tried = Import.objects.exclude(pk=kept.pk).get()
    pages = [reverse(f"reconcile:{name}", args=[kept.uuid]) for name in ("statement", "report", "original")]
    pages.append(reverse("reconcile:difference", args=[kept.uuid, 2]))
    assert [next_door_client.get(page).status_code for page in pages] == [404] * 4
    assert next_door_client.post(reverse("reconcile:keep", args=[tried.uuid])).status_code == 404
    assert list(next_door_client.get(reverse("reconcile:index")).context["imports"]) == []
    assert upload(next_door_client, places).status_code == 400  # the place is not on offer

    auditor = browser(person("sun", "孙审", places["city"], "auditor"))
    assert [auditor.get(page).status_code for page in pages] == [200] * 4
    assert auditor.get(reverse("reconcile:new")).status_code == 403
    assert auditor.post(reverse("reconcile:keep", args=[tried.uuid])).status_code == 403
    assert auditor.post(pages[3], {"reason": "timing", "text": "x"}).status_code == 403
    assert Result.objects.count() == 1


def test_the_command_says_what_differs_and_records_for_a_keeper(tmp_path, capsys):
    file = tmp_path / "省系统.xlsx"
    file.write_bytes(workbook(*STATEMENT))
    given = [str(file), "--place", "339901", "--on", "2024-12-31"]
    with pytest.raises(CommandError) as caught:
        call_command("book", "reconcile", *given, "--dry-run")
    assert caught.value.returncode == 1
    said = capsys.readouterr().out.splitlines()
    assert "2024-12-31 quantity_m2 15900 13000 +2900" in said
    assert (
        "账单不符，无项目记录 quantity_m2 2024-03-01 示土验〔2024〕2号 西畈垦造 对账单 5900 账面 6000 项目记录 –"
        in said
    )
    assert not Import.objects.exists()

    with pytest.raises(CommandError, match="does not keep the book"):
        call_command("book", "reconcile", *given, "--user", "zhao")
    with pytest.raises(CommandError, match="differ"):
        call_command("book", "reconcile", *given, "--user", "li", "--report", str(tmp_path / "out.xlsx"))
    assert (Result.objects.count(), (tmp_path / "out.xlsx").exists()) == (1, True)


def test_the_ledgers_own_words_of_the_command_stay(tmp_path):
    call_command("book", "statement", "339901", "reserve", "quantity_m2", str(tmp_path / "s.xlsx"))
    assert (tmp_path / "s.xlsx").exists()


def test_what_waits_of_the_same_document_is_named_beside_a_line_only_theirs(keeper_client, kept, places):
    row = {"index": "quantity_m2", "amount": "2000", "from_place": "outside", "from_pool": "outside",
           "to_place": "339901", "to_pool": "reserve", "lot": "A"}  # fmt: skip
    head = {"place": places["county"].pk, "on": "2024-05-01", "kind": "adjustment", "evidence": "示调〔2024〕3号"}
    keeper_client.post(reverse("ledger:propose"), head | {f"line0-{name}": text for name, text in row.items()})
    line = Match.objects.get(kind="theirs")
    ties = keeper_client.get(reverse("reconcile:difference", args=[kept.uuid, line.n])).context["each"].ties
    assert ([each.evidence for each in ties.proposals], ties.filings, ties.lots) == (["示调〔2024〕3号"], [], [])
