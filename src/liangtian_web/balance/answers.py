"""A form that hands something in, answered: on to the filing it made, or the form again with what is wrong."""

from __future__ import annotations

from typing import Any

from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import redirect, render

from liangtian.errors import LiangtianError
from liangtian_web.people.requests import Request
from liangtian_web.refusals import sentence


def answered(request: Request, form: Any, template: str, **context: Any) -> HttpResponse:
    """Answer a page whose form has a `hand_in`."""
    if made := handed_in(request, form):
        return redirect("balance:filing", made.uuid)
    return render(request, template, {"form": form, **context}, status=400 if form.errors else 200)


def handed_in(request: Request, form: Form) -> Any:
    """What a valid form makes, a filing mostly; None: it was not sent, or says what is wrong with it."""
    if request.method != "POST" or not form.is_valid():
        return None
    try:
        return form.hand_in(request)  # type: ignore[attr-defined]
    except LiangtianError as error:
        form.add_error(None, sentence(error, request.language))
        return None
