"""The report at its two addresses: on the sample's page for whoever is logged in, and in the API with a token."""

from __future__ import annotations

from collections.abc import Iterable

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.decorators import api_view
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.parsers import BaseParser
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request
from rest_framework.views import APIView

from labsys.reports import document
from labsys.reports.document import Paper
from labsys.reports.figures import figures_of
from labsys.reports.gather import gather
from synthesis import access
from synthesis.models import Sample


class WhateverIsAsked(BaseContentNegotiation):
    """The answer is a PDF or a problem, whatever a browser or a script says that it accepts."""

    def select_parser(self, request: Request, parsers: Iterable[BaseParser]) -> BaseParser | None:
        return None

    def select_renderer(
        self, request: Request, renderers: Iterable[BaseRenderer], format_suffix: str | None = None
    ) -> tuple[BaseRenderer, str]:
        renderer = next(iter(renderers))
        return renderer, str(renderer.media_type)


@extend_schema(
    operation_id="samples_report",
    summary="The batch report as PDF",
    tags=["samples"],
    parameters=[OpenApiParameter("paper", str, enum=["a4", "us-letter"])],
    responses={(200, "application/pdf"): OpenApiTypes.BINARY},
)
@api_view(["GET"])
def sample_report(request: Request, code: str) -> HttpResponse:
    """The batch report of one sample; a stranger is told that there is none."""
    sample = access.get_visible(
        Sample.objects.select_related("project", "created_by"), request.user, code=code
    )
    paper: Paper = "us-letter" if request.query_params.get("paper") == "us-letter" else "a4"
    answer = HttpResponse(report_of(sample, request.user, paper), content_type="application/pdf")
    answer["Content-Disposition"] = f'inline; filename="{sample.code}-report.pdf"'
    answer["Cache-Control"] = "private, no-cache"
    return answer


view: type[APIView] = sample_report.cls
view.content_negotiation_class = WhateverIsAsked


@login_required
def sample_report_page(request: HttpRequest, code: str) -> HttpResponse:
    """The same for a person at a browser: whoever is not logged in is asked to."""
    answer: HttpResponse = sample_report(request, code=code)
    return answer


def report_of(sample: Sample, actor: access.Actor, paper: Paper = "a4") -> bytes:
    gathered = gather(sample, actor)
    return document.pdf(gathered.report, figures_of(gathered, actor), gathered.as_of, paper)
