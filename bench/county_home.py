"""The demonstration county of a given size, as files and published under a home folder; made once and kept for further runs."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

LIANGTIAN = Path(sys.executable).parent / "liangtian"
ON = "2023-12-31"


def county_files(root: Path, parcels: int) -> Path:
    """The folder with a GeoPackage for each layer."""
    folder = root / f"files-{parcels}"
    if not (folder / "complete").exists():
        start = time.perf_counter()
        subprocess.run([LIANGTIAN, "county", folder, "--parcels", str(parcels)], check=True, stdout=sys.stderr)
        (folder / "complete").write_text("")
        print(f"  county of {parcels:,} parcels drawn in {time.perf_counter() - start:.1f} s", flush=True)
    return folder


def county_home(root: Path, parcels: int) -> Path:
    """The home folder with every layer of the county published."""
    home = root / f"county-{parcels}"
    if (home / "complete").exists():
        return home
    for file in sorted(county_files(root, parcels).glob("*.gpkg")):
        start = time.perf_counter()
        command = [LIANGTIAN, "publish", file.stem, file, "--place", "339900", "--on", ON, "--home", home]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        print(f"  published {file.stem} in {time.perf_counter() - start:.1f} s", flush=True)
    (home / "complete").write_text("")
    return home
