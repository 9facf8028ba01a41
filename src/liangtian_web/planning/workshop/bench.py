"""What a computation works with: the versions it may read, the land asked about, and how to say how far it is."""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely
from pyproj import CRS

from liangtian.check.blocks import Found, cut_out, published
from liangtian.check.run import technical_on
from liangtian.errors import LayerInvalid
from liangtian.onemap.catalogue import Catalogue
from liangtian.planning import land, parcels
from liangtian.planning.blocks import BlockRule
from liangtian.planning.parcels import Parcels
from liangtian.policy.parameters import Parameters
from liangtian.policy.values import Parameter
from liangtian.policy.values_file import read_values
from liangtian.rules.documents import DOCUMENTS
from liangtian.space.crs import CGCS2000, reproject, to_measuring_plane
from liangtian_web.planning.asked import number

Shapes = npt.NDArray[np.object_]


_last: list[str] = []


def tell(**said: Any) -> None:
    """One line to whoever started the work; what was said last is not said again (a solver asks a thousand times)."""
    line = json.dumps(said, ensure_ascii=False)
    if _last == [line]:
        return
    _last[:] = [line]
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


@dataclass(frozen=True, slots=True)
class Bench:
    """One computation as it was asked for.

    Attributes
    ----------
    home : of the catalogue
    digests : of the versions that may be read; what else is published is as if it were not
    asked : parameters of the kind; numbers are text, so that they stay exact
    values : approved values of places, as `policy.values_file.write_values` writes them
    folder : where files of the answer go
    """

    kind: str
    home: Path
    digests: frozenset[str]
    on: date
    place: str
    asked: dict[str, Any]
    values: tuple[Parameter, ...]
    folder: Path

    @classmethod
    def of(cls, given: dict[str, Any]) -> Bench:
        """From the JSON document the worker sends."""
        return cls(
            given["kind"],
            Path(given["home"]),
            frozenset(given["digests"]),
            date.fromisoformat(given["on"]),
            given["place"],
            given["asked"],
            read_values(text, "values.toml", Parameters(DOCUMENTS)) if (text := given["values"]) else (),
            Path(given["folder"]),
        )

    @property
    def catalogue(self) -> Catalogue:
        """The versions that may be read."""
        return Catalogue(self.home, self.digests)

    @property
    def digits(self) -> int | None:
        """Digits of the places at whose borders blocks end."""
        return int(self.asked["by"]) if self.asked.get("by") else None

    def say(self, percent: int, stage: str) -> None:
        """How far the work is: a stage the worker has words for."""
        tell(percent=percent, stage=stage)

    def number(self, name: str) -> Fraction | None:
        """A parameter as an exact number; None: not given."""
        return number(self.asked, name)

    def rule(self, on: date | None = None) -> BlockRule:
        """What joins and what cuts: the values of the day and place, or those asked for."""
        rule = technical_on(on or self.on, self.place, self.values).block
        gap, across = self.number("gap_m"), self.number("across_m")
        return replace(
            rule,
            gap_m=rule.gap_m if gap is None else gap,
            across_m=rule.across_m if across is None else across,
        )

    def land(self, on: date | None = None) -> tuple[Found, Parcels]:
        """The parcels of the place on a day, cut by the figure drawn if there is one.

        Raises
        ------
        LayerInvalid (layer-invalid): there is no land use, or none in the place.
        """
        found = published("DLTB", self.catalogue, on or self.on, self.place)
        if drawn := self.asked.get("drawn"):
            shape, crs = _figure(drawn)
            chosen = [cut_out(found, shape, crs, self.place)]
        else:
            chosen = [parcels.of_index(index, land.rows_in(index, self.place)) for index in found.indexes]
        chosen = [each for each in chosen if len(each.attributes)]
        if not chosen:
            raise LayerInvalid("blocks-empty", source=found.source)
        return found, parcels.joined(chosen)

    def within(self, made: Parcels) -> Parcels:
        """What the boundary of a project leaves of land; all of it where none was named.

        Raises
        ------
        LayerInvalid (layer-invalid): nothing lies in it.
        """
        if not (given := self.asked.get("within")):
            return made
        shape, crs = _figure(given)
        found = parcels.inside(made, reproject(np.array([shape], dtype=object), crs, made.crs)[0])
        if not len(found.owner):
            raise LayerInvalid("blocks-empty", source="DLTB")
        return found


def _figure(text: str) -> tuple[shapely.Geometry, CRS]:
    """The figure a question keeps in degrees, in the plane it is measured in."""
    plots, crs = to_measuring_plane(shapely.get_parts(shapely.from_geojson(text)), CGCS2000)
    return shapely.union_all(plots), crs


def degrees(shapes: Shapes, crs: CRS, *, tolerance_m: float = 0.0) -> Shapes:
    """Shapes for a map, in longitude and latitude; a tolerance thins out what no eye can see."""
    thin = shapely.simplify(shapes, tolerance_m) if tolerance_m else shapes
    return reproject(thin, crs, CGCS2000)


def collection(shapes: Shapes, properties: list[dict[str, Any]]) -> str:
    """GeoJSON of some shapes in degrees."""
    drawn = shapely.to_geojson(shapely.set_precision(shapes, 1e-7, mode="pointwise"))
    rows = [
        f'{{"type":"Feature","properties":{json.dumps(each, ensure_ascii=False)},"geometry":{shape}}}'
        for shape, each in zip(drawn, properties, strict=True)
        if shape
    ]
    return f'{{"type":"FeatureCollection","features":[{",".join(rows)}]}}'
