"""DXF drawings: closed polylines become polygons; inside another of its drawing layer, one is a hole or an island."""

from __future__ import annotations

import codecs
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import shapely

from liangtian.errors import FileUnreadable
from liangtian.finding import Outcome
from liangtian.formats import ogr
from liangtian.formats.geometry import Geometries, RawLayer, note

Ints = npt.NDArray[np.int64]


def read(path: Path) -> RawLayer:
    """Read the closed polylines of a drawing; everything else is counted. A drawing has no CRS.

    Raises
    ------
    FileUnreadable : file-broken, dxf-no-closed-polyline
    """
    drawing = ogr.read(path, options={"DXF_ENCODING": "UTF-8"} if _is_utf8(path) else None)
    geometry = shapely.force_2d(drawing.geometry)
    rings = np.flatnonzero(_is_closed(geometry) & _is_polyline(drawing.attributes))
    if len(rings) == 0:
        raise FileUnreadable("dxf-no-closed-polyline", file=path.name)
    sheets = _codes(drawing.attributes.column("Layer").take(pa.array(rings)))
    polygons, shells = nested(geometry[rings], sheets)
    findings = list(drawing.findings)
    others = len(geometry) - len(rings)
    if others:
        findings.append(note("FILE-08", "dxf-others", {"source": path.name, "count": others}, Outcome.FAIL))
    attributes = drawing.attributes.select(["Layer", "EntityHandle", "Text"]).take(pa.array(rings[shells]))
    return RawLayer(polygons, attributes, None, path.name, tuple(findings))


def _is_utf8(path: Path) -> bool:
    """Whether the bytes prove UTF-8: since R2007 drawings are, whatever code page their header still names."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        with path.open("rb") as stream:
            while chunk := stream.read(1 << 20):
                decoder.decode(chunk)
    except UnicodeDecodeError:
        return False
    return True


def _is_closed(geometry: Geometries) -> npt.NDArray[np.bool_]:
    is_line = shapely.get_type_id(geometry) == shapely.GeometryType.LINESTRING
    closed = is_line & shapely.is_closed(geometry) & (shapely.get_num_coordinates(geometry) >= 4)
    return np.asarray(closed, dtype=np.bool_)


def _is_polyline(attributes: pa.Table) -> npt.NDArray[np.bool_]:
    """Whether the entity is a polyline: circles and splines close too. Drawings before R13 name no subclass."""
    named = pc.match_substring_regex(attributes.column("SubClasses"), r"AcDb(2d|3d)?Polyline")
    return np.asarray(pc.fill_null(named, True), dtype=np.bool_)


def _codes(column: pa.ChunkedArray) -> Ints:
    return np.asarray(pc.index_in(column, value_set=column.unique()), dtype=np.int64)


def nested(lines: Geometries, sheets: Ints) -> tuple[Geometries, Ints]:
    """Build polygons from closed lines by even-odd nesting: shell, hole in it, island in the hole.

    Parameters
    ----------
    lines : shape (n,), closed LineStrings
    sheets : shape (n,), drawing layer of each line; only lines of one layer nest

    Returns
    -------
    polygons, shells : shape (m,), the polygons and the index of the line that is each one's shell

    Examples
    --------
    >>> lines = shapely.boundary(np.array([shapely.box(0, 0, 9, 9), shapely.box(3, 3, 6, 6)]))
    >>> polygons, shells = nested(lines, np.zeros(2, dtype=np.int64))
    >>> polygons[0].area, shells.tolist()
    (72.0, [0])
    """
    points, index = shapely.get_coordinates(lines, return_index=True)
    faces = shapely.polygons(shapely.linearrings(points, indices=index))
    inner, outer = _containments(faces, sheets)
    depth = np.bincount(inner, minlength=len(faces))
    parent = _nearest_container(faces, inner, outer)
    shell = np.where(depth % 2 == 0, np.arange(len(faces)), parent)
    return _assembled(lines, shell)


def _containments(faces: Geometries, sheets: Ints) -> tuple[Ints, Ints]:
    """Pairs (inner, outer) of one drawing layer; equal faces do not contain each other."""
    shapely.prepare(faces)
    inner, outer = shapely.STRtree(faces).query(faces, predicate="within")
    area = shapely.area(faces)
    kept = (sheets[inner] == sheets[outer]) & (area[inner] < area[outer])
    return inner[kept], outer[kept]


def _nearest_container(faces: Geometries, inner: Ints, outer: Ints) -> Ints:
    """The smallest face around each face, itself where there is none."""
    parent = np.arange(len(faces))
    order = np.argsort(-shapely.area(faces[outer]), kind="stable")
    parent[inner[order]] = outer[order]
    return parent


def _assembled(lines: Geometries, shell: Ints) -> tuple[Geometries, Ints]:
    """Polygons from rings grouped by their shell, the shell first."""
    is_hole = shell != np.arange(len(lines))
    order = np.lexsort((is_hole, shell))
    points, ring = shapely.get_coordinates(lines[order], return_index=True)
    ring_offsets = np.concatenate(([0], np.cumsum(np.bincount(ring, minlength=len(lines)))))
    starts = np.flatnonzero(~is_hole[order])
    polygon_offsets = np.append(starts, len(lines))
    polygons = shapely.from_ragged_array(shapely.GeometryType.POLYGON, points, (ring_offsets, polygon_offsets))
    return np.asarray(polygons, dtype=object), shell[order][starts]
