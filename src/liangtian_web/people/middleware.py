"""What every request needs to know: where it comes from, and the user's language and unit."""

from __future__ import annotations

from collections.abc import Callable
from ipaddress import ip_address

from django.conf import settings
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.utils import translation

from liangtian.errors import LiangtianError
from liangtian.messages import render_error
from liangtian_web.people.models import User

LANGUAGE_COOKIE, UNIT_COOKIE = "liangtian_language", "liangtian_unit"

API, OGC = "/api/", "/ogc/"  # read by programs, which cannot follow a redirect to a form


class LoginRequired(LoginRequiredMiddleware):
    """Everything needs a log-in; a person is led to it, a program is told."""

    def handle_no_permission(  # type: ignore[override]  # the stubs know the redirect alone
        self, request: HttpRequest, view_func: Callable[..., HttpResponseBase]
    ) -> HttpResponseBase:
        """The log-in page, or 401 in JSON."""
        if request.path.startswith(API):
            error = LiangtianError("api-not-logged-in")
            words = {"zh": render_error(error, lang="zh"), "en": render_error(error, lang="en")}
            return JsonResponse({"code": "not-logged-in", "id": error.message_id} | words, status=401)
        if request.path.startswith(OGC):
            said = {"code": "Unauthorized", "description": "Log in first; the session's cookie opens this address."}
            return JsonResponse(said, status=401)
        return super().handle_no_permission(request, view_func)


def client_address(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Behind the reverse proxy, take the address it adds last; what stands before it is the client's own claim."""
    if not settings.TLS:
        return get_response

    def middleware(request: HttpRequest) -> HttpResponse:
        if claimed := request.headers.get("x-forwarded-for"):
            request.META["REMOTE_ADDR"] = _address(claimed.rsplit(",", 1)[-1]) or request.META["REMOTE_ADDR"]
        return get_response(request)

    return middleware


def _address(claimed: str) -> str:
    """The bare address a proxy wrote, some with its port; "" if it is none.

    Examples
    --------
    >>> _address(" 192.0.2.7:5678"), _address("[2001:db8::7]:5678"), _address("unknown")
    ('192.0.2.7', '2001:db8::7', '')
    """
    text = claimed.strip()
    bare = (
        text[1:].partition("]")[0] if text.startswith("[") else text.partition(":")[0] if text.count(":") == 1 else text
    )
    try:
        return str(ip_address(bare))
    except ValueError:
        return ""


def preferences(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Set `request.language` (zh-hans or en) and `request.unit` (mu, ha or m2).

    The user's own if logged in, else the cookie's, else Chinese and 亩; the browser is not asked.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        user = request.user
        language = user.language if user.is_authenticated else request.COOKIES.get(LANGUAGE_COOKIE, "")
        unit = user.unit if user.is_authenticated else request.COOKIES.get(UNIT_COOKIE, "")
        request.language = language if language in User.Language.values else User.Language.ZH.value  # type: ignore[attr-defined]
        request.unit = unit if unit in User.Unit.values else User.Unit.MU.value  # type: ignore[attr-defined]
        with translation.override(request.language):  # type: ignore[attr-defined]
            return get_response(request)

    return middleware
