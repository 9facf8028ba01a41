"""Rows of the registers, who confirmed them, and which entries of the book balance a key project. All only grow."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from liangtian import units
from liangtian_web.boxes import BoxField
from liangtian_web.registers.kinds import ENDED, LISTED, NIL, NIL_KEY, REGISTERS, STATES, Register


class Row(models.Model):
    """What a document says of one place, from a day on; a later row of the same key supersedes it, none is edited."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True)
    register = models.CharField(_("登记簿"), max_length=20)
    place = models.ForeignKey("people.Place", models.PROTECT, related_name="+", verbose_name=_("责任单元"))
    key = models.CharField(_("编号"), max_length=60)
    state = models.CharField(_("状态"), max_length=6, choices=STATES)
    content = models.JSONField()  # column → text as it was given, areas with their unit
    document = models.CharField(_("依据文件"), max_length=200)
    since = models.DateField(_("生效日期"))
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("登记人"))
    recorded_at = models.DateTimeField(_("登记时间"), auto_now_add=True)

    class Meta:
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["place", "register", "key", "-since", "-id"], name="registers_row_in_force"),
            models.Index(fields=["register", "-id"], name="registers_row_newest"),
        ]
        constraints = [
            models.CheckConstraint(condition=models.Q(register__in=list(REGISTERS)), name="registers_row_register"),
            models.CheckConstraint(condition=models.Q(state__in=list(STATES)), name="registers_row_state"),
            models.CheckConstraint(
                condition=models.Q(state=NIL, key=NIL_KEY) | ~models.Q(state=NIL), name="registers_row_nil"
            ),
        ]

    def __str__(self) -> str:
        return " ".join(filter(None, [str(self.kind.label), self.title]))

    @property
    def kind(self) -> Register:
        """The register it stands in."""
        return REGISTERS[self.register]

    @property
    def title(self) -> str:
        """What the row is about: the project, or the year."""
        name = str(self.content.get("name", ""))
        return f"{self.key} {name}".strip() if self.key != NIL_KEY else str(STATES[NIL])

    @property
    def is_listed(self) -> bool:
        """Whether it enters something, and neither strikes it out nor reports nothing."""
        return self.state == LISTED

    @property
    def is_ended(self) -> bool:
        """Whether it strikes out what was entered."""
        return self.state == ENDED

    def area_m2(self, name: str) -> Decimal:
        """An area of the row, to the hundredth of a square metre."""
        return area_m2_of(self.content, name)

    def units_of(self, name: str) -> int:
        """An area of the row in the whole units of the book, half-up."""
        return int(units.round_half_up(_exact(self.content, name)))

    def day(self, name: str) -> date | None:
        """A day of the row, where it gives one."""
        text = self.content.get(name)
        return date.fromisoformat(text) if text else None


class Decision(models.Model):
    """A second person, of the level above the place, confirms a row or sends it back; once."""

    row = models.OneToOneField(Row, models.PROTECT, primary_key=True, related_name="decision")
    confirmed = models.BooleanField(_("确认"))
    reason = models.CharField(_("理由"), max_length=500, blank=True)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("确认人"))
    decided_at = models.DateTimeField(_("确认时间"), auto_now_add=True)

    def __str__(self) -> str:
        return f"{self.row} {self.confirmed}"


class RowGround(models.Model):
    """The boundary of a row, in its measuring plane, and which file it was handed in with."""

    row = models.OneToOneField(Row, models.PROTECT, primary_key=True, related_name="ground")
    wkb = models.BinaryField()
    crs = models.CharField(_("坐标系"), max_length=20)  # EPSG:4549
    box = BoxField()  # in degrees, whatever the plane
    area_m2 = models.DecimalField(_("范围面积"), max_digits=16, decimal_places=2)
    digest = models.CharField(_("范围摘要"), max_length=64)  # of the plane and the boundary
    source = models.CharField(_("范围文件"), max_length=200)
    file_digest = models.CharField(_("文件摘要"), max_length=64)
    recorded_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return f"{self.row} {self.area_m2} m²"


class Measurement(models.Model):
    """What a survey shows inside a boundary, kept under everything it follows from."""

    key = models.CharField(max_length=64, unique=True)
    row = models.ForeignKey(Row, models.PROTECT, related_name="+")  # it was first measured for
    result = models.JSONField()
    kernel = models.CharField(_("程序版本"), max_length=30)
    recorded_at = models.DateTimeField(_("算成时间"), auto_now_add=True)

    def __str__(self) -> str:
        return f"{self.row} {self.key[:12]}"


class Naming(models.Model):
    """An entry of the book that balances, or promises to balance, a key project of a place."""

    entry = models.OneToOneField("ledger.Entry", models.PROTECT, primary_key=True, related_name="+")
    place = models.ForeignKey("people.Place", models.PROTECT, related_name="+")
    number = models.CharField(_("项目编号"), max_length=60)
    recorded_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        indexes = [models.Index(fields=["place", "number"], name="registers_naming_of_project")]

    def __str__(self) -> str:
        return f"{self.number} {self.entry_id}"


def area_m2_of(content: Mapping[str, Any], name: str) -> Decimal:
    """An area as a row gives it, in its own unit, to the hundredth of a square metre.

    Examples
    --------
    >>> area_m2_of({"area": "500", "unit": "mu"}, "area")
    Decimal('333333.33')
    """
    return units.round_half_up(_exact(content, name), 2)


def _exact(content: Mapping[str, Any], name: str) -> Fraction:
    return Fraction(content[name]) * units.UNIT_M2[content["unit"]]
