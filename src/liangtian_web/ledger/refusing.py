"""What the database refuses, in the kernel's words: accounts and lots by name instead of by number."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from typing import Any

import psycopg
from django.db import DatabaseError

from liangtian.errors import BookRefused, Unbalanced
from liangtian.ledger.entry import Account as KernelAccount
from liangtian.ledger.indices import index_words
from liangtian.ledger.kinds import entry_kinds, pools
from liangtian_web.ledger.models import Account, Lot
from liangtian_web.people.models import Place

SQLSTATE = "LT409"


def refusal_of(error: DatabaseError) -> tuple[str, dict[str, Any]] | None:
    """Message id and parameters of a refusal of the book; None: some other error."""
    cause = error.__cause__
    if not isinstance(cause, psycopg.Error) or cause.sqlstate != SQLSTATE:
        return None
    return cause.diag.message_primary or "", json.loads(cause.diag.message_detail or "{}")


@contextmanager
def in_words(key: str) -> Iterator[None]:
    """Turn a refusal of the database, raised while recording `key`, into a `BookRefused`.

    It stands around the transaction, not in it: the names are read when the transaction is over.
    """
    try:
        yield
    except DatabaseError as error:
        found = refusal_of(error)
        if found is None:
            raise
        refusal, said = found
    else:
        return
    raise _worded(refusal, said, key)


def _worded(refusal: str, said: dict[str, Any], key: str) -> BookRefused:
    params: dict[str, Any] = {"key": key}
    for name in ("on", "through", "since", "until"):
        if name in said:
            params[name] = date.fromisoformat(said[name]) if said[name] else "…"
    if kind := entry_kinds().get(said.get("kind", "")):
        params |= {"kind_zh": kind.zh, "kind_en": kind.en}
    if said.get("to") in pools():
        params |= {"to_zh": pools()[said["to"]].zh, "to_en": pools()[said["to"]].en}
    if place := Place.objects.filter(pk=said.get("place") or 0).first():
        params["place"] = place.name
    account = Account.objects.select_related("place").filter(pk=said.get("account") or 0).first()
    lot = Lot.objects.filter(pk=said.get("lot") or 0).first()
    if account is not None:
        words = KernelAccount(account.place.name if account.place else "–", "outside", account.index)
        params |= words.words | _pool_words(account.pool)
    params |= {name: said[name] for name in ("balance", "total", "serial") if name in said}
    params |= {
        "lot": lot.serial if lot else "–",
        "serial": said.get("serial") or (lot.serial if lot else said.get("lot")),
    }
    if refusal == "before-opening":
        params["opening"] = params.pop("through") + timedelta(days=1)
    if refusal.startswith("entry-") and refusal.endswith("unbalanced"):
        return Unbalanced(refusal, **params | index_words(said["index"]))
    return BookRefused(refusal, **params)


def _pool_words(pool: str) -> dict[str, str]:
    return {"pool_zh": pools()[pool].zh, "pool_en": pools()[pool].en}
