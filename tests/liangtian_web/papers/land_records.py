"""A record of 示范县 in every app of the land: layers, an upload, checks, studies with their answers, a plan, a value proposed, work."""

from __future__ import annotations

import json
import math
from datetime import date
from functools import cached_property
from uuid import uuid4

import pyarrow as pa
from django.conf import settings
from django.urls import reverse
from tests.liangtian_web import land
from tests.liangtian_web.planning.conftest import BEFORE, NOW, land_use, square

from liangtian.formats.features import Features
from liangtian.onemap import publish
from liangtian.onemap.layers import LAYERS
from liangtian.space.crs import CGCS2000, transformer
from liangtian_web.jobs.models import Job
from liangtian_web.onemap.actions import adopt
from liangtian_web.onemap.models import LayerVersion, Upload
from liangtian_web.planning import actions as planning
from liangtian_web.planning.models import Answer, Plan, Study
from liangtian_web.review.models import Run
from liangtian_web.rulebook.models import Proposal

PARCEL, ORCHARD = "339901211000000000", "339901211000003002"
MARKS = (PARCEL[:12],)  # of every parcel of the county
VALUE, OTHER = (f"wenzhou-2019（一）.village_land_{each}_m2_per_person" for each in ("low", "high"))
RULE = "wenzhou-2019（一）.1"
CHECKED, WHY = "甲岭便道", {"reason": "核实承包户〔甲〕示自然资1号"}
FORMS = {"blocks": {"least_mu": "100"}, "potential": {}, "design": {"block_mu": "500", "count": "1", "seconds": "5"}}


class Land:
    """What there is; a study is computed when it is first asked for, as each takes some seconds."""

    def __init__(self, clients, people, places) -> None:
        self.clients, self.people, self.places = clients, people, places
        self._studies: dict[str, Study] = {}
        self.version, self.basic = _published(places["county"])
        self.run, self.other = (_checked(clients["wang"], places["county"], name) for name in (CHECKED, "乙岭便道"))
        self.upload = Upload.objects.create(
            sha256="0" * 64, files=[{"name": "〔甲〕.gpkg", "size": 1}], size=1, place=places["county"], layer="DLTB",
            on=date(2024, 12, 31), uploader=people["wang"], state=Upload.State.EXAMINED, level="clean",
        )  # fmt: skip
        self.job = Job.objects.create(
            kind="onemap.verify", owner=people["wang"], place=places["county"], title="〔甲〕", state=Job.State.FAILED
        )
        settled, self.proposal = (_proposed(clients["wang"], places["county"], name) for name in (OTHER, VALUE))
        approval = {"approved": "yes", "note": ""}
        assert clients["sun"].post(reverse("rulebook:proposal", args=[settled.uuid]), approval).status_code == 302
        address = reverse("onemap:reveal", args=[self.basic.pk, "b1"])
        assert clients["wang"].post(address, WHY).status_code == 200  # noted in the trail, with its reason

    def study(self, kind: str) -> Study:
        """One of a kind, answered."""
        if kind not in self._studies:
            self._studies[kind] = self._answered(kind)
        return self._studies[kind]

    @cached_property
    def marks(self) -> tuple[str, ...]:
        """What calls tell of records that bear no name: the digest of a layer, the ground of an answer."""
        answer = Answer.objects.get(key=self.study("blocks").key)
        return self.version.digest, json.dumps(json.loads(answer.result)["area_m2"])

    @cached_property
    def plan(self) -> Plan:
        """A choice kept of the design."""
        given = {"pieces": json.dumps([ORCHARD]), "name": "〔甲〕方案"}
        self.clients["wang"].post(reverse("planning:keep", args=[self.study("design").uuid]), given)
        return Plan.objects.get()

    def _answered(self, kind: str) -> Study:
        given = {"name": f"〔甲〕{kind}", "place": self.places["county"].pk, "on": "2024-06-01", **FORMS[kind]}
        answer = self.clients["wang"].post(reverse("planning:new", args=[kind]), given)
        assert answer.status_code == 302, answer.context["form"].errors
        study = Study.objects.latest("pk")
        planning.carry_out(study.job, study)
        return study


def _published(county) -> tuple[LayerVersion, LayerVersion]:
    """Land use of two years, and basic farmland with somebody's name, which only the county and who is above it may see."""
    columns = {"BSM": ["b1"], "DLBM": ["0101"], "KCXS": [0.0], "ZLDWDM": ["3399011002010000000"], "ZRRMC": ["陈〔甲〕"]}
    whole = land_use(NOW)
    basic = Features(whole.geometry[:1], pa.table(columns), land.PLANE, "basic.gpkg", whole.rows[:1])
    made = [
        publish.publish(
            table, LAYERS[code], place="339901", on=on, home=settings.HOME, publisher="〔甲〕",
            recorded_at="2024-01-05T08:00:00+08:00",
        )
        for code, table, on in (("DLTB", land_use(BEFORE), date(2021, 12, 31)), ("DLTB", whole, date(2023, 12, 31)),
                                ("YJJBNTTB", basic, date(2023, 12, 31)))
    ]  # fmt: skip
    _before, version, basic = (adopt(each, county) for each in made)
    return version, basic


