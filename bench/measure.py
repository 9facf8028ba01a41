"""Timing and printing, the same for every benchmark: best of several runs, ratio to ours, peak memory."""

from __future__ import annotations

import argparse
import os
import platform
import resource
import subprocess
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any


@dataclass
class Table:
    """Rows of one comparison; the first row added is ours. Rows that are processes of their own tell more of themselves."""

    title: str
    rows: list[tuple[str, float, str]] = field(default_factory=list)
    used: dict[str, str] = field(default_factory=dict)

    def add(self, name: str, run: Callable[[], object], *, repeats: int = 3, per: int = 1, unit: str = "s") -> object:
        """Time `run`, keep the best of `repeats` divided by `per`."""
        best, result = float("inf"), None
        for _ in range(repeats):
            start = time.perf_counter()
            result = run()
            best = min(best, time.perf_counter() - start)
        self._add(name, best / per * {"s": 1.0, "ms": 1e3, "µs": 1e6}[unit], unit)
        return result

    def add_each(self, name: str, run: Callable[[Any], object], items: Sequence[Any], *, repeats: int = 7) -> None:
        """Mean over the items of each one's best time, ms: what else the machine does falls out."""
        best = [float("inf")] * len(items)
        for _ in range(repeats):
            for number, item in enumerate(items):
                start = time.perf_counter()
                run(item)
                best[number] = min(best[number], time.perf_counter() - start)
        self._add(name, sum(best) / len(best) * 1e3, "ms")

    def add_process(self, name: str, command: list[str], *, seconds_printed: bool = False) -> None:
        """Time a command, take its processor time and peak memory.

        `seconds_printed`: its last line says how long the work took, start-up left out.
        """
        start = time.perf_counter()
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as running:
            assert running.stdout is not None
            said = running.stdout.read().decode()
            _, status, used = os.wait4(running.pid, 0)
            running.returncode = os.waitstatus_to_exitcode(status)
        taken = time.perf_counter() - start
        if running.returncode:
            raise SystemExit(f"{' '.join(command)}: exit status {running.returncode}\n{said}")
        self._add(name, float(said.split()[-1]) if seconds_printed else taken, "s")
        self.used[name] = f"{used.ru_utime + used.ru_stime:,.1f} s | {used.ru_maxrss / 1024:,.0f} MiB"

    def _add(self, name: str, value: float, unit: str) -> None:
        self.rows.append((name, value, unit))
        print(f"  {name}: {value:,.3f} {unit}", flush=True)

    def print(self) -> None:
        ours = self.rows[0][1]
        print(f"\n### {self.title}\n\n| | time | ratio to ours | processor | peak memory |\n|---|---:|---:|---:|---:|")
        for name, value, unit in self.rows:
            print(f"| {name} | {value:,.3f} {unit} | {value / ours:.2f} | {self.used.get(name, '|')} |")
        print(f"\n{machine()}\n", flush=True)


def peers_option(parser: argparse.ArgumentParser) -> None:
    """Leave the peers out, where the land is too large for their memory or our patience."""
    parser.add_argument("--without-peers", action="store_true")


def machine() -> str:
    """What a comparison is worth: peak memory of this process, the machine, the interpreter, the load beside it."""
    own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    load = ", ".join(f"{each:.1f}" for each in os.getloadavg())
    with open("/proc/cpuinfo") as file:
        models = [line.split(":")[1].strip() for line in file if line.startswith("model name")]
    about = f"{len(models)} cores {models[0] if models else ''}, Python {platform.python_version()}"
    return f"Peak memory of this process: {own:,.0f} MiB. {about}. Load of the last 1, 5, 15 minutes: {load}."
