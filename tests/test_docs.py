"""The documentation covers the code: commands, settings, errors, clauses, layers; generated pages are fresh; links hold."""

from __future__ import annotations

import ast
import importlib.util
import re
from pathlib import Path

import pytest

from liangtian.cli.main import cli
from liangtian.errors import LiangtianError
from liangtian.onemap.layers import LAYERS
from liangtian.onemap.quality import RULES
from liangtian.policy.clause import clauses
from liangtian.policy.facts import dictionary
from liangtian.rules.documents import DOCUMENTS
from liangtian_web import errors as web_errors

ROOT = Path(__file__).parent.parent
DOCS = ROOT / "docs"
PAGES = sorted(DOCS.rglob("*.md"))
READABLE = [*PAGES, ROOT / "README.md", ROOT / "README.zh.md", ROOT / "CONTRIBUTING.md"]
# Named by both READMEs, made on a release: screenshots and the figures of `make bench`.
AWAITED: set[str] = set()
SETTING_READERS = {"text", "flag", "whole", "words"}

spec = importlib.util.spec_from_file_location("generate", DOCS / "generate.py")
assert spec is not None
assert spec.loader is not None
generate = importlib.util.module_from_spec(spec)
spec.loader.exec_module(generate)


def page(name: str) -> str:
    return (DOCS / name).read_text("utf-8")


def outside_code(text: str) -> str:
    return re.sub(r"^```.*?^```", "", text, flags=re.MULTILINE | re.DOTALL)


def settings() -> set[str]:
    """Names that settings.py reads from the environment."""
    tree = ast.parse((ROOT / "src/liangtian_web/settings.py").read_text("utf-8"))
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call) and node.args]
    named = [c for c in calls if isinstance(c.func, ast.Name) and c.func.id in SETTING_READERS]
    return {str(c.args[0].value) for c in named if isinstance(c.args[0], ast.Constant)}


def errors() -> set[type[LiangtianError]]:
    def below(kind: type[LiangtianError]) -> set[type[LiangtianError]]:
        return {kind}.union(*(below(child) for child in kind.__subclasses__()))

    assert web_errors.STATUS  # the web's own children are loaded
    return below(LiangtianError)


@pytest.mark.parametrize("name", generate.PAGES)
def test_generated_pages_are_fresh(name: str) -> None:
    assert page(name) == generate.PAGES[name](), f"{name} is stale: run `make docs`"


def test_every_command_has_a_heading() -> None:
    headings = re.findall(r"^## liangtian (\w+)$", page("reference/commands.md"), re.MULTILINE)
    assert headings == sorted(cli.commands)


def test_every_option_is_listed() -> None:
    text = page("reference/commands.md")
    options = {flag for command in cli.commands.values() for param in command.params for flag in param.opts}
    assert {flag for flag in options if flag.startswith("--") and f"`{flag}" not in text} == set()


def test_every_management_command_has_a_heading() -> None:
    files = (ROOT / "src/liangtian_web").glob("*/management/commands/[a-z]*.py")
    headings = re.findall(r"^### liangtian-web (\w+)$", page("reference/commands.md"), re.MULTILINE)
    assert headings == sorted(file.stem for file in files)


def test_every_management_command_says_its_help_in_chinese_and_english() -> None:
    said, silent = [], []
    for file in (ROOT / "src/liangtian_web").glob("*/management/commands/[a-z]*.py"):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == "help":
                said.append(ast.literal_eval(node.value))
            if isinstance(node, ast.Call) and getattr(node.func, "attr", "") in {"add_argument", "add_parser"}:
                words = [each.value for each in node.keywords if each.arg == "help"]
                said += [ast.literal_eval(each) for each in words]
                silent += [] if words else [f"{file.stem}: {ast.unparse(node)}"]
    assert silent == []
    assert [text for text in said if not re.match(r"(?s)(?=.*[一-鿿]).* [A-Za-z]", text)] == []


