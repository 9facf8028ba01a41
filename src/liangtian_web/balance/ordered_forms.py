"""What a document orders of credits in the book: pooling, borrowing, freezing, taking out. Each form asks why and by which document."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from django import forms
from django.db.models import Q, QuerySet
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from liangtian.policy.facts import dictionary
from liangtian_web.balance import actions
from liangtian_web.balance.forms import LotsField
from liangtian_web.balance.models import Filing
from liangtian_web.balance.procedures.borrowing import outstanding
from liangtian_web.balance.procedures.corrections import used_by
from liangtian_web.balance.procedures.poolings import MOVED
from liangtian_web.balance.queries import LEVELS, city_of, filing_places, quota_places, top_places
from liangtian_web.balance.site_forms import DATE, choices_of, fact_word
from liangtian_web.balance.step_forms import BeginForm, StepForm
from liangtian_web.ledger.records import place_key
from liangtian_web.ledger.templatetags.book import index_word
from liangtian_web.people.models import Place, User
from liangtian_web.people.requests import Request

AMOUNTS = {"moved_amounts": MOVED}
OF_CITIES = ("municipal", "provincial", "national")


class OrderedForm(BeginForm):
    """Amounts that a document orders to be moved, and why."""

    tables = AMOUNTS
    ordered_because = forms.CharField(max_length=200)
    field_order = ["key", "place", "project", "on", "document", "ordered_because"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in self.fields:
            if name in dictionary():
                self.fields[name].label = fact_word(name)


class FromLotsForm(OrderedForm):
    """From the place's reserve: the lots named, or the oldest first."""

    lots = LotsField()
    field_order = [*OrderedForm.field_order, "lots"]

    def hand_in(self, request: Request) -> Filing:
        """File it with its lots."""
        given = self.cleaned_data
        head = self.head_of(self.whose(), given["project"])
        return actions.file(request, head, self.event, facts=self.facts(), lots=given["lots"])


class CityPoolingForm(FromLotsForm):
    """What the city's pool takes, and what it pays."""

    pooling_price_yuan = forms.DecimalField(
        required=False, min_value=Decimal(0), max_digits=16, decimal_places=2,
        help_text=_("元；市级耕地保护资金付给该单元专款，不付可不填"),
    )  # fmt: skip

    def facts(self) -> dict[str, Any]:
        """Money as a number."""
        found = super().facts()
        if price := found.pop("pooling_price_yuan", None):
            found["pooling_price_yuan"] = float(price)
        return found


class ProvincialPoolingForm(FromLotsForm):
    """Cities too: from their pool."""

    places = staticmethod(quota_places)

    def clean(self) -> dict[str, Any]:
        """A city's pool gives its oldest lots."""
        given = super().clean()
        if given.get("lots") and given.get("place") and given["place"].kind not in LEVELS:
            self.add_error("lots", gettext("从市级统筹库划出时不能指定指标块，先验收的先用。"))
        return given


class NationalPoolingForm(OrderedForm):
    """What the nation takes of the province's pool."""

    places = staticmethod(top_places)


class UpperPoolUseForm(OrderedForm):
    """What a place gets from the province's or the nation's pool."""

    pool_drawn_on = forms.ChoiceField()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["pool_drawn_on"].choices = choices_of("pool_drawn_on")  # type: ignore[attr-defined]


