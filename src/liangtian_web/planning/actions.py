"""Ask the planning kernel, carry the work out in a process of its own, and keep what it answers."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext_noop as _

from liangtian.check.result import to_json
from liangtian.check.run import KERNEL
from liangtian.errors import LiangtianError
from liangtian.policy.values_file import write_values
from liangtian_web.embedded import leashed
from liangtian_web.jobs import actions as jobs
from liangtian_web.jobs.models import Job
from liangtian_web.onemap.models import LayerVersion
from liangtian_web.onemap.queries import versions_for, versions_on
from liangtian_web.people.models import Place
from liangtian_web.people.requests import Request
from liangtian_web.planning import kept
from liangtian_web.planning.asked import needed
from liangtian_web.planning.models import Answer, Block, Candidate, Plan, Study
from liangtian_web.planning.queries import folder_of
from liangtian_web.planning.workshop.memory import says_exhausted
from liangtian_web.rulebook.queries import values_at
from liangtian_web.trail.actions import note

FORM = 1  # raise when the same question is answered in another form; what is kept is made again
POLL_S = 0.5
STAGES = {
    "read": _("正在读取图斑"),
    "join": _("正在判定连片"),
    "measure": _("正在量算"),
    "draw": _("正在绘制范围"),
    "compose": _("正在统计构成"),
    "solve": _("正在求最省方案"),
    "prove": _("正在按几何复核"),
    "frontier": _("正在计算成本与面积的关系"),
    "screen": _("正在逐条筛选"),
}
LET_THROUGH = (
    "PATH", "HOME", "TMPDIR", "LANG", "LC_ALL", "LC_CTYPE", "TZ", "LD_LIBRARY_PATH", "PYTHONPATH",
    "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "GDAL_CACHEMAX", "GDAL_DATA", "PROJ_DATA",
)  # fmt: skip
"""Of the environment, what a computation gets: no secret, under whatever name, and no way to the database."""
EXHAUSTED = _("需要的内存超过 %(mb)s MB，没有算完。请缩小范围（一个乡镇，或在图上画），或请管理员调大限额。")
SWEPT = _("当时交来的高程模型 %(name)s 已按保存期限清理。请新建一次调查，重新交来高程模型。")
LAYERS = {
    Study.Kind.BLOCKS: ("DLTB", "XZQ", "CJDCQ"),
    Study.Kind.DESIGN: ("DLTB", "XZQ", "CJDCQ", "STBHHX", "CZKFBJ"),
    Study.Kind.FRAGMENTATION: ("DLTB", "XZQ", "CJDCQ", "STBHHX", "CZKFBJ"),
    Study.Kind.RANKING: (),
    Study.Kind.LAYOUT: ("DLTB", "XZQ", "CJDCQ", "YJJBNTTB"),
    Study.Kind.POTENTIAL: (
        "DLTB", "XZQ", "CJDCQ", "STBHHX", "CZKFBJ", "SYBHQ", "EDLD", "FZLD", "LNDL", "ZZDK", "GDDB"
    ),
}  # fmt: skip


def ask(request: Request, kind: str, head: Mapping[str, Any], asked: Mapping[str, Any], *days: date) -> Study:
    """Write down a question; the worker gets it unless the very same has been answered.

    Parameters
    ----------
    head : name, place and business date
    asked : parameters of the kind, plain JSON; approved `values` of places only where they are not to be today's
    days : further days whose versions it reads
    """
    place: Place = head["place"]
    layers = _layers(request, kind, (head["on"], *days))
    asked = _with_values(asked, place)
    key = _key(kind, place, head["on"], asked, layers)

    uuid = uuid4()

    with transaction.atomic():
        job = None
        if not _is_answered(key):
            job = jobs.defer("planning.answer", owner=request.user, place=place, title=head["name"], study=str(uuid))
        study = Study.objects.create(
            uuid=uuid, kind=kind, name=head["name"], place=place, on=head["on"], asked=asked, layers=layers,
            key=key, job=job, user=request.user,
        )  # fmt: skip
        note(request, "planning.ask", f"study:{uuid} {kind}", on=study.on, place=place)
    return study


def ask_again(request: Request, study: Study) -> Study:
    """The same question once more, after it failed, was cancelled, or its files were lost.

    Raises
    ------
    LiangtianError : the elevation model it was asked with was swept
    """
    if (dem := study.asked.get("dem")) and not (folder_of("given") / dem).is_dir():
        raise LiangtianError(SWEPT, name=study.asked["dem_name"])
    head = {"name": study.name, "place": study.place, "on": study.on}
    days = [date.fromisoformat(study.asked[name]) for name in ("before_on",) if name in study.asked]
    return ask(request, study.kind, head, {"values": "", **study.asked}, *days)


def _with_values(asked: Mapping[str, Any], place: Place) -> dict[str, Any]:
    """The question with the approved values of the place as they are now; one asked again or of a plan brings its own."""
    values = asked["values"] if "values" in asked else write_values(values_at(place))
    return {name: value for name, value in asked.items() if name != "values"} | ({"values": values} if values else {})


def _layers(request: Request, kind: str, days: Sequence[date]) -> list[dict[str, str]]:
    """The versions in force on the days that the user may see, of the layers the kind reads."""
    found = {}
    for version in _in_force(request, kind, days):
        if version.layer in LAYERS[Study.Kind(kind)]:
            found[version.digest, str(version)] = version
    named = [{"name": str(v), "layer": v.layer, "digest": v.digest} for v in found.values()]
    return sorted(named, key=lambda each: (each["layer"], each["name"], each["digest"]))


def _in_force(request: Request, kind: str, days: Sequence[date]) -> list[LayerVersion]:
    """The versions of the days; a survey of potential reads every earlier year as well."""
    if kind == Study.Kind.POTENTIAL:
        return list(versions_for(request.user).filter(on__lte=max(days)))
    return [version for day in days for version in versions_on(request.user, day)]


def _key(kind: str, place: Place, on: date, asked: Mapping[str, Any], layers: list[dict[str, str]]) -> str:
    """Everything an answer follows from, the program with it."""
    named = [FORM, KERNEL, kind, place.code, on.isoformat(), asked, layers]
    return hashlib.sha256(json.dumps(named, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def _is_answered(key: str) -> bool:
    """Whether the answer is there with the files beside it."""
    return Answer.objects.filter(key=key).exists() and folder_of(key).is_dir()


def carry_out(job: Job, study: Study) -> None:
    """Compute and keep the answer; safe to repeat.

    Raises
    ------
    LiangtianError : the land cannot be measured
    JobCancelled : the user asked to stop; the process has been ended
    """
    if _is_answered(study.key):
        return
    folder_of(study.key).parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".", dir=folder_of(study.key).parent) as partial:
        _run(job, study, Path(partial))
        _keep(study, Path(partial))


def _run(job: Job, study: Study, folder: Path) -> None:
    asked = {
        "kind": study.kind, "home": str(settings.HOME), "digests": [each["digest"] for each in study.layers],
        "on": study.on.isoformat(), "place": study.place.code, "asked": study.asked,
        "values": study.asked.get("values", ""), "folder": str(folder),
        "bytes_max": settings.PLANNING_BYTES_MAX,
    }  # fmt: skip
    with _process(folder) as process:
        assert process.stdin is not None
        process.stdin.write(json.dumps(asked).encode())
        process.stdin.close()
        _follow(job, process, folder / "said")
        _judge(process, folder)


@contextmanager
def _process(folder: Path) -> Iterator[subprocess.Popen[bytes]]:
    """The computation's own process; it ends with us, and when we leave."""
    command = [sys.executable, "-m", "liangtian_web.planning.workshop"]
    with (folder / "said").open("wb") as said, (folder / "errors").open("wb") as errors:
        process = subprocess.Popen(
            leashed(command, signal_number=signal.SIGKILL),
            stdin=subprocess.PIPE,
            stdout=said,
            stderr=errors,
            env={name: os.environ[name] for name in LET_THROUGH if name in os.environ},
            start_new_session=True,
        )
        try:
            yield process
        finally:
            process.kill()
            process.wait()


