"""What a user may offer as a layer: size, kind and number of files are judged before a byte is read."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django import forms
from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.db.models import QuerySet
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from liangtian.onemap.layers import LAYERS
from liangtian_web.onemap.boundaries import BYTES_MAX
from liangtian_web.onemap.models import LayerVersion
from liangtian_web.onemap.queries import publishing_places
from liangtian_web.people.models import Place, User

MAIN = {".zip", ".shp", ".gpkg", ".geojson", ".json", ".parquet", ".geoparquet", ".kml", ".dxf", ".vct", ".txt"}
PARTS = {".shx", ".dbf", ".prj", ".cpg", ".sbn", ".sbx", ".qix", ".xml"}
AXES = [("", _("东坐标在前")), ("yes", _("北坐标在前"))]
ENCODINGS = [("", _("自动识别")), ("utf-8", "UTF-8"), ("gbk", "GBK")]

ZONES = range(25, 46)  # of 3 degrees, in China


def crs_choices() -> list[tuple[str, str]]:
    """The systems a file may be said to be in, by EPSG code: degrees, and each zone without and with its number."""
    said = [("", gettext("按文件和坐标识别")), ("4490", gettext("CGCS2000 经纬度（EPSG:4490）"))]
    bare = gettext("CGCS2000 3°，中央经线 %(cm)s°，横坐标不带带号（EPSG:%(epsg)s）")
    full = gettext("CGCS2000 3°，%(zone)s 带，横坐标带带号（EPSG:%(epsg)s）")
    said += [(str(4509 + zone), bare % {"cm": 3 * zone, "epsg": 4509 + zone}) for zone in ZONES]
    return said + [(str(4488 + zone), full % {"zone": zone, "epsg": 4488 + zone}) for zone in ZONES]


class ManyFiles(forms.FileField):
    """Several files of one shapefile, or a single one of anything else; the one that is opened comes first."""

    widget = type("ManyFilesInput", (forms.ClearableFileInput,), {"allow_multiple_selected": True})

    def clean(self, data: Any, initial: Any = None) -> list[UploadedFile[Any]]:
        given = data if isinstance(data, list | tuple) else [data]
        files = [super(ManyFiles, self).clean(file, initial) for file in given or [None]]
        return checked([file for file in files if file]) if any(files) else []


class BoundaryFiles(ManyFiles):
    """The file of a boundary, which is read while somebody waits; a whole layer is uploaded elsewhere."""

    def clean(self, data: Any, initial: Any = None) -> list[UploadedFile[Any]]:
        files = super().clean(data, initial)
        if sum(file.size or 0 for file in files) > BYTES_MAX:
            raise forms.ValidationError(gettext("范围文件超过 50 MB。整层数据请到“图层”页上传。"))
        return files


def checked(files: list[UploadedFile[Any]]) -> list[UploadedFile[Any]]:
    """Refuse what cannot be one layer; put the file that is opened first."""
    suffixes = [Path(file.name or "").suffix.lower() for file in files]
    odd = sorted({s or "?" for s in suffixes if s not in MAIN | PARTS})
    if odd:
        raise forms.ValidationError(
            gettext("不支持 %(odd)s 文件。可以上传：%(known)s，或成套的 shapefile 散件。")
            % {"odd": "、".join(odd), "known": " ".join(sorted(MAIN))}
        )
    main = [file for file, suffix in zip(files, suffixes, strict=True) if suffix in MAIN]
    if len(main) != 1:
        raise forms.ValidationError(
            gettext("一次上传一个图层：选一个文件，或同名的 .shp .shx .dbf .prj .cpg。现有可打开的文件 %(n)s 个。")
            % {"n": len(main)}
        )
    stem = Path(main[0].name or "").stem.lower()
    strangers = [f.name for f in files if Path((f.name or "").removesuffix(".xml")).stem.lower() != stem]
    if strangers:
        raise forms.ValidationError(
            gettext("%(names)s 与 %(main)s 不同名，不是同一个 shapefile 的散件。")
            % {"names": "、".join(map(str, strangers)), "main": main[0].name}
        )
    if sum(file.size or 0 for file in files) > settings.UPLOAD_BYTES_MAX:
        raise forms.ValidationError(
            gettext("文件共超过 %(mb)s MB。请分幅上传，或由管理员调高上限。")
            % {"mb": settings.UPLOAD_BYTES_MAX // 2**20}
        )
    return main + [file for file in files if file is not main[0]]


def layer_choices() -> list[tuple[str, str]]:
    """The layers, each in the reader's language with its code."""
    english = get_language() == "en"
    return [(code, f"{spec.en if english else spec.zh} {code}") for code, spec in LAYERS.items()]


def offer_places(form: forms.Form, places: QuerySet[Place]) -> None:
    """Let the form's `place` be one of these."""
    field = form.fields["place"]
    assert isinstance(field, forms.ModelChoiceField)
    field.queryset = places


class UploadForm(forms.Form):
    """One layer of one place, valid from a day."""

    layer = forms.ChoiceField(label=_("图层"), choices=layer_choices)
    place: forms.ModelChoiceField[Place] = forms.ModelChoiceField(label=_("责任单元"), queryset=None, empty_label=None)
    on = forms.DateField(
        label=_("有效日期起"),
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        help_text=_("如 2023 年度变更调查：2023-12-31"),
    )
    files = ManyFiles(  # type: ignore[assignment]  # the metaclass keeps `files` of the form itself
        label=_("文件"),
        help_text=_("zip、shapefile（可一次选中全部散件）、GeoPackage、GDB（zip）、GeoJSON、GeoParquet、VCT、DXF、KML"),
    )
    encoding = forms.ChoiceField(label=_("属性编码"), choices=ENCODINGS, required=False)
    crs = forms.ChoiceField(label=_("坐标系"), choices=crs_choices, required=False)
    north_first = forms.TypedChoiceField(
        label=_("坐标次序"),
        choices=AXES,
        coerce=bool,
        empty_value=False,  # type: ignore[arg-type]  # the stubs know text alone
        required=False,
    )
    visibility = forms.ChoiceField(
        label=_("可见范围"), choices=LayerVersion.Visibility.choices, initial=LayerVersion.Visibility.BELOW
    )

    def __init__(self, user: User, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer_places(self, publishing_places(user))
