"""On the page of a sample: with how many others it was recorded, and where they stand together."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from synthesis import access
from synthesis.models import Sample
from synthesis.sample_parts import Panel, show


def together(request: HttpRequest, sample: Sample) -> dict[str, Any] | None:
    """The newest joint entry of a sample with the others of it that one may see; None where there is none."""
    if not getattr(sample, "recorded_together", True):  # the page asks that together with the sample
        return None
    entry = sample.joint_entries.order_by("-pk").first()
    if entry is None:
        return None
    others = access.visible(entry.samples.exclude(pk=sample.pk), request.user)
    shown = list(others.order_by("pk")[:SHOWN])
    return {"entry": entry, "others": shown, "more": len(shown) == SHOWN} if shown else None


SHOWN = 12
show(Panel("synthesis/sample_together.html", together, order=90))
