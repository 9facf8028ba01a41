"""Kept findings in words: what a list is narrowed by, and sentences for who has no command line."""

from __future__ import annotations

from liangtian_web.onemap.findings import rule_names, sentence


def test_rules_are_named_by_what_they_look_for_and_by_code_where_nothing_says_it():
    findings = [
        {"rule": "COM-27", "id": "geom-gap"},
        {"rule": "COM-27", "id": "layer-more-findings"},
        {"rule": "CRS-03", "id": "crs-wgs84"},
        {"rule": "OWN-01", "id": "own"},
    ]
    assert rule_names(findings, "zh") == {"COM-27": "缝隙", "CRS-03": "坐标系"}
    assert rule_names(findings, "en") == {"COM-27": "gap", "CRS-03": "coordinate system"}


def test_a_sentence_on_a_page_names_no_switch_of_the_command_line():
    kept = {"id": "file-encoding-unknown", "params": {"file": "地块.shp"}}
    assert sentence(kept, "zh") == "地块.shp：没有 .cpg，文字既不是 UTF-8 也不是 GBK。请指明编码。"
