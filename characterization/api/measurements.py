"""Measurements: what was found, cycle by cycle, and the points themselves."""

from __future__ import annotations

import math
from typing import Any, ClassVar

from django.db.models import QuerySet
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from characterization import queries, store
from characterization.api import tables
from characterization.api.choices import Choosing
from characterization.api.figures import (
    CyclesSerializer,
    MeasurementDetailSerializer,
    MeasurementSerializer,
    SeriesSerializer,
)
from characterization.models import Measurement
from synthesis.api.filters import By, Words
from synthesis.api.records import BY_TIME
from synthesis.api.rendering import answer
from synthesis.errors import Refusal

USUAL_POINTS = 2000


def _query(name: str, kind: Any, description: str, *, required: bool = False) -> OpenApiParameter:
    return OpenApiParameter(name, kind, required=required, description=description)


_SERIES = [
    _query("x", str, "Column for x.", required=True),
    _query("y", str, "Column for y.", required=True),
    _query("points", int, f"At most so many points, {USUAL_POINTS} unless told."),
    _query("from", float, "Least x."),
    _query("to", float, "Greatest x."),
]


class Measurements(Choosing):
    """Measurements that were read from files; an older reader's tables with `current=false`."""

    queryset = Measurement.objects.select_related("project", "sample", "run", "instrument")
    serializer_class: Any = MeasurementSerializer
    orderings: ClassVar[dict[str, str]] = {**BY_TIME, "started_at": "started_at", "rows": "rows"}
    filters: ClassVar[dict[str, By | Words]] = {
        "project": By("project__slug"),
        "sample": By("sample__code"),
        "run": By("run__code"),
        "technique": By("technique"),
        "instrument": By("instrument__name"),
        "file": By("file_id", "id"),
        "group": By("sample__group"),
        "simulated": By("simulated", "flag"),
        "current": By("current", "flag"),
        "started_after": By("started_at__gte", "time"),
        "started_before": By("started_at__lt", "time"),
        "q": Words(("title", "part", "sample__code", "file__name")),
    }

    def get_queryset(self) -> QuerySet[Any]:
        seen = super().get_queryset()
        if self.action == "list" and "current" not in self.request.query_params:
            return seen.filter(current=True)
        return seen

    @extend_schema(responses=MeasurementDetailSerializer)
    def retrieve(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        self.queryset = queries.with_findings(Measurement.objects.all())
        return Response(MeasurementDetailSerializer(self.get_object()).data)

    @extend_schema(responses=CyclesSerializer)
    @action(detail=True, pagination_class=None, filter_backends=())
    def cycles(self, request: Request, pk: str) -> HttpResponse:
        """Per cycle, absolute and, where the cell's active mass is known, per gram of active material."""
        return answer({"results": queries.cycle_rows(self.get_object()), "next": None})

    @extend_schema(parameters=_SERIES, responses=SeriesSerializer)
    @action(detail=True, pagination_class=None, filter_backends=())
    def series(self, request: Request, pk: str) -> HttpResponse:
        """One column against another, thinned to a number of points; the extremes survive."""
        asked = request.query_params
        x, y = asked.get("x", ""), asked.get("y", "")
        measurement = self.get_object()
        try:
            found = store.series(measurement, x, y, _points(asked.get("points")), _limit(asked, "from"),
                                 _limit(asked, "to"))  # fmt: skip
        except store.UnknownColumn as unknown:
            raise _unknown_column(measurement, str(unknown.args[0]), x) from unknown
        return answer({"x": found.x, "y": found.y, "x_unit": found.x_unit, "y_unit": found.y_unit,
                       "rows": found.rows, "points": len(found.x)})  # fmt: skip

    @extend_schema(
        parameters=[OpenApiParameter("format", enum=list(tables.FORMATS), default="parquet")],
        responses={(200, "application/octet-stream"): OpenApiTypes.BINARY},
    )
    @action(detail=True, pagination_class=None, filter_backends=())
    def table(self, request: Request, pk: str) -> HttpResponseBase:
        """The whole table, streamed: as Parquet, as CSV, or in the names and units of the Battery Data Format."""
        measurement = self.get_object()
        wanted = request.query_params.get("format", "parquet")
        if wanted not in tables.FORMATS:
            raise Refusal(
                _("There is no table format ‘%(wanted)s’. Known: %(known)s.")
                % {"wanted": wanted, "known": ", ".join(tables.FORMATS)},
                field="format",
            )
        return tables.FORMATS[wanted](measurement)


def _points(written: str | None) -> int:
    if written is None:
        return USUAL_POINTS
    if not written.isdecimal() or not 4 <= int(written[:9]) <= store.MOST_POINTS:
        raise Refusal(
            _("points is ‘%(written)s’; write a number from 4 to %(most)s.")
            % {"written": written, "most": f"{store.MOST_POINTS:,}"},
            field="points",
        )
    return int(written)


def _limit(asked: Any, name: str) -> float | None:
    written = asked.get(name)
    if written in (None, ""):
        return None
    try:
        value = float(written)
    except ValueError:
        value = float("nan")
    if math.isnan(value):
        raise Refusal(
            _("%(name)s is ‘%(written)s’, which is no number.") % {"name": name, "written": written},
            field=name,
        )
    return value


def _unknown_column(measurement: Measurement, name: str, x: str) -> Refusal:
    known = ", ".join(column["name"] for column in measurement.columns)
    sentence = _("There is no column ‘%(name)s’ with numbers in it. Known: %(known)s.") % {
        "name": name,
        "known": known,
    }
    return Refusal(sentence, field="x" if name == x else "y", code="unknown_column")
