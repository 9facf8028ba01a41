"""Texts of files and callers, and what of them the database can hold."""

import re

_UNWRITABLE = re.compile("[\0\ud800-\udfff]")


def writable(text: str) -> str:
    """The text with a mark in the place of what the database cannot hold: the null character, halves of characters.

    Examples
    --------
    >>> writable("甲\\0乙\\ud800")
    '甲\ufffd乙\ufffd'
    """
    return _UNWRITABLE.sub("\ufffd", text)
