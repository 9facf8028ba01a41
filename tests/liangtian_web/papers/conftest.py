"""The people, the book and the platform of the apps whose papers are drawn."""

from __future__ import annotations

import io

import pytest
from django.urls import reverse
from docx import Document
from tests.liangtian_web.balance.conftest import check, clients, home, key_project, opened, people

__all__ = ["check", "clients", "home", "key_project", "opened", "people"]


def taken(client, kind, ref, form="docx", **asked):
    """The answer to a request for a paper."""
    return client.get(reverse("papers:paper", args=[kind, ref, form]), asked)


class Read:
    """A paper as its reader sees it."""

    def __init__(self, answer):
        assert answer.status_code == 200, answer.content
        document = Document(io.BytesIO(answer.content))
        self.lines = [each.text for each in document.paragraphs]
        self.rows = [[cell.text for cell in row.cells] for table in document.tables for row in table.rows]
        self.cells = {cell for row in self.rows for cell in row}


@pytest.fixture
def paper():
    """Take a paper and read it."""
    return lambda client, kind, ref, **asked: Read(taken(client, kind, ref, **asked))
