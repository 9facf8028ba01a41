"""Write the pages that the code itself knows: commands, layers, errors, clauses (`make docs`).

Each page is a function without arguments that returns Markdown; `tests/test_docs.py` compares it with the file.
"""

from __future__ import annotations

import ast
import inspect
import tomllib
from collections.abc import Callable, Iterable, Iterator
from importlib import resources
from pathlib import Path

import click

from liangtian import errors as kernel_errors
from liangtian.cli.main import cli
from liangtian.errors import LiangtianError
from liangtian.messages import catalogue
from liangtian.onemap.codelists import CODE_LISTS, CodeList
from liangtian.onemap.defects import Rule
from liangtian.onemap.layers import LAYERS, Field, LayerSpec
from liangtian.onemap.quality import RULES
from liangtian.policy.cases import WrittenCase, cases_of
from liangtian.policy.clause import Clause
from liangtian.policy.clause import clauses as clauses_of
from liangtian.policy.coverage import Covered, CoveredClause, coverage
from liangtian.policy.document import Document, NotComputed
from liangtian.policy.facts import Fact, dictionary
from liangtian.rules.documents import DOCUMENTS
from liangtian_web import errors as web_errors

DOCS = Path(__file__).parent
SOURCE = DOCS.parent / "src"
NOTE = "<!-- Written by docs/generate.py from the code; `make docs` writes it anew. -->"


def commands() -> str:
    """Every command of both programs, with its options as the program says them."""
    parts = [
        "# Commands 命令",
        NOTE,
        "`liangtian` is the kernel's command line; it needs no database. Options before the command hold for all of them:",
        _options(cli),
    ]
    for name in sorted(cli.commands):
        parts += _command(name, cli.commands[name])
    parts += [
        "## liangtian-web",
        "Django's management commands (`liangtian-web help` lists them all), and these. Where no `DATABASE_URL` is set, "
        "a command that needs the database starts the home folder's own and stops it again.",
    ]
    for file in sorted(SOURCE.glob("liangtian_web/*/management/commands/[a-z]*.py"), key=lambda file: file.stem):
        parts += _management_command(file)
    return _page(parts)


def _command(name: str, command: click.Command) -> list[str]:
    usage = " ".join(["liangtian", name, *command.collect_usage_pieces(_context(command))])
    return [f"## liangtian {name}", f"`{usage}`", inspect.cleandoc(command.help or ""), _options(command)]


def _options(command: click.Command) -> str:
    rows = []
    for param in command.get_params(_context(command)):
        record = param.get_help_record(_context(command))
        if record:
            variable = f"`{param.envvar}`" if isinstance(param, click.Option) and param.envvar else ""
            rows.append((f"`{record[0]}`", record[1], variable))
    return _table(("option", "meaning", "environment"), rows)


def _context(command: click.Command) -> click.Context:
    return click.Context(command, help_option_names=["-h", "--help"], max_content_width=100, terminal_width=100)


