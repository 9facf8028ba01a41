"""A report of a check as the bytes of a file; the same data give the same bytes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from liangtian.errors import LiangtianError
from liangtian.messages import Language
from liangtian.reports import page, sheet, word
from liangtian.reports.contents import outline

RENDERERS = {".docx": word.render, ".xlsx": sheet.render, ".html": page.render}


def render_report(data: Mapping[str, Any], suffix: str, *, lang: Language = "zh", title: str | None = None) -> bytes:
    """Render the result document of a check.

    Parameters
    ----------
    data : as `CheckResult.data` gives it; areas Decimal m², None for unknown
    suffix : `.docx`, `.xlsx` or `.html`

    Raises
    ------
    LiangtianError (error): report-unknown-suffix
    """
    renderer = RENDERERS.get(suffix.lower())
    if renderer is None:
        raise LiangtianError("report-unknown-suffix", suffix=suffix, known=" ".join(RENDERERS))
    return renderer(outline(data, lang=lang, title=title))
