"""What a page is sent with a workbook of rows: the workbook, and where rows have ground, the file it is found in."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from django import forms
from django.utils.translation import gettext_lazy as _

from liangtian_web.ledger.forms import WORKBOOK_BYTES_MAX
from liangtian_web.onemap.forms import ENCODINGS, BoundaryFiles, crs_choices


class WorkbookForm(forms.Form):
    """A workbook of rows."""

    form = forms.UUIDField(widget=forms.HiddenInput, initial=uuid4)
    workbook = forms.FileField(label=_("工作簿（xlsx）"))

    def clean_workbook(self) -> Any:
        """Not too large to be a table of rows."""
        file = self.cleaned_data["workbook"]
        if file.size > WORKBOOK_BYTES_MAX:
            raise forms.ValidationError(_("工作簿超过 5 MB。请分成几份。"))
        return file


class GroundWorkbookForm(WorkbookForm):
    """A workbook of rows, and one file with the ground of all of them."""

    files = BoundaryFiles(label=_("范围文件"))  # type: ignore[assignment]  # the metaclass keeps `files` of the form itself
    named_by = forms.CharField(
        label=_("地块名称字段"), required=False, max_length=100,
        help_text=_("范围文件中写地块名称或编号的属性字段；不填时取与工作簿对上最多的一个"),
    )  # fmt: skip
    encoding = forms.ChoiceField(label=_("属性编码"), choices=ENCODINGS, required=False)
    crs = forms.ChoiceField(label=_("坐标系"), choices=crs_choices, required=False)
