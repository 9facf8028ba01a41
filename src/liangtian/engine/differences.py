"""Where SedonaDB and Sedona on Spark do not speak alike: the one table of it. Everything else in `sql/` is common to both.

A statement names a difference in braces. What stands in `AVOIDED` is in neither form: statements do without it.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Difference:
    """The same thing in either dialect, and why it is here."""

    local: str
    cluster: str
    why: str


DIFFERENCES: dict[str, Difference] = {
    "broadcast": Difference(
        "",
        "/*+ BROADCAST(t) */",
        "Spark cuts both sides into pieces unless told that t is small; SedonaDB needs no telling",
    ),
}

AVOIDED: dict[str, str] = {
    "explode, unnest": "a row becomes several in a kernel function (`Engine.each`): `explode` is Spark's, `unnest` SedonaDB's",
    "ST_Union_Aggr, ST_Area, ST_Intersection": "measured and overlaid by the kernel alone; the engines use other geometry libraries",
    "ST_PolygonFromEnvelope": "Spark's only; `ST_MakeEnvelope` is common",
    '"name"': "an identifier for SedonaDB, a text for Spark: names are written bare, texts in single quotes",
    "1.5": "a decimal for Spark, a double for SedonaDB: numbers are cast",
    "INT": "64 bits nowhere: whole numbers are BIGINT in both",
}

LOCAL = {name: each.local for name, each in DIFFERENCES.items()}
CLUSTER = {name: each.cluster for name, each in DIFFERENCES.items()}
