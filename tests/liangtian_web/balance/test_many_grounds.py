"""Accepted projects and holds from a workbook: each row's ground is found by its name in one boundary file, or in its check."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path
from uuid import uuid4

import numpy as np
import pyogrio
import pytest
import shapely
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from tests.liangtian_web import land
from tests.liangtian_web.balance.conftest import file_acceptance, post
from tests.liangtian_web.workbooks import hand_in, problems, table

from liangtian_web.balance.models import Filing

pytestmark = pytest.mark.usefixtures("home", "opened")
ACCEPT, HOLD = "/balance/many/acceptance/", "/balance/many/hold/"
ROW = {"责任单元": "示范县", "项目类型": "垦造耕地", "验收日期": "2024-03-01", "验收文号": "示自然资验〔2024〕3号"}


def squares(*names, column="名称", more=()):
    """A GeoJSON of squares of 200 m, one beside the other, each with its name."""
    features = []
    for n, name in enumerate(names):
        (made,) = json.loads(land.boundary_geojson(row=40, column=40 + 3 * n, side=2))["features"]
        features.append(made | {"properties": {column: name, **dict(more)}})
    return SimpleUploadedFile("验收.geojson", json.dumps({"type": "FeatureCollection", "features": features}).encode())


def row(name, amount=30_000, **more):
    return ROW | {"地块": name, "项目": f"{name}垦造耕地", "验收入库耕地数量 (m²)": amount} | more


def test_each_row_has_the_ground_of_its_name(clients):
    answer = hand_in(clients["wang"], ACCEPT, row("甲"), row("乙", "39,000"), files=squares("乙", "甲"))
    assert answer.status_code == 302, problems(answer)
    made = {each.project: each for each in Filing.objects.filter(event="acceptance")}
    assert set(made) == {"甲垦造耕地", "乙垦造耕地"}
    west = {name: shapely.from_wkb(bytes(each.wkb)).bounds[0] for name, each in made.items()}
    assert west["甲垦造耕地"] - west["乙垦造耕地"] == pytest.approx(300, abs=0.5)
    assert [round(each.area_m2, -2) for each in made.values()] == [40_000, 40_000]
    for each in made.values():
        assert post(clients["qian"], each).status_code == 302


def test_a_row_may_name_several_plots_and_the_column_can_be_said(clients):
    file = squares("1", "2", "3", column="DKBH", more={"序号": "1"}.items())
    answer = hand_in(clients["wang"], ACCEPT, row("1、3", 60_000), row(2), files=file, named_by="DKBH")
    assert answer.status_code == 302, problems(answer)
    areas = Filing.objects.filter(event="acceptance").order_by("pk").values_list("area_m2", flat=True)
    assert [round(each, -2) for each in areas] == [80_000, 40_000]


def test_two_columns_that_call_the_plots_differently_are_not_chosen_between(clients):
    """By its running number the first plot is 1, by its own it is 2: a guess would credit each row on the other's ground."""
    file = squares("2", "1", column="DKBH")
    plots = json.loads(file.read())
    for n, each in enumerate(plots["features"], 1):
        each["properties"] = {"序号": n, **each["properties"]}

    def sent(**more):
        given = SimpleUploadedFile("验收.geojson", json.dumps(plots).encode())
        return hand_in(clients["wang"], ACCEPT, row(1), row(2), files=given, **more)

    assert problems(sent()) == ["范围文件的“序号”、“DKBH”都有这些名称，指的却是不同的地块。请填地块名称字段。"]
    assert not Filing.objects.exists()
    assert sent(named_by="DKBH").status_code == 302


def test_grounds_that_do_not_fit_are_each_said_once_and_nothing_is_filed(clients):
    file = squares("甲", "乙", "乙", "丙", "丁")
    rows = [row("甲"), row("乙"), row("戊"), row("甲", 验收日期="昨天"), row(None), row("丙", 50_000)]
    said = problems(hand_in(clients["wang"], ACCEPT, *rows, files=file))
    assert said[:6] == [
        "第 3 行 地块 范围文件中有 2 个叫“乙”的地块。请改成不同的名称。",
        "第 4 行 地块 范围文件的“名称”一列中没有“戊”。",
        "第 5 行 地块 地块“甲”已用在前面的行。",
        "第 5 行 验收日期 输入一个有效的日期。",
        "第 6 行 地块 请填地块的名称或编号。",
        said[5],
    ]
    assert said[5].startswith("第 7 行 ")  # more is credited than the ground has
    assert said[6:] == ["范围文件中有 2 个地块没有哪一行用到：乙、丁。"]
    assert not Filing.objects.exists()


