"""The survey of potential of a place: sums by village and town, every candidate with its reasons, and the layer."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import shapely

from liangtian.check.potential import survey_on
from liangtian.formats import vector
from liangtian.formats.raster import HANDED_IN, read_elevation
from liangtian.planning.potential import KINDS, STATES, Candidate, Potential
from liangtian.planning.potential_document import document
from liangtian.planning.potential_gather import Given, grounds
from liangtian_web.planning.workshop.bench import Bench, collection, degrees

OUTLINE_M = 0.3
MAP_MAX = 30_000  # candidates on the map, the largest


def make(bench: Bench) -> dict[str, Any]:
    """The document of the answer without its candidates, in both languages; these come as rows of their own."""
    bench.say(5, "read")
    given = Given(
        _elevation(bench), {code: int(number) for code, number in bench.asked.get("persons", {}).items()} or None
    )
    bench.say(15, "screen")
    made = survey_on(
        bench.catalogue,
        bench.on,
        bench.place,
        given=given,
        values=bench.values,
        tell=lambda step: bench.say(40, "screen"),
    )
    bench.say(65, "compose")
    order = np.lexsort((np.arange(len(made)), -made.net_dm2))
    rows = [_row(each) for each in made.candidates(order)]
    for row, box in zip(rows, shapely.bounds(degrees(made.shapes[order], made.crs)).round(7).tolist(), strict=True):
        row["box"] = box
    bench.say(75, "draw")
    _draw(made, order, bench.folder)
    heads = {lang: document(made, on=bench.on, place=bench.place, lang=lang, listed=False) for lang in ("zh", "en")}
    return {"candidates": rows, "zh": heads["zh"], "en": heads["en"]}


def _elevation(bench: Bench) -> Any:
    """The elevation model that was handed in, around the land asked about; None: slopes are the survey's grades."""
    if not (digest := bench.asked.get("dem")):
        return None
    bounds, crs = grounds(bench.catalogue, bench.on, bench.place)
    path = bench.home / "planning" / "given" / digest / bench.asked["dem_name"]
    nodata = bench.asked.get("dem_nodata") or None
    return read_elevation(path, nodata=nodata, around=bounds, around_crs=crs, drivers=HANDED_IN)


def _row(each: Candidate) -> dict[str, Any]:
    """A candidate for the list; reasons keep their ids, so that either language can say them."""
    return {
        "parcel": each.parcel, "kind": each.kind, "state": each.state, "code": each.code, "village": each.village,
        "area_m2": each.area_m2, "net_m2": each.net_m2, "slope_deg": each.slope_deg, "slope_grade": each.slope_grade,
        "reasons": [
            {
                "rule": reason.rule, "says": reason.says, "message_id": reason.message_id,
                "params": {name: _plain(value) for name, value in reason.params.items()},
                "area_m2": None if reason.area_m2 is None else str(reason.area_m2),
            }
            for reason in each.reasons
        ],
    }  # fmt: skip


def _plain(value: Any) -> Any:
    """A value of a sentence as JSON keeps it, to be said the same."""
    if isinstance(value, np.generic):
        value = value.item()
    return str(value) if isinstance(value, Decimal) else value


def _draw(made: Potential, order: Any, folder: Path) -> None:
    vector.write(made.features(), folder / "layer.gpkg")
    shown = order[:MAP_MAX]
    marks = [
        {"n": n, "kind": KINDS[kind], "state": STATES[state]}
        for n, (kind, state) in enumerate(zip(made.kind[shown], made.state[shown], strict=True), start=1)
    ]
    drawn = degrees(made.shapes[shown], made.crs, tolerance_m=OUTLINE_M)
    (folder / "shapes.json").write_text(collection(drawn, marks), "utf-8")
