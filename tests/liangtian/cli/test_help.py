"""Help in both languages."""

from __future__ import annotations

import subprocess
import sys
from unicodedata import east_asian_width

import click
import pytest
from click.testing import CliRunner

from liangtian.cli.help import chinese, in_chinese, texts
from liangtian.cli.main import cli


@pytest.fixture(scope="module")
def spoken() -> click.Command:
    """The commands, told to speak Chinese."""
    return in_chinese(cli)


def told(group: click.Command, *words: str) -> list[str]:
    """What they say in a terminal of 80 columns."""
    done = CliRunner().invoke(group, words, terminal_width=80, catch_exceptions=False)
    assert done.exit_code == 0
    return done.output.splitlines()


def test_every_command_and_option_has_its_chinese_and_no_line_is_left_over() -> None:
    assert sorted(set(texts(cli)) ^ set(chinese())) == []
    assert [text for text, said in chinese().items() if said.isascii()] == []


@pytest.mark.parametrize(("words", "known", "says"), [
    (("-h",), None, "用法："),
    (("--lang", "zh", "-h"), "en", "用法："),
    (("layers", "--help"), "en", "Usage: "),
])  # fmt: skip
def test_help_speaks_the_language_of_the_other_messages(
    words: tuple[str, ...], known: str | None, says: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LIANGTIAN_LANG", known) if known else monkeypatch.delenv("LIANGTIAN_LANG", raising=False)
    asked = [sys.executable, "-m", "liangtian.cli", *words]
    done = subprocess.run(asked, capture_output=True, text=True, encoding="utf-8", check=True)
    assert done.stdout.startswith(says)


def test_a_command_s_help_is_chinese_from_the_first_line_to_the_last(spoken: click.Command) -> None:
    lines = told(spoken, "check", "-h")
    assert lines[2] == "  检查项目范围占用什么、压了哪些控制线、符合和不符合哪些条款。"
    assert "选项：" in lines
    assert "  --json                          输出 JSON。" in lines
    assert "  --on DATE                       业务日期，如 2024-06-01。 [必填]" in lines
    assert [line for line in lines if "default" in line or "Show" in line or "Usage" in line] == []


def test_no_line_of_prose_is_wider_than_the_terminal(spoken: click.Command) -> None:
    def columns(line: str) -> int:
        return sum(2 if east_asian_width(sign) in "WF" else 1 for sign in line)

    lines = [line for name in ["--help", *spoken.commands] for line in told(spoken, *dict.fromkeys((name, "--help")))]
    # the choices of an option stand on one line, whatever their length
    assert [line for line in lines if columns(line) > 80 and not line.lstrip().startswith(("--", "用法"))] == []
