"""The report as one HTML page that needs nothing else and prints well."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape

from liangtian.reports.cells import headings, row_texts
from liangtian.reports.outline import Kind, Outline, Section

STYLE = """
@page { size: A4; margin: 18mm 16mm; }
body { font: 14px/1.55 "Noto Sans CJK SC", "PingFang SC", "Microsoft YaHei", system-ui, sans-serif; color: #1d2321;
  max-width: 1040px; margin: 24px auto; padding: 0 16px; }
h1 { font-size: 20px; margin: 0 0 8px; } h2 { font-size: 15px; margin: 24px 0 6px; break-after: avoid; }
dl { display: flex; flex-wrap: wrap; gap: 4px 20px; margin: 0 0 12px; color: #5b6661; font-size: 12px; }
dl div { display: flex; gap: 6px; } dt { white-space: nowrap; } dt::after { content: "：" } dd { margin: 0; color: #1d2321; }
.verdict { border: 1px solid #e3e7e3; border-left: 4px solid #8b958f; border-radius: 6px; padding: 8px 12px; }
.fail { border-left-color: #c62f2f; } .unknown { border-left-color: #9a6b00; } .pass { border-left-color: #1a7f4b; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-size: 12px; } thead { display: table-header-group; }
th, td { border-bottom: 1px solid #e3e7e3; padding: 4px 8px; text-align: left; vertical-align: top; }
th { color: #5b6661; font-weight: 500; white-space: nowrap; } tr { break-inside: avoid; }
.n { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
td { overflow-wrap: anywhere; } .c { white-space: nowrap; } td.w { min-width: 12em; }
.d { font: 11px/1.4 ui-monospace, Consolas, monospace; min-width: 16em; } .note { color: #5b6661; }
"""

CLASSES: dict[Kind, str] = {
    "text": "",
    "wording": ' class="w"',
    "cite": ' class="c"',
    "centre": ' class="c"',
    "area": ' class="n"',
    "number": ' class="n"',
    "figure": ' class="n"',
    "digest": ' class="d"',
}


def render(report: Outline) -> bytes:
    """Render to UTF-8 HTML."""
    return "\n".join(_lines(report)).encode("utf-8")


def _lines(report: Outline) -> Iterator[str]:
    language = "zh-CN" if report.lang == "zh" else "en"
    yield f'<!doctype html><html lang="{language}"><head><meta charset="utf-8">'
    yield '<meta name="viewport" content="width=device-width, initial-scale=1">'
    yield f"<title>{escape(report.title)}</title><style>{STYLE}</style></head><body>"
    yield f"<h1>{escape(report.title)}</h1>"
    pairs = "".join(f"<div><dt>{escape(name)}</dt><dd>{escape(value)}</dd></div>" for name, value in report.about)
    yield f"<dl>{pairs}</dl>"
    yield f'<p class="verdict {report.outcome}">{escape(report.verdict)}</p>'
    for section in report.sections:
        yield from _table(report, section)
    yield "</body></html>"


def _table(report: Outline, section: Section) -> Iterator[str]:
    yield f"<h2>{escape(section.title)}</h2>"
    if not section.rows:
        yield f'<p class="note">{escape(section.note)}</p>'
        return
    heads = list(headings(report, section))
    yield '<div class="scroll"><table><thead><tr>'
    yield "".join(f"<th{CLASSES[kind]}>{escape(label)}</th>" for label, kind in heads)
    yield "</tr></thead><tbody>"
    row_tag = f'<tr style="height:{section.room_mm}mm">' if section.room_mm else "<tr>"
    for row in section.rows:
        cells = zip(row_texts(report, section, row), heads, strict=True)
        yield row_tag + "".join(f"<td{CLASSES[kind]}>{escape(text)}</td>" for text, (_, kind) in cells) + "</tr>"
    yield "</tbody></table></div>"
