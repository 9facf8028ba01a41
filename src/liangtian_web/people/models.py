"""Who may do what, where."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import AbstractUser
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.utils.translation import gettext_lazy as _


class Place(models.Model):
    """A responsibility unit: it may have no region code (a functional zone) and is never known by one."""

    class Kind(models.TextChoices):
        CITY = "city", _("市")
        COUNTY = "county", _("县（市、区）")
        ZONE = "zone", _("功能区")
        TOWN = "town", _("乡镇（街道）")
        VILLAGE = "village", _("村")

    code = models.CharField(_("区划代码"), max_length=12, null=True, blank=True, unique=True)
    name = models.CharField(_("名称"), max_length=100)
    kind = models.CharField(_("层级"), max_length=8, choices=Kind.choices)
    parent = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="children")
    # Ids from the root, "/1/4/9/": everything under a place is one prefix query.
    path = models.CharField(max_length=200, editable=False, default="", db_index=True)

    class Meta:
        verbose_name = verbose_name_plural = _("责任单元")
        ordering = ["path"]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        """Refuse a place that would lie in itself."""
        if self.pk and self.parent and self.parent.path.startswith(self.path):
            raise ValidationError({"parent": _("责任单元不能隶属于自己或自己的下级。")})

    @transaction.atomic
    def save(self, *args: Any, **kwargs: Any) -> None:
        """Keep the path; a place that moves takes its places with it."""
        super().save(*args, **kwargs)
        path = f"{self.parent.path if self.parent else '/'}{self.pk}/"
        if path != self.path:
            self.path = path
            Place.objects.filter(pk=self.pk).update(path=path)
            for child in self.children.all():
                child.save()


class Agency(models.Model):
    """An office of a place: the natural-resources bureau, the water bureau."""

    name = models.CharField(_("名称"), max_length=100)
    place = models.ForeignKey(Place, models.PROTECT, related_name="agencies", verbose_name=_("责任单元"))

    class Meta:
        verbose_name = verbose_name_plural = _("单位")
        ordering = ["place__path", "name"]
        constraints = [models.UniqueConstraint(fields=["place", "name"], name="people_agency_once")]

    def __str__(self) -> str:
        return self.name


class User(AbstractUser):
    """A person who logs in; the name shown is the one colleagues use."""

    class Unit(models.TextChoices):
        MU = "mu", _("亩")
        HA = "ha", _("公顷")
        M2 = "m2", "m²"

    class Language(models.TextChoices):
        ZH = "zh-hans", "中文"
        EN = "en", "English"

    first_name = None  # type: ignore[assignment]
    last_name = None  # type: ignore[assignment]
    display_name = models.CharField(_("姓名"), max_length=50)
    unit = models.CharField(_("面积单位"), max_length=2, choices=Unit.choices, default=Unit.MU)
    language = models.CharField(_("语言"), max_length=7, choices=Language.choices, default=Language.ZH)

    # Columns a user has hidden, by the name of the list.
    hidden_columns = models.JSONField(default=dict, blank=True, editable=False)

    REQUIRED_FIELDS = ["display_name"]

    class Meta:
        verbose_name = verbose_name_plural = _("用户")

    def __str__(self) -> str:
        return self.display_name or self.username

    def get_full_name(self) -> str:
        """The name shown."""
        return str(self)

    def get_short_name(self) -> str:
        """The name shown."""
        return str(self)


class Membership(models.Model):
    """A user's role in an agency, for a place and everything under it."""

    class Role(models.TextChoices):
        KEEPER = "keeper", _("台账管理")
        OFFICER = "officer", _("经办人")
        AUDITOR = "auditor", _("审计人")
        ADMIN = "admin", _("管理员")

    user = models.ForeignKey(User, models.CASCADE, related_name="memberships", verbose_name=_("用户"))
    agency = models.ForeignKey(Agency, models.PROTECT, related_name="memberships", verbose_name=_("单位"))
    place = models.ForeignKey(Place, models.PROTECT, related_name="memberships", verbose_name=_("责任单元"))
    role = models.CharField(_("角色"), max_length=8, choices=Role.choices)

    class Meta:
        verbose_name = verbose_name_plural = _("任职")
        constraints = [
            models.UniqueConstraint(fields=["user", "agency", "place", "role"], name="people_membership_once")
        ]

    def __str__(self) -> str:
        return f"{self.user} · {self.agency} · {self.get_role_display()}"
