"""What the page of each kind of study shows."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from django.http import QueryDict
from django.urls import reverse

from liangtian.check.library import LAYOUT
from liangtian.messages import Language
from liangtian_web.onemap.map_views import map_config
from liangtian_web.onemap.models import LayerVersion
from liangtian_web.onemap.queries import versions_for
from liangtian_web.onemap.swipe import Against
from liangtian_web.people.requests import Request, language_of, number_in
from liangtian_web.planning import indices, kept, potential, presentation, signs
from liangtian_web.planning.asked import needed
from liangtian_web.planning.filters import BlockFilter, CandidateFilter
from liangtian_web.planning.models import Answer, Block, Plan, Study
from liangtian_web.planning.queries import (
    answer_of,
    blocks_of,
    candidate_totals,
    candidates_of,
    folder_of,
    is_lost,
    plans_for,
    studies_for,
    totals,
)
from liangtian_web.review.queries import runs_for

PAGE = 100
Rows = tuple[list[str], Iterable[Sequence[object]]]
ROWS_SHOWN = 300


def land_of(request: Request, study: Study) -> list[LayerVersion]:
    """The very versions a study was measured on, as far as the user may see them."""
    digests = [each["digest"] for each in study.layers]
    return list({v.digest: v for v in versions_for(request.user).filter(digest__in=digests)}.values())


def shapes_of(study: Study) -> str:
    """Where the map finds the outlines; empty where they are gone, and the map shows the land alone."""
    return "" if is_lost(study) else reverse("planning:shapes", args=[study.uuid])


def block_filter(answer: Answer, given: QueryDict) -> tuple[BlockFilter, dict[str, Any]]:
    """The filters of a list of blocks, and what they ask for."""
    codes = Block.objects.filter(answer=answer).order_by("town").values_list("town", flat=True).distinct()
    names = presentation.town_names(code for code in codes if code)
    form = BlockFilter(list(names.items()), given, label_suffix="")
    return form, form.cleaned_data if form.is_valid() else {}


def blocks(request: Request, study: Study, answer: Answer) -> dict[str, Any]:
    """List and map of blocks, and the other side of a swipe."""
    form, asked = block_filter(answer, request.GET)
    found = blocks_of(answer, asked)
    after = number_in(request.GET.get("after", ""))
    page = list((found if after is None else found.filter(number__gt=after)).defer("ids")[: PAGE + 1])
    more = request.GET.copy()
    more["after"] = str(page[PAGE - 1].number) if len(page) > PAGE else ""
    shown = list(found.values_list("number", flat=True)) if any(asked.values()) else None
    towns = presentation.town_names({row.town for row in page})
    others = _others(request, study)
    chosen = next((each for each in others if str(each.uuid) == request.GET.get("against")), None)
    return {
        "form": form,
        "rows": [presentation.block_row(row, towns) for row in page[:PAGE]],
        "more": more.urlencode() if more["after"] else "",
        "filtered": {key: value for key, value in asked.items() if value},
        "totals": totals(found),
        "signs": signs.of_blocks(),
        "listed": answer.blocks.count(),
        "others": others,
        "config": _blocks_config(request, study, shown=shown),
    } | _beside(request, study, chosen)


def _blocks_config(request: Request, study: Study, *, shown: list[int] | None = None) -> dict[str, Any]:
    return map_config(
        request,
        land_of(request, study),
        study.on,
        blocks=shapes_of(study),
        block=reverse("planning:study", args=[study.uuid]) + "blocks/",
        blocksShown=shown,
    )


def _others(request: Request, study: Study) -> list[Study]:
    """Answered studies of the same kind and place on another day."""
    found = studies_for(request.user).filter(kind=study.kind, place=study.place).exclude(on=study.on)
    answered = Answer.objects.filter(kind=study.kind).values("key")
    return list(found.filter(key__in=answered)[:20])


def _beside(request: Request, study: Study, other: Study | None) -> dict[str, Any]:
    """The other side of a swiped map: another day's land and blocks, and what became of the figures."""
    if other is None:
        return {}
    answer = answer_of(other)
    versions = land_of(request, other)
    return {
        "against": Against(str(other.uuid), other.on, versions),
        "beside": other,
        "beside_data": answer.data if answer else None,
        "other": _blocks_config(request, other),
        "on": study.on,
        "vintages": [
            max((v.on for v in side if v.layer == "DLTB"), default=None) for side in (land_of(request, study), versions)
        ],
    }


