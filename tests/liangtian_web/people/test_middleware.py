from django.http import HttpResponse
from django.test import RequestFactory

from liangtian_web.people.middleware import client_address


def seen(**headers):
    request = RequestFactory().get("/", REMOTE_ADDR="127.0.0.1", **headers)
    return client_address(lambda request: HttpResponse(request.META["REMOTE_ADDR"]))(request).content.decode()


def test_address_is_the_one_the_proxy_adds(settings):
    settings.TLS = True
    assert seen(HTTP_X_FORWARDED_FOR="10.0.0.1, 203.0.113.7") == "203.0.113.7"
    assert seen() == "127.0.0.1"


def test_without_a_proxy_nobody_may_claim_an_address(settings):
    settings.TLS = False
    assert seen(HTTP_X_FORWARDED_FOR="203.0.113.7") == "127.0.0.1"


def test_a_proxy_that_adds_the_port_or_no_address_leaves_one_that_can_be_kept(settings):
    settings.TLS = True
    claims = ["203.0.113.7:5678", "[2001:db8::7]:443", "2001:db8::7", "unknown", " "]
    assert [seen(HTTP_X_FORWARDED_FOR=claim) for claim in claims] == [
        "203.0.113.7",
        "2001:db8::7",
        "2001:db8::7",
        "127.0.0.1",
        "127.0.0.1",
    ]
