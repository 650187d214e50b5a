"""What a protocol needs, so many times over, and what of it is there."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from synthesis import logbook, needs, protocols
from synthesis.errors import Refusal
from synthesis.models import ProtocolVersion
from synthesis.pages import page


@page
def needs_page(request: HttpRequest) -> HttpResponse:
    offers = [
        version for kind in logbook.steps() for version in protocols.offered(request.user, kind.slug)
    ] if "protocol" not in request.GET else []  # fmt: skip
    version = _version(request)
    times, error = _times(request.GET.get("times", "1"))
    found = needs.of_version(version, request.user, times) if version and not error else []
    context = {
        "version": version,
        "offers": offers,
        "times": request.GET.get("times", "1"),
        "error": error,
        "needs": found,
        "short": [need for need in found if need.enough is False],
        "nav": "protocols",
    }
    return render(request, "synthesis/needs.html", context, status=422 if error else 200)


def _version(request: HttpRequest) -> ProtocolVersion | None:
    asked = request.GET.get("protocol", "")
    if not asked:
        return None
    known = protocols.visible_versions(request.user)
    found: ProtocolVersion | None = None
    if asked.isdecimal() and len(asked) < 18:  # no number of a row is longer
        found = known.filter(pk=int(asked)).first()
    if found is None:
        raise Refusal(_("There is no such protocol that you may see."), status=404)
    return found


def _times(text: str) -> tuple[int, str]:
    """How often, and what is wrong with that."""
    if text.strip().isdecimal() and 0 < int(text[:9]) <= needs.MOST_TIMES and len(text) < 9:
        return int(text), ""
    return 1, _("‘%(text)s’ is no number of runs: 1 to %(most)s.") % {
        "text": text[:40],
        "most": needs.MOST_TIMES,
    }
