"""The upper system's statement of a year of the demonstration's book: as the book has it, but for four differences."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_URL, uuid5

import openpyxl

from liangtian_web.ledger.models import Account
from liangtian_web.ledger.queries import Line as BookLine
from liangtian_web.ledger.queries import balance, statement
from liangtian_web.people.models import Place, User
from liangtian_web.reconcile import actions
from liangtian_web.reconcile.models import Result

FIRST, LAST = date(2024, 1, 1), date(2024, 12, 31)
COLUMNS = {"quantity_m2": 5, "capacity_kg": 7}  # the column of what came; what went stands beside it
UNITS = {"quantity_m2": 10_000, "capacity_kg": 1}
NAME = "省系统对账单-示范县-2024.xlsx"
WINDOW = 30
MERGED = ("A1:I1", "A2:A3", "B2:B3", "C2:C3", "D2:D3", "E2:E3", "F2:G2", "H2:I2")
# Theirs is short by this much in the first line, dated later in the second, lacks the third, and has one line of its own.
SHORT_M2, LATER = 200, timedelta(days=60)
OWN = ("2024-11-20", "调入", "跨县调剂", "示调〔2024〕17号", 1_500)

Tell = Callable[[str], None]
Row = list[Any]


def make_statement(home: Path, tell: Tell) -> None:
    """Write the statement as a file to try out, and record what holding it against the book finds."""
    county, keeper = Place.objects.get(code="339901"), User.objects.get(username="qian")
    content = _workbook(county)
    folder = home / "demo" / "statements"
    folder.mkdir(exist_ok=True)
    (folder / NAME).write_bytes(content)
    asked = actions.Asked(county, "reserve", FIRST, LAST, WINDOW, "省系统 2024 年对账单")
    given = actions.receive(keeper, asked, NAME, content, uuid5(NAMESPACE_URL, "demo:statement:339901:2024"))
    if not Result.objects.filter(of=given).exists():
        actions.keep(keeper, given)
    tell(f"    {NAME}")


def _workbook(place: Place) -> bytes:
    """A title, a heading of two rows, the balance carried over, the movements, the balance at the end."""
    accounts = {each.index: each for each in Account.objects.filter(place=place, pool="reserve", index__in=COLUMNS)}
    book = openpyxl.Workbook()
    sheet = book.active
    heads = ["序号", "业务日期", "业务类型", "项目名称", "批准文号"]
    sheet.append([f"{place}补充耕地指标对账单", *[None] * 8])
    sheet.append([*heads, "耕地数量（公顷）", None, "粮食产能（公斤）", None])
    sheet.append([*[None] * 5, "增加", "减少", "增加", "减少"])
    sheet.append(_balances("期初结余", accounts, FIRST - timedelta(days=1)))
    for n, row in enumerate(_rows(accounts), 1):
        sheet.append([n, *row])
    sheet.append(_balances("期末结余", accounts, LAST))
    for each in MERGED:
        sheet.merge_cells(each)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _balances(word: str, accounts: dict[str, Account], on: date) -> Row:
    row: Row = [word, *[None] * 8]
    for index, account in accounts.items():
        row[COLUMNS[index]] = balance(account, on) / UNITS[index]
    return row


def _rows(accounts: dict[str, Account]) -> Iterator[Row]:
    """The book's lines, three of them of quantity changed, and one that only the upper system has."""
    lines = [(index, line) for index, each in accounts.items() for line in statement(each, FIRST, LAST).lines]
    changed: Sequence[BookLine] = [line for index, line in lines if index == "quantity_m2"][:3]
    for index, line in sorted(lines, key=lambda each: (each[1].on, each[1].entry.pk, each[0])):
        at = changed.index(line) if line in changed else None
        if at == 2:
            continue
        on = line.on + LATER if at == 1 else line.on
        yield _row(index, on, line, abs(line.amount) - (SHORT_M2 if at == 0 else 0))
    on_text, kind, project, document, amount = OWN
    yield [on_text, kind, project, document, amount / UNITS["quantity_m2"], None, None, None]


def _row(index: str, on: date, line: BookLine, amount: int) -> Row:
    document = next((text for text in line.entry.evidence if ":" not in text), line.entry.key)
    row: Row = [on.isoformat(), "入库" if line.amount > 0 else "核减", "", document, *[None] * 4]
    row[COLUMNS[index] - 1 + (line.amount < 0)] = amount / UNITS[index]
    return row
