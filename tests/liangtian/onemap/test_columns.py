from __future__ import annotations

import datetime as dt

import pyarrow as pa
import pytest

from liangtian.onemap.columns import cast


def read(values, to, kind=None):
    column, bad = cast(pa.chunked_array([pa.array(values, kind)]), to)
    return column.to_pylist(), bad.tolist()


@pytest.mark.parametrize(
    ("values", "kind", "expected"),
    [
        (["0101 ", "\t水田\u3000", "", "  ", None], None, ["0101", "水田", None, None, None]),
        ([101.0, 2.5, float("nan"), None], None, ["101", "2.5", None, None]),
        ([203, None], pa.int32(), ["203", None]),
        (["a", "b", "a"], pa.dictionary(pa.int8(), pa.string()), ["a", "b", "a"]),
        ([dt.date(2023, 12, 31)], None, ["2023-12-31"]),
        ([True, None], None, ["true", None]),
    ],
)
def test_text(values, kind, expected):
    assert read(values, "text", kind) == (expected, [])


@pytest.mark.parametrize(
    ("values", "expected", "bad"),
    [
        (["1", " 2.50", "-.5", "1e3", ""], [1.0, 2.5, -0.5, 1000.0, None], []),
        (["1,000", "12 m", "\uff10", "1203K", "nan", "--1"], [None] * 6, [0, 1, 2, 3, 4, 5]),
        ([1, 2, None], [1.0, 2.0, None], []),
        ([1.5, float("inf"), float("nan")], [1.5, None, None], []),
    ],
)
def test_number(values, expected, bad):
    assert read(values, "number") == (expected, bad)


@pytest.mark.parametrize(
    ("values", "expected", "bad"),
    [
        (["5", "5.0", "5.5", "five", None], [5, 5, None, None, None], [2, 3]),
        ([2023.0, 2023.5, None], [2023, None, None], [1]),
        ([7, None], [7, None], []),
        ([1e300], [None], [0]),
    ],
)
def test_integer(values, expected, bad):
    assert read(values, "integer") == (expected, bad)


@pytest.mark.parametrize(
    ("values", "bad"),
    [
        (["2021-12-22", "2021/12/22", "20211222", "2021年12月22日", "2021-12-22 10:30:00"], []),
        ([dt.date(2021, 12, 22), dt.date(2021, 12, 22)], []),
        ([dt.datetime(2021, 12, 22, 23, 59)], []),
        ([20211222], []),
        (["2021-12-22", "22.12.2021", "2021-13-01"], [1, 2]),
    ],
)
def test_date(values, bad):
    read_values, found = read(values, "date")
    assert found == bad
    assert [value for at, value in enumerate(read_values) if at not in bad] == [dt.date(2021, 12, 22)] * (
        len(values) - len(bad)
    )


@pytest.mark.parametrize("to", ["text", "number", "integer", "date"])
def test_what_has_no_reading_is_reported_not_guessed(to):
    assert read([[1, 2], None], to) == ([None, None], [0])


def test_no_rows_and_no_values():
    assert read([], "number", pa.string()) == ([], [])
    assert read([None, None], "text", pa.null()) == ([None, None], [])
    assert read([None, None], "date", pa.null()) == ([None, None], [])