def _follow(job: Job, process: subprocess.Popen[bytes], said: Path) -> None:
    """Tell the job's row what the process says, until it ends."""
    running = True
    while running:
        try:
            process.wait(POLL_S)
            running = False
        except subprocess.TimeoutExpired:
            pass
        last = _lines(said)[-1:]
        percent, stage = (last[0].get("percent", 0), last[0].get("stage", "")) if last else (0, "")
        jobs.report(job, percent, STAGES.get(stage, ""))


def _judge(process: subprocess.Popen[bytes], folder: Path) -> None:
    """Whether it ended well; its own refusal becomes ours, its fault goes to the log."""
    last = (_lines(folder / "said") or [{}])[-1]
    if "error" in last:
        raise LiangtianError(last["error"], **last["params"])
    if last.get("done"):
        return
    errors = (folder / "errors").read_text("utf-8", "replace")[-4000:]
    # the machine's own killer says nothing; nobody else kills it before we leave
    if last.get("exhausted") or process.returncode == -signal.SIGKILL or says_exhausted(errors):
        raise LiangtianError(EXHAUSTED, mb=settings.PLANNING_BYTES_MAX >> 20)
    raise RuntimeError(f"code {process.returncode}: {errors}")


def _lines(said: Path) -> list[dict[str, Any]]:
    """Whole lines; one that is being written comes next time."""
    text = said.read_text("utf-8")
    return [json.loads(line) for line in text[: text.rfind("\n") + 1].splitlines()]


