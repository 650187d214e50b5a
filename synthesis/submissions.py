"""A form that carries a key is recorded once, however often it is sent: a double click, a lost answer, a queue.

The key is claimed in the same transaction as what the form records. A second sender waits for the first; if that one
was refused, the key is free again.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from synthesis.errors import Refusal
from synthesis.models import Submission
from synthesis.pages import refused

FIELD = "submission_key"
HEADER = "Submission-Key"


class SentOnce:
    """Middleware: answers a key that was recorded before with the address that it was answered with then."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., HttpResponse], args: Any, kwargs: Any
    ) -> HttpResponse | None:
        over_rest = getattr(view, "csrf_exempt", False)  # there the body is left to the view
        if request.method != "POST" or over_rest or not request.user.is_authenticated:
            return None
        try:
            key = key_of(request)
            return _once(request, key, lambda: view(request, *args, **kwargs)) if key else None
        except Refusal as refusal:
            return refused(request, refusal)


def new_key() -> str:
    return str(uuid.uuid4())


def key_of(request: HttpRequest) -> uuid.UUID | None:
    """The key in the header or in the form's hidden field."""
    text = request.headers.get(HEADER, "") or request.POST.get(FIELD, "")
    try:
        return uuid.UUID(text) if text else None
    except ValueError as error:
        raise Refusal(
            _("‘%(key)s’ is no key of a form. Open the form again and record from there.")
            % {"key": text[:60]}
        ) from error


def _once(request: HttpRequest, key: uuid.UUID, view: Callable[[], HttpResponse]) -> HttpResponse:
    with transaction.atomic():
        claim = Submission(key=key, path=request.path[:200], address="", created_by_id=request.user.pk)
        # Waits here while somebody else holds the same key.
        Submission.objects.bulk_create([claim], ignore_conflicts=True)
        kept = Submission.objects.get(key=key)
        if kept.address:
            return _again(request, kept)
        answer = view()
        if isinstance(answer, HttpResponseRedirect):
            Submission.objects.filter(pk=kept.pk).update(address=answer.url[:200])
        else:
            transaction.set_rollback(True)
        return answer


def _again(request: HttpRequest, kept: Submission) -> HttpResponse:
    if kept.created_by_id != request.user.pk:
        raise Refusal(_("Somebody else recorded this form. Open it again and record from there."), status=409)
    messages.info(request, _("This was recorded before; nothing was booked a second time."))
    return redirect(kept.address)