def design(request: Request, study: Study, answer: Answer, *, plan: Plan | None = None) -> dict[str, Any]:
    """The solver's answer or a plan kept, on the map and as a table, with what else it would cost."""
    lang, data = language_of(request), answer.data
    pieces = plan.pieces if plan else [row["piece"] for row in data["conversions"]]
    config = map_config(
        request,
        land_of(request, study),
        study.on,
        design=shapes_of(study),
        attempt=reverse("planning:try", args=[study.uuid]),
        pieces=pieces,
    )
    frontier = [
        step | {"yuan": presentation.yuan(step["cost_fen"]), "gap_word": f"{step['gap']:.2%}"}
        for step in data["frontier"]
    ]
    return {
        "plan": plan,
        "verdict": presentation.design_verdict(data, lang, request.unit),
        "greedy": presentation.yuan(data["greedy_fen"]),
        "cost": presentation.yuan(data["cost_fen"]),
        "bound": presentation.yuan(data["bound_fen"]),
        "frontier": frontier if len(frontier) > 1 else [],
        "signs": signs.of_design([each["kind"] for each in data["works"]], lang),
        "chart": presentation.frontier_chart(data, request.unit),
        "left": [(presentation.reason_word(name, lang), count) for name, count in data["excluded"].items()],
        "works": [
            each
            | {
                "word": presentation.works_word(each["kind"], lang),
                "yuan": f"{each['yuan_per_mu']:,.2f}",
                "cite": presentation.clause_link(each["clause"], lang),
            }
            for each in data["works"]
        ],
        "plans": plans_for(request.user).filter(study=study),
        "config": config,
    } | attempt(request, study, answer, pieces)


def attempt(request: Request, study: Study, answer: Answer, pieces: list[str]) -> dict[str, Any]:
    """What a choice of pieces comes to; empty where the ground is not kept any more."""
    if not (folder_of(study.key) / kept.NETWORK).is_file():
        return {"lost": True}
    ground = kept.load(folder_of(study.key))
    chosen = ground.chosen(pieces)
    need = needed(study.asked)
    outcome = ground.outcome(pieces, need)
    rows = presentation.conversions(chosen[:ROWS_SHOWN], language_of(request))
    return {
        "tried": presentation.tried(outcome, need, answer.data, len(chosen), request.unit),
        "conversions": rows,
        "left_out": max(0, len(chosen) - ROWS_SHOWN),
        "pieces": pieces,
        "same": pieces == sorted(row["piece"] for row in answer.data["conversions"]),
    }


def fragmentation(request: Request, study: Study, answer: Answer) -> dict[str, Any]:
    """Both sides with every index and its formula."""
    plan = plans_for(request.user).filter(uuid=study.asked["plan"]).first() if "plan" in study.asked else None
    return {
        "changes": indices.changes(answer.data, language_of(request), request.unit),
        "same": all(row["before"] == row["after"] for row in answer.data["changes"]),
        "plan": plan,
        "run": runs_for(request.user).filter(uuid=study.asked["run"]).first() if "run" in study.asked else None,
    }


def candidate_filter(answer: Answer, given: QueryDict, lang: Language) -> tuple[CandidateFilter, dict[str, Any]]:
    """The filters of a list of candidates, and what they ask for."""
    form = CandidateFilter(potential.choices(answer, lang), given, label_suffix="")
    return form, form.cleaned_data if form.is_valid() else {}


