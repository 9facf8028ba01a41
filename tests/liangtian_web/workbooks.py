"""Workbooks as a user has them: taken from a page, rows filled in under its headings, handed in again."""

from __future__ import annotations

import io
from uuid import uuid4

import openpyxl


def table(answer) -> list[dict[str, object]]:
    """The rows of a workbook that was taken away, by heading."""
    content = answer.content if not answer.streaming else b"".join(answer.streaming_content)
    heads, *rows = openpyxl.load_workbook(io.BytesIO(content)).active.iter_rows(values_only=True)
    return [dict(zip(heads, row, strict=True)) for row in rows]


def headings(answer) -> list[str]:
    """The headings of a workbook that was taken away."""
    content = answer.content if not answer.streaming else b"".join(answer.streaming_content)
    return [cell.value for cell in openpyxl.load_workbook(io.BytesIO(content)).active[1]]


def workbook(heads, *rows, merged: str = "") -> io.BytesIO:
    """A workbook of rows by heading."""
    book = openpyxl.Workbook()
    book.active.append(list(heads))
    for row in rows:
        book.active.append([row.get(name) for name in heads])
    if merged:
        book.active.merge_cells(merged)
    file = io.BytesIO()
    book.save(file)
    file.seek(0)
    file.name = "多件.xlsx"
    return file


def hand_in(client, page, *rows, number=None, merged="", **more):
    """Hand in rows under the headings of the page's empty workbook."""
    heads = headings(client.get(page, {"take": "blank"}))
    assert {name for row in rows for name in row} <= set(heads), heads
    sent = {"form": number or str(uuid4()), "workbook": workbook(heads, *rows, merged=merged), **more}
    return client.post(page, sent)


def problems(answer) -> list[str]:
    """What the page says is wrong with it."""
    assert answer.status_code == 400, getattr(answer, "url", answer.status_code)
    return answer.context["problems"]
