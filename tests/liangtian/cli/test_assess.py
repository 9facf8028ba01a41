"""`liangtian assess`: block projects of a file, measured and answered."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from click.testing import CliRunner

from liangtian.cli.main import cli
from liangtian.errors import LayerInvalid
from liangtian.formats import vector
from liangtian.formats.features import Features
from squares import PLANE, VILLAGE_A, cell, put


def run(*words: str) -> Any:
    return CliRunner().invoke(cli, ["--lang", "en", "assess", *words], catch_exceptions=False)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """Five squares of a hectare, the last one woods, surveyed at the end of 2023."""
    codes = ["0101", "0101", "0101", "0101", "0301"]
    columns = {"BSM": [f"P{k}" for k in range(5)], "DLBM": codes, "KCXS": [0.0] * 5, "ZLDWDM": [VILLAGE_A] * 5}
    put(tmp_path, "DLTB", [cell(k, 0) for k in range(5)], columns)
    return tmp_path


def file_of(folder: Path, columns: dict[str, list[Any]], *squares: int) -> str:
    path = folder / "projects.gpkg"
    shapes = np.array([cell(k, 0) for k in squares], dtype=object)
    vector.write(Features(shapes, pa.table(columns), PLANE, "x", np.arange(1, len(squares) + 1)), path)
    return str(path)


@pytest.fixture
def projects(home: Path) -> str:
    """W of two plots is built, Q is not."""
    return file_of(home, {
        "项目编号": ["W", "W", "Q"], "开工日期": ["2022-01-01", "2022-01-01", "2023/6/1"], "建成日期": ["2023-05-01", "2023-05-02", None],
    }, 0, 1, 3)  # fmt: skip


def asked(home: Path, projects: str, on: str = "2024-06-01") -> tuple[str, ...]:
    return projects, "--home", str(home), "--on", on, "--place", "339901"


def test_plots_of_one_project_with_two_days_are_refused(home: Path, projects: str) -> None:
    with pytest.raises(LayerInvalid) as raised:
        run(*asked(home, projects))
    assert raised.value.message_id == "block-projects-two-days"


@pytest.fixture
def sound(home: Path) -> str:
    return file_of(home, {
        "XMBH": [1, 1, 2], "KGRQ": ["2022-01-01", "2022-01-01", "2023/6/1"], "JCRQ": ["20230501", "2023年5月1日", ""],
    }, 0, 1, 3)  # fmt: skip


def test_projects_are_measured_and_the_targets_answered(home: Path, sound: str) -> None:
    done = run(*asked(home, sound), "--json")
    document = json.loads(done.stdout)
    assert done.exit_code == 0
    assert [(row["project"], row["built_on"], row["surveyed_on"]) for row in document["projects"]] == [
        ("1", "2023-05-01", "2023-12-31"), ("2", None, "2023-12-31"),
    ]  # fmt: skip
    assert [round(row["block_m2"] / 10_000) for row in document["projects"]] == [2, 1]
    assert document["projects"][0]["surveys"][0].startswith("DLTB@339901@2023-12-31 ")
    assert document["differences"] == []
    assert [each["rule"] for each in document["findings"]] == [
        f"haining-2021一（五）.{number}" for number in (6, 7, 7, 8, 8)
    ]


def test_the_terminal_says_the_same(home: Path, sound: str) -> None:
    lines = run(*asked(home, sound)).stdout.splitlines()
    assert lines[1].split("\t")[:4] == ["1", "2022-01-01", "2023-05-01", "2023-12-31"]
    assert lines[3].endswith("Number of block projects under way: 2 towards 20, due by 2025-12-31.")


def test_after_the_period_targets_are_missed(home: Path, sound: str) -> None:
    assert run(*asked(home, sound, "2026-01-01")).exit_code == 1


def test_stated_rows_prevail_and_what_differs_is_said(home: Path, sound: str, tmp_path: Path) -> None:
    facts = tmp_path / "facts.toml"
    facts.write_text(
        'block_projects = [{ project = "1", works_on = 2022-01-01, built_on = 2023-05-01, block_m2 = 700000, '
        'farmland_m2 = 800000 }]',
    )  # fmt: skip
    document = json.loads(run(*asked(home, sound), "--facts", str(facts), "--json").stdout)
    assert [(each["project"], each["figure"]) for each in document["differences"]] == [
        ("1", "block_m2"), ("1", "farmland_m2"), ("2", "project"),
    ]  # fmt: skip
    assert [each["measured"] for each in document["findings"]] == [1, 0, 0, 1, 800000]
    lines = run(*asked(home, sound), "--facts", str(facts)).stdout.splitlines()
    assert lines[3].startswith("1: block_m2 is stated as 700000 and measured as ")


def test_a_list_that_names_a_project_twice_is_not_counted(home: Path, sound: str, tmp_path: Path) -> None:
    row = "{project = 'A', works_on = 2022-01-01, built_on = 2023-01-01, block_m2 = 800000, farmland_m2 = 900000, survey = ''}"
    (tmp_path / "facts.toml").write_text(f"block_projects = [{row}, {row}]")
    done = run(*asked(home, sound), "--facts", str(tmp_path / "facts.toml"), "--json")
    assert done.exit_code == 3
    assert [each["outcome"] for each in json.loads(done.output)["findings"]] == ["unknown"] * 3


def test_a_project_without_a_survey_says_what_to_publish(home: Path) -> None:
    late = file_of(home, {"project": ["W"], "works_on": ["2022-01-01"], "built_on": ["2024-05-01"]}, 0)
    done = run(*asked(home, late))
    assert done.exit_code == 3
    assert done.stdout.splitlines()[2] == (
        "  No land-use parcels (DLTB) of 339901 are published of 2024-05-01, the day it was built, or later. "
        "Publish a survey of that day or later."
    )


def test_a_place_the_document_does_not_bind_has_no_targets(home: Path, sound: str) -> None:
    done = run(sound, "--home", str(home), "--on", "2024-06-01", "--place", "330109")
    assert (done.exit_code, done.stdout.splitlines()[-1][:22]) == (0, "Haining 2021 does not ")


@pytest.mark.parametrize(("columns", "message"), [
    ({"works_on": ["2022-01-01"] * 2, "built_on": [""] * 2}, "block-projects-no-column"),
    ({"project": ["A", ""], "works_on": ["2022-01-01"] * 2, "built_on": [""] * 2}, "block-projects-unnamed"),
    ({"project": ["A", "B"], "works_on": ["2022-13-01"] * 2, "built_on": [""] * 2}, "block-projects-bad-day"),
    (
        {"project": ["A", "B"], "works_on": ["2024-01-01"] * 2, "built_on": ["2023-12-31"] * 2},
        "block-projects-built-first",
    ),
    ({"project": ["A", "B"], "works_on": ["soon"] * 2, "built_on": [""] * 2}, "block-projects-bad-day"),
    ({"project": ["A", "B"], "works_on": ["2022-01-01"] * 2, "built_on": [""] * 2}, "block-projects-overlap"),
])  # fmt: skip
def test_what_cannot_be_read_is_refused(home: Path, columns: dict[str, list[Any]], message: str) -> None:
    with pytest.raises(LayerInvalid) as raised:
        run(*asked(home, file_of(home, columns, 0, 0)))
    assert raised.value.message_id == message
