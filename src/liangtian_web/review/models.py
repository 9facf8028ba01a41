"""Runs of the clauses over a boundary and named versions. Rows are added and never changed; the database sees to it."""

from __future__ import annotations

import json
import uuid
from decimal import Decimal
from functools import cached_property
from typing import Any

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from liangtian_web.boxes import BoxField


class Run(models.Model):
    """One check as it was made: what was asked, on what it was based, and the answer, byte for byte."""

    class Verdict(models.TextChoices):
        FAIL = "fail", _("不符合")
        UNKNOWN = "unknown", _("无法判断")
        PASS = "pass", _("符合")

    class Kind(models.TextChoices):
        BATCH = "batch", _("城市分批次建设用地")
        SINGLE_SITE = "single-site", _("单独选址")
        VILLAGE = "village", _("村庄建设用地")
        TEMPORARY = "temporary", _("临时用地")
        CONSOLIDATION = "consolidation", _("全域土地综合整治")
        FACILITY = "facility", _("设施农用地")
        PLANTING = "planting", _("农业结构调整")

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    name = models.CharField(_("名称"), max_length=100)
    kind = models.CharField(_("用地类型"), max_length=20, choices=Kind.choices)
    on = models.DateField(_("业务日期"))
    place = models.ForeignKey("people.Place", models.PROTECT, related_name="runs", verbose_name=_("责任单元"))
    verdict = models.CharField(_("结论"), max_length=7, choices=Verdict.choices, db_index=True)
    source = models.CharField(_("范围来源"), max_length=200)  # file name, or that it was drawn
    vertices = models.PositiveIntegerField(_("界址点"))
    crs = models.CharField(_("坐标系"), max_length=100)
    boundary = models.BinaryField()  # WKB in the CRS it was given in
    boundary_crs = models.TextField()  # WKT of that CRS
    box = BoxField()
    area_m2 = models.DecimalField(_("占地"), max_digits=16, decimal_places=2)
    facts = models.JSONField()
    declared = models.JSONField(default=dict)
    result = models.TextField()  # the JSON document, Chinese, byte for byte
    result_en = models.TextField()
    shapes = models.TextField()  # GeoJSON for the map
    layers = models.JSONField()  # layer → digest
    values = models.TextField(default="", blank=True)  # approved values of places, as a file of values
    rules_digest = models.CharField(_("规则版本"), max_length=64)
    kernel = models.CharField(_("程序版本"), max_length=30)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="runs", verbose_name=_("经办人"))
    recorded_at = models.DateTimeField(_("时间"), auto_now_add=True)

    class Meta:
        ordering = ["-id"]
        indexes = [models.Index(fields=["place", "-id"], name="review_run_of_place")]

    def __str__(self) -> str:
        return self.name

    @cached_property
    def data(self) -> dict[str, Any]:
        """The result with exact areas."""
        found: dict[str, Any] = json.loads(self.result, parse_float=Decimal)
        return found

    @cached_property
    def data_en(self) -> dict[str, Any]:
        """The same with English sentences."""
        found: dict[str, Any] = json.loads(self.result_en, parse_float=Decimal)
        return found

    def data_in(self, language: str) -> dict[str, Any]:
        """The result in the reader's language."""
        return self.data_en if language == "en" else self.data


class Finding(models.Model):
    """One answer of one obligation in a run, for lists and counts; sentence and trace stand in the run's result."""

    run = models.ForeignKey(Run, models.PROTECT, related_name="findings")
    ordinal = models.PositiveSmallIntegerField()
    rule = models.CharField(max_length=60, db_index=True)
    outcome = models.CharField(max_length=14)
    message = models.TextField()
    measured = models.JSONField(null=True)
    required = models.JSONField(null=True)
    parcels = models.JSONField(default=list)

    class Meta:
        ordering = ["run", "ordinal"]
        constraints = [models.UniqueConstraint(fields=["run", "ordinal"], name="review_finding_once")]

    def __str__(self) -> str:
        return f"{self.rule} {self.outcome}"
