"""Read a boundary TXT: every dialect seen in the field, all defects at once, each with its line."""

from __future__ import annotations

import io
import json
from collections.abc import Iterable, Mapping
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import shapely

from liangtian.errors import FileUnreadable
from liangtian.formats.boundary_txt.heading import AreaUnit, PlotHeading, is_heading, parse_area, parse_heading
from liangtian.formats.boundary_txt.placing import place
from liangtian.formats.boundary_txt.plot import Plot, read_plot
from liangtian.formats.defects import DefectLog, Severity, each_said
from liangtian.formats.features import Features
from liangtian.formats.rings import polygons_from_rings
from liangtian.units import UNIT_M2

RULES: dict[str, tuple[str, Severity]] = {
    "txt-stray-line": ("TXT-01", "warning"),
    "txt-points-without-plot": ("TXT-02", "error"),
    "txt-header-realigned": ("TXT-03", "warning"),
    "txt-header-no-type": ("TXT-04", "warning"),
    "txt-bad-point": ("TXT-05", "error"),
    "txt-count-mismatch": ("TXT-06", "warning"),
    "txt-too-few-points": ("TXT-07", "error"),
    "txt-duplicate-points": ("TXT-08", "warning"),
    "txt-closing-differs": ("TXT-09", "warning"),
    "txt-axes-swapped": ("TXT-10", "warning"),
    "txt-axes-undecided": ("TXT-11", "note"),
    "txt-zone-contradiction": ("TXT-12", "warning"),
    "txt-zone-mixed": ("TXT-13", "error"),
    "txt-crs-unknown": ("TXT-14", "note"),
    "txt-datum-assumed": ("TXT-15", "note"),
    "txt-unit-unknown": ("TXT-16", "note"),
    "txt-extra-columns": ("TXT-17", "note"),
    "txt-area-unreadable": ("TXT-18", "warning"),
    "txt-area-in-m2": ("TXT-19", "note"),
    "txt-area-differs": ("TXT-20", "warning"),
    "txt-text-damaged": ("TXT-21", "warning"),
}
ATTRIBUTES, COORDINATES = "属性描述", "地块坐标"
METADATA_KEY = b"liangtian.boundary_txt"
_REPLACEMENT = "\ufffd"
_ENCODINGS = ("utf-8-sig", "gb18030")
_AREA_TOLERANCE_M2, _AREA_TOLERANCE_SHARE = 1.0, 0.001


def read(path: Path) -> Features:
    """Read a boundary TXT file in UTF-8 (with or without mark) or GB18030 (so also GBK and GB2312).

    Plots that cannot be used are findings of severity `error` and left out; the others are read. Nothing else is
    changed: repeated consecutive points are dropped with a finding, open rings are closed.

    Returns
    -------
    Features
        geometry in the file's CRS, x = easting; `rows` are the header lines of the plots. Columns: `plot_no`, `name`,
        `declared_area_ha` (float, hectares whatever unit the file used; null if unreadable), `sheet`, `use`,
        `class_code` and `ext1` … for what stands behind them: of a compensation record (补充耕地备案, 13 fields) these
        are TBLX, DL, GZQ, GZH, BZ; `point_notes` where points have more than four columns (the six-column filing
        dialect): what stands behind the fourth, point by point, `;` between them. The file's sections and keys travel with the table (`sections_of`), and `write`
        puts them back. `crs` is None, with a finding, where neither header nor coordinates prove it.

    Raises
    ------
    FileUnreadable : txt-empty, txt-encoding, txt-no-coordinates, txt-no-plots, txt-nothing-usable, or the one
        defect that leaves nothing

    Notes
    -----
    The declared area is compared with the *planar* area, as that is what survey software declares; a difference above
    max(1 m², 0.1 %) is TXT-20. The ellipsoidal area is compared by the layer's own check.

    Source
    ------
    dialects and files seen in the field
    """
    # A name cut in the middle of a character is common: it must not cost the file.
    with path.open(encoding=_encoding(path), errors="replace") as lines:
        return _read_lines(lines, path.name)


def read_text(text: str, source: str) -> Features:
    """Read a boundary TXT that is already text; `source` names it in messages.

    Examples
    --------
    >>> plot = "[属性描述]\\n坐标系=2000国家大地坐标系\\n带号=40\\n[地块坐标]\\n3,0.005,DK01,示例,面,,,,@\\n"
    >>> features = read_text(plot + "1,1,3379064,40565259\\n2,1,3379064,40565269\\n3,1,3379074,40565269\\n", "a.txt")
    >>> features.geometry[0].area, features.crs.to_epsg(), features.findings
    (50.0, 4528, ())
    """
    return _read_lines(io.StringIO(text.removeprefix("\ufeff")), source)


