"""Tiles: every parcel is present, outlines keep their ground, pictures show the class under each pixel."""

import math

import numpy as np
import pyarrow as pa
import pytest
import shapely
from pyproj import CRS, Transformer

from liangtian.onemap import index, snapshot
from liangtian_web.onemap import mvt, overview, tiles

PLANE = CRS.from_epsg(4549)
X, Y = Transformer.from_crs(4490, 4549, always_xy=True).transform(120.7, 30.5)
SIDE, COUNT = 40.0, 60


def parcels():
    """Fields of 40 m, one with a pond cut out, one strip 4 cm wide, one river across everything."""
    column, row = np.meshgrid(np.arange(COUNT), np.arange(COUNT))
    west, south = X + column.ravel() * SIDE, Y + row.ravel() * SIDE
    shapes = shapely.box(west, south, west + SIDE, south + SIDE)
    shapes[70] = shapely.difference(shapes[70], shapely.buffer(shapely.centroid(shapes[70]), 9))
    strip = shapely.box(X + 500.0, Y - 60.0, X + 500.04, Y - 20.0)
    river = shapely.box(X, Y - 20.0, X + COUNT * SIDE, Y)
    return np.append(shapes, [strip, river])


@pytest.fixture(scope="module")
def land():
    shapes = parcels()
    ids = pa.array([f"p{n}" for n in range(len(shapes))])
    codes = ["0101"] * (len(shapes) - 2) + ["1006", "1101"]
    return index.of_table(snapshot.build(shapes, ids, pa.table({"DLBM": codes}), PLANE))


def tiles_over(land, z):
    west, south, east, north = Transformer.from_crs(PLANE, 4490, always_xy=True).transform_bounds(
        *land.bounds[:, :2].min(axis=0), *land.bounds[:, 2:].max(axis=0)
    )

    def place(lon, lat):
        y = (1 - math.asinh(math.tan(math.radians(lat))) / math.pi) / 2
        return int((lon + 180) / 360 * 2**z), int(y * 2**z)

    (x0, y1), (x1, y0) = place(west, south), place(east, north)
    return [(z, x, y) for x in range(x0, x1 + 1) for y in range(y0, y1 + 1)]


def fields(data):
    """The fields of a protobuf message: number, value."""
    at = 0

    def varint():
        nonlocal at
        value = shift = 0
        while True:
            octet = data[at]
            at += 1
            value |= (octet & 127) << shift
            shift += 7
            if octet < 128:
                return value

    while at < len(data):
        key = varint()
        if key & 7 == 0:
            yield key >> 3, varint()
        else:
            size = 8 if key & 7 == 1 else varint()
            yield key >> 3, data[at : at + size]
            at += size


def words(data):
    value = shift = 0
    for octet in data:
        value |= (octet & 127) << shift
        shift += 7
        if octet < 128:
            yield value
            value = shift = 0


def rings(stream):
    """Rings of a command stream, as a reader of the specification draws them."""
    found, x, y = [], 0, 0
    read = iter(words(stream))
    for command in read:
        if command & 7 == 7:
            continue
        if command & 7 == 1:
            found.append([])
        for _ in range(command >> 3):
            x += (lambda v: (v >> 1) ^ -(v & 1))(next(read))
            y += (lambda v: (v >> 1) ^ -(v & 1))(next(read))
            found[-1].append((x, y))
    return found


def decode(tile):
    """Name, and for each feature its properties and rings."""
    ((number, body),) = fields(tile)
    assert number == 3
    parts = list(fields(body))
    keys = [value.decode() for n, value in parts if n == 3]
    values = [next(fields(value)) for n, value in parts if n == 4]
    plain = [v.decode() if n == 1 else (v >> 1) ^ -(v & 1) for n, v in values]
    features = []
    for n, value in parts:
        if n == 2:
            inner = dict(fields(value))
            tags = list(words(inner[2]))
            about = {keys[k]: plain[v] for k, v in zip(tags[::2], tags[1::2], strict=True)}
            features.append((about, rings(inner[4])))
    return next(value.decode() for n, value in parts if n == 1), features


def signed_area(ring):
    return sum(x0 * y1 - x1 * y0 for (x0, y0), (x1, y1) in zip(ring, ring[1:] + ring[:1], strict=True)) / 2


@pytest.mark.parametrize("z", [13, 14, 16, 17])
def test_every_parcel_is_in_the_tiles_of_a_parcel_zoom(land, z):
    seen = set()
    for place in tiles_over(land, z):
        tile = tiles.parcels("DLTB", [("7", land)], *place)
        if tile:
            name, features = decode(tile)
            assert name == "DLTB"
            seen |= {about["id"] for about, _ in features}

    assert seen == set(land.attributes["parcel_id"].to_pylist())


def test_a_parcel_keeps_its_class_its_area_its_version_and_its_hole(land):
    place = tiles_over(land, 13)[0]
    _, features = decode(tiles.parcels("DLTB", [("7", land)], *place))
    about, outline = next(f for f in features if f[0]["id"] == "p70")

    assert about == {"id": "p70", "v": "7", "a": int(land.area_dm2[_row(land, "p70")]), "c": "0101"}
    assert [signed_area(ring) > 0 for ring in outline] == [True, False]


def test_no_outline_is_empty_however_thin_the_parcel(land):
    for place in tiles_over(land, 14):
        tile = tiles.parcels("DLTB", [("7", land)], *place)
        for _, outline in decode(tile)[1] if tile else ():
            assert signed_area(outline[0]) > 0


def test_outlines_stay_within_the_buffer_of_their_tile(land):
    for place in tiles_over(land, 16):
        tile = tiles.parcels("DLTB", [("7", land)], *place)
        for _, outline in decode(tile)[1] if tile else ():
            corners = np.concatenate([np.array(ring) for ring in outline])
            assert corners.min() >= -tiles.BUFFER
            assert corners.max() <= mvt.EXTENT + tiles.BUFFER + 1


def test_a_tile_without_land_is_empty(land):
    assert tiles.parcels("DLTB", [("7", land)], 14, 0, 0) == b""


def test_the_overview_holds_the_class_at_each_cell(land):
    view = overview.build(land, "DLTB")
    paddy, water = overview.palette_numbers(["0101", "1101"], "DLTB")
    low = view.levels[0]

    assert low[int((-10 + 60) / view.cell_m), 20] == water  # the river, 10 m below the first row of fields
    assert low[40, 40] == paddy
    assert np.count_nonzero(low == paddy) * view.cell_m**2 == pytest.approx(COUNT * COUNT * SIDE**2, rel=0.02)


def test_a_coarser_cell_takes_the_class_of_most_of_its_four():
    grid = np.array([[1, 1, 2], [3, 1, 2]], dtype=np.uint8)

    assert overview._halved(grid).tolist() == [[1, 2]]


def test_a_picture_tile_is_a_png_of_the_palette(land):
    view = overview.build(land, "DLTB")
    place = tiles_over(land, 11)[0]
    picture = overview.tile([(land, view)], *place)

    assert picture.startswith(b"\x89PNG\r\n\x1a\n")
    assert picture[16:24] == (512).to_bytes(4) * 2


def test_an_overview_is_kept_and_read_again(land, tmp_path):
    first = overview.load(land, "DLTB", tmp_path / "side.npz")
    overview._loaded.cache_clear()
    again = overview.load(land, "DLTB", tmp_path / "side.npz")

    assert [a.tolist() for a in again.levels] == [b.tolist() for b in first.levels]


def _row(land, parcel):
    return land.attributes["parcel_id"].to_pylist().index(parcel)
