"""Published land for the tests of the engines."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import shapely

from liangtian.datasets.county import generate
from liangtian.formats import vector
from liangtian.formats.features import Features
from liangtian.onemap import snapshot
from liangtian.onemap.catalogue import Catalogue, LayerVersion
from liangtian.onemap.index import Index
from liangtian.onemap.layers import conform, layer_spec
from liangtian.space.crs import to_measuring_plane
from real_data import real_data
from squares import PLANE, cell

Mask = npt.NDArray[np.bool_]
ON = date(2024, 6, 1)


def publish(home: Path, layer: str, features: Features, place: str = "339901", only: Mask | None = None) -> None:
    """Publish a layer, or some of its rows, without the quality rules; geometries that are not valid are left out."""
    plane, crs = to_measuring_plane(features.geometry, features.crs)
    valid = np.flatnonzero(shapely.is_valid(plane) & (True if only is None else only))
    conformed = conform(features, layer_spec(layer))
    rows = pa.array(valid)
    table = snapshot.build(plane[valid], conformed.ids.take(rows), conformed.features.attributes.take(rows), crs)
    digest, catalogue = snapshot.digest(table), Catalogue(home)
    snapshot.write(table, catalogue.snapshot_path(digest))
    catalogue.record(
        LayerVersion(place, layer, "2023-12-31", digest, len(valid), crs.name, {}, {}, "test", "2024-01-01")
    )


def county(home: Path, parcels: int) -> Path:
    """The land-use parcels of the demonstration county."""
    publish(home, "DLTB", generate(parcels=parcels)["DLTB"])
    return home


def phillips(home: Path) -> Path:
    """The fields of Phillips County, Colorado; every one is taken as farmland."""
    read = vector.read(real_data("clu_phillips_co", "clu_public_a_co095.shp"))
    columns = pa.table({"BSM": read.attributes["uniqueid"], "DLBM": pa.array(["0103"] * len(read))})
    publish(home, "DLTB", Features(read.geometry, columns, read.crs, read.source, read.rows))
    return home


def fields(home: Path) -> tuple[list[str], str]:
    """The snapshots of published land-use parcels, and their plane."""
    catalogue = Catalogue(home)
    versions = catalogue.valid_on("DLTB", ON)
    return [str(path) for path in catalogue.paths("DLTB", versions)], catalogue.index(versions[0]).crs.srs


def overlapping_squares(home: Path) -> Index:
    """Nine squares side by side, P9 a copy of P0, P10 across several of them."""
    shapes = [cell(n % 3, n // 3) for n in range(9)] + [cell(0, 0).reverse(), cell(0.5, 0.5, 1.2, 0.7)]
    columns = pa.table({"BSM": [f"P{n}" for n in range(11)], "DLBM": ["0101"] * 11})
    publish(home, "DLTB", Features(np.array(shapes), columns, PLANE, "squares", np.arange(1, 12)))
    catalogue = Catalogue(home)
    return catalogue.index(catalogue.valid_on("DLTB", ON)[0])
