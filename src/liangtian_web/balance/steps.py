"""Every step with a form of its own: those that begin something, and those that go on with a booked filing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from liangtian_web.balance import ordered_forms, step_forms
from liangtian_web.balance.step_forms import StepForm
from liangtian_web.people.models import User

ORDERED = ordered_forms.BEGIN
BEGIN: Mapping[str, type[StepForm]] = {**step_forms.BEGIN, **ORDERED}
NEXT: Mapping[str, type[StepForm]] = {**step_forms.NEXT, **ordered_forms.NEXT}


def open_to(user: User, events: Iterable[str]) -> list[str]:
    """Of the steps that go on with nothing those that some place lets a user hand in."""
    return [event for event in events if BEGIN[event](user, event, None).fields["place"].queryset.exists()]  # type: ignore[attr-defined]
