"""What was uploaded, what was found in it, and which published version came of it."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _


class LayerVersion(models.Model):
    """A catalogue entry as the pages know it: its digest, whose it is and who may see it. The land is in the snapshot."""

    class Visibility(models.TextChoices):
        PLACE = "place", _("仅本级和上级")
        BELOW = "below", _("本级、上级和下级")

    place = models.ForeignKey("people.Place", models.PROTECT, related_name="layer_versions", verbose_name=_("责任单元"))
    layer = models.CharField(_("图层"), max_length=20)
    on = models.DateField(_("有效日期起"))
    digest = models.CharField(_("摘要"), max_length=64)
    rows = models.PositiveBigIntegerField(_("图斑数"))
    quality = models.CharField(_("质量"), max_length=10)
    visibility = models.CharField(_("可见范围"), max_length=5, choices=Visibility.choices, default=Visibility.BELOW)
    publisher = models.CharField(_("发布人"), max_length=100)
    recorded_at = models.DateTimeField(_("发布时间"))
    bounds = models.JSONField(default=list)  # west, south, east, north in degrees: where the map opens

    class Meta:
        ordering = ["layer", "place__path", "-on", "-recorded_at"]
        indexes = [models.Index(fields=["layer", "on"], name="onemap_version_by_day")]
        constraints = [models.UniqueConstraint(fields=["place", "layer", "on", "digest"], name="onemap_version_once")]

    def __str__(self) -> str:
        return f"{self.layer}@{self.place.code}@{self.on}"

    @property
    def quality_word(self) -> str:
        """What the examination came to."""
        return {"clean": gettext("无问题"), "findings": gettext("有问题，可用")}.get(self.quality, self.quality)


class Upload(models.Model):
    """One file offered as a layer, from its bytes to a published version or a refusal."""

    class State(models.TextChoices):
        RECEIVED = "received", _("待质检")
        EXAMINED = "examined", _("待发布")
        REFUSED = "refused", _("不能发布")
        PUBLISHING = "publishing", _("发布中")
        PUBLISHED = "published", _("已发布")

    sha256 = models.CharField(max_length=64)
    files = models.JSONField(default=list)  # [{"name", "size"}], the first is the one that is opened
    size = models.PositiveBigIntegerField(_("大小"))
    place = models.ForeignKey("people.Place", models.PROTECT, related_name="uploads", verbose_name=_("责任单元"))
    layer = models.CharField(_("图层"), max_length=20)
    on = models.DateField(_("有效日期起"))
    visibility = models.CharField(max_length=5, choices=LayerVersion.Visibility, default=LayerVersion.Visibility.BELOW)
    encoding = models.CharField(_("属性编码"), max_length=20, blank=True)
    north_first = models.BooleanField(_("北坐标在前"), default=False)
    crs = models.CharField(_("坐标系"), max_length=5, default="", blank=True)  # EPSG code the uploader names
    repair = models.BooleanField(_("采用建议的几何修复"), default=False)
    uploader = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="uploads")
    job = models.ForeignKey("jobs.Job", models.SET_NULL, null=True, related_name="+")
    state = models.CharField(_("状态"), max_length=10, choices=State.choices, default=State.RECEIVED, db_index=True)
    rows = models.PositiveBigIntegerField(default=0)
    level = models.CharField(max_length=10, blank=True)  # refused, findings or clean
    counts = models.JSONField(default=dict)  # findings by rule: all of them
    findings = models.JSONField(default=list)  # the first FINDINGS_KEPT, with longitude and latitude
    refusal = models.JSONField(default=dict)  # {"id", "params"} of the error that ended it
    version = models.ForeignKey(LayerVersion, models.PROTECT, null=True, related_name="uploads")
    created_at = models.DateTimeField(_("上传时间"), auto_now_add=True)

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.files[0]['name']} → {self.layer}" if self.files else self.layer

    @property
    def defect_count(self) -> int:
        """How many findings there were, kept or not."""
        return sum(self.counts.values())

    def features(self) -> dict[str, Any]:
        """The kept findings that have a place, as GeoJSON."""
        points = [
            {
                "type": "Feature",
                "geometry": {"type": "Point", "coordinates": finding["lonlat"]},
                "properties": {"n": n, "rule": finding["rule"], "outcome": finding["outcome"]},
            }
            for n, finding in enumerate(self.findings)
            if finding.get("lonlat")
        ]
        return {"type": "FeatureCollection", "features": points}
