"""The base install, from a wheel into an environment of its own: command line and library, without the web."""

from __future__ import annotations

import os
import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import pytest

from liangtian.formats.vector import write
from squares import boundary, cell, home

__all__ = ["home"]
ROOT = Path(__file__).parent.parent


def run(*words: object, at: Path | None = None) -> subprocess.CompletedProcess[str]:
    """Run a command with an environment that knows nothing of the checkout."""
    ours = ("PYTHON", "LIANGTIAN_", "DJANGO_", "VIRTUAL_ENV", "DATABASE_URL")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    asked = [str(word) for word in words]
    return subprocess.run(asked, cwd=at, env=kept, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the programs of an environment that holds the wheel and what it requires, nothing else."""
    folder = tmp_path_factory.mktemp("installed")
    venv.create(folder / "env", with_pip=False)
    for words in (
        ("build", "--wheel", "--out-dir", folder, ROOT),
        ("pip", "install", "--python", folder / "env/bin/python", folder / "liangtian-0.1.0-py3-none-any.whl"),
    ):
        done = run(sys.executable, "-m", "uv", "--quiet", *words)
        assert done.returncode == 0, done.stderr
    return folder / "env/bin"


def test_the_kernel_is_installed_without_the_web(installed: Path, tmp_path: Path) -> None:
    code = "import importlib.util as u, liangtian.check.run; print([u.find_spec(n) for n in ('django', 'psycopg')])"
    assert run(installed / "python", "-c", code, at=tmp_path).stdout == "[None, None]\n"


def test_every_command_is_there(installed: Path, tmp_path: Path) -> None:
    done = run(installed / "liangtian", "--help", at=tmp_path)
    assert done.returncode == 0
    commands = ("area", "blocks", "check", "clauses", "convert", "county", "explain", "layers", "publish", "verify")
    assert [name for name in commands if f"\n  {name} " not in done.stdout] == []


def test_a_boundary_is_measured_and_checked(installed: Path, home: Path, tmp_path: Path) -> None:
    site = tmp_path / "site.gpkg"
    write(boundary(cell(0.5, 0)), site)
    area = run(installed / "liangtian", "area", site, "--json", at=tmp_path)
    assert (area.returncode, '"total_m2": 9998.79' in area.stdout) == (0, True)
    for report in ("a.docx", "a.xlsx", "a.html"):
        words = ("check", site, "--on", "2024-06-01", "--kind", "batch", "--home", home, "--report", tmp_path / report)
        checked = run(installed / "liangtian", *words, at=tmp_path)
        assert checked.returncode == 1, checked.stderr
        assert (tmp_path / report).stat().st_size > 1000
    assert "[不符合] wenzhou-2019（二）.1" in checked.stdout
    explained = run(installed / "liangtian", "explain", "wenzhou-2019", "六", "--on", "2024-06-01", at=tmp_path)
    assert explained.returncode == 0


def test_the_wheel_holds_what_make_setup_built_for_the_web(installed: Path) -> None:
    names = set(zipfile.ZipFile(next(installed.parent.parent.glob("*.whl"))).namelist())
    built = {path.relative_to(ROOT / "src").as_posix() for path in (ROOT / "src").rglob("static/bundle/*.*")}
    built |= {path.relative_to(ROOT / "src").with_suffix(".mo").as_posix() for path in (ROOT / "src").rglob("*.po")}
    assert "liangtian_web/static/bundle/map.js" in built
    assert built - names == set()


def test_the_web_says_what_it_needs(installed: Path, tmp_path: Path) -> None:
    done = run(installed / "liangtian-web", "check", at=tmp_path)
    assert done.returncode == 1
    assert "run `make setup` in a checkout" in done.stderr
