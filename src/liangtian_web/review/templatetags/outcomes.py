"""Outcomes in words."""

from __future__ import annotations

from django import template

from liangtian_web.review import presentation

register = template.Library()


@register.filter
def outcome_word(outcome: str) -> str:
    """What an outcome is called."""
    return presentation.outcome_word(outcome)


@register.filter
def outcomes(_: object) -> list[tuple[str, str]]:
    """Every outcome with its word, for a choice."""
    return [(each, presentation.outcome_word(each)) for each in presentation.GRAVITY]
