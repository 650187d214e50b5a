"""Who asks over REST: a bearer token of a person or an instrument; a browser's session otherwise.

The secret stands in the Authorization header and nowhere else, so that no address or log ever holds it.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pghistory
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from synthesis import access
from synthesis.access import Actor, InstrumentActor
from synthesis.models import ApiToken

if TYPE_CHECKING:  # the framework reads this module while it makes its own views
    from rest_framework.views import APIView

NOTED_EVERY = timedelta(minutes=1)
_UNKNOWN = _("This token is not known, has expired or was revoked. Ask for a new one.")


class BearerAuthentication(BaseAuthentication):
    """``Authorization: Bearer lab_…``. A wrong token is refused; without the header the next way is tried."""

    def authenticate(self, request: Request) -> tuple[Actor, ApiToken] | None:
        words = get_authorization_header(request).split()
        if not words or words[0].lower() != b"bearer":
            return None
        if len(words) != 2:
            raise AuthenticationFailed(
                _("Write the header as ‘Authorization: Bearer’ and the token, one space between.")
            )
        token = access.token_for(words[1].decode("ascii", errors="replace"))
        actor = _actor_of(token)
        if token is None or actor is None:
            raise AuthenticationFailed(_UNKNOWN)
        _note_use(token)
        pghistory.context(token=token.name)
        return actor, token

    def authenticate_header(self, request: Request) -> str:
        return 'Bearer realm="labsys"'


class PeopleOnly(BasePermission):
    """A person with an account. An instrument's token is answered that it may only send files."""

    message = _("An instrument's token sends files and asks after them, nothing else. Use a person's token.")

    def has_permission(self, request: Request, view: APIView) -> bool:
        return bool(request.user.is_authenticated) and not isinstance(request.user, InstrumentActor)


class PeopleAndInstruments(BasePermission):
    """Whoever showed who they are."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        return bool(request.user.is_authenticated)


def _actor_of(token: ApiToken | None) -> Actor | None:
    """The person or instrument of a token; None for a person whose account was closed."""
    if token is None:
        return None
    if token.instrument is not None:
        return InstrumentActor(token.instrument)
    return token.user if token.user is not None and token.user.is_active else None


def _note_use(token: ApiToken) -> None:
    """Writes when a token was last used, at most once a minute, so that reading stays reading."""
    now = timezone.now()
    if token.last_used_at is None or now - token.last_used_at > NOTED_EVERY:
        ApiToken.objects.filter(pk=token.pk).update(last_used_at=now)
