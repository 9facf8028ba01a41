"""Who sees what of the platform, who may speak for whom, and whose turn it is.

The platform is the city's: everybody who answers for a place of the city sees what is listed and asked for there, by place,
good, amounts, price and day. All else of a listing, a request or a match is for the places concerned and the city.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache, reduce
from operator import or_

from django.contrib.auth.models import AnonymousUser
from django.db import connection
from django.db.models import Exists, OuterRef, Q, QuerySet

from liangtian_web.balance.earmarked import Source
from liangtian_web.balance.models import Decision, Filing
from liangtian_web.balance.procedures.payment import PAYMENT, listing_behind
from liangtian_web.balance.procedures.transfer import LISTING, TRANSFER, WITHDRAWAL
from liangtian_web.balance.queries import SUPPLY, city_of, deciding_places, filing_places, waiting_for
from liangtian_web.people.models import Membership, Place, User
from liangtian_web.people.queries import places_for
from liangtian_web.registers.queries import register_facts
from liangtian_web.transfers.models import Consent, Demand, Listing, Match, Side
from liangtian_web.transfers.stages import Open, Stage, Standing, open_demands, standings

ACTING = ("officer", "keeper", "admin")


def platform_places(user: User | AnonymousUser) -> QuerySet[Place]:
    """The places of the cities that the user's places lie in: whose offers and requests the platform shows."""
    seen = places_for(user).values_list("path", flat=True)
    above = {int(number) for path in seen for number in path.strip("/").split("/")}
    cities = Place.objects.filter(pk__in=above, kind=Place.Kind.CITY).values_list("path", flat=True)
    if not cities:
        return Place.objects.none()
    return Place.objects.filter(reduce(or_, (Q(path__startswith=path) for path in cities)))


def listings_for(user: User | AnonymousUser) -> QuerySet[Listing]:
    """Listings on the platform, and the user's own that wait to get there or were sent back."""
    shown = Q(filing__place__in=platform_places(user), filing__decision__entry__isnull=False)
    found = Listing.objects.filter(shown | Q(filing__place__in=places_for(user)))
    return found.select_related(
        "filing__place__book_key", "filing__filer", "filing__decision__entry__reversed_by", "village"
    ).order_by("-pk")


def listed_on(user: User | AnonymousUser, on: date) -> QuerySet[Listing]:
    """Listings that stood on the platform on a day, whether anything of them is left or not."""
    found = listings_for(user).filter(filing__decision__entry__isnull=False)
    return found.filter(Q(filing__expires__gt=on) | Q(filing__expires=None), filing__on__lte=on)


def demands_for(user: User | AnonymousUser) -> QuerySet[Demand]:
    """Requests on the platform."""
    found = Demand.objects.filter(place__in=platform_places(user))
    return found.select_related("place__book_key", "filer", "withdrawal__actor").order_by("-pk")


def matches_for(user: User | AnonymousUser) -> QuerySet[Match]:
    """Matches in which a place of the user's sells or buys."""
    mine = places_for(user)
    return Match.objects.filter(Q(listing__filing__place__in=mine) | Q(demand__place__in=mine))


def is_own(user: User, place: Place) -> bool:
    """Whether the user sees what a place keeps to itself."""
    return places_for(user).filter(pk=place.pk).exists()


def trading_places(user: User) -> QuerySet[Place]:
    """Where the user may list, ask and pay, as for any filing of the balance; a place outside any city has no platform."""
    found = filing_places(user)
    return found.filter(pk__in=[each.pk for each in found if city_of(each)])


def acts_for_city(user: User, *places: Place) -> bool:
    """Whether the user works the platform of the city that all these places lie in."""
    cities = {city_of(each) for each in places}
    city = cities.pop()
    return not cities and city is not None and places_for(user, *ACTING).filter(pk=city.pk).exists()


def own_people(user: User, place: Place) -> bool:
    """Whether the user speaks for a place itself: by a duty there, and not from above."""
    return Membership.objects.filter(user=user, place=place, role__in=ACTING).exists() and not acts_for_city(
        user, place
    )


