"""Statements as an upper system exports them, and the keepers of the book."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

import openpyxl
import pytest
from tests.liangtian_web.ledger.conftest import keeper_client, keepers, next_door_client, second_client

from bookkeeping import COUNTY, acceptance, day, moved, square
from bookkeeping import entry as make_entry
from liangtian_web.ledger import actions

__all__ = ["keeper_client", "keepers", "next_door_client", "second_client"]

HEAD = ("序号", "业务日期", "业务类型", "项目名称", "批准文号", "耕地数量（公顷）")


def workbook(*rows: Sequence[Any], merge: Sequence[str] = ()) -> bytes:
    """A workbook of these rows."""
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(list(row))
    for each in merge:
        book.active.merge_cells(each)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


@pytest.fixture
def booked(keepers):
    """Two lots accepted, one partly written off, another written off twice by slip."""
    actions.post(acceptance("A", 9_000, square(0), project="东畈垦造", evidence=("示土验〔2024〕1号",), on=day(2)))
    actions.post(acceptance("B", 6_000, square(1), project="西畈垦造", evidence=("示土验〔2024〕2号",), on=day(3)))
    for key in ("u1", "u2"):
        legs = moved("A", 1_000, (COUNTY, "reserve"), (COUNTY, "used"), "quantity_m2")
        actions.post(make_entry(key, day(4), "write-off", legs, evidence=("示政土〔2024〕7号",)))
