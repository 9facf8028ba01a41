"""A layer taken away: GeoPackage in the measuring plane, GeoJSON in degrees, or a shapefile in a ZIP archive."""

from __future__ import annotations

import io
import tempfile
import zipfile
from pathlib import Path

from django.http import HttpResponse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext_noop as _

from liangtian.formats import vector
from liangtian.formats.features import Features
from liangtian.planning.layer import in_degrees

KINDS = {
    "gpkg": "application/geopackage+sqlite3",
    "geojson": "application/geo+json",
    "shp": "application/zip",
}
EMPTY = _("这个方案没有选地块，没有可以导出的图形。")


def layer_response(features: Features, form: str, *, name: str, stem: str) -> HttpResponse:
    """The features as a file of a form (`KINDS`).

    Parameters
    ----------
    name : what the reader's file is called
    stem : what the layer in it is called, in ASCII, as the parts of a shapefile need it
    """
    with tempfile.TemporaryDirectory(prefix="liangtian-") as folder:
        path = Path(folder) / f"{stem}.{form}"
        vector.write(in_degrees(features) if form == "geojson" else features, path)
        body = archive(path.parent) if form == "shp" else path.read_bytes()
    response = HttpResponse(body, content_type=KINDS[form])
    suffix = "shp.zip" if form == "shp" else form
    response["Content-Disposition"] = content_disposition_header(True, f"{name}.{suffix}") or "attachment"
    return response


def archive(folder: Path) -> bytes:
    """The parts of a shapefile in one archive; the same parts give the same bytes."""
    body = io.BytesIO()
    with zipfile.ZipFile(body, "w", zipfile.ZIP_DEFLATED) as packed:
        for path in sorted(folder.iterdir()):
            packed.writestr(zipfile.ZipInfo(path.name), path.read_bytes(), zipfile.ZIP_DEFLATED)
    return body.getvalue()
