"""How a view of this floor answers: as every page does, and for scripts of the page in JSON."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec, cast
from urllib.parse import urlsplit

import orjson
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, QueryDict
from django.http.response import HttpResponseBase

from synthesis import pages
from synthesis.errors import Refusal

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponseBase]


def json_answer(body: Any, status: int = 200) -> HttpResponse:
    content = orjson.dumps(body, option=orjson.OPT_SERIALIZE_NUMPY)
    return HttpResponse(content, content_type="application/json", status=status)


def page(view: View[P]) -> View[P]:
    """A view for people who are logged in; what the laboratory's rules refuse becomes a sentence or JSON."""

    @wraps(view)
    def answered(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        try:
            return view(request, *args, **kwargs)
        except Refusal as refusal:
            if wants_json(request):
                return json_answer({"error": refusal.message, "code": refusal.code}, refusal.status)
            return pages.refused(request, refusal)

    return cast("View[P]", login_required(answered))


def is_htmx(request: HttpRequest) -> bool:
    return request.headers.get("HX-Request") == "true"


def wants_json(request: HttpRequest) -> bool:
    return "application/json" in request.headers.get("Accept", "")


def page_query(request: HttpRequest) -> dict[str, str]:
    """The query of the page that a person sees: a fragment's own, else that of the page which asked for it."""
    if request.GET or not is_htmx(request):
        return request.GET.dict()
    query = urlsplit(request.headers.get("HX-Current-URL", "")).query
    return QueryDict(query).dict()
