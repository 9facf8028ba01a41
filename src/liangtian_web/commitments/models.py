"""What became of the steps of a promise, as it was recorded. Rows are added and never changed."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class StepDone(models.Model):
    """A step of a promise and the day it was taken, or the day its project is completed; the last row of a step holds."""

    class Step(models.TextChoices):
        ADJUSTMENT = "adjustment", _("项目调整")
        WORKS = "works", _("项目实施")
        ACCEPTANCE = "acceptance", _("项目验收")
        FILING = "filing", _("报备")
        COMPLETION = "completion", _("项目完工")

    uuid = models.UUIDField(default=uuid.uuid4, unique=True)  # comes with the form, so it is recorded once
    commitment = models.ForeignKey("balance.Filing", models.PROTECT, related_name="steps", verbose_name=_("承诺"))
    step = models.CharField(_("步骤"), max_length=12, choices=Step.choices)
    on = models.DateField(_("日期"))
    document = models.CharField(_("文号"), max_length=200)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("记录人"))
    recorded_at = models.DateTimeField(_("记录时间"), auto_now_add=True)

    class Meta:
        ordering = ["pk"]
        indexes = [models.Index(fields=["commitment", "id"], name="commitments_step_of")]

    def __str__(self) -> str:
        return f"{self.get_step_display()} {self.on}"
