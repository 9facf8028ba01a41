"""Statements of the upper system, what holding them against the book found, and how differences were settled. Rows only grow."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from liangtian_web.reconcile.verdicts import Verdict, settled, verdicts


class Import(models.Model):
    """A statement as it came, and what it is held against: one pool of a place, from one day to another."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True)
    place = models.ForeignKey("people.Place", models.PROTECT, related_name="+", verbose_name=_("责任单元"))
    pool = models.CharField(_("库"), max_length=20)
    since = models.DateField(_("自"))
    on = models.DateField(_("至"))
    window = models.IntegerField(_("日期相差不超过（天）"))
    source = models.CharField(_("对账单来源"), max_length=200)
    name = models.CharField(_("文件名"), max_length=200)
    digest = models.CharField(max_length=64)
    content = models.BinaryField()
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("经办"))
    recorded_at = models.DateTimeField(_("导入时间"), auto_now_add=True)

    class Meta:
        ordering = ["-id"]
        indexes = [models.Index(fields=["place", "-id"], name="reconcile_import_of_place")]

    def __str__(self) -> str:
        return f"{self.place} {self.on} {self.source}"


class Result(models.Model):
    """What was found, as the book was known at a moment."""

    of = models.OneToOneField(Import, models.PROTECT, primary_key=True, related_name="result")
    known_on = models.DateTimeField(_("按此刻所知"))
    said = ArrayField(models.TextField(), default=list)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("经办"))
    recorded_at = models.DateTimeField(_("记录时间"), auto_now_add=True)


class Match(models.Model):
    """A line of the statement, of the book and of the project's record, or of some of them, and what they are to each other.

    Results kept before there was a third side have no group, no verdict and nothing of a project.
    """

    class Kind(models.TextChoices):
        """As `matching.Kind`."""

        MATCHED = "matched", _("相符")
        THEIRS = "theirs", _("我方没有")
        OURS = "ours", _("对方没有")
        AMOUNT = "amount", _("数量不同")
        DATE = "date", _("日期不同")
        DUPLICATE = "duplicate", _("重复")
        PROJECT = "project", _("只有项目")

    class By(models.TextChoices):
        """As `matching.By`."""

        DOCUMENT = "document", _("文号或项目")
        SUM = "sum", _("同一文号合计")
        AMOUNT = "amount", _("数量和日期")
        NONE = "", "—"

    class State(models.TextChoices):
        """As `threeway.State`."""

        BOOKED = "booked", _("已入账")
        WAITING = "waiting", _("待审核")
        REFUSED = "refused", _("已退回")

    result = models.ForeignKey(Result, models.PROTECT, related_name="matches")
    n = models.IntegerField()
    kind = models.CharField(_("差异"), max_length=10, choices=Kind.choices)
    by = models.CharField(_("凭什么"), max_length=10, choices=By.choices, blank=True)
    index = models.CharField(_("指标"), max_length=30)
    # Theirs:
    row = models.IntegerField(null=True)
    their_on = models.DateField(null=True)
    their_kind = models.CharField(max_length=200, blank=True)
    document = models.CharField(_("文号"), max_length=200, blank=True)
    project = models.CharField(_("项目"), max_length=200, blank=True)
    theirs = models.BigIntegerField(_("对账单"), null=True)
    # Ours:
    entry = models.ForeignKey("ledger.Entry", models.PROTECT, null=True, related_name="+")
    our_on = models.DateField(null=True)
    ours = models.BigIntegerField(_("账面"), null=True)
    # The project's record:
    filing = models.ForeignKey("balance.Filing", models.PROTECT, null=True, related_name="+")
    filed_on = models.DateField(null=True)
    filed = models.BigIntegerField(_("项目记录"), null=True)
    filed_state = models.CharField(max_length=10, choices=State.choices, blank=True)
    ground_m2 = models.DecimalField(_("范围量算面积"), max_digits=16, decimal_places=2, null=True)
    # What belongs together, and who of it disagrees:
    group = models.IntegerField(null=True)
    verdict = models.CharField(_("三方结论"), max_length=20, blank=True)  # of `[verdicts]` in words.toml

    class Meta:
        ordering = ["n"]
        constraints = [
            models.UniqueConstraint(fields=["result", "n"], name="reconcile_match_once"),
            models.CheckConstraint(
                condition=models.Q(theirs__isnull=False) | models.Q(ours__isnull=False) | models.Q(filed__isnull=False),
                name="reconcile_match_three_sides",
            ),
        ]

    @property
    def difference(self) -> int:
        """Theirs less ours."""
        return (self.theirs or 0) - (self.ours or 0)

    @property
    def whole(self) -> int:
        """What it belongs to, which is settled as one: its group, or of older results the line itself."""
        return -self.n if self.group is None else self.group

    @property
    def said(self) -> Verdict | None:
        """Who disagrees with whom; None: it was kept before there was a third side."""
        return verdicts().get(self.verdict)

    @property
    def word(self) -> str:
        """What it is called: the three sides' verdict, or how the two stood."""
        return self.said.word if self.said else str(self.get_kind_display())

    @property
    def is_settled(self) -> bool:
        """Whether nothing is left to do."""
        return self.said.settled if self.said else self.kind == self.Kind.MATCHED

    @property
    def reference(self) -> str:
        """What the evidence of a correction begins with."""
        return f"DZ-{self.result_id}-{self.n}"


# What leaves nothing to do, of results with a third side and of those before it.
SETTLED = models.Q(verdict__in=settled()) | models.Q(verdict="", kind=Match.Kind.MATCHED)


class Stated(models.Model):
    """A balance the statement gives, beside the book's; an account of the index keeps it as its assertion."""

    result = models.ForeignKey(Result, models.PROTECT, related_name="balances")
    index = models.CharField(_("指标"), max_length=30)
    on = models.DateField(_("日终"))
    stated = models.BigIntegerField(_("对账单"))
    held = models.BigIntegerField(_("账面"))
    slack = models.BigIntegerField(default=0)
    assertion = models.OneToOneField("ledger.Assertion", models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ["on", "pk"]

    @property
    def difference(self) -> int:
        """Theirs less ours; nought within what their rounding leaves open."""
        found = self.stated - self.held
        return 0 if abs(found) <= self.slack else found


class Explanation(models.Model):
    """Why a difference is none of ours to correct, or needs no correction."""

    class Reason(models.TextChoices):
        """What a difference may come from."""

        TIMING = "timing", _("时间差：对方或我方尚未入账")
        THEIR_ERROR = "their-error", _("对方有误，已提请更正")
        SCOPE = "scope", _("口径不同")
        CORRECTED = "corrected", _("已另行更正")
        OTHER = "other", _("其他")

    match = models.OneToOneField(Match, models.PROTECT, primary_key=True, related_name="explanation")
    reason = models.CharField(_("原因"), max_length=12, choices=Reason.choices)
    text = models.CharField(_("说明"), max_length=500)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("经办"))
    recorded_at = models.DateTimeField(_("记录时间"), auto_now_add=True)
