"""An error of the trade becomes a page with its sentence: what, where, why, what to do; never a 500."""

from __future__ import annotations

import sys
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.translation import gettext

from liangtian.errors import LiangtianError
from liangtian.messages import catalogue, render_error
from liangtian_web.errors import is_disk_full, status_of


class Refusals:
    """Middleware that answers a `LiangtianError` a view lets through."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """The page, or the partial where HTMX asked."""
        if not isinstance(error, LiangtianError):
            return None
        template = "refusal.html#sentence" if getattr(request, "htmx", False) else "refusal.html"
        context = {"sentence": sentence(error, getattr(request, "language", "zh-hans"))}
        return render(request, template, context, status=status_of(error))


def server_error(request: HttpRequest) -> HttpResponse:
    """What no view answered: a full disk by its name, anything else in general words; neither needs the database."""
    error = sys.exception()
    if error is not None and is_disk_full(error, settings.HOME):
        return HttpResponse(render_to_string("507.html"), status=507)
    return HttpResponse(render_to_string("500.html"), status=500)


def sentence(error: LiangtianError, language: str) -> str:
    """The error in words: the kernel's by its id, else a sentence of the pages."""
    if error.message_id in catalogue():
        return render_error(error, lang="en" if language == "en" else "zh")
    return gettext(error.message_id) % error.params
