"""Which commitments a user may see, where one may promise, record and judge, and which places are in arrears."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet, Sum

from liangtian.policy.amounts import BALANCE
from liangtian_web.balance.models import Filing
from liangtian_web.balance.procedures.commitment import COMPLETION, STEPS
from liangtian_web.balance.promises import DUE, FOLLOWING, PROMISE
from liangtian_web.balance.queries import HOLD, KINDS, LEVELS, filing_places, filings_for
from liangtian_web.ledger.models import Leg
from liangtian_web.ledger.queries import Balance, accounts_for, balances
from liangtian_web.people.models import Place, User
from liangtian_web.people.queries import places_for
from liangtian_web.review.models import Run
from liangtian_web.review.queries import HEAVY, runs_for


def commitments_for(user: User) -> QuerySet[Filing]:
    """Commitments of the user's places, newest first, whatever became of them."""
    return filings_for(user).select_related("place__book_key").filter(event=PROMISE)


def booked_for(user: User) -> QuerySet[Filing]:
    """Those that stand in the book."""
    return commitments_for(user).filter(decision__entry__isnull=False).prefetch_related("steps")


def open_for(user: User, on: date) -> QuerySet[Filing]:
    """Those of which something may be left at the end of a day: all that are kept or settled for good stay in the database.

    What an entry was reversed of, `promises.standings` tells; such commitments are among them, whatever became of them.
    """
    own, after = Q(entry__filed__filing=OuterRef("pk")), Q(entry__filed__filing__begun=OuterRef("pk"))
    after &= Q(entry__filed__filing__event__in=FOLLOWING)
    legs = Leg.objects.filter(own | after, account__pool__in=("committed", "arrears"), implied=False).order_by()
    sums = legs.filter(on__lte=on).values("account__pool", "account__index").annotate(left=Sum("amount"))
    undone = legs.filter(entry__reversed_by__isnull=False)
    return booked_for(user).filter(Exists(sums.exclude(left=0)) | Exists(undone))


def judged_places(user: User) -> QuerySet[Place]:
    """Whose defaults the user may file: the places right below, or one that has none above it."""
    own = places_for(user, "officer", "keeper", "admin")
    return Place.objects.filter(Q(parent__in=own) | Q(parent=None, pk__in=own), kind__in=LEVELS)


def committing_runs(user: User, sending: UUID | None = None) -> QuerySet[Run]:
    """Checks whose land may be promised for: neither held nor promised for, unless that was sent back.

    Parameters
    ----------
    sending : the form at hand, which promises nothing anew when it is sent again
    """
    begun = Filing.objects.filter(run=OuterRef("pk"), event__in=(HOLD, PROMISE))
    if sending is not None:
        begun = begun.exclude(uuid=sending)
    alive = begun.exclude(decision__isnull=False, decision__entry__isnull=True)
    found = runs_for(user).filter(kind__in=KINDS, place__in=filing_places(user))
    return found.filter(~Exists(alive)).defer(*HEAVY)


def files_for(user: User, promise: Filing) -> bool:
    """Whether the user may supply a promise: its own place's people."""
    return filing_places(user).filter(pk=promise.place_id).exists()


def judges(user: User, promise: Filing) -> bool:
    """Whether the user may file its default."""
    return judged_places(user).filter(pk=promise.place_id).exists()


def recordable(user: User, promise: Filing) -> list[str]:
    """The steps of a promise the user may record; the day of completion, which sets the term, only the place above."""
    if promise.facts.get("promised_steps"):
        return list(STEPS) if files_for(user, promise) else []
    return [COMPLETION] if judges(user, promise) else []


def is_default_filed(promise: Filing, sending: UUID) -> bool:
    """Whether another filing of its default waits for a decision."""
    return promise.later.filter(event=DUE, decision=None).exclude(uuid=sending).exists()


def places_in_arrears(user: User, on: date) -> list[tuple[Place, list[Balance]]]:
    """The user's places that owe arrears of commitments at the end of a day, with what they owe, account by account."""
    accounts = accounts_for(user).filter(pool="arrears", index__in=BALANCE).order_by("place__path")
    found: dict[int, tuple[Place, list[Balance]]] = {}
    for each in balances(accounts, on):
        place = each.account.place
        if each.amount and place is not None:
            found.setdefault(place.pk, (place, []))[1].append(each)
    return list(found.values())
