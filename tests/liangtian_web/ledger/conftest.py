"""The people who keep the books of the invented counties; `bookkeeping` makes their entries."""

from __future__ import annotations

import pytest
from tests.liangtian_web.conftest import browser, person

from liangtian_web.people.models import Place, User


@pytest.fixture
def keepers(places: dict[str, Place]) -> dict[str, User]:
    """Two keepers of 示范县 and one of the county next door; `li` and `wang` sign the entries of `bookkeeping`."""
    return {
        "li": person("li", "李工", places["county"], "keeper"),
        "wang": person("wang", "王工", places["county"], "keeper"),
        "zhao": person("zhao", "赵工", places["other"], "keeper"),
    }


@pytest.fixture
def keeper_client(keepers):
    """The browser of the first keeper."""
    return browser(keepers["li"])


@pytest.fixture
def second_client(keepers):
    """The browser of the second keeper of the same county."""
    return browser(keepers["wang"])


@pytest.fixture
def next_door_client(keepers):
    """The browser of the keeper next door."""
    return browser(keepers["zhao"])
