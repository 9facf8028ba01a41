"""The report of a survey of potential, written when it is first asked for and kept beside the answer.

A county of a million parcels has candidates by the hundred thousand; nobody waits for papers nobody asked for.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from liangtian.messages import Language, render_text
from liangtian.reports.potential import LISTED, render_potential
from liangtian_web.planning.models import Answer, Candidate
from liangtian_web.planning.queries import folder_of


def report_of(answer: Answer, suffix: str, lang: Language) -> Path:
    """The report in a form and language; the same answer gives the same bytes.

    Parameters
    ----------
    suffix : `.docx` or `.xlsx`

    Raises
    ------
    FileNotFoundError : what was kept beside the answer is lost
    """
    path = folder_of(answer.key) / f"report.{lang}{suffix}"
    if not path.is_file():
        body = render_potential(_data(answer, LISTED[suffix], lang), suffix, lang=lang)
        with tempfile.NamedTemporaryFile(prefix=".", dir=path.parent, delete=False) as partial:
            partial.write(body)
        os.replace(partial.name, path)  # two who ask at once write the same
    return path


def _data(answer: Answer, listed: int, lang: Language) -> dict[str, Any]:
    """The document of a survey with as many candidates as the form lists, the largest."""
    head: dict[str, Any] = answer.data[lang]
    names = {row["place"]: row["name"] for row in head["villages"]}
    rows = Candidate.objects.filter(answer=answer).order_by("number")
    return head | {"candidates": list(_rows(rows[:listed], names, lang)), "candidate_count": rows.count()}


def _rows(candidates: Iterable[Candidate], names: Mapping[str, str], lang: Language) -> Iterable[dict[str, Any]]:
    for each in candidates:
        reasons = [
            {"rule": r["rule"], "message": render_text(r["message_id"], {**r["params"], "area_m2": r["area_m2"]}, lang=lang)}
            for r in each.reasons
        ]  # fmt: skip
        yield {
            "parcel": each.parcel, "kind": each.kind, "state": each.state, "code": each.code, "village": each.village,
            "village_name": names.get(each.village), "area_m2": each.area_m2, "net_m2": each.net_m2,
            "slope_deg": each.slope_deg, "reasons": reasons,
        }  # fmt: skip
