"""The boundary of a project as a question keeps it: GeoJSON in degrees, the same text for the same ground."""

from __future__ import annotations

from typing import Any

import numpy as np
import shapely
from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import get_language, gettext
from pyproj import CRS

from liangtian.check.gather import boundary_of
from liangtian.errors import LiangtianError
from liangtian.space.crs import CGCS2000, reproject
from liangtian_web.onemap.boundaries import BYTES_MAX, boundary_from
from liangtian_web.onemap.ground import FIGURE_VERTICES_MAX
from liangtian_web.refusals import sentence
from liangtian_web.review.models import Run


def of_run(run: Run) -> str:
    """The ground a check was made of."""
    return _kept(shapely.from_wkb(bytes(run.boundary)), CRS.from_wkt(run.boundary_crs))


def of_files(files: list[UploadedFile[Any]], crs: str) -> str:
    """The plots of an uploaded boundary file, united.

    Raises
    ------
    ValidationError : it is too large or cannot be measured
    """
    if sum(file.size or 0 for file in files) > BYTES_MAX:
        raise forms.ValidationError(gettext("范围文件超过 50 MB。整层数据请到“图层”页上传。"))
    try:
        made = boundary_of(boundary_from(files, "", crs=crs))
    except LiangtianError as error:
        raise forms.ValidationError(sentence(error, get_language() or "")) from None
    return _kept(made.shape, made.crs)


def _kept(shape: shapely.Geometry, crs: CRS) -> str:
    if shapely.get_num_coordinates(shape) > FIGURE_VERTICES_MAX:
        raise forms.ValidationError(
            gettext("图形过大：最多 %(n)s 个顶点。整层数据请上传后检查。") % {"n": FIGURE_VERTICES_MAX}
        )
    moved = reproject(np.array([shape], dtype=object), crs, CGCS2000)
    return str(shapely.to_geojson(shapely.multipolygons(shapely.get_parts(shapely.normalize(moved[0])))))