class NamedLotsForm(FromLotsForm):
    """Credit that leaves the book is named lot by lot."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["lots"].required = True
        self.fields["lots"].help_text = gettext("必填：出账的指标块编号，以空格或顿号分开")


class BorrowingForm(OrderedForm):
    """Who lends what from which pool, until when."""

    provider: forms.ModelChoiceField[Place] = forms.ModelChoiceField(queryset=None, empty_label=None)
    lender_pool = forms.ChoiceField()
    return_due_on = forms.DateField(widget=DATE)
    field_order = [
        "key",
        "place",
        "project",
        "provider",
        "lender_pool",
        "on",
        "return_due_on",
        "document",
        "ordered_because",
    ]

    def __init__(self, user: User, *args: Any, **kwargs: Any) -> None:
        super().__init__(user, *args, **kwargs)
        self.fields["provider"].label = gettext("借出单元")
        self.fields["provider"].queryset = lenders(user)  # type: ignore[attr-defined]
        self.fields["lender_pool"].choices = choices_of("lender_pool")  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """Another's pool, of those it has, until a day to come."""
        given = super().clean()
        lender, pool, due, on = (given.get(name) for name in ("provider", "lender_pool", "return_due_on", "on"))
        if lender and lender == given.get("place"):
            self.add_error("provider", gettext("借出单元不能是借用单元自己。"))
        if lender and pool and (lender.kind in LEVELS) != (pool not in OF_CITIES):
            self.add_error("lender_pool", gettext("%(place)s没有这个库。") % {"place": lender.name})
        if due and on and due <= on:
            self.add_error("return_due_on", gettext("应归还日期须晚于业务日期。"))
        return given

    def facts(self) -> dict[str, Any]:
        """The lender by its key in the book."""
        found = super().facts()
        return found | {
            "lender": place_key(self.cleaned_data["provider"]),
            "return_due_on": found["return_due_on"].isoformat(),
        }


def lenders(user: User) -> QuerySet[Place]:
    """The cities of the places a user files for, and what lies right below them."""
    cities = {city.pk for place in filing_places(user).select_related("parent") if (city := city_of(place))}
    return Place.objects.filter(Q(pk__in=cities) | Q(parent__in=cities, kind__in=LEVELS)).order_by("path")


class WithinForm(StepForm):
    """What goes on with a filing: no more than is left of it, which is filled in."""

    tables = AMOUNTS
    left_of: Callable[[Filing], dict[str, int]]  # index → what is left of what it goes on with

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, amount in self.left().items() if self.begun else ():
            self.fields[f"moved_amounts__{name}"].initial = amount

    def left(self) -> dict[str, int]:
        """Index → what is left."""
        assert self.begun is not None
        return type(self).left_of(self.begun)

    def clean(self) -> dict[str, Any]:
        """Say at each amount what is left."""
        given = super().clean()
        left = self.left()
        for name in MOVED:
            if (given.get(f"moved_amounts__{name}") or 0) > left.get(name, 0):
                said = gettext("%(index)s只剩 %(most)s。") % {
                    "index": index_word(name),
                    "most": f"{left.get(name, 0):,}",
                }
                self.add_error(f"moved_amounts__{name}", said)
        return given


class ReturnForm(WithinForm):
    """What is returned of a loan, from the lots named or the oldest first."""

    lots = LotsField()
    left_of = staticmethod(outstanding)

    def hand_in(self, request: Request) -> Filing:
        """File it with its lots."""
        assert self.begun is not None
        more = {"begun": self.begun, "lots": self.cleaned_data["lots"]}
        return actions.file(
            request, self.head_of(self.whose(), self.begun.project), self.event, facts=self.facts(), **more
        )


class UnlinkingForm(WithinForm):
    """What was written off for land that is not built on."""

    left_of = staticmethod(used_by)


class ThawForm(StepForm):
    """All that is frozen is freed; nothing but the document is asked."""


BEGIN: Mapping[str, type[BeginForm]] = {
    "city-pooling": CityPoolingForm,
    "provincial-pooling": ProvincialPoolingForm,
    "national-pooling": NationalPoolingForm,
    "upper-pool-use": UpperPoolUseForm,
    "borrow": BorrowingForm,
    "freeze": FromLotsForm,
    "void": NamedLotsForm,
}
NEXT: Mapping[str, type[StepForm]] = {"borrow-return": ReturnForm, "thaw": ThawForm, "unlinking": UnlinkingForm}
