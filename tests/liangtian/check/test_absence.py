"""What a check could not measure is told with its one cause, and with what to do."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from liangtian.check.run import Question, check, recheck
from liangtian.finding import Finding, Outcome
from liangtian.messages import render
from liangtian.onemap.catalogue import Catalogue
from liangtian.policy.facts import plain_facts
from squares import VILLAGE_A, boundary, cell, put

DAY = date(2024, 6, 1)
RED_LINE, PROTECTED, OWED = "wenzhou-2019（一）.1", "wenzhou-2019（二）.1", "wenzhou-2019（五）.4"
WANTED = "无法判断：没有量得“占用永久基本农田面积”。"


def published(home: Path, *, place: str = "339901", village: str = VILLAGE_A, **columns: list[Any]) -> Path:
    """A county of one square of farmland, without control layers."""
    given = {"BSM": ["P1"], "DLBM": ["0101"], "ZLDWDM": [village], "KCXS": [0.0], "GDDB": [6]} | columns
    put(home, "DLTB", [cell(0, 0)], given, place=place)
    return home


def asked(home: Path, *shapes: Any, on: date = DAY, **more: Any) -> dict[str, list[Finding]]:
    result = check(boundary(*(shapes or (cell(0, 0),))), Catalogue(home), Question(on, "batch", **more))
    found: dict[str, list[Finding]] = {}
    for finding in result.findings:
        found.setdefault(finding.rule, []).append(finding)
    return found


def protected(home: Path, *shapes: Any, **more: Any) -> str:
    """The sentence on permanent basic farmland."""
    first = asked(home, *shapes, **more)[PROTECTED][0]
    assert first.outcome is Outcome.UNKNOWN
    return render(first)


def line(home: Path, layer: str = "YJJBNTTB", **about: str) -> None:
    put(home, layer, [cell(9, 9)], {"BSM": ["J1"], "KCXS": [0.0]}, **about)


def test_never_published(tmp_path: Path) -> None:
    home = published(tmp_path)
    layer = "原因：永久基本农田图斑（YJJBNTTB）尚未发布。请发布该图层后重新检查。"
    assert protected(home) == WANTED + layer
    (red,) = asked(home)[RED_LINE]
    assert render(red, lang="en") == (
        "Cannot be decided: “overlap with the ecological red line” was not measured. "
        "Ecological red line (STBHHX) is not published. Publish it and check again."
    )


def test_published_for_another_place_only(tmp_path: Path) -> None:
    home = published(tmp_path)
    line(home, place="339902")
    assert protected(home) == WANTED + (
        "原因：永久基本农田图斑（YJJBNTTB）只为 339902 发布过，没有为 339901 发布。请为 339901 发布后重新检查。"
    )


def test_published_from_a_later_day_only(tmp_path: Path) -> None:
    home = published(tmp_path)
    line(home, on="2025-01-01")
    line(home, on="2020-01-01", place="339902")
    assert protected(home) == WANTED + (
        "原因：339901 的永久基本农田图斑（YJJBNTTB）自 2025-01-01 起才有版本，业务日期在此之前。"
        "请发布业务日期有效的版本，或改用 2025-01-01 及以后的业务日期。"
    )


def test_published_but_another_version_named(tmp_path: Path) -> None:
    home = published(tmp_path)
    line(home)
    digest = put(home, "YJJBNTTB", [cell(5, 5)], {"BSM": ["J2"]}, place="339902")
    assert protected(home, versions={"YJJBNTTB": [digest]}).endswith(
        "原因：339901 的永久基本农田图斑（YJJBNTTB）已发布，但本次指定的是别处的版本。请改指该地的版本，或不指定版本。"
    )


def test_parcels_that_do_not_reach_the_boundary(home: Path) -> None:
    found = asked(home, cell(2.5, 0, 1), place="339901")
    assert render(found[PROTECTED][0]) == WANTED + (
        "原因：地类图斑（DLTB）没有盖满项目范围，差 4,999.39 m²。请发布覆盖此处的地类图斑后重新检查。"
    )


def test_the_land_itself_is_not_published_here(tmp_path: Path) -> None:
    home = published(tmp_path, place="339902", village="3399020012010000000")
    line(home, place="339902")
    found = asked(home, cell(5, 5), place="339901")
    sentence = render(found[OWED][0]) if OWED in found else ""
    assert protected(home, cell(5, 5), place="339901").endswith("请为 339901 发布后重新检查。")
    assert "地类图斑（DLTB）只为 339902 发布过，没有为 339901 发布。" in sentence + "".join(
        render(each) for rule in found.values() for each in rule
    )


def test_outside_a_line_of_another_county_is_not_outside_its_own(tmp_path: Path) -> None:
    home = published(tmp_path)
    line(home, "CZKFBJ", place="339902")
    (finding,) = asked(home)["wenzhou-2019（一）.2"]
    assert (finding.outcome, finding.params["reason_zh"]) == (
        Outcome.UNKNOWN,
        "原因：城镇开发边界（CZKFBJ）只为 339902 发布过，没有为 339901 发布。请为 339901 发布后重新检查。",
    )


@pytest.mark.parametrize(
    ("columns", "reason"),
    [
        (
            {"GDDB": [None]},
            "原因：有 9,998.79 m² 耕地没有等别。请补图斑的耕地等别（GDDB），或发布耕地等别图层（GDDB）后重新检查。",
        ),
        (
            {"KCXS": [1.5]},
            "原因：耕地图斑 P1 的扣除地类系数（KCXS）为空或不在 0 与 1 之间。请改正地类图斑（DLTB）并重新发布。",
        ),
    ],
)
def test_attributes_that_are_missing(tmp_path: Path, columns: dict[str, list[Any]], reason: str) -> None:
    home = published(tmp_path, **columns)
    result = check(boundary(cell(0, 0)), Catalogue(home), Question(DAY, "single-site"))
    said = [f.params["reason_zh"] for f in result.findings if f.params.get("reason_zh")]
    assert reason in said


def test_villages_of_another_county_are_not_whole(tmp_path: Path) -> None:
    home = published(tmp_path)
    put(home, "CJDCQ", [cell(5, 5)], {"BSM": ["V"], "ZLDWDM": ["3399020012010000000"]}, place="339902")
    result = check(boundary(cell(0, 0)), Catalogue(home), Question(DAY, "consolidation"))
    (finding,) = (f for f in result.findings if f.rule == "haining-2021一（三）.1")
    assert (finding.outcome, finding.params["reason_zh"]) == (
        Outcome.UNKNOWN,
        "原因：村级调查区（CJDCQ）只为 339902 发布过，没有为 339901 发布。请为 339901 发布后重新检查。",
    )


def test_decided_again_from_stored_facts_it_says_the_same(tmp_path: Path) -> None:
    home = published(tmp_path)
    line(home, on="2025-01-01")
    result = check(boundary(cell(0, 0)), Catalogue(home), Question(DAY, "batch"))
    again, _ = recheck(plain_facts(result.facts), Question(DAY, "batch", "339901"))
    assert [render(each) for each in again] == [render(each) for each in result.findings]
