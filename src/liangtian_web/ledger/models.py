"""The book's tables. Accounts, entries, legs, lots and seals only grow; day sums are derived beside them.

Rows come through the functions of `book.sql`, the one way in; Django only reads them. Ids of indices, pools and
kinds are the kernel's (`liangtian.ledger`).
"""

from __future__ import annotations

import uuid
from datetime import timedelta

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from liangtian.ledger.bounds import DAY_FIRST, DAY_LAST, SANE_TEXT
from liangtian.ledger.entry import AMOUNT_MAX
from liangtian.ledger.kinds import entry_kinds
from liangtian_web.boxes import BoxField

SANE, DAYS = SANE_TEXT, (DAY_FIRST, DAY_LAST)


class PlaceKey(models.Model):
    """How the book names a place, for ever: whatever becomes of its name and code, old records say the same.

    Rows come and go by triggers of `words.sql`: every place has one, which follows its code until the book knows the place.
    """

    place = models.OneToOneField("people.Place", models.DO_NOTHING, primary_key=True, related_name="book_key")
    key = models.CharField(max_length=30, unique=True)

    def __str__(self) -> str:
        return self.key


class Account(models.Model):
    """What one place has of one index in one pool; without a place, the world outside the book."""

    place = models.ForeignKey("people.Place", models.PROTECT, null=True, related_name="+", verbose_name=_("责任单元"))
    pool = models.CharField(_("库"), max_length=20)
    index = models.CharField(_("指标"), max_length=30)
    may_be_negative = models.BooleanField(default=False)
    names_lots = models.BooleanField(default=False)  # every leg names the lot its credit stands on

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["place", "pool", "index"], name="ledger_account_once", nulls_distinct=False
            ),
            models.CheckConstraint(
                condition=models.Q(pool="outside", may_be_negative=True)
                | ~models.Q(pool="outside") & models.Q(may_be_negative=False),
                name="ledger_account_below_zero",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.place} · {self.pool} · {self.index}"


