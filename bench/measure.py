"""Timing and printing, the same for every benchmark: best of several runs, ratio to ours, peak memory."""

from __future__ import annotations

import platform
import resource
import time
from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass
class Table:
    """Rows of one comparison; the first row added is ours."""

    title: str
    rows: list[tuple[str, float, str]] = field(default_factory=list)

    def add(self, name: str, run: Callable[[], object], *, repeats: int = 3, per: int = 1, unit: str = "s") -> object:
        """Time `run`, keep the best of `repeats` divided by `per`."""
        best, result = float("inf"), None
        for _ in range(repeats):
            start = time.perf_counter()
            result = run()
            best = min(best, time.perf_counter() - start)
        scale = {"s": 1.0, "ms": 1e3, "µs": 1e6}[unit]
        self.rows.append((name, best / per * scale, unit))
        print(f"  {name}: {best / per * scale:,.3f} {unit}", flush=True)
        return result

    def print(self) -> None:
        ours = self.rows[0][1]
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(f"\n### {self.title}\n\n| | time | ratio to ours |\n|---|---:|---:|")
        for name, value, unit in self.rows:
            print(f"| {name} | {value:,.3f} {unit} | {value / ours:.2f} |")
        print(f"\nPeak memory of this process: {peak:,.0f} MiB. {machine()}\n", flush=True)


def machine() -> str:
    with open("/proc/cpuinfo") as file:
        models = [line.split(":")[1].strip() for line in file if line.startswith("model name")]
    return f"{len(models)} cores {models[0] if models else ''}, Python {platform.python_version()}"
