"""An error of the trade that a view lets through."""

import pytest
from django.contrib.auth.models import AnonymousUser
from django.test import RequestFactory
from django_htmx.middleware import HtmxDetails

from liangtian.errors import CatalogueError, FileUnreadable, LiangtianError
from liangtian.messages import catalogue
from liangtian_web.errors import StageRefused, VersionConflict, status_of
from liangtian_web.refusals import Refusals, sentence


def refuse(error, **headers):
    request = RequestFactory().get("/", **headers)
    request.user, request.language, request.unit = AnonymousUser(), "zh-hans", "mu"
    request.htmx = HtmxDetails(request)
    return Refusals(lambda request: None).process_exception(request, error)


def test_error_becomes_a_page_with_its_sentence_and_status():
    page = refuse(FileUnreadable("连接中断，请检查网络后重试。"))
    assert page.status_code == 400
    assert '<p class="alert fail" role="alert">连接中断，请检查网络后重试。</p>' in page.content.decode()


def test_htmx_gets_the_sentence_alone():
    page = refuse(FileUnreadable("连接中断，请检查网络后重试。"), HTTP_HX_REQUEST="true")
    assert page.content.decode() == '<p class="alert fail" role="alert">连接中断，请检查网络后重试。</p>'


def test_fault_of_ours_is_not_taken_for_a_refusal():
    assert refuse(RuntimeError("x")) is None


@pytest.mark.parametrize(
    ("error", "status"),
    [(FileUnreadable, 400), (CatalogueError, 409), (VersionConflict, 409), (StageRefused, 409), (LiangtianError, 409)],
)
def test_refusals_are_never_500(error, status):
    assert status_of(error("x")) == status


def test_child_of_an_error_takes_its_status():
    assert status_of(type("Truncated", (FileUnreadable,), {})("x")) == 400


def test_message_of_the_kernel_is_said_in_the_user_s_language():
    plain = next((key for key, texts in catalogue().items() if "{" not in texts["zh"] + texts["en"]), None)
    if plain is None:
        pytest.skip("the kernel has no message without parameters")
    texts = catalogue()[plain]
    error = FileUnreadable(plain)
    assert (sentence(error, "zh-hans"), sentence(error, "en")) == (texts["zh"], texts["en"])