def sides_of(user: User, standing: Standing) -> tuple[Side, ...]:
    """The sides the user may speak for now, each by its own people; the city's to call the match off."""
    match, spoken = standing.match, {each.actor_id for each in standing.consents.values()}
    if standing.stage != Stage.CONSENT:
        return ()
    if acts_for_city(user, match.listing.filing.place, match.demand.place):
        return (Side.CITY,)
    places = {Side.SELLER: match.listing.filing.place, Side.BUYER: match.demand.place}
    if user.pk in {match.proposer_id, *spoken}:
        return ()
    return tuple(side for side, place in places.items() if side not in standing.consents and own_people(user, place))


def advanced(place: Place, on: date) -> bool:
    """Whether a place is advanced in reclamation in the year of a day, by the register; not entered, it is not."""
    return register_facts(place, on).get("advanced_in_reclamation") is True


@dataclass(frozen=True, slots=True)
class Waiting:
    """A request in its turn."""

    demand: Open[Demand]
    advanced: bool

    @property
    def rank(self) -> tuple[bool, date, str, int]:
        """As （七）.1 ranks: places advanced in reclamation first, then the older request."""
        row = self.demand.row
        return not self.advanced, row.on, row.place.name, row.pk


def queue(listing: Open[Listing], on: date) -> list[Waiting]:
    """The requests that wait on a day and that a listing can serve, in their turn.

    It can serve a request for its good of another place of the city, for an index both have left, at a price the request
    does not exclude.
    """
    place, prices = listing.row.filing.place, listing.row.prices
    city = city_of(place)
    rows = Demand.objects.filter(good=listing.row.good, on__lte=on, until__gte=on, withdrawal=None).exclude(place=place)
    rows = rows.filter(place__path__startswith=city.path) if city else rows.none()
    first = cache(advanced)
    found = [
        Waiting(each, first(each.row.place, on))
        for each in open_demands(rows.select_related("place", "filer"))
        if any(index in listing.left and _affords(each.row, index, prices) for index in each.left)
    ]
    return sorted(found, key=lambda each: each.rank)


def _affords(demand: Demand, index: str, prices: dict[str, str]) -> bool:
    most = demand.prices.get(index)
    return most is None or Decimal(most) >= Decimal(prices[index])


def lock(*rows: Listing | Demand | Match) -> None:
    """One act at a time on a listing, a request or a match, until the transaction ends."""
    names = {Listing: "listing", Demand: "demand", Match: "match"}
    with connection.cursor() as cursor:
        for name, number in sorted((names[type(row)], row.pk) for row in rows):
            key = f"transfers {name}:{number}"
            cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [key])


def offer_behind(source: Source) -> Listing | None:
    """The offer whose price earmarked money is; None: it is no proceeds of a transfer."""
    listed = listing_behind(source)
    return Listing.objects.select_related("village").filter(filing=listed).first() if listed else None


def awaited(user: User) -> list[Standing]:
    """Matches that wait for the user: to agree to, or as a keeper of the city to approve."""
    declined, decided = (
        Consent.objects.filter(match=OuterRef("pk"), agrees=False),
        Decision.objects.filter(filing__uuid=OuterRef("uuid")),
    )
    rows = standings(matches_for(user).filter(~Exists(declined), ~Exists(decided)))
    keeps = set(deciding_places(user, TRANSFER.event).values_list("pk", flat=True))
    return [each for each in rows if _waits_for(user, each, keeps)]


def _waits_for(user: User, standing: Standing, keeps: set[int]) -> bool:
    match = standing.match
    if standing.stage == Stage.APPROVAL:
        both = {match.listing.filing.place_id, match.demand.place_id}
        return both <= keeps and match.proposer_id != user.pk
    return any(side != Side.CITY for side in sides_of(user, standing))


def filings_waiting(user: User) -> QuerySet[Filing]:
    """Filings of the platform that wait for the user: listings, what sites draw on them, withdrawals, payments; matches apart."""
    return waiting_for(user).filter(SUPPLY | Q(event__in=(LISTING.event, WITHDRAWAL.event, PAYMENT.event)))