def sections_of(features: Features) -> dict[str, dict[str, str]]:
    """Section (属性描述 and any other) → key → value, in the file's order; empty if not from a TXT."""
    stored = (features.attributes.schema.metadata or {}).get(METADATA_KEY)
    return json.loads(stored) if stored else {}


def _encoding(path: Path) -> str:
    """The first encoding that decodes the whole file, read in pieces; GB18030 if none does."""
    for encoding in _ENCODINGS:
        try:
            with path.open(encoding=encoding) as stream:
                for _ in stream:
                    pass
        except UnicodeDecodeError:
            continue
        return encoding
    return _ENCODINGS[-1]


def _read_lines(lines: Iterable[str], source: str) -> Features:
    scan = _Scan(source)
    number = 0
    for number, line in enumerate(lines, start=1):
        if text := line.strip():
            scan.take(number, text)
    scan.close_plot()
    if not number:
        raise FileUnreadable("txt-empty", source=source)
    if COORDINATES not in scan.section_lines:
        if scan.first_damaged:
            raise FileUnreadable("txt-encoding", source=source, line=scan.first_damaged)
        raise FileUnreadable("txt-no-coordinates", source=source, line=number)
    if not scan.headings:
        raise FileUnreadable("txt-no-plots", source=source, line=scan.section_lines[COORDINATES])
    return _features(scan)


class _Scan:
    """Where the reader stands: the section, the plot begun and what is finished."""

    def __init__(self, source: str) -> None:
        self.log = DefectLog(source, RULES)
        self.section = ""
        self.first_damaged = 0
        self.section_lines: dict[str, int] = {}
        self.sections: dict[str, dict[str, str]] = {}
        self.declared: dict[str, tuple[str, int]] = {}
        self.headings: list[PlotHeading] = []
        self.plots: list[Plot] = []
        self._open: PlotHeading | None = None
        self._lines: list[str] = []
        self._numbers: list[int] = []

    def take(self, number: int, line: str) -> None:
        if _REPLACEMENT in line:
            self.first_damaged = self.first_damaged or number
            self.log.add("txt-text-damaged", number)
        if line.startswith("[") and line.endswith("]"):
            self.close_plot()
            self.section = line[1:-1].strip()
            self.section_lines.setdefault(self.section, number)
        elif self.section != COORDINATES:
            self._take_pair(number, line)
        elif is_heading(line):
            self.close_plot()
            self._open = parse_heading(line, number)
            self.headings.append(self._open)
        else:
            self._lines.append(line)
            self._numbers.append(number)

    def _take_pair(self, number: int, line: str) -> None:
        key, equals, value = line.partition("=")
        if not equals or not self.section:
            self.log.add("txt-stray-line", number, text=line[:60])
            return
        key, value = key.strip(), value.strip()
        self.sections.setdefault(self.section, {})[key] = value
        if self.section == ATTRIBUTES:
            self.declared[key] = (value, number)

    def close_plot(self) -> None:
        """Parse the point lines gathered since the last header."""
        lines, numbers, self._lines, self._numbers = self._lines, self._numbers, [], []
        heading, self._open = self._open, None
        if heading is not None:
            plot = read_plot(heading, lines, numbers, self.log)
            self.plots += [plot] if plot else []
        elif lines:
            self.log.add("txt-points-without-plot", numbers[0], points=len(lines))


def _features(scan: _Scan) -> Features:
    """Place, build and compare the plots that were read."""
    if not scan.plots:
        raise _nothing_usable(scan)
    typical = np.array([np.median(plot.coordinates, axis=0) for plot in scan.plots])
    lines = np.array([plot.heading.line for plot in scan.plots], dtype=np.int64)
    placing = place(typical[:, 0], typical[:, 1], lines, scan.declared, scan.log)

    plots = [plot for plot, usable in zip(scan.plots, placing.usable, strict=True) if usable]
    geometry = _geometry(plots, placing.swapped[placing.usable])
    declared_ha = _declared_ha(plots, shapely.area(geometry), scan.log, metres=placing.crs is not None)
    return Features(
        geometry=geometry,
        attributes=_table(plots, declared_ha, scan.sections),
        crs=placing.crs,
        source=scan.log.source,
        rows=lines[placing.usable],
        findings=scan.log.in_line_order(),
    )


