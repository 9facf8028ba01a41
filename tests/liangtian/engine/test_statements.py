"""The statements: each is used, each difference has its two forms, and nothing avoided stands in any."""

from __future__ import annotations

import re
from importlib.resources import files
from pathlib import Path

from liangtian.engine.differences import CLUSTER, DIFFERENCES, LOCAL
from liangtian.engine.jars import Jar, pinned

ROOT = Path(__file__).parents[3]
SQL = {entry.name: entry.read_text("utf-8") for entry in files("liangtian.engine").joinpath("sql").iterdir()}


def test_each_statement_is_used_by_a_step() -> None:
    sources = "".join(path.read_text("utf-8") for path in (ROOT / "src/liangtian/planning").glob("*.py"))
    named = set(re.findall(r'engine\.query\(\s*"\w+", "(\w+)"', sources))
    assert {f"{name}.sql" for name in named} == set(SQL)


def test_each_statement_says_what_it_selects() -> None:
    assert [name for name, text in SQL.items() if not text.startswith("-- ")] == []


def test_differences_are_named_in_the_table_and_used() -> None:
    words = set(re.findall(r"\{(\w+)\}", "".join(SQL.values())))
    assert set(DIFFERENCES) <= words
    assert words - set(DIFFERENCES) == {"reach_m", "tables"}
    assert [name for name in DIFFERENCES if LOCAL[name] == CLUSTER[name]] == []


def test_statements_do_without_what_only_one_engine_knows() -> None:
    for name, text in SQL.items():
        assert not re.search(r'explode|unnest|ST_Union|ST_Area|ST_Intersection|PolygonFromEnvelope|"', text, re.I), name


def test_jars_are_pinned_by_version_and_content() -> None:
    for jar in pinned().jars + pinned().storage:
        assert re.fullmatch(r"[\w.-]+:[\w.-]+:\d[\w.-]+", jar.coordinates)
        assert re.fullmatch(r"[0-9a-f]{64}", jar.sha256)
    assert Jar("g.h:a_2.13:1.0", "").file == "g.h_a_2.13-1.0.jar"
    assert pinned().spark in pinned().jars[0].coordinates
