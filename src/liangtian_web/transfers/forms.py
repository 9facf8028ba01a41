"""What is handed in on the platform: an offer, a request, a match, a payment of earmarked money."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from decimal import Decimal
from functools import reduce
from operator import or_
from typing import Any

from django import forms
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from liangtian.ledger.entry import AMOUNT_MAX
from liangtian.ledger.indices import indices
from liangtian.policy.amounts import COMPENSATION
from liangtian_web.balance.earmarked import Source
from liangtian_web.balance.forms import (
    HeadForm,
    KeyProjectField,
    LotsField,
    check_key_project,
    number_of,
    run_word,
    sent_as,
    unit_of,
)
from liangtian_web.balance.models import Filing
from liangtian_web.balance.paying import Spending
from liangtian_web.balance.procedures.transfer import LINKAGE, TRADED
from liangtian_web.balance.queries import occupying_runs
from liangtian_web.balance.site_forms import DATE, choices_of
from liangtian_web.ledger.sheet_words import RecordField, name_amount
from liangtian_web.ledger.templatetags.book import index_word
from liangtian_web.onemap.forms import offer_places
from liangtian_web.people.models import Place, User
from liangtian_web.people.requests import Request, language_of
from liangtian_web.review.models import Run
from liangtian_web.transfers import actions
from liangtian_web.transfers.actions import Terms
from liangtian_web.transfers.models import Demand, Good, Listing, Match
from liangtian_web.transfers.queries import offer_behind, trading_places
from liangtian_web.transfers.stages import Open
from liangtian_web.transfers.supplying import supply

PRICE_MAX = Decimal(100_000_000)  # yuan per mu or kg: no price of the trade comes near
STANDS = timedelta(days=90)
OF_GOOD = {Good.COMPENSATION.value: COMPENSATION, Good.LINKAGE.value: LINKAGE}


def price_unit(index: str) -> str:
    """The unit a price is entered in."""
    return gettext("元/kg") if indices()[index].unit == "kg" else gettext("元/亩")


class VillageField(forms.ModelChoiceField):  # type: ignore[type-arg]
    """A village, told apart from its namesakes by its town."""

    def label_from_instance(self, obj: Any) -> str:
        return f"{obj.parent} {obj}"


class Amounts(forms.Form):
    """A table of amounts and prices, index by index."""

    indices: tuple[str, ...] = TRADED
    priced = True  # whether an amount needs its price

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for index in self.indices:
            self.fields[f"amount_{index}"] = forms.IntegerField(required=False, min_value=0, max_value=AMOUNT_MAX)
            self.fields[f"price_{index}"] = forms.DecimalField(
                required=False, min_value=Decimal(0), max_value=PRICE_MAX, max_digits=12, decimal_places=2
            )
            for name, word, unit in (
                ("amount", gettext("数量"), unit_of(index)),
                ("price", gettext("单价"), price_unit(index)),
            ):
                name_amount(self.fields[f"{name}_{index}"], f"{index_word(index)}{word}", unit)

    def rows(self) -> list[dict[str, Any]]:
        """Index, its units and its two fields."""
        return [
            {"index": index, "unit": unit_of(index), "price_unit": price_unit(index),
             "amount": self[f"amount_{index}"], "price": self[f"price_{index}"]}
            for index in self.indices
        ]  # fmt: skip

    def amounts(self) -> dict[str, int]:
        """Index → amount, what is left empty left out."""
        given = self.cleaned_data
        return {index: given[f"amount_{index}"] for index in self.indices if given.get(f"amount_{index}")}

    def prices(self) -> dict[str, str]:
        """Index → price as text, of the indices that have an amount."""
        given = self.cleaned_data
        return {index: f"{given[f'price_{index}']:.2f}" for index in self.amounts()
                if given.get(f"price_{index}") is not None}  # fmt: skip

    def clean(self) -> dict[str, Any]:
        """Something is asked for, and priced where it must be."""
        given = super().clean() or {}
        wanted = [index for index in self.indices if given.get(f"amount_{index}")]
        if not wanted and not self.errors:
            raise forms.ValidationError(gettext("请至少填一项数量。"))
        for index in wanted if self.priced else ():
            if given.get(f"price_{index}") is None and f"price_{index}" not in self.errors:
                self.add_error(f"price_{index}", gettext("请填单价；无偿的填 0。"))
        return given


class Traded(Amounts):
    """A table whose indices must be of the good chosen."""

    good = forms.ChoiceField(label=_("调剂标的"), choices=Good)

    def clean(self) -> dict[str, Any]:
        """Compensation indices and linkage surplus are not offered together."""
        given = super().clean()
        if strange := [index for index in self.amounts() if index not in OF_GOOD.get(given.get("good", ""), TRADED)]:
            words = {"index": index_word(strange[0])}
            self.add_error(f"amount_{strange[0]}", gettext("%(index)s不属于所选标的，请另行填一张。") % words)
        return given


class ListingForm(HeadForm, Traded):
    """An offer to sell."""

    place: forms.ModelChoiceField[Place] = forms.ModelChoiceField(label=_("责任单元"), queryset=None, empty_label=None)
    project = forms.CharField(label=_("来源项目"), max_length=100)
    expires = forms.DateField(label=_("挂牌到期日"), widget=DATE, help_text=_("到期未成交自动退回储备库"))
    lots = LotsField()
    whole_area = forms.BooleanField(label=_("全域整治项目产生"), required=False)
    village: forms.ModelChoiceField[Place] = VillageField(
        label=_("整治村"),
        queryset=None,
        required=False,
        empty_label="—",
        help_text=_("全域整治项目产生的须选：收益先用于该村"),
    )
    field_order = ["key", "place", "good", "project", "on", "document", "expires", "lots", "whole_area", "village"]

    def __init__(self, user: User, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer_places(self, trading_places(user))
        _offer_villages(self, (Q(path__startswith=each.path) for each in trading_places(user)))
        self.fields["on"].label = _("挂牌日期")
        self.fields["document"].label = _("申请文号")
        self.fields["expires"].initial = timezone.localdate() + STANDS

    def head(self) -> list[forms.BoundField]:
        """The fields above the table."""
        return [self[name] for name in self.field_order if name != "key"]

    def clean(self) -> dict[str, Any]:
        """A listing lapses after it begins; a whole-area project names a village of the place."""
        given = super().clean()
        if given.get("expires") and given.get("on") and given["expires"] <= given["on"]:
            self.add_error("expires", gettext("到期日须晚于挂牌日期。"))
        place, village = given.get("place"), given.get("village")
        if bool(given.get("whole_area")) != bool(village):
            self.add_error("village", gettext("全域整治项目产生的须选整治村，其他的不选。"))
        elif place and village and not village.path.startswith(place.path):
            self.add_error("village", gettext("整治村不在所选责任单元内。"))
        return given

    def facts(self) -> dict[str, Any]:
        """By the names of the facts dictionary."""
        return {"transfer_good": self.cleaned_data["good"], "transfer_amounts": (self.amounts(),)}

    def hand_in(self, request: Request) -> Filing:
        """File the offer."""
        given = self.cleaned_data
        more = {"village": given["village"], "lots": given["lots"], "expires": given["expires"]}
        head = self.head_of(given["place"], given["project"])
        return actions.list_for_sale(request, head, self.facts(), prices=self.prices(), **more)


class DemandForm(HeadForm, Traded):
    """A request to buy; a price is the most it pays, and may be left open."""

    priced = False
    place: forms.ModelChoiceField[Place] = forms.ModelChoiceField(label=_("责任单元"), queryset=None, empty_label=None)
    until = forms.DateField(label=_("有效期至"), widget=DATE)
    purpose = forms.CharField(label=_("用途"), max_length=200, help_text=_("用于哪些项目的占补平衡或用地报批"))
    field_order = ["key", "place", "good", "on", "document", "until", "purpose"]

    def __init__(self, user: User, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer_places(self, trading_places(user))
        self.fields["on"].label = _("申请日期")
        self.fields["document"].label = _("申请文号")
        self.fields["until"].initial = timezone.localdate() + STANDS

    def head(self) -> list[forms.BoundField]:
        """The fields above the table."""
        return [self[name] for name in self.field_order if name != "key"]

    def clean(self) -> dict[str, Any]:
        """It stands at least on its own day."""
        given = super().clean()
        if given.get("until") and given.get("on") and given["until"] < given["on"]:
            self.add_error("until", gettext("有效期须不早于申请日期。"))
        return given

    def hand_in(self, request: Request) -> Demand:
        """Put the request into the queue."""
        given = self.cleaned_data
        columns = {name: given[name] for name in ("place", "good", "on", "until", "document", "purpose")}
        return actions.ask(request, uuid=given["key"], amounts=self.amounts(), prices=self.prices(), **columns)


class MatchForm(HeadForm, Amounts):
    """How much of a listing goes to a request, at which prices."""

    reason = forms.CharField(
        label=_("价格说明"), required=False, max_length=500, help_text=_("单价高于省级调剂价时须写明")
    )
    field_order = ["key", "on", "document", "reason"]

    def __init__(self, have: Open[Listing], asks: Open[Demand], *args: Any, **kwargs: Any) -> None:
        prices, left = have.row.prices, asks.left
        fits = {index: min(amount, left[index]) for index, amount in have.left.items() if index in left}
        fits = fits or dict.fromkeys(prices, 0)
        self.indices, self.listing, self.demand = tuple(fits), have.row, asks.row
        super().__init__(*args, **kwargs)
        self.fields["document"].label = _("撮合文号")
        for index, amount in fits.items():
            self.fields[f"amount_{index}"].initial = amount
            self.fields[f"price_{index}"].initial = prices.get(index)

    def head(self) -> list[forms.BoundField]:
        """The fields below the table."""
        return [self[name] for name in self.field_order if name != "key"]

    def terms(self) -> Terms:
        """What is proposed."""
        given = self.cleaned_data
        return Terms(given["key"], self.amounts(), self.prices(), given["on"], given["document"], given["reason"])

    def hand_in(self, request: Request) -> Match:
        """Propose it."""
        lang, today = language_of(request), timezone.localdate()
        return actions.propose(request, self.listing, self.demand, self.terms(), lang, today=today)


class SupplyForm(HeadForm):
    """What is listed, drawn on for a separate site: its check says how much."""

    run = RecordField(
        label=_("单独选址项目的检查"), queryset=None, to_field_name="uuid", empty_label=None,
        help_text=_("数量取自这次检查，价款按挂牌单价计算；由提供方的台账管理人员确认后冻结"),
    )  # fmt: skip
    key_project = KeyProjectField()
    application_accepted_on = forms.DateField(
        label=_("受理日期"), required=False, widget=DATE,
        help_text=_("2025 年改革前已受理的，填受理日期，仍按原办法办理"),
    )  # fmt: skip
    reason = forms.CharField(
        label=_("价格说明"), required=False, max_length=500, help_text=_("单价高于省级调剂价时须写明")
    )
    field_order = ["key", "run", "on", "document", "application_accepted_on", "key_project", "reason"]

    def __init__(self, user: User, listing: Listing | None, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.listing, run = listing, self.fields["run"]
        found = occupying_runs(user, timezone.localdate(), sent_as(self.data)).filter(kind=Run.Kind.SINGLE_SITE)
        if listing is not None:
            found = found.exclude(place=listing.filing.place)
        run.queryset = found  # type: ignore[attr-defined]
        run.label_from_instance = run_word  # type: ignore[attr-defined]
        self.fields["key_project"].offer(user)  # type: ignore[attr-defined]
        self.fields["document"].label = _("申请文号")

    def clean(self) -> dict[str, Any]:
        """A key project is one of the place."""
        given = super().clean() or {}
        check_key_project(self, given["run"].place if given.get("run") else None)
        return given

    def hand_in(self, request: Request) -> Filing:
        """Ask for it."""
        assert self.listing is not None
        given, run = self.cleaned_data, self.cleaned_data["run"]
        facts = {
            "key_project_number": number_of(given),
            "application_accepted_on": given.get("application_accepted_on"),
        }
        head = self.head_of(run.place, run.name)
        return supply(request, self.listing, run, head, reason=given["reason"], **facts)


class WithdrawalForm(HeadForm):
    """Why what is listed is taken back: the document says."""

    def __init__(self, listing: Listing, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.listing = listing

    def hand_in(self, request: Request) -> Filing:
        """Ask for it back."""
        filing = self.listing.filing
        return actions.withdraw_listing(request, self.listing, self.head_of(filing.place, filing.project))


class PaymentForm(HeadForm):
    """Earmarked money paid out."""

    amount_yuan = forms.DecimalField(label=_("金额（元）"), min_value=Decimal("0.01"), max_digits=14, decimal_places=2)
    paid_for = forms.ChoiceField(label=_("资金用途"))
    payee = forms.CharField(label=_("收款单位"), max_length=100)
    village: forms.ModelChoiceField[Place] = VillageField(
        label=_("受益村"), queryset=None, required=False, empty_label="—"
    )
    reason = forms.CharField(label=_("理由"), required=False, max_length=500, help_text=_("用于其他用途的须写明理由"))
    needs_open_yuan = forms.DecimalField(
        label=_("整治村尚未落实的建设资金（元）"), required=False, min_value=Decimal(0), max_digits=14, decimal_places=2,
        help_text=_("不用于整治村的须填写：为零才可用于其他方面"),
    )  # fmt: skip
    field_order = ["key", "amount_yuan", "paid_for", "reason", "payee", "village", "needs_open_yuan", "on", "document"]

    def __init__(self, source: Source | None, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.source = source
        self.fields["paid_for"].choices = choices_of("paid_for")  # type: ignore[attr-defined]
        self.fields["on"].label, self.fields["document"].label = _("支付日期"), _("支付文号")
        if source is not None:
            self._fit(source)

    def _fit(self, source: Source) -> None:
        """Offer the villages of the place, and ask of a whole-area project what its village still lacks."""
        offer = offer_behind(source)
        _offer_villages(self, [Q(path__startswith=source.place.path)])
        self.fields["village"].initial = offer.village if offer else None
        if offer is None or not offer.whole_area:
            del self.fields["needs_open_yuan"]

    def clean(self) -> dict[str, Any]:
        """Another use says why; a village is one of the place."""
        given = super().clean() or {}
        if given.get("paid_for") == "other" and not given.get("reason"):
            self.add_error("reason", gettext("用于其他用途的，请写明理由。"))
        return given

    def spending(self) -> Spending:
        """What is paid for what."""
        given = self.cleaned_data
        return Spending(
            given["amount_yuan"], given["paid_for"], given["payee"], given["village"], given["reason"]
        )  # fmt: skip

    def hand_in(self, request: Request) -> Filing:
        """Ask to pay it out."""
        assert self.source is not None
        head, needs = self.head_of(self.source.place, self.source.project), self.cleaned_data.get("needs_open_yuan")
        return actions.pay(request, self.source, self.spending(), head, needs)


def _offer_villages(form: forms.Form, where: Iterable[Q]) -> None:
    """Let the form's `village` be one of these places."""
    field = form.fields["village"]
    assert isinstance(field, forms.ModelChoiceField)
    found = Place.objects.filter(reduce(or_, where, Q(pk=None)), kind=Place.Kind.VILLAGE)
    field.queryset = found.select_related("parent")
