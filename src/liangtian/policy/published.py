"""The published text of a document, split by clause: shown beside our own wording where an installation imports it."""

from __future__ import annotations

import re

from liangtian.errors import LiangtianError
from liangtian.policy.document import Document

_PART = re.compile(r"^([一二三四五六七八九十]+)、")
_CLAUSE = re.compile(r"^[（(]([一二三四五六七八九十]+)[）)]")
PREAMBLE = "前言"


def split_by_clause(text: str, document: Document, source: str) -> dict[str, str]:
    """Cut a text at its clause numbers, which begin a line; a clause is the lines up to the next number or part.

    Parameters
    ----------
    text : as published; spaces of any width before a number and between lines are dropped
    document : its contents page says which numbers there are: `（六）` throughout, or `一（三）` within parts

    Returns
    -------
    clause number as the contents page has it → its text, one paragraph a line; what precedes the first part is the
    preamble, headings of parts belong to no clause

    Raises
    ------
    LiangtianError (text-clauses-missing): a clause of the contents page is not in the text, or stands in it twice
    """
    in_parts = any(number[0] != "（" for number in document.contents if number != PREAMBLE)
    found: dict[str, list[str]] = {}
    twice: set[str] = set()
    part, current = "", PREAMBLE
    for line in _lines(text):
        if head := _PART.match(line):
            part, current = head[1], ""
        elif (number := _CLAUSE.match(line)) and part:
            current = f"{part if in_parts else ''}（{number[1]}）"
            twice |= {current} & found.keys()
            found.setdefault(current, []).append(line)
        elif current:
            found.setdefault(current, []).append(line)
    missing = [number for number in document.contents if number not in found]
    if missing or twice:
        about = {"missing": "、".join(missing) or "—", "twice": "、".join(sorted(twice)) or "—"}
        raise LiangtianError("text-clauses-missing", source=source, document=document.id, **about)
    return {number: "\n".join(found[number]) for number in document.contents}


def _lines(text: str) -> list[str]:
    return [stripped for line in text.splitlines() if (stripped := re.sub(r"^[\s\u3000]+|[\s\u3000]+$", "", line))]
