"""The request as views behind the log-in get it."""

from django.http import HttpRequest
from django_htmx.middleware import HtmxDetails

from liangtian.messages import Language
from liangtian_web.people.models import User

DIGITS_MAX = 18  # every number of so many digits is one the database can compare


class Request(HttpRequest):
    """A request whose user is logged in, with the preferences and HTMX's details the middleware added."""

    user: User
    language: str
    unit: str
    htmx: HtmxDetails


def number_in(text: str) -> int | None:
    """The number of a row as an address names it; None where no row can have it.

    Examples
    --------
    >>> number_in("17"), number_in("x"), number_in("9" * 19)
    (17, None, None)
    """
    return int(text) if text.isdecimal() and len(text) <= DIGITS_MAX else None


def language_of(request: Request) -> Language:
    """The reader's language, as the kernel's sentences know it."""
    return "en" if request.language == "en" else "zh"
