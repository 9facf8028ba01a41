"""The request as views behind the log-in get it."""

from django.http import HttpRequest
from django_htmx.middleware import HtmxDetails

from liangtian.messages import Language
from liangtian_web.people.models import User


class Request(HttpRequest):
    """A request whose user is logged in, with the preferences and HTMX's details the middleware added."""

    user: User
    language: str
    unit: str
    htmx: HtmxDetails


def language_of(request: Request) -> Language:
    """The reader's language, as the kernel's sentences know it."""
    return "en" if request.language == "en" else "zh"
