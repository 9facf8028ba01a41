"""What an act was done on, in words, with the way to its page."""

from __future__ import annotations

from dataclasses import dataclass

from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext_lazy as _

# What an object begins with → its word and the page that shows it, if one does.
THINGS = {
    "user": (_("用户"), ""),
    "agency": (_("单位"), ""),
    "membership": (_("任职"), ""),
    "place": (_("责任单元"), ""),
    "job": (_("后台工作"), ""),
    "upload": (_("图层上传"), "onemap:upload"),
    "run": (_("检查"), "review:run"),
    "filing": (_("占补事项"), "balance:filing"),
    "entry": (_("分录"), "ledger:entry"),
    "account": (_("账户"), "ledger:account"),
    "proposal": (_("记账单"), "ledger:proposal"),
    "row": (_("登记"), "registers:row"),
    "suspension": (_("建设用地报批"), "registers:suspension"),
    "statement": (_("对账单"), "reconcile:statement"),
    "original": (_("对账单原件"), "reconcile:statement"),
    "demand": (_("调入申请"), "transfers:demand"),
    "match": (_("撮合"), "transfers:match"),
    "study": (_("规划分析"), "planning:study"),
    "plan": (_("改造方案"), "planning:plan"),
    "ogc": (_("图层要素"), ""),
    "trail": (_("留痕"), "trail:index"),
}


@dataclass(frozen=True, slots=True)
class Thing:
    """A word, where it is read (or nothing), and what else was noted: a file's form, a layer, a count."""

    word: str
    url: str
    rest: str


def thing(text: str, action: str = "") -> Thing:
    """The object of an event.

    Examples
    --------
    >>> thing("run:0f0e0d0c-0b0a-4908-8706-050403020100 docx").rest, thing("values.toml").word
    ('docx', 'values.toml')
    """
    head, _space, rest = text.partition(" ")
    kind, colon, key = head.partition(":")
    if not colon or kind not in THINGS:
        return Thing(text, "", "")
    word, page = THINGS[kind]
    if kind == "proposal" and action.startswith("rulebook."):
        word, page = _("取值或采用的提议"), "rulebook:proposal"
    url = _url(page, key.partition(":")[0])
    return Thing(str(word), url, rest if url else f"{key} {rest}".rstrip())


def _url(page: str, key: str) -> str:
    """The address of a page by its key, which is a number or a UUID; empty where there is none."""
    if not page:
        return ""
    for found in ([int(key)] if key.isdecimal() else [key], []):
        try:
            return reverse(page, args=found)
        except NoReverseMatch:
            continue
    return ""
