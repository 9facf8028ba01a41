"""A computation in a process of its own: `python -m liangtian_web.planning.workshop` reads what is asked from standard input.

The worker stays free to say that it lives, and can end the work at any moment. Progress and the outcome go to standard
output, a JSON line each: `{"percent", "stage"}`, at last `{"done": true}` or `{"error", "params"}`. Nothing of Django is
loaded; the database stays with the worker.
"""

from __future__ import annotations

import json
import sys

from liangtian.check.result import to_json
from liangtian.errors import LiangtianError
from liangtian_web.planning.workshop import blocks, design, fragmentation, layout, potential, ranking
from liangtian_web.planning.workshop.bench import Bench, tell

KINDS = {
    "blocks": blocks.make,
    "design": design.make,
    "fragmentation": fragmentation.make,
    "layout": layout.make,
    "potential": potential.make,
    "ranking": ranking.make,
}


def main() -> None:
    """Do what is asked and leave `result.json` in the folder named."""
    bench = Bench.of(json.load(sys.stdin))
    try:
        result = KINDS[bench.kind](bench)
    except LiangtianError as error:
        tell(error=error.message_id, params={name: str(value) for name, value in error.params.items()})
        return
    (bench.folder / "result.json").write_text(to_json(result), "utf-8")
    tell(done=True)


if __name__ == "__main__":
    main()
