"""What a separate site says of how it balances: its way, why the ways before it were closed, what the province granted."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from liangtian.ledger.entry import AMOUNT_MAX
from liangtian.policy.amounts import BALANCE
from liangtian.policy.facts import dictionary
from liangtian_web.ledger.templatetags.book import index_word

DATE = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
WAYS = ("pooling", "entrust")  # a transfer begins at what another place listed
CLOSED = {"pooling": ("transfer_closed_reason",), "entrust": ("transfer_closed_reason", "pooling_closed_reason")}
GRANTED = ("pooling_document", "pooling_document_on", "supply_agreed_yuan")


def fact_word(name: str) -> str:
    """A fact in the reader's language."""
    fact = dictionary()[name]
    return fact.en if get_language() == "en" else fact.zh


def choices_of(name: str) -> list[tuple[str, str]]:
    """The choices of a fact, worded."""
    return [(key, words["en" if get_language() == "en" else "zh"]) for key, words in dictionary()[name].values.items()]


class SiteFields(forms.Form):
    """The part of an application that only a separate site fills in."""

    balance_path = forms.ChoiceField(
        label=_("单独选址的落实方式"), required=False,
        help_text=_("先异地调剂：在市级调剂平台打开要用的挂牌，选“用于单独选址项目”；调剂不成再统筹，统筹不成再委托"),
    )  # fmt: skip
    transfer_closed_reason = forms.ChoiceField(required=False)
    pooling_closed_reason = forms.ChoiceField(required=False)
    pooling_document = forms.CharField(required=False, max_length=200)
    pooling_document_on = forms.DateField(required=False, widget=DATE)
    supply_agreed_yuan = forms.DecimalField(required=False, min_value=0, max_digits=16, decimal_places=2)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        ways = [each for each in choices_of("balance_path") if each[0] in WAYS]
        self.fields["balance_path"].choices = [("", "—"), *ways]  # type: ignore[attr-defined]
        for name in CLOSED["entrust"]:
            self.fields[name].choices = [("", "—"), *choices_of(name)]  # type: ignore[attr-defined]
        for name in (*CLOSED["entrust"], *GRANTED):
            self.fields[name].label = fact_word(name)
        self.fields["supply_agreed_yuan"].label = f"{fact_word('supply_agreed_yuan')} ({gettext('元')})"
        for index in BALANCE:
            unit = "kg" if index.endswith("_kg") else "m²"
            self.fields[f"granted_{index}"] = forms.IntegerField(
                required=False, min_value=0, max_value=AMOUNT_MAX,
                label=gettext("统筹核定%(index)s (%(unit)s)") % {"index": index_word(index), "unit": unit},
            )  # fmt: skip

    def check_site(self, given: Mapping[str, Any]) -> None:
        """Add an error to whatever the way taken asks for and was left empty."""
        way = given.get("balance_path") or ""
        for name in CLOSED.get(way, ()):
            if not given.get(name):
                self.add_error(name, gettext("请说明在先的途径为什么不可行。"))
        if way != "pooling":
            return
        for name in GRANTED:
            if given.get(name) in (None, "") and name not in self.errors:
                self.add_error(name, gettext("国家、省统筹须登记文号、日期、数量和价款。"))
        if not any(given.get(f"granted_{index}") for index in BALANCE):
            self.add_error(f"granted_{BALANCE[0]}", gettext("请至少填一项数量。"))
        on, until = given.get("pooling_document_on"), given.get("on") or timezone.localdate()
        if isinstance(on, date) and on > until:
            self.add_error("pooling_document_on", gettext("统筹文件的日期不能晚于业务日期。"))

    def site_facts(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """By the names of the facts dictionary, as the way taken needs them."""
        way = given.get("balance_path") or ""
        found: dict[str, Any] = {"balance_path": way, **{name: given.get(name) for name in CLOSED.get(way, ())}}
        if way == "pooling":
            found |= {
                "pooling_document": given["pooling_document"],
                "pooling_document_on": given["pooling_document_on"].isoformat(),
                "supply_agreed_yuan": float(given["supply_agreed_yuan"]),
                "supply_agreed_amounts": [{index: given.get(f"granted_{index}") or 0 for index in BALANCE}],
            }
        return found
