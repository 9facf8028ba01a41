"""What is handed in: an accepted project, an occupation, and how a hold ends."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

from django import forms
from django.utils import timezone
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from liangtian.formats.features import Features
from liangtian.ledger.entry import AMOUNT_MAX
from liangtian.ledger.indices import indices
from liangtian.policy.amounts import COMPENSATION
from liangtian.policy.facts import dictionary
from liangtian_web.balance import actions
from liangtian_web.balance.models import Filing
from liangtian_web.balance.queries import filing_places, occupying_runs
from liangtian_web.balance.site_forms import CLOSED, DATE, GRANTED, SiteFields, choices_of, fact_word
from liangtian_web.ledger.sheet_words import RecordField, name_amount
from liangtian_web.ledger.templatetags.book import credit_word, index_word
from liangtian_web.onemap.boundaries import boundary_from
from liangtian_web.onemap.forms import ENCODINGS, BoundaryFiles, crs_choices, offer_places
from liangtian_web.people.models import Place, User
from liangtian_web.people.requests import Request
from liangtian_web.registers.queries import in_force
from liangtian_web.registers.reading import FIRST
from liangtian_web.review.models import Run

CREDITS = ("reclamation", "dry-to-paddy", "quality-improvement", "standard-farmland", "construction-reclamation")
LINKAGE = ("linkage_reclaimed_m2", "linkage_resettlement_m2")
AREAS = ("new_farmland_m2", *LINKAGE)
OVERRIDE = ("provincial_document", "provincial_reason")


class HeadForm(forms.Form):
    """The number of the form, so that it counts once, and what every filing says."""

    key = forms.UUIDField(widget=forms.HiddenInput)
    on = forms.DateField(label=_("业务日期"), widget=DATE)
    document = forms.CharField(label=_("文号"), max_length=200)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["key"].initial = uuid4
        self.fields["on"].initial = timezone.localdate()

    def clean_on(self) -> date:
        """No day that is still to come, nor one before there were registers."""
        on: date = self.cleaned_data["on"]
        if on > timezone.localdate():
            raise forms.ValidationError(_("业务日期不能晚于今天。"))
        if on < FIRST:
            raise forms.ValidationError(_("业务日期不能早于 %(first)s。") % {"first": FIRST.isoformat()})
        return on

    def head_of(self, place: Place, project: str) -> actions.Head:
        """The head of what is filed."""
        given = self.cleaned_data
        return actions.Head(given["key"], place, project, given["on"], given["document"])


class AcceptanceForm(HeadForm):
    """An accepted project: what was made, where, and what it is credited with."""

    place: forms.ModelChoiceField[Place] = forms.ModelChoiceField(label=_("责任单元"), queryset=None, empty_label=None)
    project = forms.CharField(label=_("项目"), max_length=100)
    credit_kind = forms.ChoiceField(label=_("项目类型"))
    files = BoundaryFiles(label=_("范围文件"))  # type: ignore[assignment]  # the metaclass keeps `files` of the form itself
    encoding = forms.ChoiceField(label=_("属性编码"), choices=ENCODINGS, required=False)
    crs = forms.ChoiceField(label=_("坐标系"), choices=crs_choices, required=False)
    provincial_document = forms.CharField(required=False, max_length=200)
    provincial_reason = forms.CharField(required=False, max_length=200)
    field_order = ["key", "place", "project", "credit_kind", "on", "document", "files", "encoding", "crs"]

    def __init__(self, user: User, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer_places(self, filing_places(user))
        self.fields["on"].label = _("验收日期")
        self.fields["document"].label = _("验收文号")
        self.fields["credit_kind"].choices = [(name, credit_word(name)) for name in CREDITS]  # type: ignore[attr-defined]
        for name in OVERRIDE:
            self.fields[name].label = fact_word(name)
        for name in AREAS:
            field = forms.DecimalField(required=False, min_value=Decimal(0), max_digits=16, decimal_places=2)
            fact = dictionary()[name]
            field.label = f"{fact.en if get_language() == 'en' else fact.zh} (m²)"
            self.fields[name] = field
        for name in COMPENSATION:
            for side in ("accepted", "provincial"):
                self.fields[f"{side}_{name}"] = forms.IntegerField(required=False, min_value=0, max_value=AMOUNT_MAX)
                name_amount(self.fields[f"{side}_{name}"], _side_word(side) + index_word(name), unit_of(name))

    def head(self) -> list[forms.BoundField]:
        """The fields above the table of amounts."""
        return [self[name] for name in self.field_order if name != "key"]

    def areas(self) -> list[forms.BoundField]:
        """The areas measured at acceptance."""
        return [self[name] for name in AREAS]

    def override(self) -> list[forms.BoundField]:
        """What a figure against the province's share rests on."""
        return [self[name] for name in OVERRIDE]

    def rows(self) -> list[dict[str, Any]]:
        """Index, accepted, pooled by the province."""
        return [
            {"index": name, "unit": unit_of(name),
             "accepted": self[f"accepted_{name}"], "provincial": self[f"provincial_{name}"]}
            for name in COMPENSATION
        ]  # fmt: skip

    def clean(self) -> dict[str, Any]:
        """Something is credited, on a boundary of bearable size."""
        given = super().clean() or {}
        if not any(given.get(name) for name in (*(f"accepted_{name}" for name in COMPENSATION), LINKAGE[0])):
            raise forms.ValidationError(_("请至少填一项验收入库数量。"))
        if self._stated(given):
            for name in OVERRIDE:
                if not given.get(name):
                    self.add_error(name, gettext("省级统筹数量另有规定的，须写明文号和理由；按比例统筹的把数量空着。"))
        made, usable = given.get("new_farmland_m2"), given.get("accepted_quantity_m2")
        if made is not None and usable and usable > made:
            said = gettext("可用于占补平衡的耕地数量 %(usable)s m² 超过实际新增耕地 %(made)s m²。请核对。")
            self.add_error("new_farmland_m2", said % {"usable": f"{usable:,}", "made": f"{made:,}"})
        return given

    def _stated(self, given: Mapping[str, Any]) -> bool:
        return any(given.get(f"provincial_{name}") is not None for name in COMPENSATION)

    def facts(self) -> dict[str, Any]:
        """By the names of the facts dictionary; an amount left empty is nought, and all of the province's left to its share."""
        given = self.cleaned_data
        stated = self._stated(given)
        tables: dict[str, Any] = {
            f"{side}_amounts": ({name: given.get(f"{side}_{name}") or 0 for name in COMPENSATION},)
            for side in ("accepted", "provincial")[: 2 if stated else 1]
        }
        if stated:
            tables |= {name: given[name] for name in OVERRIDE}
        areas = {name: given[name] for name in AREAS if given.get(name) is not None}
        return {"credit_kind": given["credit_kind"], **areas, **tables}

    def hand_in(self, request: Request) -> Filing:
        """File the project.

        Raises
        ------
        LiangtianError : the boundary cannot be read, or another reason of `actions.file_acceptance`
        """
        head = self.head_of(self.cleaned_data["place"], self.cleaned_data["project"])
        return actions.file_acceptance(request, head, self.boundary(), self.facts())

    def boundary(self) -> Features:
        """What was handed in as its ground."""
        given = self.cleaned_data
        return boundary_from(given["files"], "", given["encoding"], given["crs"])


