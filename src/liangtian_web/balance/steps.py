"""Every step with a form of its own: those that begin something, and those that go on with a booked filing."""

from __future__ import annotations

from collections.abc import Mapping

from liangtian_web.balance import ordered_forms, step_forms
from liangtian_web.balance.step_forms import StepForm

ORDERED = ordered_forms.BEGIN
BEGIN: Mapping[str, type[StepForm]] = {**step_forms.BEGIN, **ORDERED}
NEXT: Mapping[str, type[StepForm]] = {**step_forms.NEXT, **ordered_forms.NEXT}
