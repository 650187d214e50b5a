"""Fit models and sensitivity factors: those that are shipped, and what the laboratory added to them.

A laboratory's models come before the shipped ones: where it has any for a region, only they are tried by themselves.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from characterization.analysis.xps.models import ModelError

_SHIPPED = Path(__file__).parent / "shipped"
_LINE = re.compile(
    r"^\s*([A-Z][a-z]?)\s*[_-]?\s*([1-6][spdf])(?:\s*([1357])\s*/\s*2)?(?![a-z0-9])", re.IGNORECASE
)
ON_REQUEST = ("C 1s of PET",)
"""Of one substance only: fitted where somebody asks for it."""

SAME_RADIATION_EV = 2.0
SCOFIELD = "Scofield 1976, Al Kα"
OF_INSTRUMENT = ("instrument", "instrument_id")
Json = Mapping[str, Any]


@dataclass(frozen=True)
class Sensitivities:
    """Factors by line. ``excitation_eV``: for which radiation, None where that is not said."""

    name: str
    version: str
    factors: Mapping[str, float]
    excitation_eV: float | None = None
    source: str = ""

    @property
    def title(self) -> str:
        return f"{self.name}, version {self.version}"

    def fit(self, excitation_eV: float) -> bool:
        """Whether they are for this radiation."""
        return self.excitation_eV is None or abs(excitation_eV - self.excitation_eV) <= SAME_RADIATION_EV

    def of(self, line: str) -> float | None:
        """Of ``S 2p`` or ``S 2p3/2``; a doublet that is given line by line counts as their sum."""
        if line in self.factors:
            return float(self.factors[line])
        parts = [factor for name, factor in self.factors.items() if name.startswith(line) and "/" in name]
        return float(sum(parts)) if len(parts) == 2 else None


@cache
def shipped_models() -> tuple[Json, ...]:
    return tuple(json.loads((_SHIPPED / "models.json").read_text(encoding="utf-8")))


@cache
def scofield() -> Sensitivities:
    given = json.loads((_SHIPPED / "scofield_al_ka.json").read_text(encoding="utf-8"))
    return Sensitivities(given["name"], given["version"], given["factors"], 1486.6, given["source"])


def line_of(region: str) -> str:
    """``C 1s`` of ``C1s Scan``, ``c_1s``, ``Mo 3d``; empty where the name begins with no line."""
    match = _LINE.match(region)
    if match is None:
        return ""
    element, shell, spin = match[1].capitalize(), match[2].lower(), match[3]
    return f"{element} {shell}{spin}/2" if spin else f"{element} {shell}"


def models_for(region: str, library: Mapping[str, Any]) -> list[Json]:
    """What is tried for a region when nobody chose: the laboratory's newest models, else the shipped ones."""
    wanted = line_of(region)
    newest = {str(one.get("name")): one for one in _entries(library, "xps_models")}
    own = [one for one in newest.values() if wanted and line_of(str(one.get("region", ""))) == wanted]
    return own or [
        one for one in shipped_models() if one["region"] == wanted and one["name"] not in ON_REQUEST
    ]


def model_named(name: str, version: str, library: Mapping[str, Any]) -> Json:
    """The newest of a name, or that of a version. Raises ModelError."""
    known = [*shipped_models(), *_entries(library, "xps_models")]
    found = [
        one for one in known if one.get("name") == name and version in ("", str(one.get("version", "1")))
    ]
    if not found:
        told = f"‘{name[:80]}’" + (f", version {version[:20]}," if version else "")
        raise ModelError([f"There is no fit model {told} any longer."])
    return found[-1]


def sensitivities_named(name: str, library: Mapping[str, Any]) -> Sensitivities | None:
    """The set of this name, Scofield's where none is named; None where there is no such set."""
    if name in ("", SCOFIELD):
        return scofield()
    found = [one for one in _entries(library, "xps_sensitivities") if one.get("name") == name]
    return _set(found[-1]) if found else None


def _set(one: Json) -> Sensitivities:
    factors = one.get("factors")
    given = factors.items() if isinstance(factors, Mapping) else ()
    usable = {
        str(line): float(value) for line, value in given if isinstance(value, int | float) and value > 0
    }
    excitation = one.get("excitation_eV")
    return Sensitivities(
        str(one["name"]),
        str(one.get("version", "1")),
        {line_of(line) or line: value for line, value in usable.items()},
        float(excitation) if excitation else None,
        str(one.get("source", "")),
    )


def _entries(library: Mapping[str, Any], kind: str) -> Sequence[Json]:
    """In the order of their versions."""
    entries = [
        {key: value for key, value in one.items() if key not in OF_INSTRUMENT}
        for one in library.get(kind) or ()
        if isinstance(one, Mapping) and one.get("name")
    ]
    return sorted(entries, key=lambda one: (len(str(one.get("version", "1"))), str(one.get("version", "1"))))
