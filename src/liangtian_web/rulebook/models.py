"""What an installation adds to the rulebook: values and adoptions of its places, and the published texts.

Rows are added and never changed; the database sees to it, and that nobody decides on a proposal of one's own.
"""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class Proposal(models.Model):
    """Somebody proposes a value of a place, or that a place adopts a document, from a day on."""

    class Kind(models.TextChoices):
        VALUE = "value", _("参数取值")
        ADOPTION = "adoption", _("采用文件")

    class Status(models.TextChoices):
        TEXT = "text", _("文件原文")
        LAW = "law", _("其他法规")
        OURS = "ours", _("本地约定")
        UNVERIFIED = "unverified", _("未核实")

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    kind = models.CharField(_("类别"), max_length=8, choices=Kind.choices)
    # The full name of the value, `wenzhou-2019（六）.city_pool_share`, or the id of the document.
    name = models.CharField(_("参数或文件"), max_length=120, db_index=True)
    place = models.ForeignKey("people.Place", models.PROTECT, related_name="proposals", verbose_name=_("责任单元"))
    since = models.DateField(_("生效日期"))
    until = models.DateField(_("截止日期"), null=True, blank=True)
    value = models.TextField(_("取值"), blank=True)  # as TOML writes it: 0.25, "11-30", [{from = 0, …}]
    unit = models.CharField(_("单位"), max_length=40, blank=True)
    status = models.CharField(_("性质"), max_length=10, choices=Status.choices, default=Status.LAW)
    source = models.CharField(_("出处"), max_length=200)
    prevails = models.BooleanField(_("优先于下级取值"), default=False)
    reason = models.TextField(_("说明"), blank=True)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="proposals", verbose_name=_("提出"))
    recorded_at = models.DateTimeField(_("提出时间"), auto_now_add=True)

    class Meta:
        ordering = ["-id"]
        indexes = [models.Index(fields=["place", "-id"], name="rulebook_proposal_of_place")]

    def __str__(self) -> str:
        return self.name

    @property
    def state(self) -> str:
        """`waiting`, `approved` or `refused`."""
        decision = getattr(self, "decision", None)
        return "waiting" if decision is None else "approved" if decision.approved else "refused"


class Decision(models.Model):
    """A second person approves or refuses a proposal, once."""

    proposal = models.OneToOneField(Proposal, models.PROTECT, related_name="decision")
    approved = models.BooleanField(_("同意"))
    note = models.TextField(_("意见"), blank=True)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("审定"))
    recorded_at = models.DateTimeField(_("审定时间"), auto_now_add=True)

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.proposal} {self.approved}"


class ClauseText(models.Model):
    """The published text of a clause, as the installation imported it; the newest import is shown."""

    document = models.CharField(max_length=60)
    clause = models.CharField(max_length=20)
    text = models.TextField()
    source = models.CharField(max_length=200)  # name of the file
    recorded_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["document", "id"]
        indexes = [models.Index(fields=["document", "clause", "-id"], name="rulebook_text_of_clause")]

    def __str__(self) -> str:
        return f"{self.document}{self.clause}"