def _nothing_usable(scan: _Scan) -> FileUnreadable:
    """A single defect speaks for itself; of several each is said, with its line."""
    errors = scan.log.errors()
    if len(errors) == 1:
        return FileUnreadable(errors[0].message_id, **errors[0].params)
    said = {"plots": len(scan.headings), "defects": len(errors), **each_said(errors)}
    return FileUnreadable("txt-nothing-usable", source=scan.log.source, **said)


def _geometry(plots: list[Plot], swapped: npt.NDArray[np.bool_]) -> npt.NDArray[np.object_]:
    """Shapely geometries with x = easting."""
    geometry = np.empty(len(plots), dtype=np.object_)
    xy = [p.coordinates if s else p.coordinates[:, ::-1] for p, s in zip(plots, swapped, strict=True)]
    surfaces = [i for i, plot in enumerate(plots) if plot.kind == "面"]
    if surfaces:
        rings = np.array([plots[i].ring[-1] + 1 for i in surfaces])
        first_ring = np.cumsum(rings) - rings
        geometry[surfaces] = polygons_from_rings(
            np.concatenate([xy[i] for i in surfaces]),
            np.concatenate([plots[i].ring + first for i, first in zip(surfaces, first_ring, strict=True)]),
            np.repeat(np.arange(len(surfaces)), rings),
            size=len(surfaces),
        )
    for i, plot in enumerate(plots):
        if plot.kind == "线":
            parts = shapely.linestrings(xy[i], indices=plot.ring)
            geometry[i] = parts[0] if len(parts) == 1 else shapely.multilinestrings(parts)
        elif plot.kind == "点":
            points = shapely.points(xy[i])
            geometry[i] = points[0] if len(points) == 1 else shapely.multipoints(points)
    return geometry


def _declared_ha(
    plots: list[Plot], planar_m2: npt.NDArray[np.float64], log: DefectLog, *, metres: bool
) -> list[float | None]:
    """Declared area of each plot in hectares, compared with the planar area where the coordinates are metres."""
    declared: list[float | None] = []
    for plot, found_m2 in zip(plots, planar_m2.tolist(), strict=True):
        heading, parsed = plot.heading, parse_area(plot.heading.area)
        if parsed is None:
            if heading.area or plot.kind == "面":
                log.add("txt-area-unreadable", heading.line, plot=heading.plot_no, text=heading.area)
            declared.append(None)
            continue
        value, unit = parsed[0], parsed[1] or _likely_unit(parsed[0], found_m2)
        declared_m2 = value * float(UNIT_M2[unit])
        declared.append(declared_m2 / 10_000)
        if unit == "m2" and parsed[1] is None:
            log.add("txt-area-in-m2", heading.line, plot=heading.plot_no, text=heading.area)
        limit_m2 = max(_AREA_TOLERANCE_M2, _AREA_TOLERANCE_SHARE * found_m2)
        if metres and plot.kind == "面" and abs(declared_m2 - found_m2) > limit_m2:
            stated = {"declared_m2": round(declared_m2, 2), "found_m2": round(found_m2, 2)}
            log.add("txt-area-differs", heading.line, plot=heading.plot_no, **stated)
    return declared


def _likely_unit(value: float, found_m2: float) -> AreaUnit:
    """Hectares, the format's unit, unless the bare number is the area in m² within the square root of 10 000."""
    return "m2" if value > 0 and found_m2 > 0 and 0.01 < value / found_m2 < 100 else "ha"


def _table(plots: list[Plot], declared_ha: list[float | None], sections: Mapping[str, Mapping[str, str]]) -> pa.Table:
    headings = [plot.heading for plot in plots]
    columns: dict[str, pa.Array] = {
        "plot_no": _text([h.plot_no for h in headings]),
        "name": _text([h.name for h in headings]),
        "declared_area_ha": pa.array(declared_ha, pa.float64()),
        "sheet": _text([h.sheet for h in headings]),
        "use": _text([h.use for h in headings]),
        "class_code": _text([h.class_code for h in headings]),
    }
    for i in range(max((len(h.ext) for h in headings), default=0)):
        columns[f"ext{i + 1}"] = _text([h.ext[i] if i < len(h.ext) else "" for h in headings])
    if any(plot.notes for plot in plots):
        columns["point_notes"] = _text([plot.notes for plot in plots])
    stored = json.dumps(sections, ensure_ascii=False).encode()
    return pa.table(columns).replace_schema_metadata({METADATA_KEY: stored})


def _text(values: list[str]) -> pa.Array:
    """Strings, null where the field was left empty."""
    return pa.array([value or None for value in values], pa.string())
