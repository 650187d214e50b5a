"""Pictures on pages: previews as the limited process left them, and what is marked in them."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_GET

from characterization import choosing, store
from characterization.models import Analysis, Measurement
from characterization.views.answers import page
from synthesis import access
from synthesis.models import Role

METHOD = "picture"
ONE_DAY_S = 86_400


@require_GET
@page
def preview(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    """A JPEG that was made when the picture was analysed; nothing is decoded here."""
    measurement = access.get_visible(Measurement.objects.all(), request.user, pk=pk)
    analysis = measurement.analyses.filter(method=METHOD, current=True).first()
    if analysis is None or "previews" not in analysis.tables:
        raise Http404
    rows = store.analysis_table(analysis, "previews").rows_by_key("name", named=True, unique=True)
    headers = {"Cache-Control": f"private, max-age={ONE_DAY_S}", "X-Content-Type-Options": "nosniff"}
    return HttpResponse(rows[name]["jpeg"], content_type="image/jpeg", headers=headers)


def shown(
    measurement: Measurement, analyses: Iterable[Analysis], actor: access.Actor
) -> dict[str, Any] | None:
    """What the page of a picture needs to show and measure it; None for what is no picture, or not yet analysed."""
    analysis = next((one for one in analyses if one.method == METHOD and "previews" in one.tables), None)
    if analysis is None:
        return None
    row = store.overview(measurement).row(0, named=True)
    choice = choosing.in_force(measurement, METHOD)
    chosen = choice.parameters if choice is not None else {}
    down = measurement.meta.get("pixel_height_nm") or row["pixel_nm"]
    told = {
        "width": row["width_px"],
        "height": row["height_px"],
        "pixel": [row["pixel_nm"], down] if row["pixel_nm"] else None,
        "scale": chosen.get("scale"),
        "marks": chosen.get("marks", {}),
    }
    return {
        "told": json.dumps(told),
        "width": row["width_px"],
        "height": row["height_px"],
        "address": reverse("measurement-picture", args=[measurement.pk, "shown"]),
        "raw": reverse("file-raw", args=[measurement.file_id]),
        "action": reverse("measurement-analysis", args=[measurement.pk, METHOD]),
        "may_change": access.may(actor, measurement.project, Role.EDITOR),
        "scale_from": "" if chosen.get("scale") else measurement.meta.get("scale_from", ""),
        "by_hand": bool(chosen.get("scale")),
    }