def test_every_setting_is_in_the_table_and_no_other() -> None:
    table = re.findall(r"^\| `([A-Z_]+)` \|", page("howto/install.md"), re.MULTILINE)
    assert sorted(table) == sorted(settings())


def test_pages_the_reverse_proxy_shows_are_there() -> None:
    named = re.findall(r"error_page [\d ]+ (/static/\S+\.html);", page("howto/install.md"))
    kept = sorted(file.name for file in (ROOT / "src/liangtian_web/static").glob("*.html"))
    assert sorted(Path(each).name for each in named) == kept
    assert len(kept) == 2


def test_every_error_code_is_listed() -> None:
    text = page("reference/errors.md")
    assert [kind.code for kind in errors() if f"Code `{kind.code}`" not in text] == []


def test_every_clause_and_its_obligations_are_listed() -> None:
    text = page("clauses.md")
    rules = [clause.rule(each) for clause in clauses(DOCUMENTS) for each in clause.entries]
    assert [name for name in rules if f"`{name}`" not in text] == []


def test_every_layer_and_quality_rule_is_listed() -> None:
    text = page("reference/layers.md")
    assert [code for code in LAYERS if f"\n## {code} " not in text] == []
    assert [rule for rule in RULES if f"\n| `{rule}` |" not in text] == []


def test_every_fact_is_in_the_table() -> None:
    assert set(re.findall(r"^\| `(\w+)` \|", page("reference/facts.md"), re.MULTILINE)) == set(dictionary())


def test_every_kind_of_land_use_is_in_the_table() -> None:
    part = page("reference/check.md").split("## Kinds of land use")[1].split("## Facts")[0]
    assert re.findall(r"^\| `(\w[\w-]*)` \|", part, re.MULTILINE) == list(dictionary()["kind"].values)


def test_every_term_has_both_languages_and_stands_once() -> None:
    rows = re.findall(r"^\| ([^|]+) \| ([^|]+) \| ([^|]+) \|", page("glossary.md"), re.MULTILINE)[2:]
    terms = [english.strip() for english, _, _ in rows]
    assert sorted(terms, key=str.lower) == terms
    assert [english for english, chinese, _ in rows if not re.search("[一-鿿]", chinese)] == []


@pytest.mark.parametrize("file", READABLE, ids=lambda file: str(file.relative_to(ROOT)))
def test_relative_links_lead_somewhere(file: Path) -> None:
    links = re.findall(r"\]\(([^)#\s]+)", outside_code(file.read_text("utf-8")))
    local = [link for link in links if "://" not in link and not link.startswith("mailto:")]
    assert {link for link in local if not (file.parent / link).exists()} - AWAITED == set()


@pytest.mark.parametrize("file", READABLE, ids=lambda file: str(file.relative_to(ROOT)))
def test_paths_named_in_backticks_exist(file: Path) -> None:
    named = re.findall(r"`((?:src|docs|tests)/[^`\s]*)`", outside_code(file.read_text("utf-8")))
    plain = [name for name in named if not re.search(r"[<>*…{]", name)]
    assert [name for name in plain if not (ROOT / name).exists()] == []


def test_both_readmes_have_the_same_outline() -> None:
    def levels(name: str) -> list[int]:
        return [
            len(mark) for mark in re.findall(r"^(#+) ", outside_code((ROOT / name).read_text("utf-8")), re.MULTILINE)
        ]

    assert levels("README.md") == levels("README.zh.md")


def test_every_decision_has_its_four_parts() -> None:
    files = sorted((DOCS / "decisions").glob("*.md"))
    numbers = [file.name[:4] for file in files]
    assert len(set(numbers)) == len(numbers) >= 8
    for file in files:
        parts = re.findall(
            r"^(?:## |\*\*)(Context|Decision|Consequences|Enforced by)\b", file.read_text("utf-8"), re.MULTILINE
        )
        assert parts == ["Context", "Decision", "Consequences", "Enforced by"], file.name