def _checked(client, county, name: str) -> Run:
    inside = land.boundary_geojson(row=-2.0, column=0.5)
    given = {"name": f"{name}〔甲〕", "kind": "village", "on": "2024-06-01", "place": county.pk, "drawn": inside}
    answer = client.post(reverse("review:new"), given)
    assert answer.status_code == 302, answer.context["form"].errors
    return Run.objects.latest("pk")


def _proposed(client, county, name: str) -> Proposal:
    given = {"place": county.pk, "value": "95", "since": "2024-01-01", "status": "law", "source": "县发〔甲〕3号"}
    answer = client.post(reverse("rulebook:value", args=[name]), given)
    assert answer.status_code == 302, answer.context["form"].errors
    return Proposal.objects.latest("pk")


def tile(z: int) -> dict[str, object]:
    """The tile of a zoom in which the county's first field lies."""
    lon, lat = transformer(land.PLANE, CGCS2000).transform(*square(0, 0).centroid.coords[0])
    north = (1 - math.asinh(math.tan(math.radians(lat))) / math.pi) / 2
    return {"layer": "DLTB", "z": z, "x": int((lon + 180) / 360 * 2**z), "y": int(north * 2**z)}


def samples(world, name: str) -> list[tuple[str, dict[str, object]]] | None:
    """What an address of these apps is called with; None: it is none of theirs."""
    it: Land = world.land
    run = {"uuid": it.run.uuid}
    clause = {"name": "wenzhou-2019", "number": "（五）"}
    named = {
        "onemap:tile": lambda: [("parcels", tile(15)), ("picture", tile(9))],
        "onemap:parcel": lambda: [("", {"version": it.version.pk, "parcel": PARCEL})],
        "onemap:reveal": lambda: [("", {"version": it.basic.pk, "parcel": "b1"})],
        "onemap:upload": lambda: [("", {"pk": it.upload.pk})],
        "onemap:upload_publish": lambda: [("", {"pk": it.upload.pk})],
        "ogc:item": lambda: [("", {"layer": "DLTB", "parcel": PARCEL})],
        "rules:findings": lambda: [("", {"rule": RULE})],
        "rulebook:value": lambda: [("", {"name": VALUE})],
        "rulebook:document": lambda: [("", {"name": "wenzhou-2019"})],
        "rulebook:proposal": lambda: [("", {"uuid": it.proposal.uuid})],
        "review:download": lambda: [(form, run | {"form": form}) for form in ("docx", "json")],
        "review:again": lambda: [(how, run | {"how": how}) for how in ("recheck", "remeasure")],
        "planning:new": lambda: [("", {"kind": "blocks"})],
        "planning:block": lambda: [("", {"uuid": it.study("blocks").uuid, "number": 1})],
        "planning:candidate": lambda: [("", {"uuid": it.study("potential").uuid, "number": 1})],
        "planning:print": lambda: [("", {"uuid": it.study("potential").uuid})],
        "planning:report": lambda: [("", {"uuid": it.study("potential").uuid, "form": "docx"})],
        "planning:try": lambda: [("", {"uuid": it.study("design").uuid})],
        "planning:keep": lambda: [("", {"uuid": it.study("design").uuid})],
        "planning:plan": lambda: [("", {"uuid": it.plan.uuid})],
        "planning:plan_print": lambda: [("", {"uuid": it.plan.uuid})],
    }
    if name in named:
        return named[name]()
    of_app = {
        "onemap": lambda: {}, "ogc": lambda: {"layer": "DLTB"}, "review": lambda: run, "rulebook": lambda: clause, "rules": lambda: clause,
        "planning": lambda: {"uuid": it.study("blocks").uuid}, "jobs": lambda: {"pk": it.job.pk}, "trail": lambda: {},
        "people": lambda: {}, "home": lambda: {},
    }.get(name.split(":")[0])  # fmt: skip
    return None if of_app is None else [("", of_app())]


def searched(world) -> dict[str, str]:
    """What is asked for in an address, where nothing at all would say nothing of who sees what."""
    it: Land = world.land
    return {
        "onemap:search": f"?q={ORCHARD[-6:]}", "home:search": f"?q={CHECKED}", "home:land": f"?place={it.places['town'].pk}",
        "review:compare": f"?a={it.run.uuid}&b={it.other.uuid}", "rules:whatif": f"?name={VALUE}",
    }  # fmt: skip


def sent(name: str) -> dict[str, object]:
    """What a form of these apps is sent with."""
    return {
        "onemap:reveal": WHY, "rules:whatif": {"name": VALUE, "value": "85", "since": "2024-01-01"},
        "rulebook:proposal": {"approved": "no", "note": "补正"}, "people:columns": {"list": "review.runs", "offered": "name"},
        "planning:try": {"pieces": "[]"}, "planning:keep": {"pieces": "[]"}, "login": {"username": f"{uuid4()}", "password": "x"},
    }.get(name, {})  # fmt: skip


def calls(world) -> dict[str, object]:
    """The records calls of these apps name, by the beginning of their address."""
    it: Land = world.land
    return {"/api/checks/": it.run.uuid, "/api/planning/studies/": it.study("blocks").uuid}


def kept(world) -> dict[str, object]:
    """The row behind each page of the administration."""
    wang = world.land.people["wang"]
    county = world.land.places["county"].pk
    return {"user": wang.pk, "place": county, "agency": wang.memberships.get().agency_id}
