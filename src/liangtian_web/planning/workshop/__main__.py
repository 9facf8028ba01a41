"""A computation in a process of its own: `python -m liangtian_web.planning.workshop` reads what is asked from standard input.

The worker stays free to say that it lives, and can end the work at any moment. Progress and the outcome go to standard
output, a JSON line each: `{"percent", "stage"}`, at last `{"done": true}`, `{"error", "params"}` or `{"exhausted": true}`
where it needed more memory than it may take. Nothing of Django is loaded; the database stays with the worker.
"""

from __future__ import annotations

import json
import sys

from liangtian.check.result import to_json
from liangtian.errors import LiangtianError
from liangtian_web.planning.workshop import blocks, design, fragmentation, layout, memory, potential, ranking
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
    asked = json.load(sys.stdin)
    bench = Bench.of(asked)
    memory.limit(asked["bytes_max"])
    try:
        (bench.folder / "result.json").write_text(to_json(KINDS[bench.kind](bench)), "utf-8")
    except LiangtianError as error:
        tell(error=error.message_id, params=error.plain)
    except Exception as error:
        if not memory.is_exhausted(error):
            raise
        tell(exhausted=True)
    else:
        tell(done=True)


if __name__ == "__main__":
    main()
