"""What a region is to be fitted with: as a person asked, else the laboratory's models, else the shipped ones."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from characterization.analysis.base import Conditions, Result
from characterization.analysis.photoemission import Region
from characterization.analysis.xps import catalogue, changes
from characterization.analysis.xps.models import Model, ModelError, model_from

CHANGES = "fits"


@dataclass(frozen=True)
class Wanted:
    """What is to be fitted to a region: candidates as JSON, and how they came to be. ``refused``: why nothing is."""

    candidates: list[Mapping[str, Any]]
    why: str
    refused: str = ""

    @property
    def models(self) -> list[Model]:
        return [model_from(one) for one in self.candidates]


def wanted(region: Region, conditions: Conditions, result: Result) -> Wanted:
    """What a person asked for, else what there is for a line. What cannot be taken is told and left out."""
    given = conditions.parameters.get(CHANGES)
    change = changes.change_for(given if isinstance(given, Mapping) else {}, region.name, region.subject)
    if change.get("fitted") is False:
        return Wanted([], "", "not to be fitted, as chosen")
    try:
        asked = _asked(change, region, conditions.library)
    except ModelError as error:
        result.flag("model_refused", f"{region.subject}: {error} The shipped model is fitted instead.")
        change, asked = {}, None
    if asked is not None:
        return Wanted([asked], "as chosen" + (", adjusted by hand" if _adjusts(change) else ""))
    usable = []
    for one in catalogue.models_for(region.name, conditions.library):
        try:
            model_from(one)
        except ModelError as error:
            result.flag(
                "model_refused", f"The fit model ‘{str(one.get('name'))[:80]}’ cannot be used: {error}"
            )
        else:
            usable.append(one)
    many = len(usable) > 1
    return Wanted(
        usable, f"the nearest of {len(usable)} models for {catalogue.line_of(region.name)}" if many else ""
    )


def _adjusts(change: Mapping[str, Any]) -> bool:
    return any(change.get(key) for key in ("components", "added", "background", "window_eV"))


def is_changed(region: Region, conditions: Conditions) -> bool:
    """Whether a person changed something of this region and not of all of its name."""
    given = conditions.parameters.get(CHANGES)
    return isinstance(given, Mapping) and region.subject in given


def _asked(change: Mapping[str, Any], region: Region, library: Mapping[str, Any]) -> Mapping[str, Any] | None:
    name = str(change.get("model") or "")
    if not name and not _adjusts(change):
        return None
    if name:
        base = catalogue.model_named(name, str(change.get("version") or ""), library)
    else:
        known = catalogue.models_for(region.name, library)
        if not known:
            raise ModelError([f"There is no model for {region.name}: choose one by its name."])
        base = _with_names(known, change)
    return changes.changed(base, change)


def _with_names(known: Sequence[Mapping[str, Any]], change: Mapping[str, Any]) -> Mapping[str, Any]:
    """The first model that has all components that are changed."""
    names = set(change.get("components") or {})
    having = [one for one in known if names <= {part.get("name") for part in one.get("components", ())}]
    return (having or list(known))[0]


def referring(model: Model, component: str, place_eV: float, result: Result) -> Model:
    """The model with another reference, and moved so that this lies at ``place_eV``."""
    by_name = {one.name: one for one in model.components}
    if component and component not in by_name:
        told = f"‘{component[:60]}’, asked for as charge reference, is no component of {model.title}."
        result.flag("charge_component_refused", told)
    name = component if component in by_name else model.reference
    if not name:
        return model
    off = place_eV - by_name[name].centre_eV
    above = by_name[model.reference].centre_eV - by_name[name].centre_eV if model.reference else 0.0
    parts = tuple(replace(one, centre_eV=one.centre_eV + off) for one in model.components)
    low, high = model.window_eV
    moved = replace(model, reference=name, components=parts, window_eV=(low + off, high + off))
    return replace(moved, maximum_off_eV=above, reference_asked=component in by_name)
