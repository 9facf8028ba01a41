"""A small county in two years, and a worker that really works."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
import shapely
from django.conf import settings
from django.db import connection
from procrastinate.contrib.django import app
from tests.liangtian_web.land import PLANE

from liangtian.formats.features import Features
from liangtian.onemap import publish
from liangtian.onemap.layers import LAYERS
from liangtian_web.onemap import actions

X, Y, SIDE = 470_000.0, 3_376_000.0, 300.0  # a field is 135 mu
VILLAGE = "339901100201"
# Rows from north to south; P paddy, D dry land, O orchard (can be converted), R highway (a barrier), F forest.
BEFORE = ("PPFPP", "PFFFP", "RRRRR", "PPODD")
NOW = ("PPFPP", "PFFFP", "RRRRR", "PPODF")
CODES = {"P": "0101", "D": "0103", "O": "0201", "R": "1003", "F": "0301"}


def square(row: int, column: int) -> shapely.Geometry:
    """A parcel of the little county."""
    north = Y - row * SIDE
    return shapely.box(X + column * SIDE, north - SIDE, X + (column + 1) * SIDE, north)


def land_use(drawing: tuple[str, ...]) -> Features:
    """Land use from a drawing; parcels are called by row and column."""
    cells = [(r, c, CODES[letter]) for r, line in enumerate(drawing) for c, letter in enumerate(line)]
    n = len(cells)
    farmland = [code.startswith("01") for _, _, code in cells]
    columns = {
        "BSM": [f"33990121100000{r}{c:03d}" for r, c, _ in cells], "DLBM": [code for *_, code in cells],
        "DLMC": ["x"] * n, "QSXZ": ["30"] * n, "ZLDWDM": [VILLAGE + "0000000"] * n, "ZLDWMC": ["示范村"] * n,
        "QSDWDM": [VILLAGE + "0000000"] * n, "QSDWMC": ["示范村"] * n,
        "GDPDJB": ["2" if yes else None for yes in farmland], "KCXS": [0.0 if yes else None for yes in farmland],
        "GDDB": [7 if yes else None for yes in farmland], "ZZSXDM": ["LS" if yes else None for yes in farmland],
    }  # fmt: skip
    shapes = np.array([square(r, c) for r, c, _ in cells], dtype=object)
    return Features(shapes, pa.table(columns), PLANE, "made.gpkg", np.arange(1, n + 1))


def basic_farmland() -> Features:
    """Two fields apart from each other."""
    shapes = np.array([square(0, 0), square(3, 0)], dtype=object)
    columns = {"BSM": ["b1", "b2"], "DLBM": ["0101"] * 2, "KCXS": [0.0] * 2}
    return Features(shapes, pa.table(columns), PLANE, "basic.gpkg", np.arange(1, 3))


@pytest.fixture
def home(tmp_path: Path, settings) -> Path:
    """An empty home folder."""
    settings.HOME = tmp_path
    return tmp_path


@pytest.fixture
def county(home, places):
    """示范县 with its land of 2021 and of 2023."""
    for on, drawing in ((date(2021, 12, 31), BEFORE), (date(2023, 12, 31), NOW)):
        entry = publish.publish(
            land_use(drawing), LAYERS["DLTB"], place="339901", on=on, home=settings.HOME, publisher="test",
            recorded_at="2024-01-05T08:00:00+08:00",
        )  # fmt: skip
        actions.adopt(entry, places["county"])
    return places["county"]


@pytest.fixture(autouse=True)
def empty_queue(db):
    """The queue's tables are not Django's, so the flush between tests leaves them."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_jobs")


@pytest.fixture
def work():
    """Run the worker until the queue is empty, in the form the worker command uses."""

    def run() -> None:
        with app.with_connector(app.connector.get_worker_connector()).open() as worker:
            worker.run_worker(wait=False, install_signal_handlers=False, listen_notify=False, delete_jobs="successful")

    return run
