"""The words of the procedures."""

from __future__ import annotations

from django import template

from liangtian_web.balance.procedures import PROCEDURES

register = template.Library()


@register.filter
def event_word(event: str) -> str:
    """What a procedure is called."""
    return str(PROCEDURES[event].word)
