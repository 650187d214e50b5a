"""What comes with labsys, as the library lists it: read-only, each with its source."""

from __future__ import annotations

import json

from characterization.analysis.library.entries import Shipped
from characterization.analysis.library.phases import summary
from characterization.analysis.xps import catalogue
from characterization.analysis.xrd import library as phases
from characterization.analysis.xrd.crystal import Phase


def entries(kind: str) -> list[Shipped]:
    """The shipped entries of a kind, by name; instruments have none."""
    made = {"phases": _phases, "xps_models": _models, "xps_sensitivities": _sensitivities}.get(kind)
    return sorted(made(), key=lambda one: one.name.casefold()) if made else []


def entry(kind: str, name: str) -> Shipped | None:
    return next((one for one in entries(kind) if one.name == name), None)


def phase(name: str) -> Phase | None:
    """A shipped phase by its name, to compute its lines."""
    return next((one.phase for one in phases.shipped() if one.phase.name == name), None)


def _phases() -> list[Shipped]:
    return [
        Shipped(one.phase.name, one.phase.version, summary(one.phase), _said(one.phase), _remark(one.phase))
        for one in phases.shipped()
    ]


def _said(phase: Phase) -> str:
    return "; ".join(part for part in (phase.source.words, phase.source.certainty) if part)


def _remark(phase: Phase) -> str:
    sites = [
        f"{one.label} {one.element} {one.x:g} {one.y:g} {one.z:g} {one.occupancy:g}" for one in phase.sites
    ]
    return "\n".join([*([phase.remark, ""] if phase.remark else []), *sites])


def _models() -> list[Shipped]:
    return [
        Shipped(
            str(one["name"]), str(one.get("version", "1")), f"{one['region']}, {len(one['components'])} components",
            str(one.get("source", "")), json.dumps(one, ensure_ascii=False, indent=1),
        )
        for one in catalogue.shipped_models()
    ]  # fmt: skip


def _sensitivities() -> list[Shipped]:
    one = catalogue.scofield()
    text = "\n".join(f"{line} {factor:g}" for line, factor in one.factors.items())
    head = (
        f"{len(one.factors)} lines, for {one.excitation_eV:g} eV"
        if one.excitation_eV
        else f"{len(one.factors)} lines"
    )
    return [Shipped(one.name, one.version, head, one.source, text)]
