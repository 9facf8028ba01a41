"""Every step with a form of its own: those that begin something, and those that go on with a booked filing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from liangtian_web.balance import ordered_forms, step_forms
from liangtian_web.balance.step_forms import BeginForm, StepForm
from liangtian_web.people.models import User

ORDERED = ordered_forms.BEGIN
BEGIN: Mapping[str, type[BeginForm]] = {**step_forms.BEGIN, **ORDERED}
NEXT: Mapping[str, type[StepForm]] = {**step_forms.NEXT, **ordered_forms.NEXT}
# What each goes on with; whether a filing may be followed is its procedure's to say (`actions.may_follow`).
AFTER: Mapping[str, tuple[str, ...]] = {
    "staged-release": ("acceptance",),
    "clawback": ("acceptance",),
    "clawback-debt": ("acceptance",),
    "promised-approval": ("commitment",),
    "quota-use": ("quota-grant", "quota-advance"),
    "quota-return": ("quota-grant", "quota-advance"),
    "quota-reclaimed": ("quota-advance",),
    "borrow-return": ("borrow",),
    "thaw": ("freeze",),
    "unlinking": ("approval",),
}


def open_to(user: User, kinds: Mapping[str, Any]) -> list[str]:
    """Of forms by event, each with its `places`, those that some place lets a user hand in; no form is built, each set of places asked once."""
    has = {places: places(user).exists() for places in {kind.places for kind in kinds.values()}}
    return [event for event, kind in kinds.items() if has[kind.places]]
