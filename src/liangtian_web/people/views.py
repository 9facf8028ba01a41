"""Logging in and out, the password, and the switches of the header."""

from __future__ import annotations

from typing import Any

from django.contrib.auth import views as auth
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse, reverse_lazy
from django.utils.decorators import method_decorator
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_GET, require_POST

from liangtian_web.people import actions
from liangtian_web.people.forms import PreferencesForm
from liangtian_web.people.middleware import LANGUAGE_COOKIE, UNIT_COOKIE

YEAR_S = 365 * 86_400


@method_decorator(login_not_required, name="dispatch")
class Login(auth.LoginView):
    """The log-in page."""

    template_name = "people/login.html"
    redirect_authenticated_user = True


class PasswordChange(auth.PasswordChangeView):
    """The page to change one's password."""

    template_name = "people/password.html"
    success_url = reverse_lazy("people:profile")


def locked_out(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
    """What axes shows after too many failures."""
    return render(request, "people/locked.html", status=429)


@require_GET
def profile(request: HttpRequest) -> HttpResponse:
    """Who I am, where, as what."""
    memberships = request.user.memberships.select_related("agency", "place")
    return render(request, "people/profile.html", {"memberships": memberships})


@login_not_required
@require_POST
def preferences(request: HttpRequest) -> HttpResponse:
    """Keep the unit or language and go back to the page."""
    form = PreferencesForm(request.POST)
    back = request.POST.get("next", "")
    if not url_has_allowed_host_and_scheme(back, {request.get_host()}, require_https=request.is_secure()):
        back = reverse("home:index")
    response = redirect(back)
    if form.is_valid():
        chosen = {name: value for name, value in form.cleaned_data.items() if value}
        if request.user.is_authenticated:
            actions.prefer(request.user, **chosen)
        for name, cookie in (("unit", UNIT_COOKIE), ("language", LANGUAGE_COOKIE)):
            if name in chosen:
                response.set_cookie(
                    cookie, chosen[name], max_age=YEAR_S, samesite="Lax", secure=request.is_secure(), httponly=True
                )
    return response
