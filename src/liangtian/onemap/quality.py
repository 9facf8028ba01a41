"""The quality verdict of a layer: every defect at once, each with row, parcel, value and place.

`RULES` lists every rule with its severity and source. A `refuse` rule makes the layer unusable, a `note` rule does not.
A rule whose columns the file does not have is not asked; one finding per such column says so, with outcome `unknown`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Literal

import shapely

from liangtian.finding import Finding, Outcome
from liangtian.onemap import quality_attributes, quality_dltb, quality_geometry, quality_layers
from liangtian.onemap.defects import Rule, Subject, findings_of, of_layer
from liangtian.onemap.layers import LAYERS, Conformed

QualityLevel = Literal["refused", "findings", "clean"]


_LAYER_RULES = (
    Rule("COM-01", "refuse", "layer-column-missing", None, "TD/T 1057-2020"),
    Rule("COM-10", "refuse", "layer-empty", None, "Liangtian", status="ours"),
    Rule("COM-11", "note", "layer-rules-not-asked", None, "Liangtian", status="ours"),
    Rule("COM-13", "refuse", "layer-without-crs", None, "TD/T 1057-2020"),
)

RULES: dict[str, Rule] = {
    rule.id: rule
    for rule in sorted((*_LAYER_RULES, *quality_attributes.RULES, *quality_geometry.RULES), key=lambda rule: rule.id)
} | {rule.id: rule for rule in (*quality_dltb.RULES, *quality_layers.RULES)}


def check(layer: Conformed, *, extent: shapely.Geometry | None = None) -> tuple[Finding, ...]:
    """Apply every rule of the layer.

    Parameters
    ----------
    layer : what `layers.conform` returned
    extent : the ground the layer should cover without a gap, in the CRS of the file; None finds enclosed gaps only

    Returns
    -------
    tuple of Finding : by rule in the order of `RULES`, then by row; at most 10,000 a rule and one with the full count.
        Outcome `fail` for a defect, `unknown` for rules that could not be asked. What the reader of the file found
        (`layer.features.findings`) is not repeated here.
    """
    return check_subject(Subject(layer, extent))


def check_subject(subject: Subject) -> tuple[Finding, ...]:
    """The same for a subject the caller keeps, with what was measured on the way."""
    layer = subject.layer
    found = list(_of_the_layer(subject))
    if len(layer.features):
        for rule in rules_of(layer.spec.code):
            if rule.check is not None and _can_ask(rule, subject):
                found += findings_of(rule, subject, tuple(rule.check(subject)))
    order = {rule_id: at for at, rule_id in enumerate(RULES)}
    return tuple(sorted(found, key=lambda finding: order[finding.rule]))


def quality_level(findings: Iterable[Finding]) -> QualityLevel:
    """`refused` if a defect makes the layer unusable, `findings` if anything else was found, `clean` if nothing was.

    Findings of a reader (TXT-…, CRS-…) are not in `RULES`: those that fail or are unknown count as findings.
    """
    level: QualityLevel = "clean"
    for finding in findings:
        rule = RULES.get(finding.rule)
        if finding.outcome is Outcome.FAIL and rule is not None and rule.severity == "refuse":
            return "refused"
        if finding.outcome in (Outcome.FAIL, Outcome.UNKNOWN):
            level = "findings"
    return level


def rules_of(layer: str) -> tuple[Rule, ...]:
    """The rules asked of a layer, in order.

    Examples
    --------
    >>> [rule.id for rule in rules_of("XZQ") if rule.layers]
    ['XZQ-01', 'XZQ-02', 'XZQ-03']
    """
    twice = ("COM-25", "COM-26") if LAYERS[layer].repeats else ()
    return tuple(rule for rule in RULES.values() if rule.id not in twice and (not rule.layers or layer in rule.layers))


def _can_ask(rule: Rule, subject: Subject) -> bool:
    if rule.measures and not subject.can_measure:
        return False
    return all(subject.has_column(name) for name in rule.needs)


def _of_the_layer(subject: Subject) -> Iterator[Finding]:
    layer, spec = subject.layer, subject.layer.spec
    if not len(layer.features):
        yield of_layer("COM-10", subject, "layer-empty", Outcome.FAIL, layer=spec.zh)
    if layer.features.crs is None:
        yield of_layer("COM-13", subject, "layer-without-crs", Outcome.FAIL)
    for name in layer.absent:
        column = spec.fields[name]
        params = {"layer": spec.code, "column": name, "zh": column.zh, "en": column.en}
        unasked = ", ".join(rule.id for rule in rules_of(spec.code) if name in rule.needs)
        if column.required:
            yield of_layer("COM-01", subject, "layer-column-missing", Outcome.FAIL, **params)
        elif name == spec.id_field:
            yield of_layer("COM-08", subject, "layer-id-column-missing", Outcome.FAIL, **params)
        elif unasked:
            yield of_layer("COM-11", subject, "layer-rules-not-asked", Outcome.UNKNOWN, rules=unasked, **params)
