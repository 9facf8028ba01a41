"""The survey of potential as a user asks for it: values in force, published layers, what files add."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date

import numpy as np

from liangtian.onemap.catalogue import Catalogue
from liangtian.onemap.index import Index
from liangtian.planning.potential import Potential
from liangtian.planning.potential_evidence import Evidence
from liangtian.planning.potential_gather import Given, gathered
from liangtian.planning.potential_rule import PotentialRule
from liangtian.planning.potential_survey import surveyed
from liangtian.policy.parameters import Parameters
from liangtian.policy.values import Parameter
from liangtian.rules.documents import DOCUMENTS


def survey_on(
    catalogue: Catalogue,
    on: date,
    place: str | None = None,
    *,
    given: Given | None = None,
    parcels: Index | None = None,
    values: Iterable[Parameter] = (),
    tell: Callable[[str], None] = lambda step: None,
) -> Potential:
    """Survey the potential of what is published on a day.

    Parameters
    ----------
    place : only parcels of this place, by its code
    given : elevation model, registered persons, further exclusions
    parcels : survey these (`planning.land.indexed`) instead of the published DLTB; the other layers stay the published ones
    values : of places, beside the declared ones
    tell : called as the work goes on; what it raises ends it

    Raises
    ------
    LayerInvalid (layer-invalid): potential-no-land, nothing to survey.
    ParameterMissing (parameter-missing): the day lies before the values.
    CatalogueError (catalogue-error): a snapshot is gone or altered.
    """
    evidence = gathered(catalogue, on, place, given or Given(), parcels=parcels)
    rule = potential_rule_on(on, place or "", values, latest_year=_latest_year(evidence))
    return surveyed(evidence, rule, tell=tell)


def potential_rule_on(on: date, place: str, values: Iterable[Parameter] = (), *, latest_year: int = 0) -> PotentialRule:
    """The values in force, of the clauses that have them.

    Parameters
    ----------
    latest_year : of the newest survey; dry land must stand in it, and in every one that has to be out by the day

    Raises
    ------
    ParameterMissing (parameter-missing)
    """
    parameters = Parameters(DOCUMENTS).with_values(values)

    def value(name: str) -> Parameter:
        return parameters.resolve(name, on=on, place=place)

    ours, design, siting = "liangtian-2026（潜力）", "liangtian-2026（设计）", "wenzhou-2019（九）"
    mining = value(f"{ours}.mining_classes").names
    last = max(latest_year, on.year - int(value(f"{siting}.survey_lag_years").number))
    return PotentialRule(
        reclaim_classes=value(f"{design}.reclaim_classes").names,
        mining_classes=mining,
        facility_classes=value(f"{ours}.facility_classes").names,
        village_classes=tuple(code for code in value(f"{design}.clear_classes").names if code not in mining),
        dry_classes=value(f"{siting}.dry_land_classes").names,
        water_classes=value(f"{ours}.water_classes").names,
        settlements=value(f"{ours}.village_settlements").names,
        encouraged=value(f"{siting}.encouraged_sources").names,
        tidal=value(f"{siting}.tidal_sources").names,
        low_hills=value(f"{siting}.low_hill_sources").names,
        disused=value(f"{ours}.disused_facility_sources").names,
        steep_deg=value("zhejiang-consolidation-2018（选址）.forbid_slope_deg").number,
        gentle_deg=value(f"{siting}.gentle_slope_deg").number,
        water_within_m=value(f"{ours}.water_within_m").number,
        per_person_m2=value("wenzhou-2019（一）.village_land_high_m2_per_person").number,
        good_grade=int(value(f"{ours}.good_grade_max").number),
        years=(int(value(f"{siting}.first_survey_year").number), last),
        covered=value(f"{ours}.covered_share_min").number,
        tolerance_m2=value("liangtian-2026（技术）.line_tolerance").table["area_m2"],
        least_m2=value(f"{design}.least_piece_m2").number,
    )


def _latest_year(evidence: Evidence) -> int:
    years = evidence.land.number("SJNF")
    return int(np.max(years, initial=0))
