"""The result document of a check, key by key: names, order, types, decimals (docs/reference/check.md)."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from liangtian.check.result import to_json
from liangtian.cli.main import cli
from liangtian.formats.vector import write
from squares import boundary, cell, home

__all__ = ["home"]

OVERLAP = {"overlap_m2": "area", "net_m2": "area", "touching_m2": "area"}
REQUIRED = {"quantity_m2": "area", "paddy_m2": "area", "capacity_kg": "kg"}
SHARE = {"code": "text", "name": "text?", "area_m2": "area", "net_m2": "area"}
PLACE = {"code": "text", "name": "text", "level": "text", "area_m2": "area", "farmland_m2": "area"}
GRADE = {"grade": "count?", "area_m2": "area", "net_m2": "area", "capacity_kg": "kg?"}
DOCUMENT: dict[str, Any] = {
    "kind": "text",
    "on": "text",
    "place": "text",
    "documents": ["text"],
    "rules_digest": "text",
    "values_digest": "text",
    "kernel": "text",
    "boundary": {"area_m2": "area", "notes": []},
    "layers": [{"name": "text", "version": "text", "digest": "text", "on": "text"}],
    "technical": "any",
    "classes": [{"code": "text", "name": "text?", "area_m2": "area", "net_m2": "area", "parcels": "count"}],
    "uncovered_m2": "area",
    "double_covered_m2": "area",
    "ridge_m2": "area",
    "farmland": {
        "area_m2": "area",
        "quantity_m2": "area",
        "paddy_m2": "area",
        "capacity_kg": "kg",
        "graded_by_layer_m2": "area",
        "by_grade": [GRADE],
    },
    "ownership": [SHARE],
    "places": [{**PLACE, "required": REQUIRED}],
    "slopes": [SHARE],
    "required": REQUIRED,
    "basic_farmland": OVERLAP,
    "demonstration_zone": OVERLAP,
    "red_line": OVERLAP,
    "outside_urban_boundary_m2": "area",
    "outside_expansion_boundary_m2": "area",
    "findings": [
        {
            "rule": "text",
            "outcome": "text",
            "measured": "any",
            "required": "any",
            "parcels": ["text"],
            "message": "text",
            "trace": "any",
        }
    ],
}


def is_area(value: object) -> bool:
    return isinstance(value, Decimal) and value.as_tuple().exponent == -2


TYPES = {
    "text": lambda v: isinstance(v, str),
    "area": is_area,
    "count": lambda v: type(v) is int,
    "kg": lambda v: type(v) is int,
    "any": lambda v: True,
}


def breaches(value: Any, shape: Any, path: str = "") -> list[str]:
    """Where a document departs from its description."""
    if isinstance(shape, dict):
        if list(value) != list(shape):
            return [f"{path}: {list(value)}"]
        return [each for key in shape for each in breaches(value[key], shape[key], f"{path}.{key}")]
    if isinstance(shape, list):
        if not isinstance(value, list):
            return [f"{path}: {value!r}"]
        return [each for item in value for each in breaches(item, (shape or ["any"])[0], f"{path}[]")]
    missing_allowed = shape.endswith("?") and value is None
    return [] if missing_allowed or TYPES[shape.rstrip("?")](value) else [f"{path}: {value!r}"]


@pytest.fixture
def document(home: Path, tmp_path: Path) -> dict[str, Any]:
    path = tmp_path / "site.gpkg"
    write(boundary(cell(0.5, 0, 2, 2)), path)
    words = ["check", str(path), "--on", "2024-06-01", "--kind", "batch", "--home", str(home), "--json"]
    found: dict[str, Any] = json.loads(CliRunner().invoke(cli, words).output, parse_float=Decimal)
    return found


def test_every_key_stands_in_its_place_with_its_type(document: dict[str, Any]) -> None:
    assert breaches(document, DOCUMENT) == []


def test_classes_and_what_is_uncovered_add_up_to_the_boundary(document: dict[str, Any]) -> None:
    classes = sum(row["area_m2"] for row in document["classes"])
    pieces = sum(row["parcels"] for row in document["classes"])
    whole = classes + document["uncovered_m2"] - document["double_covered_m2"]
    assert abs(whole - document["boundary"]["area_m2"]) <= Decimal("0.01") * pieces


def test_lists_are_sorted(document: dict[str, Any]) -> None:
    for name in ("classes", "ownership", "places", "slopes"):
        codes = [row["code"] for row in document[name]]
        assert codes == sorted(codes), name
    assert [row["parcels"] for row in document["findings"]] == [sorted(row["parcels"]) for row in document["findings"]]


def test_every_area_of_a_finding_has_two_decimals(document: dict[str, Any]) -> None:
    figures: list[tuple[str, object]] = []
    for row in document["findings"]:
        compared = [step["unit"] for step in row["trace"] if step["kind"] == "compare"]
        if compared == ["m2"]:
            figures += [(row["rule"], row["measured"]), (row["rule"], row["required"])]
        figures += [
            (step["name"], step["value"]) for step in row["trace"] if step.get("unit") == "m2" and "supplier" in step
        ]
    assert len(figures) > 10
    assert [each for each in figures if not is_area(each[1])] == []


def test_places_have_the_names_the_layers_or_the_home_know(
    document: dict[str, Any], home: Path, tmp_path: Path
) -> None:
    assert {row["code"]: row["name"] for row in document["places"]} == {
        "339901": "示范县",
        "339901001": "示范镇",
        "339901001201": "甲村",
        "339901001202": "乙村",
    }
    (home / "adopts.toml").write_text('adopts = []\n[names]\n339901 = "良田县"\n', "utf-8")
    path = tmp_path / "site.gpkg"
    words = ["check", str(path), "--on", "2024-06-01", "--home", str(home), "--json"]
    found = json.loads(CliRunner().invoke(cli, words).output)
    assert found["places"][0]["name"] == "良田县"


def test_without_layers_every_measurement_is_null_and_never_zero(tmp_path: Path) -> None:
    path = tmp_path / "site.gpkg"
    write(boundary(cell(0, 0)), path)
    words = ["check", str(path), "--on", "2024-06-01", "--place", "339901", "--home", str(tmp_path / "empty"), "--json"]
    done = CliRunner().invoke(cli, words)
    data = json.loads(done.output)
    assert done.exit_code == 3
    assert (data["layers"], data["classes"], data["places"], data["slopes"], data["ownership"]) == ([], [], [], [], [])
    nothing = ("uncovered_m2", "ridge_m2", "outside_urban_boundary_m2", "outside_expansion_boundary_m2")
    assert [data[name] for name in nothing] == [None] * 4
    for name in ("basic_farmland", "demonstration_zone", "red_line", "required"):
        assert set(data[name].values()) == {None}, name
    assert {data["farmland"][name] for name in ("area_m2", "quantity_m2", "paddy_m2", "capacity_kg")} == {None}


def shortened(document: dict[str, Any]) -> dict[str, Any]:
    """What the page shows of a document: one layer, one technical value, one place, two findings."""
    shown = {"wenzhou-2019（二）.1": "fail", "wenzhou-2019（一）.5": "unknown"}
    findings = [row for row in document["findings"] if shown.get(row["rule"]) == row["outcome"]]
    firsts = {name: document[name][:1] for name in ("layers", "technical", "places")}
    return {**document, **firsts, "findings": sorted(findings, key=lambda row: row["outcome"])}


def test_the_example_of_the_page_is_what_the_program_prints(home: Path, tmp_path: Path) -> None:
    path = tmp_path / "site.gpkg"
    write(boundary(cell(0.5, 0)), path)
    words = ["check", str(path), "--on", "2024-06-01", "--kind", "batch", "--home", str(home), "--json"]
    printed = shortened(json.loads(CliRunner().invoke(cli, words).output, parse_float=Decimal))
    page = (Path(__file__).parents[3] / "docs/reference/check.md").read_text("utf-8")
    example = json.loads(page.split("```json\n")[1].split("```")[0], parse_float=Decimal)
    changing = {"rules_digest": "", "kernel": ""}  # with every change of the rules and every release
    assert to_json({**example, **changing}) == to_json({**printed, **changing})
