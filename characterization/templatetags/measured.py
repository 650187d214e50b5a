"""Measured values, file sizes and techniques as pages write them: ``{% load measured %}``."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django import template
from django.template.defaultfilters import filesizeformat
from django.utils import formats, timezone
from django.utils.translation import gettext_lazy as _

from characterization.models import Analysis, Finding
from characterization.panels import Group, grouped, with_uncertainty
from characterization.panels.figures import number
from synthesis import words

register = template.Library()

UNIT_ENDINGS = {
    "_per_cm": "cm⁻¹",
    "_percent": "%",
    "_angstrom": "Å",
    "_deg": "°",
    "_nm2": "nm²",
    "_nm": "nm",
    "_um": "µm",
    "_eV": "eV",
    "_kV": "kV",
    "_mA": "mA",
    "_mW": "mW",
    "_mm": "mm",
    "_mg": "mg",
    "_K": "K",
    "_V": "V",
    "_s": "s",
    "_g": "g",
}
"""Ends of our own keys, longer ones before those that they end with."""

TECHNIQUES = {
    "cycling": _("Cycling"),
    "xrd": _("XRD"),
    "xps": _("XPS"),
    "raman": _("Raman"),
    "sorption": _("Gas sorption"),
    "eis": _("Impedance"),
    "cv": _("Cyclic voltammetry"),
    "gitt": _("GITT"),
    "ftir": _("FTIR"),
    "epr": _("EPR"),
    "xanes": _("XANES"),
    "uv_vis": _("UV-vis"),
    "tga": _("TGA"),
    "picture": _("Picture"),
    "log": _("Process log"),
    "other": _("Other"),
}


@register.filter
def technique(name: str) -> Any:
    """A technique as people say it."""
    return TECHNIQUES.get(name, name)


@register.filter
def state_key(state: str) -> str:
    """A job's state as the frame's states are called."""
    return str(state).replace(" ", "_")


@register.filter
def near(moment: datetime) -> str:
    """A day and time in few letters: "04:10" today, "Sat 04:10" within six days, else "9 Dec", "2 Mar 2027"."""
    local, today = timezone.localtime(moment), timezone.localdate()
    apart = abs((local.date() - today).days)
    form = "H:i" if not apart else "D H:i" if apart < 7 else "j M" if local.year == today.year else "j M Y"
    return formats.date_format(local, form)


@register.filter
def state_word(state: str) -> str:
    """What a state is called."""
    return str(words.look(state).label)


@register.filter
def weight(size: int) -> str:
    return filesizeformat(size)


@register.filter
def value_of(finding: Finding) -> str:
    """The value with the digits that its uncertainty allows."""
    return with_uncertainty(finding.value, finding.uncertainty)[0]


@register.filter
def spread_of(finding: Finding) -> str:
    return with_uncertainty(finding.value, finding.uncertainty)[1]


@register.filter
def by_subject(found: Iterable[tuple[Analysis, Finding]]) -> list[Group]:
    """Findings in folds, one for each subject."""
    return grouped(found)


@register.filter
def named(key: str) -> str:
    """A key of parameters or of a header in words, its unit in brackets: ``range_deg`` is "range (°)"."""
    for ending, unit in UNIT_ENDINGS.items():
        if key.endswith(ending):
            return f"{key.removesuffix(ending).replace('_', ' ')} ({unit})"
    return key.replace("_", " ")


@register.filter
def plain_number(value: float | None) -> str:
    return number(value)


@register.filter
def fixed(value: float | None, digits: int) -> str:
    """A number with so many decimals and a true minus; a dash where nothing is known."""
    return "–" if value is None else f"{value:,.{digits}f}".replace("-", "−")


@register.filter
def told(value: Any) -> str:
    """A parameter or a line of a header: numbers short, lists and mappings joined."""
    if isinstance(value, float):
        return number(value)
    if isinstance(value, dict):
        return ", ".join(f"{str(name).replace('_', ' ')} {told(part)}" for name, part in value.items())
    return "; ".join(map(told, value)) if isinstance(value, list) else str(value)


@register.filter
def signed(value: float | None, digits: int) -> str:
    return "–" if value is None else f"{value:+,.{digits}f}".replace("-", "−")
