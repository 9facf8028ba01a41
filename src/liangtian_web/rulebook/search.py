"""Search over clauses, obligations and values, in Chinese and English at once."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from django.urls import reverse

from liangtian.messages import Language, render_text
from liangtian.policy.whatif_words import value_label
from liangtian_web.rulebook.contents import covered
from liangtian_web.rulebook.naming import address_of, cited
from liangtian_web.rulebook.queries import value_names

LANGUAGES: tuple[Language, ...] = ("zh", "en")


def search(words: str, lang: Language) -> list[dict[str, Any]]:
    """What holds every word asked for: clauses first, then obligations, then values."""
    wanted = words.replace("(", "（").replace(")", "）").lower().split()
    return [row for row in _rows(lang) if all(word in row["haystack"] for word in wanted)]


def clauses_named(words: str, lang: Language) -> list[dict[str, Any]]:
    """The clauses alone."""
    return [row for row in search(words, lang) if row["kind"] == "clause"]


@lru_cache(maxsize=2)
def _rows(lang: Language) -> tuple[dict[str, Any], ...]:
    """Everything there is to find; the documents of a running process do not change."""
    return (*_clauses(lang), *_obligations(lang), *_values(lang))


def _clauses(lang: Language) -> Iterator[dict[str, Any]]:
    for row in covered():
        yield _row("clause", row.citation, row.citation, lang, _clause_url(row.citation))


def _obligations(lang: Language) -> Iterator[dict[str, Any]]:
    for row in covered():
        for each in row.obligations:
            url = f"{_clause_url(row.citation)}#{each.rule}"
            yield _row("obligation", each.rule, each.rule, lang, url)


def _values(lang: Language) -> Iterator[dict[str, Any]]:
    for name in value_names():
        said = {each: value_label(name, each) for each in LANGUAGES}
        url = reverse("rulebook:value", args=[name])
        yield {
            "kind": "value",
            "rule": name,
            "said": said[lang],
            "url": url,
            "haystack": _haystack(name, said),
        }


def _row(kind: str, rule: str, message: str, lang: Language, url: str) -> dict[str, Any]:
    said = {each: render_text(message, {}, lang=each) for each in LANGUAGES}
    return {
        "kind": kind,
        "rule": rule,
        "said": said[lang],
        "url": url,
        "haystack": _haystack(rule, said),
    }


def _haystack(rule: str, said: dict[Language, str]) -> str:
    return " ".join([rule, *(cited(rule, each) for each in LANGUAGES), *said.values()]).lower()


def _clause_url(citation: str) -> str:
    return reverse("rulebook:clause", args=address_of(citation))
