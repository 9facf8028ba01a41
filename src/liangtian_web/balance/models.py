"""What the balance procedures ask to have booked, and what became of it. Rows are added and never changed."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _


class Filing(models.Model):
    """One event of a place's balance as it was handed in; its `uuid` comes with the form, so it is handed in once."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True)
    event = models.CharField(_("事项"), max_length=30)  # a procedure of `procedures`
    place = models.ForeignKey("people.Place", models.PROTECT, related_name="+", verbose_name=_("责任单元"))
    project = models.CharField(_("项目"), max_length=100)
    on = models.DateField(_("业务日期"))
    document = models.CharField(_("文号"), max_length=200)
    facts = models.JSONField()  # what was registered, by the names of the facts dictionary
    # An acceptance brings ground; an occupation its check; who spends may name the lots.
    wkb = models.BinaryField(null=True)
    crs = models.CharField(_("坐标系"), max_length=20, blank=True)  # the measuring plane, EPSG:4549
    area_m2 = models.DecimalField(_("地块面积"), max_digits=16, decimal_places=2, null=True)
    source = models.CharField(_("范围来源"), max_length=200, blank=True)
    run = models.ForeignKey("review.Run", models.PROTECT, null=True, related_name="filings", verbose_name=_("检查"))
    # What it goes on with: the hold it ends, the commitment it keeps.
    begun = models.ForeignKey("self", models.PROTECT, null=True, related_name="later", verbose_name=_("前一事项"))
    lots = ArrayField(models.CharField(max_length=60), default=list, verbose_name=_("指定指标块"))
    expires = models.DateField(_("到期日"), null=True)
    filer = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("提出人"))
    filed_at = models.DateTimeField(_("提出时间"), auto_now_add=True)

    class Meta:
        ordering = ["-id"]
        indexes = [models.Index(fields=["place", "-id"], name="balance_filing_of_place")]

    def __str__(self) -> str:
        return self.project


class Payment(models.Model):
    """Earmarked money paid out: its filing has what it was for; `source`: the entry that brought the money."""

    filing = models.OneToOneField(Filing, models.PROTECT, primary_key=True, related_name="payment")
    source = models.ForeignKey("ledger.Entry", models.PROTECT, related_name="payments")
    fen = models.BigIntegerField(_("金额"))
    payee = models.CharField(_("收款单位"), max_length=100)
    village = models.ForeignKey("people.Place", models.PROTECT, null=True, related_name="+", verbose_name=_("受益村"))
    reason = models.CharField(_("用于其他方面的理由"), max_length=500, blank=True)

    class Meta:
        ordering = ["-pk"]
        constraints = [models.CheckConstraint(condition=models.Q(fen__gt=0), name="balance_payment_amount")]

    def __str__(self) -> str:
        return self.payee


class Decision(models.Model):
    """What became of a filing: booked by the findings kept here, or sent back with a reason."""

    class Grounds(models.TextChoices):
        """Why something was booked although a clause asked for in principle was not met."""

        APPROVED_ABOVE = "approved-above", _("上级机关已批准")
        PUBLIC_NEED = "public-need", _("公共利益急需")
        NO_ALTERNATIVE = "no-alternative", _("没有其他可行方案")

    filing = models.OneToOneField(Filing, models.PROTECT, primary_key=True, related_name="decision")
    entry = models.OneToOneField("ledger.Entry", models.PROTECT, null=True, related_name="filed")
    # Passed, and nothing to book: the record is what the clauses said.
    noted = models.BooleanField(_("已记录，无须记账"), default=False)
    reason = models.CharField(_("理由"), max_length=500, blank=True)
    grounds = models.CharField(_("突破原则性要求的理由"), max_length=20, choices=Grounds.choices, blank=True)
    findings = models.TextField()  # JSON: language → findings, as the rulebook gave them
    postings = models.JSONField()  # rows of party, pool, index, amount, rule
    rules_digest = models.CharField(_("规则版本"), max_length=64)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("审核人"))
    decided_at = models.DateTimeField(_("审核时间"), auto_now_add=True)