class Entry(models.Model):
    """One event of the book: its legs sum to zero for each index and lot."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True)
    key = models.CharField(_("编号"), max_length=200, unique=True)
    on = models.DateField(_("业务日期"))
    recorded_at = models.DateTimeField(_("记账时间"))
    kind = models.CharField(_("类型"), max_length=30)
    evidence = ArrayField(models.TextField(), verbose_name=_("依据"))
    rules = ArrayField(models.TextField(), verbose_name=_("规则"))
    # Who they were when they signed: a user who is renamed signed as before. `actor_name` and `approver_name` are user names.
    actor_name = models.CharField(max_length=150)
    approver_name = models.CharField(max_length=150, blank=True)
    # No foreign keys: a row lock on the actor by every writer at once would cost more than the entry. `book_post` looks
    # them up and `book_user_kept` keeps them.
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", db_constraint=False, verbose_name=_("提出人")
    )
    approver = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", db_constraint=False,
        verbose_name=_("记账人"),
    )  # fmt: skip
    reverses = models.OneToOneField("self", models.PROTECT, null=True, related_name="reversed_by")
    settles = models.ForeignKey("self", models.PROTECT, null=True, related_name="settlements")
    linked = ArrayField(models.TextField())
    expires = models.DateField(_("到期日"), null=True)
    created_xid = models.BigIntegerField()  # the transaction that made it; no other may add legs

    class Meta:
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["recorded_at"], name="ledger_entry_when"),
            models.Index(fields=["created_xid"], name="ledger_entry_xid"),
        ]
        constraints = [
            models.CheckConstraint(condition=models.Q(kind__in=sorted(entry_kinds())), name="ledger_entry_kind"),
            models.CheckConstraint(condition=models.Q(evidence__len__gt=0), name="ledger_entry_evidence"),
            models.CheckConstraint(condition=models.Q(key__regex=SANE), name="ledger_entry_key"),
            models.CheckConstraint(
                condition=models.Q(on__range=DAYS) & (models.Q(expires=None) | models.Q(expires__range=DAYS)),
                name="ledger_entry_days",
            ),
            models.CheckConstraint(
                condition=models.Q(kind="reversal", reverses__isnull=False, settles=None, expires=None)
                | ~models.Q(kind="reversal") & models.Q(reverses=None),
                name="ledger_entry_reversal",
            ),
            models.CheckConstraint(
                condition=models.Q(expires=None) | models.Q(expires__gt=models.F("on")), name="ledger_entry_expires"
            ),
            models.CheckConstraint(
                condition=models.Q(approver=None) | ~models.Q(approver=models.F("actor")),
                name="ledger_entry_two_people",
            ),
        ]

    def __str__(self) -> str:
        return self.key


class Lot(models.Model):
    """What one acceptance earned on one piece of ground; its amounts are the legs that name it."""

    serial = models.CharField(_("批次编号"), max_length=60, unique=True)
    place = models.ForeignKey("people.Place", models.PROTECT, related_name="+", verbose_name=_("责任单元"))
    project = models.CharField(_("项目"), max_length=200)
    credit = models.CharField(_("来源"), max_length=30)
    on = models.DateField(_("验收日期"))
    document = models.CharField(_("文件"), max_length=200, blank=True)

    class Meta:
        ordering = ["on", "serial"]
        constraints = [
            models.CheckConstraint(condition=models.Q(serial__regex=SANE), name="ledger_lot_serial"),
            models.CheckConstraint(condition=models.Q(on__range=DAYS), name="ledger_lot_day"),
        ]

    def __str__(self) -> str:
        return self.serial


class Ground(models.Model):
    """The boundary of a lot: given when it was opened, or attached later under a key of its own. Never changed."""

    lot = models.OneToOneField(Lot, models.PROTECT, primary_key=True, related_name="ground")
    wkb = models.BinaryField()
    crs = models.CharField(_("坐标系"), max_length=20)  # the measuring plane, EPSG:4549
    box = BoxField()  # in degrees, whatever the plane
    area_m2 = models.DecimalField(_("面积"), max_digits=16, decimal_places=2)
    key = models.CharField(max_length=200, null=True, unique=True)  # None: came with the lot
    evidence = ArrayField(models.TextField(), verbose_name=_("依据"))
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    approver = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    actor_name = models.CharField(max_length=150)
    approver_name = models.CharField(max_length=150, blank=True)
    recorded_at = models.DateTimeField(_("记录时间"))
    created_xid = models.BigIntegerField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(evidence__len__gt=0), name="ledger_ground_evidence"),
            models.CheckConstraint(condition=models.Q(key=None) | models.Q(key__regex=SANE), name="ledger_ground_key"),
            models.CheckConstraint(
                condition=models.Q(approver=None) | ~models.Q(approver=models.F("actor")),
                name="ledger_ground_two_people",
            ),
        ]

    def __str__(self) -> str:
        return str(self.lot)


class Leg(models.Model):
    """An amount moved into (+) or out of (−) an account on a day. `n` counts from 1 within the entry.

    What a hold gives back on the day it lapses is booked ahead with it, and taken away again by what settles it: such
    rows are `implied`; the others are the legs as they were written.
    """

    pk = models.CompositePrimaryKey("entry", "n")
    entry = models.ForeignKey(Entry, models.PROTECT, related_name="legs", db_constraint=False, db_index=False)
    n = models.SmallIntegerField()
    account = models.ForeignKey(Account, models.PROTECT, related_name="legs", db_constraint=False, db_index=False)
    lot = models.ForeignKey(Lot, models.PROTECT, null=True, related_name="legs", db_index=False)
    amount = models.BigIntegerField()
    on = models.DateField()
    implied = models.BooleanField(default=False)
    # In the order of recording, which the lock on the account makes the order of ids:
    balance = models.BigIntegerField()  # what stands in the account, or in this lot there, after this leg
    latest = models.DateField()  # the latest business date booked there so far

    class Meta:
        indexes = [
            models.Index(fields=["account", "entry", "n"], name="ledger_leg_of_account"),
            models.Index(
                fields=["lot", "account", "entry", "n"], name="ledger_leg_of_lot", condition=models.Q(lot__isnull=False)
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(amount=0) & models.Q(amount__range=(-AMOUNT_MAX, AMOUNT_MAX)),
                name="ledger_leg_amount",
            ),
            models.CheckConstraint(condition=models.Q(on__range=DAYS), name="ledger_leg_day"),
        ]

    def __str__(self) -> str:
        return f"{self.account_id} {self.amount:+}"


class Fold(models.Model):
    """Derived: up to which entry an account's legs are in its day sums. The legs after it are added when asked."""

    account = models.OneToOneField(Account, models.PROTECT, primary_key=True, related_name="fold", db_constraint=False)
    entry_id = models.BigIntegerField()


class Day(models.Model):
    """Derived: what was booked on an account for one business date, by the day it became known."""

    pk = models.CompositePrimaryKey("account", "on", "known_on")
    account = models.ForeignKey(Account, models.PROTECT, related_name="days", db_constraint=False, db_index=False)
    on = models.DateField()
    known_on = models.DateField()
    amount = models.BigIntegerField()

    class Meta:
        # An account's days side by side with their amounts: its rows in the table lie as far apart as its bookings.
        indexes = [models.Index(fields=["account", "on", "known_on"], include=["amount"], name="ledger_day_sums")]


