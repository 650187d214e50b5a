"""What every page shares: signing in, and a Refusal told as a page with its own status."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec

from django.contrib.auth.decorators import login_required
from django.db import IntegrityError
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render

from synthesis.database_words import refusal_of
from synthesis.errors import Refusal

P = ParamSpec("P")
Handler = Callable[Concatenate[HttpRequest, P], HttpResponseBase]


def page(view: Handler[P]) -> Handler[P]:
    """A view for people who signed in. A Refusal that it lets through becomes a page (or a line, for htmx)."""

    @wraps(view)
    def answered(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        try:
            return view(request, *args, **kwargs)
        except Refusal as refusal:
            return refused(request, refusal)
        except IntegrityError as error:
            known = refusal_of(error)
            if known is None:
                raise
            return refused(request, known)

    guarded: Any = login_required(answered)
    return guarded  # type: ignore[no-any-return]  # login_required loses the parameters


def refused(request: HttpRequest, refusal: Refusal) -> HttpResponse:
    fragment = request.headers.get("HX-Request") == "true"
    name = "components/refusal.html" if fragment else "refused.html"
    return render(request, name, {"refusal": refusal}, status=refusal.status)
