"""Every benchmark, one after another; the engines where they can run, and a word before and after where they cannot.

python bench/all.py [--parcels 1000000] [--rounds 10000] [--without-peers] [--hordak PYTHON]
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

from measure import peers_option

FOLDER = Path(__file__).parent
POLYGONS_MAX = 1_000_000  # an area takes the same time in a larger heap


def missing_for_engines(jars: Path) -> list[str]:
    """What `cluster.py` needs and this machine has not."""
    wanted = {
        "Java (apt-get install openjdk-17-jre-headless)": shutil.which("java"),
        "the extra liangtian[cluster] (make .venv/.cluster)": find_spec("pyspark") and find_spec("sedonadb"),
        f"Sedona's jars in {jars} (liangtian jars)": list(jars.glob("*.jar")),
    }
    return [name for name, there in wanted.items() if not there]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--parcels", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=10_000)
    parser.add_argument("--jars", type=Path, default=Path(os.environ.get("LIANGTIAN_JARS", "var/jars")))
    parser.add_argument("--hordak", help="a Python that has django-hordak, timed beside the book in the same run")
    peers_option(parser)
    given = parser.parse_args()
    parcels = ("--parcels", str(given.parcels))
    land = (*parcels, "--without-peers") if given.without_peers else parcels
    hordak = ("--hordak", given.hordak) if given.hordak else ()
    runs = [
        ("area.py", "--polygons", str(min(given.parcels, POLYGONS_MAX))),
        ("publish.py", *land),
        ("check.py", *land),
        ("blocks.py", *land),
        ("ledger.py", "--entries", str(given.parcels), "--rounds", str(given.rounds), *hordak),
        ("rulebook.py",),
    ]
    left_out = ["peers, as asked"] if given.without_peers else missing_for_engines(given.jars)
    if not left_out:
        runs.append(("cluster.py", *parcels, "--jars", str(given.jars)))
    notice = f"*** LEFT OUT: bench/cluster.py, the same steps on other engines. Without: {' and '.join(left_out)} ***"
    if left_out:
        print(notice, flush=True)
    for script, *options in runs:
        print(f"== bench/{script}", flush=True)
        subprocess.run([sys.executable, FOLDER / script, *options], check=True)
    if left_out:
        print(notice)


if __name__ == "__main__":
    main()
