"""Glove mode: its first page, what a tablet asks for before it sends, and the worker that opens it offline."""

from __future__ import annotations

from pathlib import Path

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import render

from synthesis import access, glove
from synthesis.pages import page

WORKER = Path("static") / "js" / "glove-worker.js"


@page
def glove_home(request: HttpRequest) -> HttpResponse:
    """Scan first, else choose a step. Whoever comes here has switched glove mode on."""
    may_log = access.editable_projects(request.user).exists()
    answer = render(request, "synthesis/glove_home.html", {"kinds": glove.kinds(), "may_log": may_log})
    answer.set_cookie(glove.COOKIE, "1", max_age=glove.YEAR, samesite="Lax", secure=request.is_secure())
    return answer


@page
def hand_over(request: HttpRequest) -> HttpResponse:
    """Before a tablet sends what it kept: who is logged in, and the token that the forms need."""
    return JsonResponse({"person": request.user.pk, "token": get_token(request)})


@page
def known(request: HttpRequest) -> HttpResponse:
    return JsonResponse({"samples": glove.known(request.user)})


def worker(request: HttpRequest) -> HttpResponse:
    """The service worker stands at the root, because it may only answer for what lies below its own address."""
    text = (Path(settings.BASE_DIR) / WORKER).read_text()
    answer = HttpResponse(text, content_type="text/javascript; charset=utf-8")
    answer["Cache-Control"] = "no-cache"
    return answer
