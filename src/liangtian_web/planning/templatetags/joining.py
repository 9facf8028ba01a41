"""What joins and what cuts, in words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import template

from liangtian_web.planning.presentation import steep_word

register = template.Library()


@register.filter
def steep(rule: Mapping[str, Any]) -> str:
    """From which slope on a parcel cuts blocks."""
    return steep_word(rule)
