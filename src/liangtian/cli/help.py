"""Help in Chinese. The commands say their own in English; `help.toml` holds the Chinese of each text."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Iterator
from copy import deepcopy
from functools import cache
from importlib import resources
from typing import Any
from unicodedata import east_asian_width

import click

HELP: dict[str, Any] = {"help_option_names": ["-h", "--help"], "max_content_width": 100}
HEADINGS = {"Options": "选项", "Commands": "命令"}
EXTRAS = (("[default: ", "[默认："), ("[required]", "[必填]"), ("; required]", "；必填]"))
HANGING = "，。；：、）”"  # never begins a line; the last two columns are kept for one
WIDE = "WF"  # characters that fill two columns of a terminal


@cache
def chinese() -> dict[str, str]:
    """English text of a command or an option → its Chinese."""
    found: dict[str, str] = tomllib.loads(resources.files("liangtian.cli").joinpath("help.toml").read_text("utf-8"))
    return found


def key_of(text: str | None) -> str:
    """How `help.toml` names a text: on one line."""
    return " ".join((text or "").split())


def texts(command: click.Command) -> Iterator[str]:
    """Every help text of a command, of its options and of the commands under it."""
    yield key_of(command.help)
    yield from (key_of(each.help) for each in command.params if isinstance(each, click.Option))
    yield "Show this message and exit."
    if isinstance(command, click.Group):
        for each in command.commands.values():
            yield from texts(each)


def in_chinese(command: click.Command) -> click.Command:
    """A copy of a command that says its help in Chinese, with its options and the commands under it."""
    spoken = deepcopy(command)
    _speak(spoken)
    return spoken


def _speak(command: click.Command) -> None:
    command.context_class = ChineseContext
    command.help = _said(command.help)
    command.short_help = command.help.split("。", 1)[0]
    option = command.get_help_option(click.Context(command, **HELP))  # click makes it once and keeps it
    for each in (*command.params, option):
        if isinstance(each, click.Option):
            each.help = _said(each.help)
    if isinstance(command, click.Group):
        for under in command.commands.values():
            _speak(under)


def _said(text: str | None) -> str:
    return chinese().get(key_of(text), text or "")


class ChineseFormatter(click.HelpFormatter):
    """Headings in Chinese, and lines measured as a terminal shows them."""

    def write_usage(self, prog: str, args: str = "", prefix: str | None = None) -> None:
        """Begin with the word 用法."""
        super().write_usage(prog, args, "用法：")

    def write_heading(self, heading: str) -> None:
        """Write a heading."""
        self.write(f"{'':>{self.current_indent}}{HEADINGS.get(heading, heading)}：\n")

    def write_text(self, text: str) -> None:
        """Write paragraphs."""
        parts = (wrapped(part, self.width - self.current_indent) for part in text.split("\n\n"))
        super().write_text("\n\n".join(parts))

    def write_dl(self, rows: Iterable[tuple[str, str]], col_max: int = 30, col_spacing: int = 2) -> None:
        """Write options, or commands, each beside its text."""
        rows = list(rows)
        first = min(max((len(name) for name, _ in rows), default=0), col_max) + col_spacing
        room = max(self.width - self.current_indent - first - 2, 20)
        super().write_dl([(name, wrapped(_extras(text), room)) for name, text in rows], col_max, col_spacing)


class ChineseContext(click.Context):
    """What click makes of a command line, with that formatter."""

    formatter_class = ChineseFormatter


def _extras(text: str) -> str:
    for english, said in EXTRAS:
        text = text.replace(english, said)
    return text


def wrapped(text: str, columns: int) -> str:
    """Break a paragraph of Chinese into lines of so many columns, and keep click from breaking it again.

    Examples
    --------
    >>> wrapped("按村按乡镇。", 8).splitlines()[1:]
    ['按村按', '乡镇。']
    >>> wrapped("Print JSON.", 4)
    'Print JSON.'
    """
    if text.isascii():
        return text
    lines, width = [""], 0
    for word in _pieces(" ".join(text.split())):
        size = sum(2 if east_asian_width(sign) in WIDE else 1 for sign in word)
        if width and width + size > columns - 2 and word not in HANGING:
            lines.append("")
            width = 0
        lines[-1] += word if width or word != " " else ""
        width += size
    return "\b\n" + "\n".join(lines)


def _pieces(text: str) -> Iterator[str]:
    """What must not be broken: runs of narrow characters, and each wide one."""
    run = ""
    for sign in text:
        if sign == " " or east_asian_width(sign) in WIDE:
            if run:
                yield run
            yield sign
            run = ""
        else:
            run += sign
    if run:
        yield run
