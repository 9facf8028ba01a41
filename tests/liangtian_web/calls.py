"""Calls of the interface as a program of a bureau makes them."""

import json
from uuid import uuid4


def send(client, path, body=None, key=None):
    """A call that changes something, under a key of its own unless one is given."""
    headers = {"Idempotency-Key": key or str(uuid4())}
    return client.post(f"/api/{path}", json.dumps(body or {}), content_type="application/json", headers=headers)


def made(client, path, body=None, key=None):
    """What a call made that is accepted."""
    answer = send(client, path, body, key)
    assert answer.status_code in (200, 201), answer.content.decode()
    return answer.json()


def read(client, path, **asked):
    """What the interface shows."""
    answer = client.get(f"/api/{path}", asked)
    assert answer.status_code == 200, answer.content.decode()
    return answer.json()


def decide(client, filing, accept=True):
    """Book a filing, or send it back."""
    return send(
        client, f"balance/filings/{filing['uuid']}/decision", {"accept": accept, "reason": "" if accept else "补正"}
    )


def booked(client, filing):
    """The entry of a filing that nothing stops."""
    answer = decide(client, filing)
    assert answer.status_code == 200, answer.content.decode()
    return answer.json()["entry"]


def said(client, filing, outcome):
    """The rules that answer a filing with an outcome, and their sentences."""
    whole = read(client, f"balance/filings/{filing['uuid']}")
    return {each["rule"]: each["message"] for each in whole["findings"] if each["outcome"] == outcome}
