"""What may be asked of the land, and which pieces are chosen; pages and programs fill in the same forms."""

from __future__ import annotations

import json
import re
from datetime import date
from decimal import Decimal
from typing import Any

import shapely
from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils import timezone
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from liangtian.check.library import FACTS, candidates_of, criteria_on, weights_of
from liangtian.check.works import works_on
from liangtian.errors import LiangtianError, ParameterMissing
from liangtian.planning.ranking import ranked
from liangtian_web.onemap.actions import safe_name
from liangtian_web.onemap.forms import ManyFiles, crs_choices, offer_places
from liangtian_web.onemap.ground import Unmeasurable, figure
from liangtian_web.people.models import Place, User
from liangtian_web.people.requests import Request
from liangtian_web.planning import actions, boundaries
from liangtian_web.planning.models import Plan, Study
from liangtian_web.planning.queries import planning_places, plans_for
from liangtian_web.refusals import sentence
from liangtian_web.review.models import Run
from liangtian_web.review.queries import HEAVY, runs_for

DATE = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
LIMITS = [("", _("不设界")), ("9", _("不跨乡镇")), ("12", _("不跨村"))]
AVOID = [("STBHHX", _("生态保护红线")), ("CZKFBJ", _("城镇开发边界"))]
RUNS_OFFERED = 200
PIECES_MAX = 50_000
WIDE = str.maketrans("()", "（）")  # as the columns of a pasted list are called
DEM_BYTES_MAX = 200 * 2**20


def length(label: Any, help_text: Any) -> forms.DecimalField:
    """Metres of a rule; empty: the value in force."""
    return forms.DecimalField(
        label=label, required=False, min_value=0, max_value=1000, max_digits=7, decimal_places=2, help_text=help_text
    )


def sum_of(label: Any, *, least: int = 0, **more: Any) -> forms.DecimalField:
    """An amount of mu or yuan."""
    return forms.DecimalField(label=label, min_value=least, max_digits=14, decimal_places=2, **more)


def ids_of(label: Any, help_text: Any = None) -> forms.CharField:
    """Parcel ids, typed in."""
    return forms.CharField(
        label=label, required=False, max_length=20_000, widget=forms.Textarea(attrs={"rows": 2}),
        help_text=help_text or _("图斑编号，空格或换行分开"),
    )  # fmt: skip


def parcel_ids(text: str) -> list[str]:
    """The ids in a text, sorted."""
    return sorted(set(re.split(r"[\s,，]+", text.strip())) - {""})


