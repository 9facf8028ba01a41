"""Which filings a user may see, where one may file and post, and how a case of occupation stands."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from django.contrib.auth.models import AnonymousUser
from django.db import connection
from django.db.models import Exists, OuterRef, Q, QuerySet

from liangtian_web.balance.models import Decision, Filing
from liangtian_web.ledger.models import Account, Leg
from liangtian_web.ledger.queries import KEEPERS, holdings_of, keeping_places
from liangtian_web.people.models import Membership, Place, User
from liangtian_web.people.queries import places_for
from liangtian_web.review.models import Run
from liangtian_web.review.queries import HEAVY, runs_for

KINDS = (Run.Kind.BATCH, Run.Kind.SINGLE_SITE, Run.Kind.VILLAGE)
HOLD = "hold"
# A promise is a debt to the place above and a transfer is the city's to approve; nobody decides on their own default, nor
# on what another's document orders of their credit.
JUDGED_ABOVE = (
    "commitment", "commitment-due", "transfer-in", "clawback-debt", "freeze", "thaw", "unlinking", "void",
)  # fmt: skip
# A place draws on what another listed, for a separate site: the provider consents to it, and sees what comes of it.
LISTED = "transfer-out"
SUPPLY = Q(event=HOLD, begun__event=LISTED)
LEVELS = (Place.Kind.COUNTY, Place.Kind.ZONE)  # who keeps a reserve: county governments and zone committees
BOOKED = Q(decision__entry__isnull=False, decision__entry__reversed_by=None)
STANDS = BOOKED | Q(decision__noted=True)  # booked and not reversed since, or recorded where nothing is booked


def filings_for(user: User | AnonymousUser) -> QuerySet[Filing]:
    """Filings of the user's places, and what separate sites of others draw from them."""
    mine = places_for(user)
    drawn = SUPPLY & Q(begun__place__in=mine) | Q(begun__event=HOLD, begun__begun__place__in=mine)
    found = Filing.objects.filter(Q(place__in=mine) | drawn).defer("wkb")
    return found.select_related("place", "filer", "begun__begun", "decision__actor", "decision__entry__reversed_by")


def filing_places(user: User) -> QuerySet[Place]:
    """Where the user may file: officers, keepers and administrators of counties and functional zones."""
    return places_for(user, "officer", "keeper", "admin").filter(kind__in=LEVELS)


def deciding_places(user: User, event: str) -> QuerySet[Place]:
    """Where the user posts or sends back filings of an event: the places kept, or those right below them."""
    kept = keeping_places(user)
    if event not in JUDGED_ABOVE:
        return kept
    return Place.objects.filter(Q(parent__in=kept) | Q(parent=None, pk__in=kept))


def is_supply(filing: Filing) -> bool:
    """Whether a hold draws on what another place listed."""
    return filing.event == HOLD and filing.begun is not None and filing.begun.event == LISTED


def consenting_places(user: User) -> QuerySet[Place]:
    """The places a user consents for: their own, of which they are a keeper, and none from above."""
    own = Membership.objects.filter(user=user, role__in=KEEPERS)
    return Place.objects.filter(pk__in=own.values("place"), kind__in=LEVELS)


def decides(user: User, filing: Filing) -> bool:
    """Whether the user posts or sends back a filing: its place is theirs to decide for, and those of what it goes on with.

    What another place is to provide is that place's to consent to.
    """
    if is_supply(filing):
        assert filing.begun is not None
        return consenting_places(user).filter(pk=filing.begun.place_id).exists()
    return keeps_all(user, filing)


def keeps_all(user: User, filing: Filing) -> bool:
    """Whether the user decides for the place of a filing and for those of what it goes on with."""
    places, earlier = {filing.place_id}, filing.begun
    while earlier is not None:
        places.add(earlier.place_id)
        earlier = earlier.begun
    return deciding_places(user, filing.event).filter(pk__in=places).count() == len(places)


def waiting_for(user: User) -> QuerySet[Filing]:
    """What waits for the user to post or send back: another's, of a place the user keeps, and so of what it goes on with."""
    kept = keeping_places(user)
    both = Q(begun=None) | Q(begun__place__in=kept) | Q(event__in=JUDGED_ABOVE)
    both &= Q(begun__begun=None) | Q(begun__begun__place__in=kept)
    waiting = filings_for(user).filter(decision=None).exclude(filer=user)
    judged = Q(event__in=JUDGED_ABOVE, place__in=deciding_places(user, JUDGED_ABOVE[0]))
    own = both & (judged | ~Q(event__in=JUDGED_ABOVE) & Q(place__in=kept))
    asked = SUPPLY & Q(begun__place__in=consenting_places(user))
    return waiting.filter(~SUPPLY & own | asked)


def posted_between(user: User, since: date, until: date | None) -> QuerySet[Filing]:
    """Filings in the book and not reversed, of business dates from a day on, newest first."""
    found = filings_for(user).filter(STANDS, on__gte=since)
    return found.filter(on__lte=until) if until else found


