"""Every sentence of the pages has its English: Chinese stands in the code, so only a test sees what is missing."""

import ast
import re
from io import BytesIO
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

WEB = Path(__file__).parents[2] / "src" / "liangtian_web"
CHINESE = re.compile(r"[\u4e00-\u9fff]")
SENTENCES = {"_", "gettext", "gettext_lazy", "report", "finish"}


def in_templates():
    for file in WEB.rglob("*.html"):
        text = file.read_text("utf-8")
        for match in re.finditer(r"""{% translate (?:"([^"]+)"|'([^']+)')""", text):
            yield match[1] or match[2], file.name
        for match in re.finditer(r"{% blocktranslate[^%]*%}(.*?){% endblocktranslate %}", text, re.S):
            yield re.sub(r"{{ *(\w+) *}}", r"%(\1)s", match[1]), file.name


def in_code():
    for file in WEB.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.Call) and "migrations" not in file.parts:
                name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
                for argument in node.args if name in SENTENCES else ():
                    if isinstance(argument, ast.Constant) and CHINESE.search(str(argument.value)):
                        yield argument.value, file.name
                if name == "pgettext_lazy":
                    yield "\x04".join(argument.value for argument in node.args), file.name  # as gettext keys it


def translations():
    found = {}
    for file in WEB.rglob("*.po"):
        for message in read_po(BytesIO(file.read_bytes()), locale="en"):
            if message.id:
                key = f"{message.context}\x04{message.id}" if message.context else message.id
                assert found.setdefault(key, message.string) == message.string, "two apps say it differently"
    return found


@pytest.mark.parametrize(("find", "least"), [(in_templates, 40), (in_code, 40)])
def test_every_sentence_has_its_english(find, least):
    sentences = list(find())
    assert len(sentences) > least
    known = translations()
    assert [(text, file) for text, file in sentences if not known.get(text)] == []


def test_english_keeps_every_place_of_the_sentence():
    places = re.compile(r"%\((\w+)\)s")
    wrong = [key for key, text in translations().items() if set(places.findall(key)) != set(places.findall(text))]
    assert wrong == []


def test_no_translation_is_left_over():
    used = {text for text, _ in [*in_templates(), *in_code()]}
    assert [key for key in translations() if key not in used] == []
