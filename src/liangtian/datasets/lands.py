"""A demonstration municipality too large to be drawn at once: several lands side by side, one after another in memory.

Up to `LARGEST` parcels there is one land, `county.generate`'s. Beyond that there are as many equal lands as hold a million
parcels each, every one with two counties of its own and open ground around it, so that time and disk grow with the number
of parcels and memory does not.
"""

from __future__ import annotations

from collections.abc import Iterator

from liangtian.datasets.county import generate
from liangtian.datasets.places import COUNTIES
from liangtian.formats.features import Features

LARGEST = 2_000_000
"""Parcels of the largest municipality that is one land."""

A_LAND = 1_000_000
MOST_PARCELS = len(COUNTIES) // 2 * A_LAND


def generate_lands(*, parcels: int, seed: int = 1) -> Iterator[dict[str, Features]]:
    """The layers of each land of a municipality, in the order of their counties.

    Parameters
    ----------
    parcels : how many land-use parcels in all; each land is within 10 % of its part
    seed : another seed, another municipality

    Raises
    ------
    ValueError : fewer than `county.FEWEST_PARCELS` or more than `MOST_PARCELS`
    """
    if parcels > MOST_PARCELS:
        raise ValueError(f"parcels must be at most {MOST_PARCELS}, not {parcels}")
    lands = 1 if parcels <= LARGEST else -(-parcels // A_LAND)
    for land in range(lands):
        yield generate(parcels=parcels // lands, seed=seed, land=land, lands=lands)
