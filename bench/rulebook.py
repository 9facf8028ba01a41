"""The rulebook: a value looked up, and cases decided from stored facts, for every step of procedure.

python bench/rulebook.py [--cases 100000]
"""

from __future__ import annotations

import argparse
import time
from collections import defaultdict
from datetime import date

from measure import machine

from liangtian.policy.cases import cases_of
from liangtian.policy.clause import Case, clauses
from liangtian.policy.evaluate import Rulebook
from liangtian.rules.documents import DOCUMENTS

SHARE = "wenzhou-2019（六）.city_pool_share"


def cases_by_event() -> dict[str, list[Case]]:
    """The written cases of all clauses, by the step of procedure they are asked at."""
    found: dict[str, list[Case]] = defaultdict(list)
    for clause in clauses(DOCUMENTS):
        for case in cases_of(clause):
            found[case.case.event].append(case.case)
    return found


def seconds(rulebook: Rulebook, cases: list[Case], count: int) -> tuple[float, float, float]:
    """Seconds by the clock and of the processor to decide `count` cases, findings a case; each written case in turn."""
    findings = 0
    start, worked = time.perf_counter(), time.process_time()
    for n in range(count):
        findings += len(rulebook.decide(cases[n % len(cases)]).findings)
    return time.perf_counter() - start, time.process_time() - worked, findings / count


def main() -> None:
    """Print what each step costs."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--cases", type=int, default=100_000)
    count = parser.parse_args().cases

    start = time.perf_counter()
    rulebook = Rulebook(DOCUMENTS)
    loading = time.perf_counter() - start
    rulebook.values.resolve(SHARE, on=date(2024, 6, 1), place="339901")
    start = time.perf_counter()
    for _ in range(count):
        rulebook.values.resolve(SHARE, on=date(2024, 6, 1), place="339901")
    lookup = (time.perf_counter() - start) / count

    print("| step | cases | findings a case | s | processor s | processor µs a case |\n|---|---:|---:|---:|---:|---:|")
    for event, cases in sorted(cases_by_event().items()):
        asked = count if event == "acceptance" else max(count // 20, 1)
        took, worked, findings = seconds(rulebook, cases, asked)
        print(
            f"| {event} | {asked:,} | {findings:.1f} | {took:.2f} | {worked:.2f} | {worked / asked * 1e6:.0f} |",
            flush=True,
        )
    print(f"\nLoading {loading * 1e3:.0f} ms, a value looked up {lookup * 1e9:.0f} ns. {machine()}")


if __name__ == "__main__":
    main()
