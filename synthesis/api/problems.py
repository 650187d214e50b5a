"""Errors as RFC 9457 problem details: type, title, status, detail, and ``errors`` per field.

Every refusal of the house, of Django and of the REST framework leaves by this one door.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from http import HTTPStatus
from typing import Any

import orjson
from django.core.exceptions import PermissionDenied, RequestDataTooBig, SuspiciousOperation
from django.core.exceptions import ValidationError as InvalidModel
from django.db import IntegrityError, InterfaceError, OperationalError
from django.http import Http404, HttpResponse
from django.utils.translation import gettext as _
from rest_framework import exceptions
from rest_framework.serializers import as_serializer_error

from synthesis.database_words import refusal_of
from synthesis.errors import Refusal

MEDIA_TYPE = "application/problem+json"
RETRY_AFTER_S = 5
OWN_TITLES = {460: "Checksum Mismatch"}  # of the tus protocol; no registered status


def handle(error: Exception, context: dict[str, Any]) -> HttpResponse | None:
    """The answer to an error; None for one that nobody foresaw, which is then logged as such."""
    for kinds, answer in _ANSWERS:
        if isinstance(error, kinds):
            said: HttpResponse = answer(error)
            return said
    return None


def problem(
    status: int, detail: str, *, code: str = "", errors: Mapping[str, list[str]] | None = None
) -> HttpResponse:
    """One problem. ``code`` is stable and stands at the end of ``type``."""
    title = OWN_TITLES.get(status) or HTTPStatus(status).phrase
    body: dict[str, Any] = {
        "type": f"urn:labsys:problem:{code or title.lower().replace(' ', '_')}",
        "title": title,
        "status": status,
        "detail": str(detail),
    }
    if errors:
        body["errors"] = errors
    return HttpResponse(orjson.dumps(body), status=status, reason=title, content_type=MEDIA_TYPE)


def _refused(error: Any) -> HttpResponse:
    return problem(error.status, error.message, code=error.code, errors=error.errors)


def _invalid(error: Any) -> HttpResponse:
    errors: dict[str, list[str]] = {}
    for field, sentence in _sentences(error.detail):
        errors.setdefault(field, []).append(sentence)
    first = next(iter(errors.items()), ("", [_("The request is not complete.")]))
    detail = f"{first[0]}: {first[1][0]}" if first[0] else first[1][0]
    return problem(400, detail, code="invalid", errors=errors)


def _invalid_model(error: Any) -> HttpResponse:
    return _invalid(exceptions.ValidationError(as_serializer_error(error)))


def _said_by_the_framework(error: Any) -> HttpResponse:
    answer = problem(error.status_code, _text(error.detail), code=error.default_code)
    if getattr(error, "auth_header", None):
        answer["WWW-Authenticate"] = error.auth_header
    if getattr(error, "wait", None):
        answer["Retry-After"] = f"{error.wait:.0f}"
    return answer


def _not_found(_error: Any) -> HttpResponse:
    return problem(404, _("There is no such record, or you may not see it."), code="not_found")


def _forbidden(error: Any) -> HttpResponse:
    return problem(403, str(error) or _("You may not do this."), code="not_allowed")


def _too_much(_error: Any) -> HttpResponse:
    return problem(413, _("The request is too large. Send files to files/ as multipart."), code="too_large")


def _suspicious(_error: Any) -> HttpResponse:
    return problem(400, _("The request cannot be understood."), code="suspicious")


def _refused_by_the_database(error: Any) -> HttpResponse:
    """A rule of the database that no check before it named: said by the constraint's name, without any SQL."""
    known = refusal_of(error)
    if known is not None:
        return _refused(known)
    rule = getattr(getattr(error.__cause__, "diag", None), "constraint_name", None) or ""
    detail = _("The database refuses this: rule ‘%(rule)s’. Nothing was changed.") % {"rule": rule}
    return problem(409, detail, code="conflict")


def _database_away(_error: Any) -> HttpResponse:
    answer = problem(
        503, _("The database does not answer at this moment. Ask again in a few seconds."), code="unavailable"
    )
    answer["Retry-After"] = str(RETRY_AFTER_S)
    return answer


def _sentences(detail: Any, field: str = "") -> Iterator[tuple[str, str]]:
    """Nested errors as (``components.0.share_wt_percent``, sentence)."""
    if isinstance(detail, Mapping):
        for name, inner in detail.items():
            own = "" if name == "non_field_errors" else str(name)
            yield from _sentences(inner, ".".join(part for part in (field, own) if part))
    elif isinstance(detail, list):
        for number, inner in enumerate(detail):
            nested = isinstance(inner, Mapping | list)
            yield from _sentences(inner, f"{field}.{number}" if nested and field else field)
    else:
        yield field, str(detail)


def _text(detail: Any) -> str:
    return " ".join(sentence for _field, sentence in _sentences(detail))


_ANSWERS: tuple[tuple[type[Exception] | tuple[type[Exception], ...], Any], ...] = (
    (Refusal, _refused),
    (exceptions.ValidationError, _invalid),
    (InvalidModel, _invalid_model),
    ((Http404, exceptions.NotFound), _not_found),
    (exceptions.APIException, _said_by_the_framework),
    (PermissionDenied, _forbidden),
    (RequestDataTooBig, _too_much),
    (SuspiciousOperation, _suspicious),
    (IntegrityError, _refused_by_the_database),
    ((OperationalError, InterfaceError), _database_away),
)
