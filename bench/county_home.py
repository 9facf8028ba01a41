"""The demonstration county of a given size, published under a home folder once and kept for further runs."""

from __future__ import annotations

import time
from datetime import date
from pathlib import Path

from liangtian.datasets.county import generate
from liangtian.onemap.layers import layer_spec
from liangtian.onemap.publish import publish

ON = date(2023, 12, 31)


def county_home(root: Path, parcels: int) -> Path:
    """The home folder with every layer of the county published."""
    home = root / f"county-{parcels}"
    done = home / "complete"
    if done.exists():
        return home
    start = time.perf_counter()
    layers = generate(parcels=parcels, seed=1)
    print(f"  generated {len(layers['DLTB']):,} parcels in {time.perf_counter() - start:.1f} s", flush=True)
    for code, features in layers.items():
        start = time.perf_counter()
        about = {"place": "339900", "on": ON, "publisher": "bench", "recorded_at": "2024-01-01T00:00:00Z"}
        version = publish(features, layer_spec(code), home=home, **about)  # type: ignore[arg-type]
        print(f"  published {code} ({version.rows:,}) in {time.perf_counter() - start:.1f} s", flush=True)
    done.write_text("")
    return home
