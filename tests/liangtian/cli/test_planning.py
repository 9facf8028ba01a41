"""`liangtian design`, `fragmentation` and `rank`: files and published layers, what is printed, what ends badly."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
import shapely
from click.testing import CliRunner

from liangtian.cli.main import cli
from liangtian.errors import LayerInvalid
from liangtian.formats import vector
from liangtian.formats.features import Features
from squares import PLANE, boundary, cell, put

VILLAGE = "3399010012010000000"
ROW = ["0101", "0201", "0101", "0702", "0103"]


def run(*words: str, lang: str = "en") -> Any:
    return CliRunner().invoke(cli, ["--lang", lang, *words], catch_exceptions=False)


def data(*words: str) -> Any:
    return json.loads(run(*words, "--json").stdout)


@pytest.fixture
def land(tmp_path: Path) -> str:
    """Five squares of a hectare in a row: field, orchard, field, homestead, field."""
    path = tmp_path / "land.gpkg"
    columns = {"BSM": [f"P{n}" for n in range(1, 6)], "DLBM": ROW, "KCXS": [0.0] * 5}
    shapes = np.array([cell(n, 0) for n in range(5)], dtype=object)
    vector.write(Features(shapes, pa.table(columns), PLANE, "land", np.arange(1, 6)), path)
    return str(path)


def line(folder: Path, name: str, *shapes: shapely.Geometry) -> str:
    path = folder / name
    vector.write(boundary(*shapes), path)
    return str(path)


def pieces(document: Any) -> list[str]:
    return [row["piece"] for row in document["conversions"]]


def test_the_cheapest_link_is_designed_and_proved_on_the_ground(land: str, tmp_path: Path) -> None:
    drawn = tmp_path / "plan.gpkg"
    document = data("design", land, "--block-mu", "44", "--output", str(drawn))
    assert pieces(document) == ["P2"]
    assert document["proven"] is True
    assert document["remeasured_m2"] == document["blocks_m2"]
    assert (document["cost_fen"], document["bound_fen"], document["gap"]) == (document["greedy_fen"],) * 2 + (0.0,)
    assert document["conversions"][0]["clause"] == "haining-2021一（三）"
    layer = vector.read(drawn).attributes
    assert [layer[name].to_pylist() for name in ("works", "works_zh", "clause")] == [
        ["restore"], ["耕地功能恢复"], ["haining-2021一（三）"],
    ]  # fmt: skip
    data("design", land, "--block-mu", "44", "--out", str(tmp_path / "plan.geojson"))
    in_degrees = vector.read(tmp_path / "plan.geojson")
    assert (in_degrees.crs.is_geographic, in_degrees.attributes["id"].to_pylist()) == (True, ["P2"])


def test_a_design_reads_as_sentences(land: str) -> None:
    done = run("design", land, "--block-mu", "44", "--alternatives")
    lines = done.stdout.splitlines()
    assert (done.exit_code, len(lines)) == (0, 7)
    assert lines[0].startswith("Convert 1 pieces for 59,99")
    assert lines[1].startswith("Proven: no design is cheaper (gap 0.00%")
    assert lines[2].split("\t")[:3] == ["P2", "0201", "restore farmland"]
    assert lines[-1].startswith("A block of 74.9")
    assert run("design", land, "--block-mu", "14").stdout.startswith("Nothing has to be converted")


def test_a_chosen_design_is_measured_and_changed(land: str) -> None:
    chosen = ("design", land, "--block-mu", "70")
    assert pieces(data(*chosen, "--piece", "P2", "--add", "P4")) == ["P2", "P4"]
    less = run(*chosen, "--piece", "P2", "--add", "P4", "--remove", "P2")
    assert less.exit_code == 1
    assert less.stdout.startswith("These 1 pieces (899,")


def test_what_stands_in_the_way_is_told(land: str, tmp_path: Path) -> None:
    lake = line(tmp_path, "lake.gpkg", cell(1, 0.5, 1, 3))
    done = run("design", land, "--block-mu", "70", "--exclude", lake, "--leave", "P4")
    assert done.exit_code == 1
    assert done.stdout.splitlines() == [
        "70.00 mu cannot be reached: with everything converted that may be, the largest block has 15.00 mu.",
        "Excluded, lake.gpkg: 1 parcels (15.00 mu); without this the largest block could have 44.99 mu.",
        "Excluded, named to be left: 1 parcels (15.00 mu); without this the largest block could have 44.99 mu.",
    ]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--block-mu", "44", "--budget-yuan", "100"], "The budget is too small: the need costs 59,9"),
        (["--block-mu", "14", "--gain-mu", "100"], "Not enough farmland can be won"),
        (["--block-mu", "14", "--count", "4"], "There cannot be that many blocks"),
    ],
)
def test_other_needs_that_cannot_be_met(land: str, words: list[str], said: str) -> None:
    done = run("design", land, *words)
    assert done.exit_code == 1
    assert done.stdout.startswith(said)


def test_published_control_lines_are_kept_clear(tmp_path: Path) -> None:
    columns = {"BSM": ["P1", "P2", "P3"], "DLBM": ROW[:3], "KCXS": [0.0] * 3, "ZLDWDM": [VILLAGE] * 3}
    put(tmp_path, "DLTB", [cell(n, 0) for n in range(3)], columns)
    put(tmp_path, "STBHHX", [cell(1.2, 0.2, 0.5, 0.5)], {"BSM": ["H1"]})
    where = ("design", "DLTB", "--home", str(tmp_path), "--block-mu", "44")
    assert data(*where)["shortfall"]["exclusions"] == [
        {
            "reason": "STBHHX",
            "parcels": 1,
            "area_m2": pytest.approx(9998, abs=5),
            "reach_m2": pytest.approx(29993, abs=15),
        }
    ]
    assert "Excluded, ecological red line: 1 parcels" in run(*where, "--place", "339901").stdout


def test_a_control_line_that_nobody_published_for_the_place_is_said(tmp_path: Path) -> None:
    columns = {"BSM": ["P1", "P2", "P3"], "DLBM": ROW[:3], "KCXS": [0.0] * 3, "ZLDWDM": [VILLAGE] * 3}
    put(tmp_path, "DLTB", [cell(n, 0) for n in range(3)], columns)
    put(tmp_path, "STBHHX", [cell(9, 9)], {"BSM": ["H1"]})
    put(tmp_path, "CZKFBJ", [cell(9, 9)], {"BSM": ["C1"]}, place="339902")
    document = data("design", "DLTB", "--home", str(tmp_path), "--block-mu", "30", "--place", "339901")
    (finding,) = (each for each in document["findings"] if each["rule"] == "DES-01")
    assert "CZKFBJ" in finding["message"]


def test_a_piece_that_is_none_is_refused(land: str) -> None:
    with pytest.raises(LayerInvalid) as raised:
        run("design", land, "--piece", "P1")
    assert raised.value.message_id == "design-not-convertible"


def test_indices_before_and_after(land: str, tmp_path: Path) -> None:
    before = tmp_path / "before.gpkg"
    columns = {"BSM": ["A", "B"], "DLBM": ["0101", "0101"]}
    vector.write(
        Features(np.array([cell(0, 0), cell(2, 0)], dtype=object), pa.table(columns), PLANE, "x", np.arange(1, 3)),
        before,
    )
    document = data("fragmentation", land, "--before", str(before))
    assert (document["before"]["blocks"], document["fragmentation"]["blocks"]) == (2, 3)
    assert {row["name"]: row["better"] for row in document["changes"]}["largest_share"] is False
    lines = run("fragmentation", land, "--before", str(before)).stdout.splitlines()
    assert lines[1] == "blocks\t2\t3\tworse"
    assert run("fragmentation", land, lang="zh").stdout.splitlines()[0] == "田块数\t3"


def test_a_design_is_compared_with_the_land_as_it_stands(land: str, tmp_path: Path) -> None:
    """The orchard between the first two fields becomes one: three fields in three blocks, then four in two."""
    plan = str(tmp_path / "plan.gpkg")
    designed = data("design", land, "--block-mu", "44", "--output", plan)
    document = data("fragmentation", land, "--design", plan)
    before, after = document["before"], document["fragmentation"]
    assert [(each["fields"], each["blocks"]) for each in (before, after)] == [(3, 3), (4, 2)]
    assert before == data("fragmentation", land)["fragmentation"]
    gained = sum(row["area_m2"] for row in designed["conversions"])
    assert after["area_m2"] - before["area_m2"] == pytest.approx(gained)
    assert {row["name"]: row["better"] for row in document["changes"]}["largest_share"] is True
    assert run("fragmentation", land, "--design", plan).stdout.splitlines()[1] == "blocks\t3\t2\tbetter"


def test_a_design_of_other_land_is_refused(land: str, tmp_path: Path) -> None:
    plan, elsewhere = str(tmp_path / "plan.gpkg"), tmp_path / "elsewhere.gpkg"
    run("design", land, "--block-mu", "44", "--output", plan)
    columns = {"BSM": ["P1", "P2"], "DLBM": ["0101", "0201"], "KCXS": [0.0] * 2}
    shapes = np.array([cell(0, 0), cell(1, 0, 2)], dtype=object)
    vector.write(Features(shapes, pa.table(columns), PLANE, "x", np.arange(1, 3)), elsewhere)
    for words, message in (
        ((str(elsewhere), "--design", plan), "design-layer-other-land"),
        ((land, "--design", land), "design-layer-none"),
    ):
        with pytest.raises(LayerInvalid) as raised:
            run("fragmentation", *words)
        assert raised.value.message_id == message
    assert run("fragmentation", land, "--design", plan, "--before", land).exit_code == 2


def test_overlaps_are_named_and_too_little_land_has_no_aggregation(tmp_path: Path) -> None:
    path = tmp_path / "twice.gpkg"
    columns = {"BSM": ["A", "B"], "DLBM": ["0101", "0101"]}
    shapes = np.array([cell(0, 0), cell(0.5, 0)], dtype=object)
    vector.write(Features(shapes, pa.table(columns), PLANE, "x", np.arange(1, 3)), path)
    done = run("fragmentation", str(path), "--cell", "5000")
    assert done.stderr.startswith("（BLK-02）1 pairs of farmland parcels overlap")
    assert "aggregation index\t—" in done.stdout.splitlines()


def test_two_days_of_a_published_layer_are_compared(tmp_path: Path) -> None:
    for on, code in (("2022-12-31", "0301"), ("2023-12-31", "0101")):
        put(tmp_path, "DLTB", [cell(0, 0), cell(1, 0)], {"BSM": ["A", "B"], "DLBM": ["0101", code]}, on=on)
    document = data("fragmentation", "DLTB", "--home", str(tmp_path), "--on", "2024-06-01", "--before-on", "2023-06-01")
    assert [document[when]["fields"] for when in ("before", "fragmentation")] == [1, 2]


def test_land_without_farmland(tmp_path: Path) -> None:
    path = tmp_path / "wood.gpkg"
    columns = {"BSM": ["A"], "DLBM": ["0301"]}
    vector.write(Features(np.array([cell(0, 0)], dtype=object), pa.table(columns), PLANE, "x", np.arange(1, 2)), path)
    assert run("fragmentation", str(path)).stdout == "There is no farmland in the land asked about.\n"
    assert data("fragmentation", str(path))["fragmentation"] is None


@pytest.fixture
def row_of_fields(tmp_path: Path) -> Path:
    """A gap P2 between basic-farmland fields P1 and P3, and P4 far off."""
    columns = {"BSM": ["P1", "P2", "P3", "P4"], "DLBM": ["0101"] * 4, "KCXS": [0.0] * 4, "GDDB": [6] * 4}
    put(tmp_path, "DLTB", [cell(n, 0) for n in (0, 1, 2, 9)], {**columns, "ZLDWDM": [VILLAGE] * 4})
    return tmp_path


def test_basic_farmland_is_laid_out_anew(row_of_fields: Path, tmp_path: Path) -> None:
    where = ("layout", "DLTB", "--home", str(row_of_fields), "--on", "2024-06-01", "--grown-share", "0.5")
    with pytest.raises(LayerInvalid) as raised:
        run(*where)
    assert raised.value.message_id == "layout-no-basic"
    basic = [cell(0, 0), cell(2, 0, 0.5, 1), cell(9, 0)]
    put(row_of_fields, "YJJBNTTB", basic, {"BSM": ["J1", "J2", "J3"], "KCXS": [0.0] * 3})
    document = data(*where)
    assert (document["removed"], document["added"], document["after"]["pairs"]) == ([], ["P2"], 2)
    file = line(tmp_path, "basic.gpkg", *basic)
    lines = run(*where, "--basic", file, "--place", "339901").stdout.splitlines()
    assert lines[0].startswith("0 parcels move out (0.00 mu), 1 move in (15.00 mu); pairs that join 0 → 2, ")
    assert lines[1:] == ["+\tP2"]
    data(*where, "--out", str(tmp_path / "moves.shp"))
    moves = vector.read(tmp_path / "moves.shp").attributes
    assert [moves[name].to_pylist() for name in ("parcel", "way", "way_zh", "code", "area_m2", "clause")] == [
        ["P2"], ["in"], ["调入"], ["0101"], [pytest.approx(10_000, rel=1e-3)], ["haining-2021二（三）.6"],
    ]  # fmt: skip
    none = run(*where, "--leaving", "P4")
    assert (none.exit_code, none.stdout) == (
        1,
        "What has to leave is more than may move at all. Take fewer parcels out.\n",
    )
    assert run(*where, "--seconds", "0").exit_code in (0, 3)


PROJECTS = """
funds_yuan = 1000000
[weights]
"资源整治力度" = 2
"子项目综合度" = 1
"生态修复结合度" = 1
"文化特色挖掘度" = 0
"项目可行性" = 1
"连片规模" = 1
"亩均投资" = 0.5
[targets]
projects = 1
area_m2 = 1000000
"""


def project(number: str, marks: list[int], cost: int, block_mu: int) -> str:
    names = ["资源整治力度", "子项目综合度", "生态修复结合度", "文化特色挖掘度", "项目可行性"]
    told = ", ".join(f'"{name}" = {mark}' for name, mark in zip(names, marks, strict=True))
    return (
        f'[[project]]\nnumber = "{number}"\ncost_yuan = {cost}\nblock_mu = {block_mu}\n'
        f"marks = {{ {told} }}\ngains = {{ area_m2 = 800000 }}\n"
    )


@pytest.fixture
def list_(tmp_path: Path) -> Path:
    rows = [
        ("甲", [80, 70, 60, 50, 90], 500_000, 1200),
        ("乙", [90, 60, 60, 50, 80], 500_000, 1000),
        ("丙", [50] * 5, 400_000, 1100),
    ]
    path = tmp_path / "projects.toml"
    path.write_text(PROJECTS + "".join(project(*row) for row in rows), "utf-8")
    return path


def test_projects_are_ranked_and_chosen(list_: Path) -> None:
    document = data("rank", str(list_), "--first", "2")
    assert [(row["rank"], row["project"], row["score"]) for row in document["order"]] == [
        (1, "甲", 73.846),
        (2, "乙", 58.462),
        (3, "丙", 53.846),
    ]
    assert document["portfolio"]["projects"] == ["甲", "乙"]
    assert document["portfolio"]["targets"][1] == {
        "name": "area_m2",
        "needed": 1_000_000,
        "brought": 1_600_000,
        "possible": 2_400_000,
    }
    assert [move["criterion"] for move in document["weights"]][-2:] == ["连片规模", "亩均投资"]


def test_a_ranking_reads_as_a_list(list_: Path) -> None:
    lines = run("rank", str(list_)).stdout.splitlines()
    assert lines[1].split("\t")[:2] == ["1", "甲"]
    assert sum(line.startswith("The weight of") for line in lines) == 7
    assert lines[-3].startswith("Best choice for the funds: 甲, 乙, 1,000,000.00 yuan")


def test_the_programme_is_out_of_reach_for_three_projects(list_: Path) -> None:
    done = run("rank", str(list_), "--programme", "--on", "2022-06-01", "--place", "339901")
    assert done.exit_code == 1
    assert "No choice of projects reaches every target with the funds." in done.stdout


@pytest.mark.parametrize(
    ("text", "message_id"),
    [
        ("funds_yuan = ", "rank-file-unreadable"),
        ("funds_yuan = 1", "rank-no-projects"),
        ('[weights]\n"项目可行性" = 1\n[[project]]\nnumber = "A"', "rank-criteria-missing"),
        ('[[project]]\nnumber = "A"', "rank-mark-missing"),
    ],
)
def test_a_list_that_cannot_be_used(tmp_path: Path, text: str, message_id: str) -> None:
    path = tmp_path / "projects.toml"
    path.write_text(text, "utf-8")
    with pytest.raises(LayerInvalid) as raised:
        run("rank", str(path))
    assert raised.value.message_id == message_id


def test_projects_of_one_mark_are_told_apart_by_number(tmp_path: Path) -> None:
    path = tmp_path / "projects.toml"
    marks = [5, 5, 5, 5, 5]
    other = [6, 4, 5, 5, 5]
    text = "".join(project(number, each, 100, 1000) for number, each in (("B", marks), ("A", marks), ("C", other)))
    path.write_text(text, "utf-8")
    lines = run("rank", str(path)).stdout.splitlines()
    assert [line.split("\t")[1] for line in lines[1:4]] == ["C", "A", "B"]
    assert lines[2].endswith("told apart by “资源整治力度”")
    assert lines[3].endswith("told apart by number")