class AcceptanceRow(AcceptanceForm):
    """An accepted project as a row of a workbook: its ground is known already."""

    files = encoding = crs = None  # type: ignore[assignment]  # not asked of a row

    def __init__(self, ground: Features | None, user: User, data: Mapping[str, Any] | None) -> None:
        super().__init__(user, data)
        self.ground = ground

    def boundary(self) -> Features:
        """The plots the row names."""
        assert self.ground is not None
        return self.ground


def unit_of(index: str) -> str:
    """The unit an amount is entered in."""
    return {"m2": "m²"}.get(indices()[index].unit, "kg")


def _side_word(side: str) -> str:
    return gettext("验收入库") if side == "accepted" else gettext("省级统筹")


class LotsField(forms.CharField):
    """Serial numbers of lots in the order in which they are spent, each once."""

    def __init__(self) -> None:
        super().__init__(
            label=_("指定指标块"), required=False, max_length=2000,
            help_text=_("可不填：先验收的先用。指定时填编号，以空格或顿号分开，按所列次序使用"),
        )  # fmt: skip

    def clean(self, value: Any) -> list[str]:
        text = super().clean(value)
        for mark in "、，,":
            text = text.replace(mark, " ")
        return list(dict.fromkeys(text.split()))


class KeyProjectField(forms.ChoiceField):
    """A key project of the register, by place and number."""

    def __init__(self) -> None:
        super().__init__(
            label=_("所属重点项目"), required=False, help_text=_("登记簿中的重点建设项目；不属于的不选")
        )  # fmt: skip

    def offer(self, user: User) -> None:
        """Let it be one of the user's places."""
        projects = in_force(filing_places(user), timezone.localdate(), "key-project")
        words = [(f"{row.place_id}:{row.key}", f"{row.title} · {row.place}") for row in projects if row.is_listed]
        self.choices = [("", "—"), *words]


