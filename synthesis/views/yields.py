"""The panel of yields on a sample's page."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from synthesis import sample_parts, yields
from synthesis.models import Sample
from synthesis.sample_parts import Panel


def panel(request: HttpRequest, sample: Sample) -> dict[str, Any] | None:
    """None where a step has no yield: what was bought, or what has no mass yet."""
    found = yields.of_sample(sample)
    return {"yields": found} if found else None


sample_parts.show(Panel("synthesis/yields_panel.html", panel, order=20))
