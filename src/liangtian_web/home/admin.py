"""Users, agencies and places, kept by administrators in Django's own pages. What they change is noted in the trail."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from django.contrib import admin, messages
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.models import Group
from django.db import transaction
from django.db.models import Model, QuerySet
from django.forms import ModelForm
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from procrastinate.contrib.django.models import ProcrastinateJob

from liangtian_web.onemap.summary import shares_on
from liangtian_web.onemap.towns import LAYERS, take_places
from liangtian_web.people.models import Agency, Membership, Place, User
from liangtian_web.people.requests import Request
from liangtian_web.trail.actions import note

admin.site.site_header = admin.site.site_title = _("良田管理")
admin.site.unregister(Group)  # roles are memberships, at a place
admin.site.unregister(ProcrastinateJob)  # the queue's own rows; people read their work under 后台工作


class Noted:
    """Note every change, in the transaction of the change."""

    def save_model(self, request: HttpRequest, obj: Model, form: ModelForm[Any], change: bool) -> None:
        super().save_model(request, obj, form, change)  # type: ignore[misc]
        note(request, "people.change", f"{obj._meta.model_name}:{obj.pk} {obj}")

    def delete_model(self, request: HttpRequest, obj: Model) -> None:
        note(request, "people.delete", f"{obj._meta.model_name}:{obj.pk} {obj}")
        super().delete_model(request, obj)  # type: ignore[misc]

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Model]) -> None:
        for obj in queryset:
            self.delete_model(request, obj)

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        super().save_formset(request, form, formset, change)  # type: ignore[misc]
        for obj in [*formset.new_objects, *(changed for changed, _fields in formset.changed_objects)]:
            note(request, "people.change", f"{obj._meta.model_name}:{obj.pk} {obj}")
        for obj in formset.deleted_objects:
            note(request, "people.delete", f"{obj._meta.model_name} {obj}")


class MembershipsOf(admin.TabularInline):  # type: ignore[type-arg]
    """A user's duties, on the user's page."""

    model = Membership
    extra = 0
    autocomplete_fields = ("agency", "place")


@admin.register(User)
class People(Noted, UserAdmin):  # type: ignore[type-arg]
    """Users and their duties."""

    list_display = ("username", "display_name", "duties", "is_active", "last_login")
    list_filter = ("is_active", "memberships__role", "is_superuser")
    search_fields = ("username", "display_name")
    inlines = (MembershipsOf,)
    fieldsets = (
        (None, {"fields": ("username", "password", "display_name", "email")}),
        (None, {"fields": ("is_active", "is_staff", "is_superuser", "unit", "language")}),
    )
    add_fieldsets = ((None, {"classes": ("wide",), "fields": ("username", "display_name", "password1", "password2")}),)
    filter_horizontal = ()

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        """With the duties the list tells."""
        return super().get_queryset(request).prefetch_related("memberships__place")

    @admin.display(description=_("任职"))
    def duties(self, user: User) -> str:
        """Roles of the user, each with its place."""
        return "；".join(f"{each.place} {each.get_role_display()}" for each in user.memberships.all()) or "—"

    @transaction.atomic
    def user_change_password(self, request: HttpRequest, id: str, form_url: str = "") -> HttpResponse:
        """Set another's password: whoever does could act in their name, so it is noted like their own change."""
        answer = super().user_change_password(request, id, form_url)
        if answer.status_code == HTTPStatus.FOUND:
            note(request, "people.password", f"user:{id}")
        return answer


@admin.register(Place)
class Places(Noted, admin.ModelAdmin):  # type: ignore[type-arg]
    """Responsibility units."""

    list_display = ("name", "code", "kind", "parent")
    list_filter = ("kind",)
    list_select_related = ("parent",)
    search_fields = ("name", "code")
    autocomplete_fields = ("parent",)
    actions = ("take_towns",)

    @admin.action(description=_("从已发布图层取用乡镇和村"), permissions=["add"])
    def take_towns(self, request: Request, queryset: QuerySet[Place]) -> None:
        """Make the towns and villages of the chosen counties and zones that today's layers name."""
        shares = shares_on(request.user, timezone.localdate(), *LAYERS)
        for county in queryset:
            if county.kind != Place.Kind.COUNTY or not county.code:
                said = gettext("%(place)s 不是有区划代码的县，没有取用。") % {"place": county}
                self.message_user(request, said, messages.WARNING)
                continue
            taken = take_places(request, county, shares)
            said = gettext("%(place)s：新增乡镇 %(towns)s 个、村 %(villages)s 个，已有 %(kept)s 个未改动。") % {
                "place": county, "towns": taken.towns, "villages": taken.villages, "kept": taken.kept,
            }  # fmt: skip
            self.message_user(request, said)


@admin.register(Agency)
class Agencies(Noted, admin.ModelAdmin):  # type: ignore[type-arg]
    """Offices of places."""

    list_display = ("name", "place")
    list_select_related = ("place",)
    search_fields = ("name", "place__name")
    autocomplete_fields = ("place",)