class AskForm(forms.Form):
    """What every question has: a name, a place and a day."""

    KIND: Study.Kind
    FOLDED: tuple[str, ...] = ()
    IDS: tuple[str, ...] = ()  # fields that are lists of parcels

    name = forms.CharField(label=_("名称"), max_length=100)
    place: forms.ModelChoiceField[Place] = forms.ModelChoiceField(label=_("责任单元"), queryset=None, empty_label=None)
    on = forms.DateField(label=_("业务日期"), widget=DATE, help_text=_("按当日有效的地类图斑与参数计算"))

    def __init__(self, user: User, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer_places(self, planning_places(user))
        self.fields["on"].initial = timezone.localdate()

    @property
    def folded(self) -> list[forms.BoundField]:
        """What few change."""
        return [self[name] for name in self.FOLDED]

    @property
    def main(self) -> list[forms.BoundField]:
        """The rest."""
        return [field for field in self if field.name not in self.FOLDED]

    def head(self) -> dict[str, Any]:
        """Name, place and day."""
        return {name: self.cleaned_data[name] for name in ("name", "place", "on")}

    def asked(self) -> dict[str, Any]:
        """The parameters as they are kept: numbers as text, nothing that was not given."""
        others = {name: value for name, value in self.cleaned_data.items() if name not in ("name", "place", "on")}
        return {name: plain(value) for name, value in others.items() if value not in (None, "", [], {}, False)}

    def days(self) -> tuple[date, ...]:
        """Further days whose versions are read."""
        return ()

    @classmethod
    def as_asked(cls, study: Study) -> dict[str, Any]:
        """What was filled in once, to be changed and asked again; figures drawn and files are not in it."""
        given = {name: study.asked.get(name, "") for name in cls.base_fields}
        lists = {name: "\n".join(value) for name, value in given.items() if name in cls.IDS and value}
        return given | lists | {"name": study.name, "place": study.place_id, "on": study.on}

    def hand_in(self, request: Request) -> Study:
        """Ask what was filled in."""
        return actions.ask(request, self.KIND, self.head(), self.asked(), *self.days())


class LandForm(AskForm):
    """Which land is asked about, drawn or the whole place, and what joins it."""

    FOLDED: tuple[str, ...] = ("by", "gap_m", "across_m")

    by = forms.ChoiceField(label=_("连片止于"), choices=LIMITS, required=False)
    gap_m = length(_("可跨其他间隙（m）"), _("空着用有效的技术参数"))
    across_m = length(_("可跨路渠（m）"), _("空着用有效的技术参数"))
    drawn = forms.CharField(required=False, widget=forms.HiddenInput(attrs={"data-draw": ""}))

    def clean_drawn(self) -> str:
        """The figures drawn, as one GeoJSON geometry in degrees; text that is the same for the same figures."""
        if not (text := self.cleaned_data["drawn"]):
            return ""
        try:
            drawn = [figure(json.dumps(each["geometry"]).encode()) for each in json.loads(text)["features"]]
        except Unmeasurable as refused:
            raise forms.ValidationError(str(refused)) from None
        except (ValueError, KeyError, TypeError):
            raise forms.ValidationError(gettext("图形不完整，请重画。")) from None
        return str(shapely.to_geojson(shapely.multipolygons(shapely.get_parts(shapely.union_all(drawn)))))


def plain(value: Any) -> Any:
    """A parameter as JSON."""
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    return value.isoformat() if isinstance(value, date) else value


class BlocksForm(LandForm):
    """Blocks of a place."""

    KIND = Study.Kind.BLOCKS

    least_mu = sum_of(_("列出不小于（亩）"), initial=100, help_text=_("更小的连片只计总数"))
    field_order = ("name", "place", "on", "least_mu")


class DesignForm(LandForm):
    """The cheapest conversions that make a block."""

    KIND = Study.Kind.DESIGN

    block_mu = sum_of(
        _("每片不小于（亩）"), least=1, initial=1000, help_text=_("千亩方 1000，万亩方 10000；按净面积比较")
    )
    count = forms.IntegerField(label=_("片数"), min_value=1, max_value=20, initial=1)
    gain_mu = sum_of(_("至少新增耕地（亩）"), required=False)
    budget_yuan = sum_of(_("预算（元）"), required=False, help_text=_("空着不限"))
    cost_restore = sum_of(_("耕地功能恢复（元/亩）"), required=False)
    cost_reclaim = sum_of(_("后备资源开垦（元/亩）"), required=False)
    cost_clear = sum_of(_("建设用地复垦（元/亩）"), required=False)
    avoid = forms.MultipleChoiceField(
        label=_("不得改造"), choices=AVOID, required=False, widget=forms.CheckboxSelectMultiple,
        initial=[name for name, _word in AVOID],
    )  # fmt: skip
    leave = ids_of(_("另外保留的图斑"))
    seconds = forms.IntegerField(label=_("求解时间（秒）"), min_value=5, max_value=600, initial=60)
    frontier = forms.BooleanField(label=_("另算更大的连片各需多少"), required=False, initial=True)
    IDS = ("leave",)
    COSTS = ("cost_restore", "cost_reclaim", "cost_clear")
    FOLDED = (*LandForm.FOLDED, "avoid", "leave", "seconds", "frontier")
    field_order = ("name", "place", "on", "block_mu", "count", "gain_mu", "budget_yuan", *COSTS)

    def __init__(self, user: User, *args: Any, **kwargs: Any) -> None:
        super().__init__(user, *args, **kwargs)
        try:
            works = works_on(timezone.localdate(), "")
        except ParameterMissing:
            works = ()
        for each in works:
            text = gettext("空着用有效参数 %(yuan)s") % {"yuan": f"{float(each.yuan_per_mu):,.0f}"}
            self.fields[f"cost_{each.kind}"].help_text = text

    def clean_leave(self) -> list[str]:
        """The ids, sorted."""
        return parcel_ids(self.cleaned_data["leave"])


class FragmentationForm(LandForm):
    """Two days of the same land, or a plan kept of a design; in a place, or within the boundary of a project."""

    KIND = Study.Kind.FRAGMENTATION
    FOLDED = (*LandForm.FOLDED, "crs")

    on = forms.DateField(label=_("现在（业务日期）"), widget=DATE)
    before_on = forms.DateField(label=_("从前（业务日期）"), widget=DATE, required=False)
    plan: forms.ModelChoiceField[Plan] = forms.ModelChoiceField(
        label=_("或者比较一个设计方案实施前后"), queryset=None, required=False, empty_label=_("不比较方案"),
        to_field_name="uuid",
    )  # fmt: skip
    run: forms.ModelChoiceField[Run] = forms.ModelChoiceField(
        label=_("项目范围（已做的检查）"), queryset=None, required=False, to_field_name="uuid",
        help_text=_("只比较项目范围以内；责任单元随检查"),
    )  # fmt: skip
    files = ManyFiles(  # type: ignore[assignment]  # the metaclass keeps `files` of the form itself
        label=_("或者项目范围文件"), required=False,
        help_text=_("界址点 TXT、shapefile、GDB、GeoPackage、GeoJSON、GeoParquet、DXF、KML、VCT；或在图上画"),
    )  # fmt: skip
    crs = forms.ChoiceField(label=_("范围文件的坐标系"), choices=crs_choices, required=False)
    field_order = ("name", "place", "on", "before_on", "plan", "run", "files")

    def __init__(self, user: User, *args: Any, **kwargs: Any) -> None:
        super().__init__(user, *args, **kwargs)
        places = planning_places(user)
        plan, run = self.fields["plan"], self.fields["run"]
        assert isinstance(plan, forms.ModelChoiceField)
        assert isinstance(run, forms.ModelChoiceField)
        plan.queryset = plans_for(user).filter(study__place__in=places)
        run.queryset = runs_for(user).filter(place__in=places).exclude(boundary_crs="")
        named = run.queryset.defer(*HEAVY, "layers", "declared")[:RUNS_OFFERED]
        run.choices = [("", gettext("不限于项目")), *((str(r.uuid), f"{r.name} · {r.on} · {r.place}") for r in named)]

    def clean(self) -> dict[str, Any]:
        """One comparison: an earlier day, or a plan; on one ground."""
        given = super().clean() or {}
        if sum(bool(given.get(name)) for name in ("drawn", "run", "files")) > 1:
            raise forms.ValidationError(_("项目范围请只给一个：图上画的、已做的检查或范围文件。"))
        if bool(given.get("before_on")) == bool(given.get("plan")) and not self.errors:
            raise forms.ValidationError(_("请填从前的日期，或选一个设计方案，二者取一。"))
        if (before := given.get("before_on")) and (on := given.get("on")) and before >= on:
            self.add_error("before_on", gettext("从前的日期应早于现在。"))
        return given | {"ground": self._ground(given)}

    def _ground(self, given: dict[str, Any]) -> tuple[str, dict[str, str]]:
        """The figure all is compared within, and what it was taken from; empty: no figure."""
        files, run = given.get("files"), given.get("run")
        try:
            if files:
                return boundaries.of_files(files, given.get("crs", "")), {"boundary": safe_name(files[0].name or "")}
            return (boundaries.of_run(run), {"run": str(run.uuid)}) if run else (given.get("drawn", ""), {})
        except forms.ValidationError as refused:
            self.add_error("files" if files else "run", refused)
            return "", {}

    def head(self) -> dict[str, Any]:
        """A plan is compared on its own land and day, a project where it was checked."""
        plan: Plan | None = self.cleaned_data["plan"]
        run: Run | None = self.cleaned_data["run"]
        own = super().head()
        if plan is None:
            return own if run is None else own | {"place": run.place}
        return own | {"place": plan.study.place, "on": plan.study.on}

    def asked(self) -> dict[str, Any]:
        """A plan is measured under the rule and with the works of its design, on the whole land it was made for."""
        plan: Plan | None = self.cleaned_data["plan"]
        figure_, source = self.cleaned_data["ground"]
        if plan is None:
            own = {name: self.cleaned_data[name] for name in ("by", "gap_m", "across_m", "before_on")}
            kept = {name: plain(value) for name, value in own.items() if value not in (None, "")}
            return {**kept, **source, **({"drawn": figure_} if figure_ else {})}
        within = {"within": figure_} if figure_ else {}
        return {"values": "", **plan.study.asked, "pieces": plan.pieces, "plan": str(plan.uuid), **source, **within}

    def days(self) -> tuple[date, ...]:
        """The earlier day."""
        before: date | None = self.cleaned_data["before_on"]
        return () if before is None else (before,)


class PotentialForm(AskForm):
    """Which parcels might be worked on."""

    KIND = Study.Kind.POTENTIAL
    FOLDED = ("dem", "dem_nodata", "persons")

    dem = forms.FileField(
        label=_("高程模型"), required=False, help_text=_("GeoTIFF，带坐标系，单位米；不给则用调查的坡度级别")
    )
    dem_nodata = forms.CharField(
        label=_("高程无数据值"),
        required=False,
        max_length=20,
        help_text=_("文件没有声明时填写；每个像元都有高程填 none"),
    )
    persons = forms.CharField(
        label=_("各村户籍人口"), required=False, max_length=200_000, widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("每行：12 位村代码 人数；没有的村，人均用地记为无法判断"),
    )  # fmt: skip

    def clean_dem(self) -> UploadedFile[Any] | None:
        """Only what may be a raster, of a size a county has."""
        given: UploadedFile[Any] | None = self.cleaned_data["dem"]
        if given and (given.size or 0) > DEM_BYTES_MAX:
            raise forms.ValidationError(
                gettext("高程模型超过 %(mb)s MB，请裁到本单元范围。") % {"mb": DEM_BYTES_MAX >> 20}
            )
        return given

    def clean_dem_nodata(self) -> str:
        """A number, or none."""
        text: str = self.cleaned_data["dem_nodata"].strip().lower()
        if text and text != "none" and not re.fullmatch(r"-?\d+(\.\d+)?(e[+-]?\d+)?", text):
            raise forms.ValidationError(gettext("填一个数，或 none。"))
        return text

    def clean_persons(self) -> dict[str, str]:
        """Village code → number of persons."""
        found: dict[str, str] = {}
        for number, line in enumerate(self.cleaned_data["persons"].splitlines(), start=1):
            if not line.strip():
                continue
            if not (row := re.fullmatch(r"\s*(\d{12})\d{0,7}[\s,，]+0*([1-9]\d{0,8})\s*", line)) or row[1] in found:
                raise forms.ValidationError(gettext("第 %(n)s 行不是“村代码 人数”，或这个村已经写过。") % {"n": number})
            found[row[1]] = row[2]
        return found

    @classmethod
    def as_asked(cls, study: Study) -> dict[str, Any]:
        """Persons line by line."""
        persons = study.asked.get("persons", {})
        lines = "\n".join(f"{code} {number}" for code, number in persons.items())
        return super().as_asked(study) | {"dem": None, "persons": lines}

    def asked(self) -> dict[str, Any]:
        """The elevation model by its digest."""
        dem: UploadedFile[Any] | None = self.cleaned_data["dem"]
        own = {name: value for name, value in super().asked().items() if name != "dem"}
        if dem is None:
            return own
        name = safe_name(dem.name or "dem.tif")
        return own | {"dem": actions.given_file(dem.chunks(), name), "dem_name": name}


class LayoutForm(AskForm):
    """Another layout of permanent basic farmland."""

    KIND = Study.Kind.LAYOUT
    FOLDED = ("kept", "barred", "grown_share", "seconds")
    IDS = ("leaving", "kept", "barred")

    leaving = ids_of(_("须调出的图斑"), _("重大项目占用的；可不填"))
    kept = ids_of(_("不得调出的图斑"))
    barred = ids_of(_("不得调入的图斑"))
    grown_share = forms.DecimalField(
        label=_("总面积至多增加（%）"), min_value=0, max_value=100, initial=1, max_digits=5, decimal_places=2
    )
    seconds = forms.IntegerField(label=_("求解时间（秒）"), min_value=5, max_value=600, initial=60)

    @classmethod
    def as_asked(cls, study: Study) -> dict[str, Any]:
        """The share in percent."""
        return super().as_asked(study) | {"grown_share": plain(Decimal(study.asked["grown_share"]) * 100)}

    def asked(self) -> dict[str, Any]:
        """Ids as lists, the share as a share."""
        named = {name: parcel_ids(self.cleaned_data[name]) for name in ("leaving", "kept", "barred")}
        return super().asked() | named | {"grown_share": plain(self.cleaned_data["grown_share"] / 100)}


class RankingForm(AskForm):
    """Which projects of the reserve library come first, and which the funds pay for."""

    KIND = Study.Kind.RANKING
    COLUMNS = {"项目编号": "number", "费用（元）": "cost_yuan", "连片（亩）": "block_mu"}
    GAINS = {
        "整治面积（m²）": "area_m2", "结余指标（m²）": "linkage_m2", "补充耕地（m²）": "compensation_m2",
        "示范项目": "showcases",
    }  # fmt: skip

    projects = forms.CharField(
        label=_("项目清单"), max_length=500_000, widget=forms.Textarea(attrs={"rows": 6, "wrap": "off"})
    )  # fmt: skip
    funds_yuan = sum_of(_("可用资金（元）"), required=False, help_text=_("空着不限"))
    first = forms.IntegerField(label=_("看前几名是否稳定"), min_value=1, max_value=100, initial=10)
    programme = forms.BooleanField(
        label=_("须达到 1211 目标"), required=False,
        help_text=_("海宁 2021 一（五）：项目数、整治面积、结余指标、补充耕地和示范项目各有下限"),
    )  # fmt: skip

    def __init__(self, user: User, *args: Any, **kwargs: Any) -> None:
        super().__init__(user, *args, **kwargs)
        self.criteria = criteria_on(timezone.localdate(), "")
        self.fields["projects"].help_text = gettext(
            "从表格粘贴，首行是列名：项目编号、费用（元）、%(criteria)s，都要有；可加连片（亩）、整治面积（m²）、结余指标（m²）、补充耕地（m²）、示范项目"
        ) % {"criteria": "、".join(self.criteria)}
        for n, name in enumerate((*self.criteria, *FACTS)):
            self.fields[f"weight_{n}"] = forms.DecimalField(
                label=gettext("权重：%(name)s") % {"name": name}, min_value=0, max_value=1000, max_digits=7,
                decimal_places=3, initial=20 if name in self.criteria else 0,
            )  # fmt: skip

    def clean_projects(self) -> list[dict[str, Any]]:
        """Rows by the names of their columns; numbers are text, so that they stay exact."""
        lines = [re.split(r"\t|,|，", line) for line in self.cleaned_data["projects"].splitlines() if line.strip()]
        heads = [head.strip().translate(WIDE) for head in lines[0]] if lines else []
        if "项目编号" not in heads or len(lines) < 2:
            raise forms.ValidationError(_("首行应是列名，其中有“项目编号”，下面每行一个项目。"))
        return [self._project(number, dict(zip(heads, line, strict=False))) for number, line in enumerate(lines[1:], 2)]

    @classmethod
    def as_asked(cls, study: Study) -> dict[str, Any]:
        """The list as it would be pasted, and the weights by their fields."""
        asked = study.asked
        weights = dict(asked["weights"])
        criteria = criteria_on(timezone.localdate(), "")
        heads = {**cls.COLUMNS, **{name: name for name in criteria}, **cls.GAINS}
        flat = [{**row, **row["marks"], **row["gains"]} for row in asked["projects"]]
        used = {name: key for name, key in heads.items() if any(key in row for row in flat)}
        lines = [list(used), *([str(row.get(key, "")) for key in used.values()] for row in flat)]
        fields = {f"weight_{n}": weights.get(name, 0) for n, name in enumerate((*criteria, *FACTS))}
        return super().as_asked(study) | fields | {"projects": "\n".join("\t".join(line) for line in lines)}

    def clean(self) -> dict[str, Any]:
        """Marks, numbers and weights that can be ranked; said here, while the list is still in the form."""
        given = super().clean() or {}
        weights = {name: given.get(f"weight_{n}") for n, name in enumerate((*self.criteria, *FACTS))}
        if "projects" not in given or None in weights.values():
            return given
        try:
            used = {name: weight for name, weight in weights.items() if weight or name in self.criteria}
            ranked(candidates_of(given["projects"], ""), weights_of(used, self.criteria))
        except LiangtianError as error:
            self.add_error("projects", sentence(error, get_language() or ""))
        return given

    def _project(self, number: int, row: dict[str, str]) -> dict[str, Any]:
        given = {name: text.strip() for name, text in row.items() if text.strip()}
        for name, text in given.items():
            if name != "项目编号" and not re.fullmatch(r"\d{1,13}(\.\d{1,6})?", text):
                raise forms.ValidationError(gettext("第 %(n)s 行“%(name)s”不是数。") % {"n": number, "name": name})
        if "项目编号" not in given:
            raise forms.ValidationError(gettext("第 %(n)s 行没有项目编号。") % {"n": number})
        if "费用（元）" not in given:
            raise forms.ValidationError(gettext("第 %(n)s 行没有费用（元）。") % {"n": number})
        marks = {name: text for name, text in given.items() if name in self.criteria}
        gains = {key: int(Decimal(given[name])) for name, key in self.GAINS.items() if name in given}
        found: dict[str, Any] = {key: given[name] for name, key in self.COLUMNS.items() if name in given}
        return found | {"marks": marks, "gains": gains}

    def asked(self) -> dict[str, Any]:
        """Weights in the order of the criteria, which tells equals apart; a measured fact counts only with a weight."""
        data = self.cleaned_data
        weights = {name: data[f"weight_{n}"] for n, name in enumerate((*self.criteria, *FACTS))}
        used = [[name, plain(value)] for name, value in weights.items() if value or name in self.criteria]
        others = {
            name: plain(data[name]) for name in ("funds_yuan", "first", "programme") if data[name] not in (None, False)
        }
        return others | {"projects": data["projects"], "weights": used, "source": gettext("项目清单")}


FORMS: dict[str, type[AskForm]] = {
    form.KIND: form for form in (BlocksForm, DesignForm, FragmentationForm, PotentialForm, LayoutForm, RankingForm)
}


class PiecesForm(forms.Form):
    """A choice of pieces, and what it is to be called if it is kept."""

    pieces = forms.JSONField(required=False)
    name = forms.CharField(label=_("方案名称"), max_length=100, required=False)

    def clean_pieces(self) -> list[str]:
        """Ids."""
        given = self.cleaned_data["pieces"] or []
        if not isinstance(given, list) or len(given) > PIECES_MAX or not all(isinstance(each, str) for each in given):
            raise forms.ValidationError(_("地块清单不完整，请刷新后重试。"))
        return sorted(set(given))