def test_a_boundary_that_cannot_be_read_is_said(clients):
    broken = SimpleUploadedFile("验收.geojson", b"{}")
    assert len(problems(hand_in(clients["wang"], ACCEPT, row("甲"), files=broken))) == 1
    missing = hand_in(clients["wang"], ACCEPT, row("甲"))
    assert (missing.status_code, list(missing.context["workbook"].errors)) == (400, ["files"])
    said = problems(hand_in(clients["wang"], ACCEPT, row("甲"), files=squares("甲"), named_by="NAME"))
    assert said == ["范围文件没有“NAME”字段；现有：名称。"]


def test_plots_of_a_text_file_and_of_a_shapefile_are_found_too(clients, tmp_path: Path):
    x, y = land.X + 4_000, land.Y + 4_000
    text = "[属性描述]\n坐标系=2000国家大地坐标系\n几度分带=3\n投影类型=高斯克吕格\n计量单位=米\n带号=40\n精度=0.001\n转换参数=,,,,,,\n[地块坐标]\n"
    for n, name in enumerate(("甲", "乙")):
        left = x + 300 * n
        corners = [(left, y), (left, y + 200), (left + 200, y + 200), (left + 200, y), (left, y)]
        text += f"5,4.0,{n + 1},{name},面,,,,@\n"
        text += "".join(f"J{i},1,{north:.3f},{40_000_000 + east:.3f}\n" for i, (east, north) in enumerate(corners, 1))
    file = SimpleUploadedFile("界址点.txt", text.encode("gbk"))
    answer = hand_in(clients["wang"], ACCEPT, row("甲"), row("乙"), files=file)
    assert answer.status_code == 302, problems(answer)

    shapes = shapely.to_wkb(np.array([shapely.box(x, y + 500, x + 200, y + 700)]))
    pyogrio.raw.write(tmp_path / "丙.shp", shapes, [np.array(["丙块"], dtype=object)], ["DKMC"], geometry_type="Polygon", crs="EPSG:4549",
                      encoding="UTF-8")  # fmt: skip
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for part in tmp_path.glob("丙.*"):
            archive.write(part, part.name)
    answer = hand_in(clients["wang"], ACCEPT, row("丙块"), files=SimpleUploadedFile("丙.zip", packed.getvalue()))
    assert answer.status_code == 302, problems(answer)
    assert Filing.objects.filter(event="acceptance").count() == 3


def test_the_same_workbook_twice_registers_once_and_an_outsider_nothing(clients):
    number = str(uuid4())
    for _ in range(2):
        answer = hand_in(clients["wang"], ACCEPT, row("甲"), number=number, files=squares("甲"))
        assert answer.status_code == 302, problems(answer)
    assert Filing.objects.count() == 1
    said = problems(hand_in(clients["zhao"], ACCEPT, row("甲"), files=squares("甲")))
    assert [text.split(" ")[3] for text in said] == ["责任单元"]


def test_checks_are_held_by_number_or_name(clients, places, check):
    post(clients["qian"], file_acceptance(clients["li"], places))
    for name, at in (("一号", 0.2), ("二号", 1.2)):
        check(name, side=0.2, row=at)
    todo = table(clients["wang"].get(HOLD, {"take": "open"}))
    assert [row["检查名称"] for row in todo] == ["二号", "一号"]
    exported = table(clients["wang"].post(reverse("review:runs_export")))
    assert [row["检查编号"] for row in exported] == [row["检查编号"] for row in todo]

    about = {"业务日期": "2024-06-03", "申请文号": "示办〔2024〕1号"}
    rows = [about | {"检查编号": todo[0]["检查编号"]}, about | {"检查编号": "一号"}]
    answer = hand_in(clients["wang"], HOLD, *rows)
    assert answer.status_code == 302, problems(answer)
    made = Filing.objects.filter(event="hold").order_by("pk")
    assert [each.project for each in made] == ["二号", "一号"]
    assert table(clients["wang"].get(HOLD, {"take": "open"})) == []
    for each in made:
        assert post(clients["li"], each).status_code == 302


def test_a_name_of_two_checks_is_unclear_and_checks_of_others_do_not_exist(clients, check):
    run = check("一号", side=0.2)
    drawn = land.boundary_geojson(side=0.2, row=1.5)
    form = {"name": "一号", "kind": "village", "on": "2024-06-01", "place": run.place_id, "drawn": drawn}
    assert clients["wang"].post(reverse("review:new"), form).status_code == 302
    about = {"业务日期": "2024-06-03", "申请文号": "示办〔2024〕1号"}
    assert problems(hand_in(clients["wang"], HOLD, about | {"检查编号": "一号"})) == [
        "第 2 行 检查编号 有几个叫这个名字的。请填编号。"
    ]
    strange = [about | {"检查编号": number} for number in (str(run.uuid), str(uuid4()), "一号")]
    said = [text.split(" ", 2)[2] for text in problems(hand_in(clients["zhao"], HOLD, *strange))]
    assert len(set(said)) == 1, said
