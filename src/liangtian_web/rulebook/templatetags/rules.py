"""Rules, values and documents in words, and where their pages are."""

from __future__ import annotations

from django import template
from django.urls import reverse
from django.utils.translation import get_language

from liangtian.messages import Language, catalogue
from liangtian.policy.whatif_words import value_label
from liangtian_web.rulebook import naming

register = template.Library()


def _lang() -> Language:
    return "en" if get_language() == "en" else "zh"


@register.filter
def short_name(document: str) -> str:
    """A document's short name."""
    return naming.short_name(document, _lang())


@register.filter
def cited(rule: str) -> str:
    """A rule or the clause of a value, cited."""
    return naming.cited(rule, _lang())


@register.filter
def obligation_cited(rule: str) -> str:
    """An obligation, cited with its own number: 温州 2019（六）.1."""
    own = rule.rpartition(".")[2]
    return f"{cited(rule)}.{own}" if own.isdecimal() else cited(rule)


@register.filter
def source_words(source: str) -> str:
    """A source with the document's short name, where it begins with a document."""
    document = naming.document_of(source)
    return source.replace(document, naming.cited(document, _lang()), 1) if document in naming.SHORT else source


@register.filter
def wording(rule: str) -> str:
    """What a rule says, in our words."""
    texts = catalogue().get(rule)
    return texts[_lang()] if texts else rule


@register.filter
def label(value: str) -> str:
    """The words of a value."""
    return value_label(value, _lang())


@register.filter
def clause_url(rule: str) -> str:
    """The page of the clause a rule or a value stands in."""
    return reverse("rulebook:clause", args=naming.address_of(rule))