def survey(request: Request, study: Study, answer: Answer) -> dict[str, Any]:
    """Tables by town and village, rules, and the candidates under the filters on the map."""
    lang = language_of(request)
    data = answer.data[lang]
    form, asked = candidate_filter(answer, request.GET, lang)
    found = candidates_of(answer, asked)
    after = number_in(request.GET.get("after", ""))
    page = list((found if after is None else found.filter(number__gt=after))[: PAGE + 1])
    more = request.GET.copy()
    more["after"] = str(page[PAGE - 1].number) if len(page) > PAGE else ""
    shown = list(found.values_list("number", flat=True)) if any(asked.values()) else None
    return {
        "data": data,
        "verdict": potential.verdict(data, lang),
        "total": potential.coloured(data["total"]),
        "towns": potential.by_place(data["towns"]),
        "villages": potential.by_place(data["villages"]),
        "rules": potential.rules(data, lang),
        "form": form,
        "rows": [(row, *potential.words(row, lang)) for row in page[:PAGE]],
        "more": more.urlencode() if more["after"] else "",
        "filtered": {key: value for key, value in asked.items() if value},
        "totals": candidate_totals(found),
        "config": map_config(
            request,
            land_of(request, study),
            study.on,
            candidates=shapes_of(study),
            candidate=reverse("planning:study", args=[study.uuid]) + "candidates/",
            candidatesShown=shown,
            kinds=potential.HUES,
        ),
    }


def layout(request: Request, study: Study, answer: Answer) -> dict[str, Any]:
    """What moves out and in, and what that does."""
    data, lang = answer.data, language_of(request)
    return {
        "verdict": presentation.layout_verdict(data, lang, request.unit),
        "signs": signs.of_layout(),
        "moves": presentation.layout_moves(data["moves"])[:ROWS_SHOWN],
        "left_out": max(0, len(data["moves"]) - ROWS_SHOWN),
        "cite": presentation.clause_link("haining-2021二（三）.6", lang),
        "limit": presentation.clause_link(LAYOUT, lang),
        "shares": {name: f"{float(share) * 100:g}%" for name, share in data["limits"].items()},
        "config": map_config(request, land_of(request, study), study.on, layout=shapes_of(study)),
    }


def ranking(request: Request, study: Study, answer: Answer) -> dict[str, Any]:
    """Projects in order, intervals of the weights, and the choice for the funds."""
    data, lang = answer.data, language_of(request)
    chosen = set(data["portfolio"]["projects"])
    return {
        "order": presentation.ranks(data, chosen, lang),
        "cost": presentation.yuan(data["portfolio"]["cost_fen"]),
        "criteria": [row["criterion"] for row in data["weights"]],
        "cite": presentation.clause_link("haining-2021二（一）", lang),
    }


CONTEXTS: dict[str, Callable[[Request, Study, Answer], dict[str, Any]]] = {
    Study.Kind.BLOCKS: blocks,
    Study.Kind.DESIGN: design,
    Study.Kind.FRAGMENTATION: fragmentation,
    Study.Kind.POTENTIAL: survey,
    Study.Kind.LAYOUT: layout,
    Study.Kind.RANKING: ranking,
}


def block_rows(request: Request, answer: Answer) -> Rows:
    """Blocks under the filters."""
    return presentation.block_table(blocks_of(answer, block_filter(answer, request.POST)[1]).defer("ids"))


def candidate_rows(request: Request, answer: Answer) -> Rows:
    """Candidates under the filters."""
    lang = language_of(request)
    return potential.table(candidates_of(answer, candidate_filter(answer, request.POST, lang)[1]), lang)


TABLES: dict[str, Callable[[Request, Answer], Rows]] = {
    Study.Kind.BLOCKS: block_rows,
    Study.Kind.POTENTIAL: candidate_rows,
    Study.Kind.LAYOUT: lambda _request, answer: presentation.layout_table(answer.data["moves"]),
    Study.Kind.RANKING: lambda _request, answer: presentation.ranks_table(answer.data),
}