def _keep(study: Study, partial: Path) -> None:
    """The files under the digest, then the rows: an answer that is there has its files."""
    data = json.loads((partial / "result.json").read_text("utf-8"), parse_float=Decimal)
    blocks, candidates = data.pop("blocks", []), data.pop("candidates", [])
    for name in ("said", "errors", "result.json"):
        (partial / name).unlink()
    folder = folder_of(study.key)
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(partial, folder)
    kept.load.cache_clear()

    with transaction.atomic():
        answer, made = Answer.objects.get_or_create(
            key=study.key, defaults={"kind": study.kind, "result": to_json(data), "kernel": KERNEL}
        )
        if made:
            Block.objects.bulk_create(_blocks(answer, blocks), batch_size=500)
            Candidate.objects.bulk_create(_candidates(answer, candidates), batch_size=2000)


def _blocks(answer: Answer, rows: list[dict[str, Any]]) -> Iterator[Block]:
    names = ("classes", "grades", "slopes", "towns", "others", "box", "paddy_m2")
    for number, row in enumerate(rows, start=1):
        slopes = [part for part in row["slopes"] if part["slope"]]
        yield Block(
            answer=answer, number=number, ident=row["id"], net_m2=row["net_m2"], area_m2=row["area_m2"],
            parcels=row["parcels"], size_class=row["size_class"] or "",
            town=row["towns"][0]["code"] if row["towns"] else "", towns=[part["code"] for part in row["towns"]],
            slope=max(slopes, key=lambda part: part["net_m2"])["slope"] if slopes else None,
            grade=row["grade"], about=json.loads(to_json({name: row[name] for name in names})), ids=row["ids"],
        )  # fmt: skip


def _candidates(answer: Answer, rows: list[dict[str, Any]]) -> Iterator[Candidate]:
    for number, row in enumerate(rows, start=1):
        rules = sorted({reason["rule"] for reason in row["reasons"] if reason["says"] != "met"})
        yield Candidate(answer=answer, number=number, rules=rules, **_plain(row))


def _plain(row: dict[str, Any]) -> dict[str, Any]:
    """A row whose lists are JSON of plain numbers."""
    lists: dict[str, Any] = json.loads(to_json({name: row[name] for name in ("reasons", "box")}))
    return {**row, **lists}


def given_file(content: Iterable[bytes], name: str) -> str:
    """Keep a file handed in with a question, by its digest."""
    folder = folder_of("given")
    folder.mkdir(parents=True, exist_ok=True)
    digest = hashlib.sha256()
    with tempfile.TemporaryDirectory(prefix=".", dir=folder) as partial:
        with (Path(partial) / name).open("wb") as sink:
            for chunk in content:
                digest.update(chunk)
                sink.write(chunk)
        kept_at = folder / digest.hexdigest()
        kept_at.mkdir(exist_ok=True)
        (Path(partial) / name).replace(kept_at / name)
    return digest.hexdigest()


def keep_plan(request: Request, study: Study, name: str, pieces: Sequence[str]) -> Plan:
    """Settle on a choice of pieces."""
    ground = kept.load(folder_of(study.key))
    known = sorted(set(pieces) & ground.number.keys())

    outcome = ground.outcome(known, needed(study.asked))

    with transaction.atomic():
        plan = Plan.objects.create(
            study=study, name=name, pieces=known, user=request.user,
            outcome={
                "cost_fen": outcome.cost_fen, "largest_dm2": outcome.largest_dm2, "gain_dm2": outcome.gain_dm2,
                "blocks_dm2": list(outcome.blocks_dm2), "meets": outcome.meets(needed(study.asked)),
            },
        )  # fmt: skip
        note(request, "planning.plan", f"plan:{plan.uuid} study:{study.uuid}", on=study.on, place=study.place)
    return plan


def result_url(study: UUID) -> str:
    """The page of a study."""
    return reverse("planning:study", args=[study])
