"""What a person changes about the fit of a region: another model, window or background, components moved or held.

::

    {"C 1s": {"model": "C 1s of carbon additives", "version": "1", "background": "linear", "window_eV": [281, 294.6],
              "components": {"C–N": {"centre_eV": 285.6, "centre_tolerance_eV": 0, "fwhm_eV": 1.2, "area": 3100.0},
                             "C=O": {"removed": true}},
              "added": [{"name": "Li2CO3", "centre_eV": 290.1, "fwhm_eV": [0.8, 2.0]}]},
     "O 1s": {"fitted": false}}

This is the choice ``fits`` of the method ``xps_regions``. Keys are regions as the file names them (``C 1s``), or one of
several of a name (``C 1s (block 2)``), which comes first. Everything may be left out. What is said of a component
replaces what the model says of it, in the same words (see ``models``): ``centre_eV`` is where it begins,
``centre_tolerance_eV`` how far it may go from there (0: held), one number for ``fwhm_eV`` holds it, ``area`` holds its
area. With ``model`` alone the model is fitted as it stands.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from characterization.analysis.xps.models import ModelError, model_from

_KEYS = ("model", "version", "background", "window_eV", "components", "added", "fitted")
_OF_COMPONENT = (
    "centre_eV", "centre_tolerance_eV", "fwhm_eV", "shape", "lorentz", "asymmetry", "share_width_with",
    "share_shape_with", "doublet", "counted", "area", "removed",
)  # fmt: skip
MOST_REGIONS = 100


def problem(given: Any) -> str:
    """Why these changes cannot be taken, as far as that can be said without the models; empty if they can."""
    if not isinstance(given, Mapping) or len(given) > MOST_REGIONS:
        return f'Write an object of at most {MOST_REGIONS} regions: {{"C 1s": {{…}}}}.'
    return next((why for region, change in given.items() for why in _problems(str(region), change)), "")


def _problems(region: str, change: Any) -> Iterable[str]:
    if not isinstance(change, Mapping):
        yield f"{region}: write an object of what is changed."
        return
    for key in change:
        if key not in _KEYS:
            yield f"{region}: ‘{str(key)[:40]}’ means nothing here. There are {', '.join(_KEYS)}."
    components = change.get("components", {})
    if not isinstance(components, Mapping) or not all(
        isinstance(one, Mapping) for one in components.values()
    ):
        yield f"{region}: ‘components’ is an object: a name of a component, and what is changed of it."
        return
    for name, one in components.items():
        for key in one:
            if key not in _OF_COMPONENT:
                told = ", ".join(_OF_COMPONENT)
                yield f"{region}, ‘{name}’: ‘{str(key)[:40]}’ means nothing here. There are {told}."
    added = change.get("added", [])
    if not isinstance(added, list) or not all(isinstance(one, Mapping) for one in added):
        yield f"{region}: ‘added’ is a list of components."


def change_for(changes: Mapping[str, Any], region: str, subject: str) -> Mapping[str, Any]:
    """What is changed of a region: by its subject, else by its name as written or without blanks."""
    found = changes.get(subject) or changes.get(region)
    if found is None:
        bare = {"".join(str(key).split()).lower(): value for key, value in changes.items()}
        found = bare.get("".join(region.split()).lower())
    return found if isinstance(found, Mapping) else {}


def changed(model: Mapping[str, Any], change: Mapping[str, Any]) -> dict[str, Any]:
    """The model (JSON) with a person's changes. Raises ModelError where a component is not in it or it is no model."""
    changes = dict(change.get("components") or {})
    unknown = [name for name in changes if name not in {one.get("name") for one in model["components"]}]
    if unknown:
        raise ModelError([f"‘{model['name']}’ has no component ‘{unknown[0]}’."])
    removed = {name for name, one in changes.items() if one.get("removed")}
    kept = [one for one in model["components"] if one["name"] not in removed]
    made = dict(model)
    made["components"] = [_merged(one, changes.get(one["name"], {}), removed) for one in kept]
    made["components"] += list(change.get("added") or [])
    made |= {key: change[key] for key in ("background", "window_eV") if change.get(key)}
    if made.get("reference") in removed:
        made["reference"] = ""
    model_from(made)
    return made


def _merged(component: Mapping[str, Any], change: Mapping[str, Any], removed: set[str]) -> dict[str, Any]:
    """A component takes a width of its own where it is given one, or where its neighbour is removed."""
    made = dict(component)
    for shared in ("share_width_with", "share_shape_with"):
        if made.get(shared) in removed:
            made.pop(shared)
            made.setdefault("fwhm_eV", [0.5, 3.0])
    if change.get("fwhm_eV") is not None and "share_width_with" not in change:
        made.pop("share_width_with", None)
    return made | {key: value for key, value in change.items() if key != "removed"}
