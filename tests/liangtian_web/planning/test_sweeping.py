"""Files beside answers go when nobody has asked for them in a long time, and never while something refers to them."""

import json
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.urls import reverse
from tests.liangtian_web.planning.test_studies import ORCHARD, ask, page_of, sloping

from liangtian_web.planning import sweeping
from liangtian_web.planning.models import Study
from liangtian_web.planning.queries import folder_of

pytestmark = pytest.mark.django_db(transaction=True)
LATER = timedelta(days=200)


def aged(days=200):
    """Every file of the planning folder and of the tiles as if written long ago."""
    then = datetime.now(UTC).timestamp() - days * 86_400
    for root in (folder_of("x").parent, Path(settings.HOME) / "index" / "tiles"):
        for path in [root, *root.rglob("*")]:
            os.utime(path, (then, then))


def test_what_nobody_asks_for_goes_and_what_is_referred_to_stays(officer_client, county, work, tmp_path):
    blocks = ask(officer_client, "blocks", county, least_mu="100")
    survey = ask(officer_client, "potential", county, dem=sloping(tmp_path, 30.0))
    design = ask(officer_client, "design", county, block_mu="500", count="1", seconds="10")
    work()
    officer_client.post(reverse("planning:keep", args=[design.uuid]), {"pieces": json.dumps([ORCHARD]), "name": "一号"})
    waiting = ask(officer_client, "potential", county, dem=sloping(tmp_path, 20.0))
    (folder_of(".killed")).mkdir()
    folders = [folder_of(blocks.key), folder_of(survey.key), folder_of(design.key)]
    models = [folder_of("given") / each.asked["dem"] for each in (survey, waiting)]
    now = datetime.now(UTC)

    tiles = len(list((Path(settings.HOME) / "index" / "tiles").glob("*/*")))
    assert tiles > 0
    assert sweeping.sweep(now) == sweeping.Swept(answers=0, models=0, tiles=0, partial=0)  # written today
    aged()
    assert sweeping.sweep(now) == sweeping.Swept(answers=0, models=0, tiles=tiles, partial=1)  # asked for today

    assert sweeping.sweep(now + LATER) == sweeping.Swept(answers=2, models=1, tiles=0, partial=0)
    assert [each.is_dir() for each in folders] == [False, False, True]  # a plan was kept of the design
    assert [each.is_dir() for each in models] == [False, True]  # the other survey still waits

    page = page_of(officer_client, blocks)
    assert (page.context["lost"], page.context["config"]["blocks"], page.context["totals"]["count"]) == (True, "", 4)
    again = officer_client.post(reverse("planning:again", args=[blocks.uuid]))
    gone = officer_client.post(reverse("planning:again", args=[survey.uuid]))
    assert "重新交来高程模型" in gone.content.decode()
    work()
    assert page_of(officer_client, blocks).context["lost"] is False
    assert officer_client.get(again["Location"]).context["lost"] is False
    assert Study.objects.get(pk=waiting.pk).job.state == "done"
