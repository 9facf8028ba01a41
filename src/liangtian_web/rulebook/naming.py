"""Documents and rules as people cite them: 温州 2019（六）."""

from __future__ import annotations

import re

from liangtian.messages import Language

# Document → its short name in Chinese and in English.
SHORT = {
    "wenzhou-2019": ("温州 2019", "Wenzhou 2019"),
    "haining-2021": ("海宁 2021", "Haining 2021"),
    "national-balance-2024": ("国家占补 2024", "National balance 2024"),
    "idle-land-2012": ("闲置土地 2012", "Idle land 2012"),
    "linkage-2008": ("增减挂钩 2008", "Linkage 2008"),
    "zhejiang-consolidation-2018": ("浙江整治 2018", "Zhejiang consolidation 2018"),
    "facility-land-2019": ("设施农用地 2019", "Facility land 2019"),
    "contiguous-blocks-2021": ("集中连片 2021", "Contiguous blocks 2021"),
    "high-standard-farmland-2022": ("高标准农田 2022", "High-standard farmland 2022"),
    "illegal-use-2008": ("违规处分 2008", "Illegal use 2008"),
    "illegal-use-reporting-2012": ("违法报告 2012", "Illegal-use reports 2012"),
    "consolidation-pilot-2019": ("整治试点 2019", "Consolidation pilot 2019"),
    "staged-release-2026": ("分期释放 2026", "Staged release 2026"),
    "liangtian-2026": ("良田 2026", "Liangtian 2026"),
}


def short_name(document: str, lang: Language) -> str:
    """The name a document goes by at work.

    Examples
    --------
    >>> short_name("haining-2021", "zh"), short_name("haining-2021", "en")
    ('海宁 2021', 'Haining 2021')
    """
    chinese, english = SHORT.get(document, (document, document))
    return english if lang == "en" else chinese


def cited(rule: str, lang: Language) -> str:
    """A rule, a clause or the clause of a value, cited; the number of the obligation is left out.

    Examples
    --------
    >>> cited("wenzhou-2019（六）.1", "zh"), cited("haining-2021一（三）", "en"), cited("national-balance-2024", "zh")
    ('温州 2019（六）', 'Haining 2021 一（三）', '国家占补 2024')
    """
    document = document_of(rule)
    number = rule.removeprefix(document).partition(".")[0]
    space = " " if number and (lang == "en" or number[0] != "（") else ""
    return f"{short_name(document, lang)}{space}{number}"


def document_of(rule: str) -> str:
    """The document a rule, a clause or a value belongs to; the whole where none is known."""
    return max((each for each in SHORT if rule.startswith(each)), key=len, default=rule)


def in_short(sentence: str, lang: Language) -> str:
    """A sentence with the documents it names by their short names.

    Examples
    --------
    >>> in_short("wenzhou-2019（一）.8：2", "zh")
    '温州 2019（一）.8：2'
    >>> in_short("haining-2021一（五）", "zh"), in_short("wenzhou-2019前言", "zh")
    ('海宁 2021 一（五）', '温州 2019 前言')
    """
    for document in SHORT:
        name = short_name(document, lang)
        sentence = re.sub(rf"{document}(?=[一-鿿])", f"{name} ", sentence).replace(document, name)
    return sentence


def address_of(rule: str) -> tuple[str, str]:
    """Document and clause number of a rule or a value.

    Examples
    --------
    >>> address_of("wenzhou-2019（六）.city_pool_share")
    ('wenzhou-2019', '（六）')
    """
    document = document_of(rule)
    return document, rule.removeprefix(document).partition(".")[0]
