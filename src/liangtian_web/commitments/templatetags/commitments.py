"""Arrears of commitments where they bite: what they stop, and what they leave alone."""

from __future__ import annotations

from typing import Any

from django import template
from django.utils import timezone

from liangtian_web.commitments.queries import places_in_arrears

register = template.Library()


@register.inclusion_tag("commitments/arrears.html", takes_context=True)
def arrears_notice(context: dict[str, Any]) -> dict[str, Any]:
    """The places of the user that are in arrears, and what follows from it."""
    request = context["request"]
    return {"places": places_in_arrears(request.user, timezone.localdate()), "request": request}
