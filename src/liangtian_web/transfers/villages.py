"""In which villages the ground of lots lies: measured by overlay on the land layer of the day, where both are known."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import date

import shapely
from pyproj import CRS

from liangtian.check.overlay import cut
from liangtian_web.ledger.models import Ground
from liangtian_web.onemap.queries import indexes_of, spoken, versions_on
from liangtian_web.people.models import User

CODE = 12  # digits of a village


def villages_of(user: User, serials: Iterable[str], on: date) -> dict[str, int]:
    """Code of a village → hundredths of m² of the lots' ground in it, the largest first.

    Empty where no lot has a ground, or no land layer that the user may see reaches it on the day: then it is as stated.
    """
    grounds = list(Ground.objects.filter(lot__serial__in=list(serials)))
    versions = versions_on(user, on, "DLTB") if grounds else []
    layers = {"DLTB": ([index for _, _, index in indexes_of(spoken(user, versions, on))], ("ZLDWDM",))}
    found: Counter[str] = Counter()
    for ground in grounds if layers["DLTB"][0] else ():
        pieces = cut(layers, shapely.from_wkb(bytes(ground.wkb)), CRS.from_user_input(ground.crs))["DLTB"]
        codes = pieces.attributes["ZLDWDM"].to_pylist()
        for code, area in zip(codes, pieces.area_dm2.tolist(), strict=True):
            if code:
                found[str(code)[:CODE]] += int(area)
    return dict(found.most_common())
