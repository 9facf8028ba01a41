"""What was asked of the planning kernel, and what it answered. Rows are added and never changed; the database sees to it.

An answer is kept under the digest of everything it follows from, so that asking again is instant; its shapes stand in
files beside it and can be made again at any time.
"""

from __future__ import annotations

import json
import uuid
from decimal import Decimal
from functools import cached_property
from typing import Any

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class Answer(models.Model):
    """The result of one computation, byte for byte."""

    key = models.CharField(max_length=64, unique=True)
    kind = models.CharField(max_length=20)
    result = models.TextField()
    kernel = models.CharField(_("程序版本"), max_length=30)
    recorded_at = models.DateTimeField(_("算成时间"), auto_now_add=True)

    def __str__(self) -> str:
        return f"{self.kind} {self.key[:12]}"

    @cached_property
    def data(self) -> dict[str, Any]:
        """The result with exact areas."""
        found: dict[str, Any] = json.loads(self.result, parse_float=Decimal)
        return found


class Study(models.Model):
    """One question somebody asked about the land of a place on a day."""

    class Kind(models.TextChoices):
        BLOCKS = "blocks", _("连片耕地")
        DESIGN = "design", _("集中连片设计")
        FRAGMENTATION = "fragmentation", _("破碎度对比")
        POTENTIAL = "potential", _("整治潜力调查")
        LAYOUT = "layout", _("永久基本农田布局调整")
        RANKING = "ranking", _("储备库项目排序")

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    kind = models.CharField(_("种类"), max_length=20, choices=Kind.choices)
    name = models.CharField(_("名称"), max_length=100)
    place = models.ForeignKey("people.Place", models.PROTECT, related_name="studies", verbose_name=_("责任单元"))
    on = models.DateField(_("业务日期"))
    asked = models.JSONField()  # parameters, in plain words
    layers = models.JSONField()  # [{"name", "layer", "digest"}]: the versions it may read
    key = models.CharField(max_length=64, db_index=True)  # of the answer
    job = models.ForeignKey("jobs.Job", models.PROTECT, null=True, related_name="+")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="studies", verbose_name=_("经办人"))
    recorded_at = models.DateTimeField(_("时间"), auto_now_add=True)

    class Meta:
        ordering = ["-id"]
        indexes = [models.Index(fields=["place", "-id"], name="planning_study_of_place")]

    def __str__(self) -> str:
        return self.name


class Block(models.Model):
    """A contiguous block of an answer, for lists that are narrowed in SQL."""

    answer = models.ForeignKey(Answer, models.PROTECT, related_name="blocks")
    number = models.PositiveIntegerField()  # 1: the largest
    ident = models.CharField(_("编号"), max_length=40)
    net_m2 = models.DecimalField(_("净面积"), max_digits=16, decimal_places=2, null=True)
    area_m2 = models.DecimalField(_("面积"), max_digits=16, decimal_places=2)
    parcels = models.PositiveIntegerField(_("图斑"))
    size_class = models.CharField(_("规模"), max_length=20, blank=True)
    town = models.CharField(_("乡镇"), max_length=12, blank=True)  # where most of it lies
    towns = models.JSONField(default=list)
    slope = models.PositiveSmallIntegerField(_("主要坡度级"), null=True)
    grade = models.DecimalField(_("平均等别"), max_digits=4, decimal_places=2, null=True)
    about = models.JSONField()  # classes, grades, slopes, towns, others, box
    ids = models.JSONField(default=list)  # of its parcels

    class Meta:
        ordering = ["answer", "number"]
        constraints = [models.UniqueConstraint(fields=["answer", "number"], name="planning_block_once")]

    def __str__(self) -> str:
        return self.ident


class Candidate(models.Model):
    """A parcel with one kind of potential, for lists that are narrowed in SQL; its reasons are said in either language."""

    answer = models.ForeignKey(Answer, models.PROTECT, related_name="candidates")
    number = models.PositiveIntegerField()  # 1: the largest net ground
    parcel = models.CharField(_("图斑"), max_length=60)
    kind = models.CharField(_("潜力类型"), max_length=20)
    state = models.CharField(_("结论"), max_length=10)
    code = models.CharField(_("地类"), max_length=10, blank=True)
    village = models.CharField(_("村"), max_length=12, blank=True)
    area_m2 = models.DecimalField(_("面积"), max_digits=16, decimal_places=2)
    net_m2 = models.DecimalField(_("净面积"), max_digits=16, decimal_places=2)
    slope_deg = models.DecimalField(max_digits=4, decimal_places=1, null=True)
    slope_grade = models.PositiveSmallIntegerField(null=True)
    rules = models.JSONField(default=list)  # that take ground of it or leave it open
    reasons = models.JSONField(default=list)  # [{"rule", "says", "message_id", "params", "area_m2"}]
    box = models.JSONField(default=list)

    class Meta:
        ordering = ["answer", "number"]
        constraints = [models.UniqueConstraint(fields=["answer", "number"], name="planning_candidate_once")]

    def __str__(self) -> str:
        return f"{self.parcel} {self.kind}"


class Plan(models.Model):
    """A design somebody settled on: the pieces to convert, and what they come to."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    study = models.ForeignKey(Study, models.PROTECT, related_name="plans")
    name = models.CharField(_("名称"), max_length=100)
    pieces = models.JSONField()
    outcome = models.JSONField()
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("经办人"))
    recorded_at = models.DateTimeField(_("时间"), auto_now_add=True)

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return self.name
