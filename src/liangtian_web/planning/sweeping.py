"""Files beside the answers that nobody needs any more: by age, and never what is still referred to.

Rows only grow and say for ever what was asked and answered. Files can be made again from the snapshots, all but an
elevation model, which its owner has to hand in again.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.db.models import Q, QuerySet

from liangtian.check.blocks import TILES
from liangtian.onemap.catalogue import Catalogue
from liangtian_web.jobs.models import Job
from liangtian_web.onemap.sweeping import PARTIAL, delete, old, written
from liangtian_web.planning.models import Study
from liangtian_web.planning.queries import folder_of

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Swept:
    """How much went."""

    answers: int
    models: int
    tiles: int
    partial: int


def sweep(now: datetime) -> Swept:
    """Delete what has not been asked for since `settings.PLANNING_KEPT`, and no kept plan and no open work needs.

    A file stays as long as any study that names it is recent, has a plan kept of it, or is still to be answered; one
    that belongs to no study stays until it is old itself.
    """
    since = now - settings.PLANNING_KEPT
    needed = _needed(since)
    keys, models = (set(needed.values_list(name, flat=True)) for name in ("key", "asked__dem"))

    done = Swept(
        answers=delete(each for each in old(folder_of("x").parent, since) if each.name not in keys | {"given"}),
        models=delete(each for each in old(folder_of("given"), since) if each.name not in models),
        tiles=Catalogue(settings.HOME).kept(TILES).sweep(since.timestamp()),
        partial=delete(_partial(now - PARTIAL)),
    )
    log.info("planning: swept %s", done)
    return done


def _needed(since: datetime) -> QuerySet[Study]:
    """Studies whose files stay."""
    return Study.objects.filter(Q(recorded_at__gte=since) | Q(job__state__in=Job.OPEN) | Q(plans__isnull=False))


def _partial(before: datetime) -> Iterator[Path]:
    """What was being written when its writer was killed."""
    for folder in (folder_of("x").parent, folder_of("given")):
        yield from (each for each in folder.glob(".*") if each.is_dir() and written(each) < before.timestamp())
