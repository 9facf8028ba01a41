"""A finding that rests on an unverified value says so in its sentence; what is missing is named in words."""

from __future__ import annotations

import tomllib
from importlib import resources

import pytest

from liangtian.finding import Finding, Outcome, Step
from liangtian.messages import render, render_text


@pytest.mark.parametrize(("status", "marked"), [("unverified", True), ("text", False), ("ours", False)])
def test_the_mark_follows_the_status_of_the_values_used(status, marked):
    step = Step("parameter", "law-1（一）.share", 0.2, {"status": status})
    finding = Finding("law-1（一）.1", Outcome.PASS, "record-met", {"fact_zh": "甲", "fact_en": "a"}, trace=(step,))
    assert ("未核实" in render(finding)) is marked
    assert ("unverified" in render(finding, lang="en")) is marked


def test_what_cannot_be_decided_names_its_facts_in_words():
    """Their ids stand in the trace; an official reads the names."""
    places = {}
    for file in resources.files("liangtian.locale").iterdir():
        if file.name.endswith(".toml"):
            for name, said in tomllib.loads(file.read_text("utf-8")).items():
                places[name] = [said[lang] for lang in ("zh", "en") if isinstance(said.get(lang), str)]
    undecided = {name: said for name, said in places.items() if said and said[0].startswith("无法判断")}
    assert "fact-not-declared" in undecided
    assert [
        name for name, said in undecided.items() if any("{fact}" in each or "{facts}" in each for each in said)
    ] == []


def test_areas_of_quality_findings_have_separators():
    said = {lang: render_text("geom-gap", {"area": 39414637.23}, lang=lang) for lang in ("zh", "en")}
    assert said["zh"].startswith("图斑之间有缝隙，面积39,414,637.23平方米，")
    assert said["en"].startswith("Between the parcels 39,414,637.23 m² ")


def test_lists_are_joined_by_commas_in_english():
    params = {"project": "甲", "criteria": "A、B", "file": "x.toml"}
    assert "评分：A、B。" in render_text("rank-mark-missing", params)
    assert "mark for A, B. " in render_text("rank-mark-missing", params, lang="en")
