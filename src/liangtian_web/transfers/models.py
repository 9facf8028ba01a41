"""The transfer platform: what is listed to sell, what is asked for, who is matched, who agreed, what the price was spent on.

What is listed, settled, taken back and paid is a filing of the balance; here stands what the platform adds to it. Rows are
added and never changed; how a match stands is read from them (`stages`).
"""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from liangtian_web.balance.models import Filing


class Good(models.TextChoices):
    """What the platform trades; the choices of the fact `transfer_good`."""

    COMPENSATION = "compensation", _("补充耕地指标")
    LINKAGE = "linkage", _("增减挂钩节余指标")


class Side(models.TextChoices):
    """Who speaks on a match; the city only calls one off."""

    SELLER = "seller", _("调出方")
    BUYER = "buyer", _("调入方")
    CITY = "city", _("市级")


class Listing(models.Model):
    """An offer to sell: its amounts, lots, day and project are its filing's."""

    filing = models.OneToOneField(Filing, models.PROTECT, primary_key=True, related_name="listing")
    prices = models.JSONField()  # index → yuan per mu (per kg), as text
    # Indices of a whole-area consolidation project: the price serves its village first.
    whole_area = models.BooleanField(_("全域整治项目产生"), default=False)
    village = models.ForeignKey("people.Place", models.PROTECT, null=True, related_name="+", verbose_name=_("整治村"))

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(whole_area=False) | models.Q(village__isnull=False), name="transfers_listing_village"
            )
        ]

    def __str__(self) -> str:
        return self.filing.project

    @property
    def good(self) -> str:
        """What it offers."""
        return str(self.filing.facts["transfer_good"])

    @property
    def good_word(self) -> str:
        """The same in words."""
        return str(Good(self.good).label)


class Demand(models.Model):
    """A request to buy; it waits in the queue until matched, withdrawn or out of time."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True)
    place = models.ForeignKey("people.Place", models.PROTECT, related_name="+", verbose_name=_("责任单元"))
    good = models.CharField(_("调剂标的"), max_length=12, choices=Good)
    amounts = models.JSONField()  # index → amount
    prices = models.JSONField()  # index → the most it pays, yuan per mu (per kg), as text; absent: any price
    on = models.DateField(_("申请日期"))
    until = models.DateField(_("有效期至"))  # it still stands on that day
    document = models.CharField(_("文号"), max_length=200)
    purpose = models.CharField(_("用途"), max_length=200)
    filer = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("提出人"))
    filed_at = models.DateTimeField(_("提出时间"), auto_now_add=True)

    class Meta:
        indexes = [models.Index(fields=["place", "-id"], name="transfers_demand_of_place")]
        constraints = [
            models.CheckConstraint(condition=models.Q(until__gte=models.F("on")), name="transfers_demand_days")
        ]

    def __str__(self) -> str:
        return self.document


class Withdrawal(models.Model):
    """A request to buy taken back."""

    demand = models.OneToOneField(Demand, models.PROTECT, primary_key=True, related_name="withdrawal")
    reason = models.CharField(_("理由"), max_length=500)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("撤回人"))
    withdrawn_at = models.DateTimeField(_("撤回时间"), auto_now_add=True)


class Match(models.Model):
    """A listing, or part of it, proposed to a request. Once both have agreed a filing of the same `uuid` settles it."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True)
    listing = models.ForeignKey(Listing, models.PROTECT, related_name="matches", verbose_name=_("挂牌"))
    demand = models.ForeignKey(Demand, models.PROTECT, related_name="matches", verbose_name=_("调入申请"))
    amounts = models.JSONField()  # index → amount
    prices = models.JSONField()  # index → yuan per mu (per kg), as text
    fen = models.BigIntegerField(_("价款"))
    requests = models.JSONField()  # who waited when it was proposed: rows of the fact `transfer_requests`
    on = models.DateField(_("业务日期"))
    document = models.CharField(_("文号"), max_length=200)
    reason = models.CharField(_("价格说明"), max_length=500, blank=True)
    proposer = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("撮合人"))
    proposed_at = models.DateTimeField(_("撮合时间"), auto_now_add=True)

    class Meta:
        ordering = ["-id"]
        constraints = [models.CheckConstraint(condition=models.Q(fen__gte=0), name="transfers_match_price")]

    def __str__(self) -> str:
        return self.document


class Consent(models.Model):
    """What one side says of a match: agreed, or declined with a reason. Each side speaks once."""

    match = models.ForeignKey(Match, models.PROTECT, related_name="consents")
    side = models.CharField(_("哪一方"), max_length=6, choices=Side)
    agrees = models.BooleanField(_("同意"))
    reason = models.CharField(_("理由"), max_length=500, blank=True)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("办理人"))
    given_at = models.DateTimeField(_("办理时间"), auto_now_add=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["match", "side"], name="transfers_consent_once"),
            models.CheckConstraint(
                condition=~models.Q(side=Side.CITY, agrees=True), name="transfers_city_only_calls_off"
            ),
        ]
