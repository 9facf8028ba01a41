"""Every error of the interface in one shape: `code`, `id`, its sentence in both languages, and what `problems` there are."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, ValidationError

from liangtian.errors import DocumentRefused, LiangtianError
from liangtian.messages import render_error
from liangtian_web.errors import status_of
from liangtian_web.ledger.proposing import Problems

CODES = {400: "bad-request", 401: "not-logged-in", 403: "forbidden", 404: "not-found", 422: "malformed"}


def answer_refusals(api: NinjaAPI) -> None:
    """Have the interface answer every error this way."""

    def answer(request: HttpRequest, error: LiangtianError, status: int, **more: Any) -> HttpResponse:
        code = CODES.get(status, error.code) if type(error) is LiangtianError else error.code
        said: dict[str, Any] = {"code": code, "id": error.message_id, **_sentences(error)}
        return api.create_response(request, said | more, status=status)

    def plain(message_id: str, status: int) -> Any:
        return lambda request, error: answer(request, LiangtianError(message_id), status)

    def refused(request: HttpRequest, error: LiangtianError) -> HttpResponse:
        return answer(request, error, 422 if isinstance(error, Problems) else status_of(error), **_each(error))

    def malformed(request: HttpRequest, error: ValidationError) -> HttpResponse:
        problems = [{"at": list(each["loc"]), "text": each["msg"]} for each in error.errors]
        return answer(request, LiangtianError("api-malformed"), 422, problems=problems)

    def other(request: HttpRequest, error: HttpError) -> HttpResponse:
        known = {401: "api-not-logged-in", 403: "api-forbidden", 404: "api-not-found"}.get(error.status_code)
        said = LiangtianError(known) if known else LiangtianError("api-refused", detail=str(error))
        return answer(request, said, error.status_code, detail=str(error))

    handlers: dict[type[Exception], Any] = {
        LiangtianError: refused,
        ValidationError: malformed,
        HttpError: other,
        AuthenticationError: plain("api-not-logged-in", 401),
        PermissionDenied: plain("api-forbidden", 403),
        Http404: plain("api-not-found", 404),
    }
    for kind, handler in handlers.items():
        api.add_exception_handler(kind, handler)


def _each(error: LiangtianError) -> dict[str, Any]:
    """Of an error that is several: every defect of a file of values, every problem of a table."""
    if isinstance(error, DocumentRefused):
        return {"defects": [{"id": each.message_id} | _sentences(each) for each in error.defects]}
    if isinstance(error, Problems):
        cells = ((each.row, each.column, each.heading, str(each)) for each in error.problems)
        return {"problems": [{"at": [row, column], "field": head, "text": text} for row, column, head, text in cells]}
    return {}


def _sentences(error: LiangtianError) -> dict[str, str]:
    return {"zh": render_error(error, lang="zh"), "en": render_error(error, lang="en")}