class Period(models.Model):
    """A place's book closed up to a day: nothing dated until then is booked there.

    The opening balance of a place closes all days before it the same way (`opens`).
    """

    key = models.CharField(max_length=200, unique=True)
    place = models.ForeignKey("people.Place", models.PROTECT, related_name="+")
    through = models.DateField(_("截止"))
    opens = models.BooleanField(default=False)
    evidence = ArrayField(models.TextField(), verbose_name=_("依据"))
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    approver = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    actor_name = models.CharField(max_length=150)
    approver_name = models.CharField(max_length=150, blank=True)
    recorded_at = models.DateTimeField(_("关账时间"))
    created_xid = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["place", "through", "opens"], name="ledger_period_once"),
            models.CheckConstraint(condition=models.Q(key__regex=SANE), name="ledger_period_key"),
            models.CheckConstraint(
                condition=models.Q(through__range=(DAY_FIRST - timedelta(days=1), DAY_LAST)), name="ledger_period_day"
            ),
            models.CheckConstraint(
                condition=models.Q(opens=True) | models.Q(evidence__len__gt=0), name="ledger_period_evidence"
            ),
            models.CheckConstraint(
                condition=models.Q(approver=None) | ~models.Q(approver=models.F("actor")),
                name="ledger_period_two_people",
            ),
        ]
        indexes = [models.Index(fields=["through"], name="ledger_period_through")]


class Opening(models.Model):
    """What an account held at the end of a closed period: where later balances begin."""

    pk = models.CompositePrimaryKey("account", "through")
    account = models.ForeignKey(Account, models.PROTECT, related_name="openings", db_index=False)
    through = models.DateField()
    recorded_at = models.DateTimeField()
    balance = models.BigIntegerField()


class Seal(models.Model):
    """A batch of records taken into the hash chain (`liangtian.ledger.chain`)."""

    number = models.BigIntegerField(primary_key=True)
    first = models.BigIntegerField()  # position of its first record
    count = models.IntegerField(_("条数"))
    previous = models.CharField(max_length=64)
    sealed_at = models.DateTimeField(_("封存时间"))
    seal = models.CharField(_("封存码"), max_length=64)
    xid_floor = models.BigIntegerField()  # every record made by an earlier transaction had been seen


class Link(models.Model):
    """A record's place in the chain: an entry, an attached boundary or a closing."""

    position = models.BigIntegerField(primary_key=True)
    entry = models.OneToOneField(Entry, models.PROTECT, null=True, related_name="link", db_constraint=False)
    ground = models.OneToOneField(Ground, models.PROTECT, null=True, related_name="link", db_constraint=False)
    period = models.OneToOneField(Period, models.PROTECT, null=True, related_name="link", db_constraint=False)
    digest = models.CharField(max_length=64)
    seal = models.ForeignKey(Seal, models.PROTECT, related_name="links", db_index=False)


class Proposal(models.Model):
    """An entry somebody asks for; another person posts or refuses it.

    Several may be asked for as one linked set: all name its first as their `head`, and they are posted or refused together.
    """

    uuid = models.UUIDField(default=uuid.uuid4, unique=True)
    head = models.ForeignKey("self", models.PROTECT, null=True, related_name="tail")
    place = models.ForeignKey("people.Place", models.PROTECT, related_name="+", verbose_name=_("责任单元"))
    on = models.DateField(_("业务日期"))
    kind = models.CharField(_("类型"), max_length=30)
    evidence = models.CharField(_("依据"), max_length=200)
    content = models.JSONField()
    proposer = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("提出人"))
    proposed_at = models.DateTimeField(_("提出时间"), auto_now_add=True)

    class Meta:
        ordering = ["-id"]

    @property
    def linked(self) -> list[Proposal]:
        """The others of its set that `proposals_for` read with it, in the order of their entries."""
        head = self.head if self.head_id else self
        known = [head, *sorted(head.tail.all(), key=lambda one: one.pk)] if head else []
        return [each for each in known if each.pk != self.pk]


class Decision(models.Model):
    """What became of a proposal: posted as an entry, or refused with a reason."""

    proposal = models.OneToOneField(Proposal, models.PROTECT, primary_key=True, related_name="decision")
    entry = models.OneToOneField(Entry, models.PROTECT, null=True, related_name="decision")
    reason = models.CharField(_("理由"), max_length=500, blank=True)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("审核人"))
    decided_at = models.DateTimeField(_("审核时间"), auto_now_add=True)


class Basis(models.Model):
    """By what an entry was decided, as `liangtian.check.booked.Decided` writes it.

    The rules of the sealed entry name it by its digest: the database keeps no other line, and only with the entry.
    """

    entry = models.OneToOneField(Entry, models.PROTECT, primary_key=True, related_name="basis")
    line = models.TextField()

    def __str__(self) -> str:
        return str(self.entry)


class Assertion(models.Model):
    """What somebody else's statement says an account holds on a day, and what the book said then."""

    account = models.ForeignKey(Account, models.PROTECT, related_name="assertions")
    on = models.DateField(_("业务日期"))
    stated = models.BigIntegerField(_("对账单"))
    held = models.BigIntegerField(_("本台账"))
    source = models.CharField(_("对账单来源"), max_length=200)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField(_("记录时间"), auto_now_add=True)

    class Meta:
        ordering = ["-id"]

    @property
    def difference(self) -> int:
        """Theirs less ours."""
        return self.stated - self.held
