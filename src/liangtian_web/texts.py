"""Texts of files and callers, and what of them the database can hold."""

import re

_UNWRITABLE = re.compile("[\0\ud800-\udfff]")


def unwritable(text: str) -> bool:
    """Whether a text holds what the database cannot: the null character, or half of a character.

    Examples
    --------
    >>> unwritable("甲乙"), unwritable("甲\\0乙"), unwritable("甲\\ud800")
    (False, True, True)
    """
    return _UNWRITABLE.search(text) is not None


def must_be_writable(text: str) -> str:
    """The text of a call, as a schema takes it.

    Raises
    ------
    ValueError : the database cannot hold it
    """
    if unwritable(text):
        raise ValueError("a text holds no NUL and no half of a character")
    return text


def writable(text: str) -> str:
    """The text with a mark in the place of what the database cannot hold: the null character, halves of characters.

    Examples
    --------
    >>> writable("甲\\0乙\\ud800")
    '甲\ufffd乙\ufffd'
    """
    return _UNWRITABLE.sub("\ufffd", text)