def standing_holds(user: User, today: date) -> QuerySet[Filing]:
    """Occupations held and neither written off, released nor lapsed by a day."""
    return filings_for(user).filter(pk__in=open_holds(today))


def open_holds(today: date) -> QuerySet[Filing]:
    """Holds that stand, whose day has not come and that nothing ended."""
    return _holds().filter(_before_its_day(today), ~Exists(_endings()))


def taking_holds(today: date) -> QuerySet[Filing]:
    """Holds that keep their check from being held again: all that stand but those whose day came before anything ended them."""
    return _holds().filter(_before_its_day(today) | Exists(_endings()))


def _holds() -> QuerySet[Filing]:
    return Filing.objects.filter(STANDS, event=HOLD)


def _endings() -> QuerySet[Filing]:
    return Filing.objects.filter(STANDS, begun=OuterRef("pk"))


def _before_its_day(today: date) -> Q:
    return Q(expires=None) | Q(expires__gt=today)


def stands(filing: Filing) -> bool:
    """Whether a filing is booked, and was not reversed since."""
    decision = getattr(filing, "decision", None)
    if decision is None or decision.entry is None:
        return decision is not None and decision.noted
    return not hasattr(decision.entry, "reversed_by")


def is_lapsed(filing: Filing, today: date) -> bool:
    """Whether the day of a hold came before anything ended it: the book gave back what it held."""
    if filing.event != HOLD or filing.expires is None or filing.expires > today:
        return False
    return not any(stands(each) for each in filing.later.all())


def occupying_runs(user: User, today: date, sending: UUID | None = None) -> QuerySet[Run]:
    """Checks that an occupation can begin with: of the user's counties and zones, and held by no filing that waits or stands.

    Parameters
    ----------
    sending : the form at hand, which begins nothing anew when it is sent again
    """
    taken = Filing.objects.filter(run=OuterRef("pk"), event=HOLD)
    if sending is not None:
        taken = taken.exclude(uuid=sending)
    taken = taken.filter(Q(decision=None) | Q(pk__in=taking_holds(today)))
    found = runs_for(user).filter(kind__in=KINDS, place__in=filing_places(user))
    return found.filter(~Exists(taken)).defer(*HEAVY)


def city_of(place: Place) -> Place | None:
    """The city a place lies in."""
    above = place.parent
    while above is not None and above.kind != Place.Kind.CITY:
        above = above.parent
    return above


def top_of(place: Place) -> Place:
    """The highest place whose book is kept here."""
    return place if place.parent is None else top_of(place.parent)


def at_hand(filing: Filing, index: str, pool: str = "reserve", place: Place | None = None) -> list[tuple[str, int]]:
    """The lots of a pool, its place's reserve, to be spent on the day of a filing, oldest first, or in the order it names."""
    account = Account.objects.filter(place=place or filing.place, pool=pool, index=index).first()
    held = holdings_of(account.pk, filing.on) if account else []
    if not filing.lots:
        return held
    amounts = dict(held)
    return [(serial, amounts[serial]) for serial in filing.lots if serial in amounts]


def held_by(hold: Filing) -> dict[str, int]:
    """Index → what the hold's entry put aside."""
    legs = Leg.objects.filter(entry=hold.decision.entry, account__pool="held", implied=False, amount__gt=0)
    held: dict[str, int] = {}
    for leg in legs.select_related("account"):
        held[leg.account.index] = held.get(leg.account.index, 0) + leg.amount
    return held


def decision_of(filing: Filing) -> Decision | None:
    """What became of a filing, read under the lock of its deciding."""
    return Decision.objects.filter(filing=filing).select_related("entry", "actor").first()


def lock(filing: Filing) -> None:
    """One decision at a time on a filing and all others of its check or of what it goes on with, until the transaction ends."""
    _hold_still(f"run:{filing.run_id}" if filing.run_id else f"filing:{filing.begun_id or filing.pk}")


def lock_what_follows(filing: Filing) -> None:
    """No decision on what goes on with a filing until the transaction ends."""
    _hold_still(f"filing:{filing.pk}")


def _hold_still(what: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"balance.decide {what}"])


def is_run_held(filing: Filing, today: date) -> bool:
    """Whether another hold of the same check stands, or was ended by what stands."""
    others = taking_holds(today).filter(run=filing.run_id).exclude(pk=filing.pk)
    return filing.run_id is not None and others.exists()


def top_places(user: User) -> QuerySet[Place]:
    """Where the user may file what the province's pool gives away: who keeps it here is the highest place."""
    return quota_places(user).filter(parent=None)


def quota_places(user: User) -> QuerySet[Place]:
    """Where the user may file quota: counties, zones and, for what the city itself is granted, cities."""
    return places_for(user, "officer", "keeper", "admin").filter(kind__in=(*LEVELS, Place.Kind.CITY))
