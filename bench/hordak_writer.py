"""Bookings of six legs by django-hordak 2, for `ledger.py`: SECONDS WRITERS; prints bookings a second.

Run by a Python of its own (Django 5.2, psycopg, django-hordak), so that Liangtian does not depend on it. A booking is one
transaction with three debits and three credits, made with `bulk_create`, which is faster than leg by leg; hordak's own
deferred trigger checks that they sum to zero.
"""

from __future__ import annotations

import multiprocessing
import os
import random
import sys
import time
from typing import Any

import django
import psycopg
from django.conf import settings
from django.db import connection, transaction

DATABASE = "bench_hordak"
ACCOUNTS = 300


def configure() -> None:
    """Settings of a project that has nothing but hordak."""
    given = {
        "HOST": os.environ["BENCH_HOST"],
        "USER": os.environ["BENCH_USER"],
        "PASSWORD": os.environ["BENCH_PASSWORD"],
    }
    settings.configure(
        DATABASES={"default": {"ENGINE": "django.db.backends.postgresql", "NAME": DATABASE, **given}},
        INSTALLED_APPS=["django.contrib.contenttypes", "django.contrib.auth", "mptt", "hordak"],
        DEFAULT_CURRENCY="CNY", CURRENCIES=["CNY"], HORDAK_DECIMAL_PLACES=0, USE_TZ=True, SECRET_KEY="bench",
    )  # fmt: skip
    django.setup()


def prepare() -> None:
    """The database, migrated, with accounts; made once."""
    given = settings.DATABASES["default"]
    with psycopg.connect(
        host=given["HOST"], user=given["USER"], password=given["PASSWORD"], dbname="postgres", autocommit=True
    ) as db:
        if db.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone():
            return
        db.execute(f"CREATE DATABASE {DATABASE}")
    from django.core.management import call_command
    from hordak.models import Account

    call_command("migrate", verbosity=0)
    for number in range(ACCOUNTS):
        Account.objects.create(name=f"a{number}", code=str(number), type="AS", currencies=["CNY"])
    connection.close()


def write(seed: int, seconds: float, told: Any) -> None:
    """Book until the time is over."""
    from hordak.models import Account, Leg, Transaction
    from moneyed import Money

    accounts, chance, done = list(Account.objects.order_by("pk")), random.Random(seed), 0
    amounts = [Money(5, "CNY"), Money(3, "CNY"), Money(2, "CNY")]
    end = time.perf_counter() + seconds
    while time.perf_counter() < end:
        chosen = chance.sample(accounts, 6)
        with transaction.atomic():
            made = Transaction.objects.create(description="transfer")
            legs = [
                Leg(transaction=made, account=one, credit=amount)
                for one, amount in zip(chosen[:3], amounts, strict=True)
            ]
            legs += [
                Leg(transaction=made, account=one, debit=amount)
                for one, amount in zip(chosen[3:], amounts, strict=True)
            ]
            Leg.objects.bulk_create(legs)
        done += 1
    told.put(done)


def main() -> None:
    seconds, writers = float(sys.argv[1]), int(sys.argv[2])
    configure()
    prepare()
    told: Any = multiprocessing.Queue()
    processes = [multiprocessing.Process(target=write, args=(seed, seconds, told)) for seed in range(writers)]
    for each in processes:
        each.start()
    done = sum(told.get() for _ in processes)
    for each in processes:
        each.join()
    print(done / seconds)


if __name__ == "__main__":
    main()