def _management_command(file: Path) -> list[str]:
    """Read from the source: importing a command would need Django set up."""
    tree = ast.parse(file.read_text("utf-8"))
    help_text = next(
        ast.literal_eval(node.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == "help"
    )
    rows = [(f"`{flag}`", text, default) for flag, text, default in _arguments(tree)]
    return [f"### liangtian-web {file.stem}", help_text, _table(("option", "meaning", "default"), rows)]


def _arguments(tree: ast.Module) -> Iterator[tuple[str, str, str]]:
    """Options a command adds itself or takes from the command it extends."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and ".management.commands." in (node.module or ""):
            above = SOURCE / (str(node.module).replace(".", "/") + ".py")
            yield from _arguments(ast.parse(above.read_text("utf-8")))
        if isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "add_argument":
            if not isinstance(node.args[0], ast.Constant):
                continue
            given = {word.arg: word.value for word in node.keywords}
            yield _literal(node.args[0]), _literal(given.get("help")), _literal(given.get("default"))


def _literal(node: ast.expr | None) -> str:
    """A constant as it stands; what is worked out when the command runs, a name in a loop or today's date, is left out."""
    return str(node.value) if isinstance(node, ast.Constant) else ""


def layers() -> str:
    """Every layer with its columns, then the code lists, then every quality rule."""
    parts = [
        "# Layers and their quality rules 图层与质检规则",
        NOTE,
        "Columns are found by name, alias or Chinese name in any case. `width` counts GBK bytes. A **required** column "
        "that is missing refuses the layer. Personal columns 个人信息 name people. How a file with other columns is "
        "adapted: [mapping.md](../howto/mapping.md).",
    ]
    for spec in LAYERS.values():
        parts += _layer(spec)
    parts += ["## Code lists 代码表"]
    for name, codes in CODE_LISTS.items():
        parts += [f"### {name}", _table(("code", "中文"), _codes(codes))]
    parts += [
        "## Quality rules 质检规则",
        "`refuse` makes the layer unusable; `note` is reported and the layer published. Status: `text` stands in the "
        "named source, `ours` is our own rule, `unverified` is practice whose text has not been seen. Words in braces "
        "are filled in.",
        _table(("rule", "severity", "layers", "中文", "English", "source", "status"), map(_rule, RULES.values())),
    ]
    return _page(parts)


def _layer(spec: LayerSpec) -> list[str]:
    about = [f"Role: `{spec.role}`. Parcel id: `{spec.id_field}`."]
    about += [f"Also called {_code_words(spec.aliases)}."] if spec.aliases else []
    about += ["Covers its ground without gap or overlap."] if spec.tiles else []
    heads = ("column", "中文", "English", "type", "width", "required", "values", "aliases")
    return [
        f"## {spec.code} {spec.zh}",
        f"{spec.en}. {' '.join(about)}",
        _table(heads, map(_field, spec.fields.values())),
    ]


def _field(field: Field) -> tuple[str, ...]:
    values = [f"list {field.codes}"] if field.codes else []
    values += [" to ".join(f"{bound:g}" for bound in field.range)] if len(field.range) > 1 else []
    values += [f"from {field.range[0]:g}"] if len(field.range) == 1 else []
    values += [field.unit] if field.unit else []
    values += ["personal"] if field.personal else []
    return (
        f"`{field.name}`",
        field.zh,
        field.en,
        field.type,
        str(field.width or ""),
        "yes" if field.required else "",
        "; ".join(values),
        _code_words(field.aliases),
    )


def _codes(codes: CodeList) -> list[tuple[str, str]]:
    return [(f"`{code}`", name) for code, name in codes.codes.items()]


def _rule(rule: Rule) -> tuple[str, ...]:
    said = catalogue()[rule.message_id]
    where = _code_words(rule.layers) or "all"
    return (f"`{rule.id}`", rule.severity, where, said["zh"], said["en"], rule.source, rule.status)


def errors() -> str:
    """Every error class with its code, its HTTP status and the sentences it is raised with."""
    raised = _raised()
    parts = [
        "# Errors 错误",
        NOTE,
        "An error means that no conclusion was possible; a rule that is broken is a finding, not an error. On the "
        "command line an error is one sentence on standard error and exit code 3; the web answers with the status. "
        "The list holds the sentences named where the error is raised.",
    ]
    for kind in _error_classes():
        rows = [(f"`{one}`", catalogue()[one]["zh"], catalogue()[one]["en"]) for one in sorted(raised[kind.__name__])]
        parts += [
            f"## {kind.__name__}",
            f"Code `{kind.code}`, HTTP {web_errors.status_of(kind.__new__(kind))}. {inspect.getdoc(kind)}",
            _table(("message", "中文", "English"), rows),
        ]
    return _page(parts)


def _error_classes() -> list[type[LiangtianError]]:
    found = [*vars(kernel_errors).values(), *vars(web_errors).values()]
    kinds = [one for one in found if isinstance(one, type) and issubclass(one, LiangtianError)]
    return list(dict.fromkeys(kinds))


def _raised() -> dict[str, set[str]]:
    """Class name → message ids among the first argument of its calls, anywhere in the code."""
    raised: dict[str, set[str]] = {kind.__name__: set() for kind in _error_classes()}
    for file in SOURCE.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            name = getattr(getattr(node, "func", None), "id", "")
            if isinstance(node, ast.Call) and name in raised and node.args:
                words = [leaf.value for leaf in ast.walk(node.args[0]) if isinstance(leaf, ast.Constant)]
                raised[name] |= {str(word) for word in words if word in catalogue()}
    return raised


def clauses_page() -> str:
    """Every document, every clause in the order of the text, its obligations or why it has none."""
    parts = [
        "# Clauses 条款",
        NOTE,
        "Force: `must` 必须/不得 and plain orders, `principle` 原则上, `should` 应, `may` 可/允许/鼓励, `explore` 探索. "
        "State: `computed` from facts; `gate`, a must that stops a step of procedure; `duty`, done and recorded by a "
        "day; `intent`, a direction with nothing to compute. The last columns: values used, written cases. "
        "Sentences are our own short wording, not the text.",
    ]
    for document in DOCUMENTS.values():
        parts += _document(document)
    return _page(parts)


def _document(document: Document) -> list[str]:
    rows = [row for clause in coverage({document.id: document}) for row in _clause(clause)]
    heads = ("clause", "obligation", "state", "force", "says", "module, or why nothing is computed", "values", "cases")
    return [
        f"## {document.id}",
        f"{document.title_zh} · {document.title_en}. In force from {document.since}.",
        _table(heads, rows) or "Values only; no place adopts it.",
    ]


def _clause(clause: CoveredClause) -> list[tuple[str, ...]]:
    title = catalogue()[clause.citation]
    rows = [(f"{clause.number} {title['zh']} {title['en']}", *_obligation(each)) for each in clause.obligations]
    if clause.reason:
        rows += [(f"{clause.number} {title['zh']} {title['en']}", "", "", "", "", _both(clause.reason), "", "")]
    return rows


def _obligation(each: Covered) -> tuple[str, ...]:
    said = catalogue()[each.rule]
    where = _both(each.reason) if each.reason else f"`{each.module}`"
    says = f"{said['zh']} {said['en']}"
    return (f"`{each.rule}`", each.state, each.force, says, where, _code_words(each.values), str(len(each.cases) or ""))


def _both(reason: NotComputed) -> str:
    return f"{reason.zh} {reason.en}"


def written_cases() -> str:
    """Every written case, clause by clause: what it is and the outcomes it is to give."""
    parts = [
        "# Written cases 案例",
        NOTE,
        "What each clause answers to facts written down beside it (`src/liangtian/rules/*/cases/`); the tests run them all, "
        "and so does the clause's page on the web. 每条后的结论由测试逐一核对；事实见所在文件。",
    ]
    for document in DOCUMENTS.values():
        told = [part for clause in clauses_of({document.id: document}) for part in _cases(clause)]
        parts += [f"## {document.id} {document.title_zh}", *told] if told else []
    return _page(parts)


def _cases(clause: Clause) -> list[str]:
    heads = ("案例", "case", "day", "event", "outcomes")
    table = _table(heads, (_case(each) for each in cases_of(clause)))
    return [f"### {clause.number}", table] if table else []


def _case(each: WrittenCase) -> tuple[str, ...]:
    outcomes = [
        f"{rule} {catalogue()[f'outcome-{outcome}']['zh']} `{outcome}`" for rule, outcome in each.expect.items()
    ]
    event = f"{catalogue()[f'event-{each.case.event}']['zh']} `{each.case.event}`"
    return (each.zh, each.name, each.case.on.isoformat(), event, "; ".join(outcomes) or "不在适用期 nothing is asked")


def facts() -> str:
    """The facts dictionary, subject by subject."""
    parts = [
        "# Facts 事实",
        NOTE,
        "What clauses ask about. Supplier: `measured` by a check from the layers; `registered` in the book or a "
        "register, stated by whoever keeps it until a register here holds it; `declared` by the user. Areas in m², "
        "money in yuan, shares as fractions of 1; an empty cell in a table means not known.",
    ]
    folder = resources.files("liangtian.policy").joinpath("dictionary")
    for file in sorted(folder.iterdir(), key=lambda each: each.name):
        names = tomllib.loads(file.read_text("utf-8"))
        heads = ("name", "type", "unit", "supplier", "中文", "English", "values or columns")
        parts += [f"## {file.name.removesuffix('.toml')}", _table(heads, (_fact(dictionary()[name]) for name in names))]
    return _page(parts)


def _fact(fact: Fact) -> tuple[str, ...]:
    values = [f"`{name}` {words['zh']} {words['en']}" for name, words in fact.values.items()]
    columns = [f"`{name}` {kind}" for name, kind in fact.columns.items()]
    about = "; ".join(values) or ", ".join(columns)
    return (f"`{fact.name}`", fact.type, fact.unit, fact.supplier, fact.zh, fact.en, about)


def permissions() -> str:
    """For every page and call of the product: what each role may see and do, as the tests have it."""
    known = tomllib.loads((DOCS.parent / "tests/liangtian_web/papers/permissions.toml").read_text("utf-8"))
    columns, letters = known.pop("columns"), known.pop("letters")
    parts = [
        "# Permissions 权限",
        NOTE,
        "A record of one county is asked for by its officer 经办人, keeper 台账管理, administrator 管理员 and auditor 审计人, an officer of "
        "one of its towns, a keeper of its city, a keeper of the county next door, which bought from it, a keeper of another city, and somebody not logged in. "
        "`tests/liangtian_web/papers/test_permissions.py` walks every address for each of them.",
        _table(("letter", "meaning"), [(f"`{letter}`", meaning) for letter, meaning in letters.items()]),
    ]
    for section, rows in known.items():
        table = _table(("", *columns), ((f"`{address}`", *allowed.split()) for address, allowed in rows.items()))
        parts += [f"## {section}", table]
    return _page(parts)


PAGES: dict[str, Callable[[], str]] = {
    "reference/commands.md": commands,
    "reference/layers.md": layers,
    "reference/errors.md": errors,
    "reference/facts.md": facts,
    "reference/cases.md": written_cases,
    "reference/permissions.md": permissions,
    "clauses.md": clauses_page,
}


def _page(parts: Iterable[str]) -> str:
    return "\n\n".join(part for part in parts if part) + "\n"


def _table(heads: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    """A Markdown table, or nothing without rows."""
    lines = ["| " + " | ".join(_cell(cell) for cell in row) + " |" for row in rows]
    rule = "|" + " --- |" * len(heads)
    return "\n".join(["| " + " | ".join(heads) + " |", rule, *lines]) if lines else ""


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


def _code_words(words: Iterable[str]) -> str:
    return ", ".join(f"`{word}`" for word in words)


def main() -> None:
    """Write every page."""
    for name, page in PAGES.items():
        file = DOCS / name
        file.parent.mkdir(exist_ok=True)
        file.write_text(page(), "utf-8")


if __name__ == "__main__":
    main()