def check_key_project(form: forms.Form, place: Place | None) -> None:
    """Add the error of a key project that is entered for another place."""
    owner, _colon, _number = (form.cleaned_data.get("key_project") or "").partition(":")
    if owner and place is not None and owner != f"{place.pk}":
        form.add_error("key_project", gettext("这个重点项目登记在别的责任单元。请选检查所在单元的项目。"))


def number_of(given: Mapping[str, Any]) -> str:
    """The number of the key project chosen, or nothing."""
    return str(given.get("key_project") or "").partition(":")[2]


class OccupationForm(HeadForm, SiteFields):
    """Land applied for: its check says what it owes."""

    run = RecordField(
        label=_("检查"), queryset=None, to_field_name="uuid", empty_label=None, help_text=_("应补数量取自这次检查")
    )
    application_accepted_on = forms.DateField(
        label=_("受理日期"),
        required=False,
        widget=DATE,
        help_text=_("2025 年改革前已受理的，填受理日期，仍按原办法办理"),
    )
    key_project = KeyProjectField()
    lots = LotsField()
    expires = forms.DateField(
        label=_("冻结到期日"), required=False, widget=DATE, help_text=_("可不填；到期未办结自动退回")
    )
    field_order = ["key", "run", "on", "document", "application_accepted_on", "key_project", "lots", "expires",
                   "balance_path", *CLOSED["entrust"], *GRANTED]  # fmt: skip

    def __init__(self, user: User, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        run = self.fields["run"]
        run.queryset = occupying_runs(user, timezone.localdate(), sent_as(self.data))  # type: ignore[attr-defined]
        run.label_from_instance = run_word  # type: ignore[attr-defined]
        self.fields["key_project"].offer(user)  # type: ignore[attr-defined]
        self.fields["document"].label = _("申请文号")

    def clean(self) -> dict[str, Any]:
        """A hold lapses after it begins."""
        given = super().clean() or {}
        if given.get("expires") and given.get("on") and given["expires"] <= given["on"]:
            self.add_error("expires", gettext("冻结到期日须晚于业务日期。"))
        check_key_project(self, given["run"].place if given.get("run") else None)
        if given.get("run") and given["run"].kind == Run.Kind.SINGLE_SITE:
            self.check_site(given)
        return given

    def facts(self) -> dict[str, Any]:
        """How a separate site balances, when it was accepted, and the key project the land belongs to."""
        given = self.cleaned_data
        accepted = given.get("application_accepted_on")
        single = given["run"].kind == Run.Kind.SINGLE_SITE
        found = {
            **(self.site_facts(given) if single else {}),
            "application_accepted_on": accepted.isoformat() if accepted else None,
            "key_project_number": number_of(given),
        }
        return {name: value for name, value in found.items() if value}

    def hand_in(self, request: Request) -> Filing:
        """File the hold."""
        given = self.cleaned_data
        more = {"facts": self.facts(), "lots": given["lots"], "expires": given["expires"]}
        return actions.file_hold(request, self.head_of(given["run"].place, given["run"].name), given["run"], **more)


def sent_as(data: Mapping[str, Any]) -> UUID | None:
    """The number a form is sent with."""
    try:
        return UUID(str(data.get("key")))
    except ValueError:
        return None


def run_word(run: Run) -> str:
    """A check as it is chosen."""
    return f"{run.name} · {run.get_kind_display()} · {run.on:%Y-%m-%d} · {run.place.name}"


class EndingForm(HeadForm):
    """How a hold ends, and what only the user can say about it; of no hold it asks everything any of them is asked."""

    def __init__(self, hold: Filing | None, event: str, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.hold, self.event = hold, event
        english = get_language() == "en"
        if event == "release":
            choices = [each for each in choices_of("application_outcome") if each[0] != "approved"]
            label = dictionary()["application_outcome"]
            self.fields["application_outcome"] = forms.ChoiceField(
                label=label.en if english else label.zh, choices=choices
            )
            return
        if hold is None or (hold.run is not None and hold.run.kind == Run.Kind.BATCH):
            self._ask_use(english=english)
        if hold is None or (hold.run is not None and hold.run.kind == Run.Kind.SINGLE_SITE):
            facts = hold.facts if hold else {"balance_path": "entrust"}
            self._ask_payment(facts.get("supply_agreed_yuan"), entrusted=facts.get("balance_path") == "entrust")

    def _ask_payment(self, agreed: Any, *, entrusted: bool) -> None:
        """Whether the provider is paid and how much; of what is entrusted, whether the unit could not supply it itself."""
        for name in ("self_supply_impossible", "transfer_cost_paid_to_provider")[0 if entrusted else 1 :]:
            choices = [("", gettext("未提供")), ("yes", gettext("是")), ("no", gettext("否"))]
            self.fields[name] = forms.ChoiceField(label=fact_word(name), required=False, choices=choices)
        said = gettext("约定或文件所定价款 %(agreed)s 元，实缴须与之一致")
        self.fields["transfer_cost_yuan"] = forms.DecimalField(
            label=f"{fact_word('transfer_cost_yuan')} ({gettext('元')})", required=False,
            min_value=Decimal(0), max_digits=16, decimal_places=2,
            help_text="" if agreed is None else said % {"agreed": f"{Decimal(str(agreed)):,.2f}"},
        )  # fmt: skip

    def _ask_use(self, *, english: bool) -> None:
        """What the land is supplied for, and how much linkage surplus it uses: commercial use takes it first."""
        use, surplus = dictionary()["land_use"], dictionary()["uses_linkage_surplus_m2"]
        choices = [("", gettext("未提供")), *choices_of("land_use")]
        self.fields["land_use"] = forms.ChoiceField(
            label=use.en if english else use.zh, required=False, choices=choices
        )
        self.fields["uses_linkage_surplus_m2"] = forms.IntegerField(
            label=f"{surplus.en if english else surplus.zh} (m²)", required=False, min_value=0, max_value=AMOUNT_MAX,
            help_text=gettext("城镇住宅、商业等经营性用地优先使用增减挂钩节余指标；核销时从储备库记减"),
        )  # fmt: skip

    def facts(self) -> dict[str, Any]:
        """By the names of the facts dictionary; what was not said is not known."""
        words: dict[str, Any] = {"yes": True, "no": False}
        given = {name: self.cleaned_data.get(name) for name in self.fields if name not in HeadForm.base_fields}
        return {
            name: float(value) if isinstance(value, Decimal) else words.get(value, value)
            for name, value in given.items()
            if value not in (None, "")
        }

    def hand_in(self, request: Request) -> Filing:
        """File the ending."""
        assert self.hold is not None
        given = self.cleaned_data
        more = {"on": given["on"], "document": given["document"], "facts": self.facts()}
        today = timezone.localdate()
        return actions.file_ending(request, given["key"], self.hold, self.event, today=today, **more)
