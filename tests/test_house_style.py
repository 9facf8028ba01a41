"""The house style as a test: sizes, layers, types, lint. What is not checked here is not a rule."""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
SOURCES = sorted((ROOT / "src").rglob("*.py"))
MAX_FUNCTION, MAX_MODULE, MAX_POSITIONAL, MAX_VIEW, MAX_CLAUSE = 70, 500, 5, 25, 120
MAX_SQL_FUNCTION, MAX_SQL_FILE = 35, 750
# Left whole: a booking is one statement (decision 0032). May only shrink.
LONG_SQL_FUNCTIONS = {"book_enter": 99}
FORBIDDEN_NAMES = {"utils", "common", "core", "base", "service", "services", "manager", "helpers"}


def functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            yield node


def body_lines(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Lines of a function without its docstring and signature."""
    first = node.body[0]
    has_docstring = isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant)
    body = node.body[1:] if has_docstring else node.body
    return (body[-1].end_lineno or 0) - body[0].lineno + 1 if body else 0


def named(path: Path, node: ast.FunctionDef | ast.AsyncFunctionDef) -> str:
    return f"{path.relative_to(ROOT)}:{node.lineno} {node.name}"


def test_functions_are_short() -> None:
    assert [named(p, f) for p in SOURCES for f in functions(p) if body_lines(f) > MAX_FUNCTION] == []


def sql_functions(text: str) -> Iterator[tuple[str, int]]:
    """Name of each function a file creates, and the lines of its body, BEGIN and END left out."""
    created = re.finditer(r"CREATE (?:OR REPLACE )?FUNCTION (\w+)\(.*?AS (\$\w*\$)(.*?)\2", text, re.DOTALL)
    for found in created:
        lines = [line.strip() for line in found[3].strip().splitlines()]
        yield found[1], len([line for line in lines if line not in ("BEGIN", "END", "END;")])


def test_functions_of_the_database_are_short() -> None:
    read = [each for path in (ROOT / "src").rglob("*.sql") for each in sql_functions(path.read_text("utf-8"))]
    assert dict(read).keys() >= {"book_post", "book_enter", "book_seal"}
    assert {name: n for name, n in read if n > LONG_SQL_FUNCTIONS.get(name, MAX_SQL_FUNCTION)} == {}
    assert {name for name, n in read if n > MAX_SQL_FUNCTION} == set(LONG_SQL_FUNCTIONS)


def test_files_of_the_database_are_short() -> None:
    lengths = {str(p.relative_to(ROOT)): len(p.read_text("utf-8").splitlines()) for p in (ROOT / "src").rglob("*.sql")}
    assert {name: length for name, length in lengths.items() if length > MAX_SQL_FILE} == {}


def test_modules_are_short() -> None:
    lengths = {str(p.relative_to(ROOT)): len(p.read_text("utf-8").splitlines()) for p in SOURCES}
    assert {name: length for name, length in lengths.items() if length > MAX_MODULE} == {}


def test_positional_parameters_are_few() -> None:
    def positional(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
        names = [a.arg for a in (*node.args.posonlyargs, *node.args.args)]
        return len([name for name in names if name not in ("self", "cls")])

    assert [named(p, f) for p in SOURCES for f in functions(p) if positional(f) > MAX_POSITIONAL] == []


def test_views_are_thin() -> None:
    views = [p for p in SOURCES if p.name.endswith("views.py")]
    assert [named(p, f) for p in views for f in functions(p) if body_lines(f) > MAX_VIEW] == []


def test_clause_files_are_short() -> None:
    clauses = [p for p in (ROOT / "src/liangtian/rules").rglob("*.py") if p.name != "__init__.py"]
    long = [str(p.relative_to(ROOT)) for p in clauses if len(p.read_text("utf-8").splitlines()) > MAX_CLAUSE]
    assert long == []


def test_no_drawer_names() -> None:
    assert [str(p) for p in SOURCES if FORBIDDEN_NAMES & {p.stem, *p.relative_to(ROOT / "src").parts}] == []


def test_packages_are_empty_except_contents_pages() -> None:
    contents_pages = {ROOT / "src/liangtian/rules", ROOT / "src/liangtian_web/balance/procedures"}
    filled = [p for p in SOURCES if p.name == "__init__.py" and p.read_text("utf-8").strip()]
    allowed = [p for p in filled if contents_pages & set(p.parents) or "migrations" in p.parts]
    others = [str(p.relative_to(ROOT)) for p in filled if p not in allowed]
    assert [name for name in others if len((ROOT / name).read_text("utf-8").splitlines()) > 12] == []


def test_the_makefile_has_at_most_ten_targets() -> None:
    line = next(row for row in (ROOT / "Makefile").read_text("utf-8").splitlines() if row.startswith(".PHONY:"))
    assert len(line.split()[1:]) <= 10


@pytest.mark.parametrize(
    "command",
    [["ruff", "check", "."], ["ruff", "format", "--check", "."], ["lint-imports", "--no-cache"], ["mypy"], ["typos"]],
    ids=["lint", "format", "layers", "types", "spelling"],
)
def test_the_tools_agree(command: list[str]) -> None:
    tool = Path(sys.executable).parent / command[0]
    done = subprocess.run([tool, *command[1:]], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_what_a_commit_is_asked_agrees(tmp_path: Path) -> None:
    others = "ruff-check,ruff-format,import-linter,typos"  # asked above
    tool = Path(sys.executable).parent / "pre-commit"
    asked = {**os.environ, "SKIP": others, "PRE_COMMIT_HOME": str(tmp_path)}
    done = subprocess.run(
        [tool, "run", "--all-files"], cwd=ROOT, env=asked, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
