"""What a key looks like and between which days business is done: bounds that the database keeps in the same words."""

from __future__ import annotations

import re
from datetime import date, timedelta, timezone

from liangtian.errors import BookRefused

DAY_FIRST, DAY_LAST = date(1990, 1, 1), date(2100, 12, 31)
"""No business date lies outside: what does is a slip of the year."""

SANE_TEXT = r"^[^\s\u0001-\u001f\u007f]([^\u0001-\u001f\u007f]*[^\s\u0001-\u001f\u007f])?$"
"""What a key or a serial looks like: no blank at either end, nothing that cannot be seen. Python and PostgreSQL read it alike."""

HOME = timezone(timedelta(hours=8))
"""Where days begin and end: the book is kept in China."""


def check_key(key: str) -> None:
    """Refuse a key that is empty or that nobody could read aloud.

    Raises
    ------
    BookRefused (entry-text, entry-key)

    Examples
    --------
    >>> check_key("filing:7")
    >>> check_key("filing 7 ")
    Traceback (most recent call last):
    liangtian.errors.BookRefused: entry-key {'key': 'filing 7 '}
    """
    if not key.strip():
        raise BookRefused("entry-text", key=key, name="key")
    if not is_sane(key):
        raise BookRefused("entry-key", key=shown(key))


def is_sane(text: str) -> bool:
    """Whether a text can be a key or a serial."""
    return re.fullmatch(SANE_TEXT, text) is not None


def shown(text: str) -> str:
    """A text with what cannot be seen written out."""
    return "".join(char if char.isprintable() else char.encode("unicode_escape").decode() for char in text)


def is_within(on: date) -> bool:
    """Whether business is done on a day."""
    return DAY_FIRST <= on <= DAY_LAST
