"""Who I am, and the switches of the header. Logging in is the front page's: it is noted in the trail, above us."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_GET, require_POST

from liangtian_web.people import actions
from liangtian_web.people.forms import ColumnsForm, PreferencesForm
from liangtian_web.people.middleware import LANGUAGE_COOKIE, UNIT_COOKIE
from liangtian_web.people.models import User
from liangtian_web.people.requests import Request

YEAR_S = 365 * 86_400


def locked_out(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
    """What axes shows after too many failures."""
    return render(request, "people/locked.html", {"minutes": actions.lock_out_minutes()}, status=429)


@require_GET
def profile(request: Request) -> HttpResponse:
    """Who I am, where, as what."""
    memberships = request.user.memberships.select_related("agency", "place")
    return render(request, "people/profile.html", {"memberships": memberships})


@login_not_required
@require_POST
def preferences(request: HttpRequest) -> HttpResponse:
    """Keep the unit or language and go back to the page."""
    form = PreferencesForm(request.POST)
    response = HttpResponseRedirect(_back(request))
    chosen = {name: value for name, value in form.cleaned_data.items() if value} if form.is_valid() else {}
    if isinstance(request.user, User):
        actions.prefer(request.user, **chosen)
    for name, value in chosen.items():
        cookie = {"unit": UNIT_COOKIE, "language": LANGUAGE_COOKIE}[name]
        response.set_cookie(cookie, value, max_age=YEAR_S, samesite="Lax", secure=request.is_secure(), httponly=True)
    return response


@require_POST
def columns(request: Request) -> HttpResponse:
    """Keep which columns of a list are shown and go back to it."""
    form = ColumnsForm(request.POST)
    if not form.is_valid():
        return HttpResponseBadRequest()
    offered = set(form.cleaned_data["offered"].split(","))
    actions.choose_columns(request.user, form.cleaned_data["list"], offered, set(request.POST.getlist("shown")))
    return HttpResponseRedirect(_back(request))


def _back(request: HttpRequest) -> str:
    """The page of ours that asked, else the front page."""
    back = request.POST.get("next", "")
    ours = url_has_allowed_host_and_scheme(back, {request.get_host()}, require_https=request.is_secure())
    return back if ours else reverse("home:index")
