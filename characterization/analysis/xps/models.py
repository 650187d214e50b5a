"""What a fit model is: the components of one region with their limits, as plain JSON that people can write and keep.

::

    {"name": "C 1s of carbon additives", "version": "1", "region": "C 1s", "window_eV": [281.0, 296.0],
     "background": "shirley", "reference": "C–C, C=C", "source": "doi …",
     "components": [
        {"name": "C–C, C=C", "centre_eV": 284.8, "centre_tolerance_eV": 0.3, "fwhm_eV": [0.7, 1.8],
         "shape": "pseudo-voigt", "lorentz": 0.3},
        {"name": "C–OH", "centre_eV": 286.9, "centre_tolerance_eV": 0.2, "share_width_with": "C–C, C=C",
         "share_finding": "xps_c_oh_share"}, …]}

``window_eV`` is where background and components are fitted, cut to what was measured. ``reference`` names the
component that the charge reference is read off; its place is then fixed and the whole spectrum moves. Of a component:

* ``centre_eV`` with ``centre_tolerance_eV`` (0: held; else never further, and weakly drawn to the centre), and
  ``fwhm_eV`` as limits [least, most], or one number: held.
  Binding energies after the charge reference. Of a doublet they are those of its stronger line.
* ``shape``: ``pseudo-voigt`` (sum of both, ``lorentz`` is the Lorentzian's share, 0 … 1, 0.3 unless given), ``voigt``
  (``lorentz`` is the Lorentzian's full width in eV, 0.1 unless given) or ``doniach-sunjic`` (as voigt, broadened by a
  Gaussian, with ``asymmetry`` 0 … 0.5, 0.1 unless given). ``lorentz`` and ``asymmetry`` are a number, held, or limits.
* ``share_width_with``: a component from which width and shape are taken; ``share_shape_with``: only ``lorentz`` and
  ``asymmetry``.
* ``doublet``: {``splitting_eV`` (its weaker line lies higher by so much), ``area_ratio`` (weaker over stronger, 0.5
  for p, 0.667 for d), ``width_ratio`` (1 unless given)}; area and share of the component are those of both lines.
* ``counted``: false for what belongs to another element (S 2s beside Mo 3d): it is fitted and has no share.
* ``area``: held at this area, in the spectrum's intensity · eV. ``share_finding``: the name of the finding that its
  share is given as.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from characterization.analysis.xps.fields import Fields, Range

PSEUDO_VOIGT, VOIGT, DONIACH_SUNJIC = "pseudo-voigt", "voigt", "doniach-sunjic"
SHAPES = (PSEUDO_VOIGT, VOIGT, DONIACH_SUNJIC)
BACKGROUNDS = ("shirley", "shirley-linear", "tougaard-u2", "tougaard-u3-polymer", "linear")
MOST_COMPONENTS = 16
MOST_FREE_PEAKS = 8
"""More peaks than these whose place and width are both free say nothing about a spectrum."""

LORENTZ_SHARE, LORENTZ_EV, ASYMMETRY = Range(0.3, 0.3), Range(0.1, 0.1), Range(0.1, 0.1)
_FINDING = re.compile(r"^xps_[a-z0-9_]{1,40}$")


class ModelError(ValueError):
    """A model cannot be taken; ``sentences`` say why."""

    def __init__(self, sentences: list[str]) -> None:
        super().__init__(" ".join(sentences))
        self.sentences = sentences


@dataclass(frozen=True)
class Doublet:
    splitting_eV: float
    area_ratio: float
    width_ratio: float = 1.0


@dataclass(frozen=True)
class Component:
    """See the module for what each means. ``fwhm_eV``, ``lorentz`` and ``asymmetry`` of what is shared are not used."""

    name: str
    centre_eV: float
    centre_tolerance_eV: float
    fwhm_eV: Range
    shape: str = PSEUDO_VOIGT
    lorentz: Range = LORENTZ_SHARE
    asymmetry: Range = ASYMMETRY
    share_width_with: str = ""
    share_shape_with: str = ""
    doublet: Doublet | None = None
    counted: bool = True
    area: float | None = None
    share_finding: str = ""

    @property
    def is_free(self) -> bool:
        """Whether nothing binds its place or its width."""
        own_width = not self.share_width_with and not self.fwhm_eV.held
        return self.centre_tolerance_eV > 0 and own_width


@dataclass(frozen=True)
class Model:
    """``reference_asked``: a person named the reference; the maximum lies ``maximum_off_eV`` above it."""

    name: str
    version: str
    region: str
    window_eV: tuple[float, float]
    background: str
    components: tuple[Component, ...]
    source: str = ""
    reference: str = ""
    maximum_off_eV: float = 0.0
    reference_asked: bool = False

    @property
    def title(self) -> str:
        return f"{self.name}, version {self.version}"


def checked_model(given: Any) -> list[str]:
    """What is wrong with a model, in sentences; nothing where it can be taken."""
    try:
        model_from(given)
    except ModelError as error:
        return error.sentences
    return []


def model_from(given: Any) -> Model:
    """The model that this JSON describes. Raises ModelError."""
    fields = Fields(given, "The model")
    components = fields.items("components", MOST_COMPONENTS)
    model = Model(
        name=fields.text("name"),
        version=fields.text("version", default="1"),
        region=fields.text("region"),
        window_eV=fields.window("window_eV"),
        background=fields.one_of("background", BACKGROUNDS, default="shirley"),
        components=tuple(_component(one, fields.errors) for one in components),
        source=fields.text("source", default="", longest=2000),
        reference=fields.text("reference", default=""),
    )
    fields.refuse_others("id", "note")
    errors = fields.errors or list(_against_each_other(model))
    if errors:
        raise ModelError(errors)
    return model


def _component(given: Mapping[str, Any], errors: list[str]) -> Component:
    fields = Fields(given, f"Component ‘{str(given.get('name') or '?')[:40]}’", errors)
    shape = fields.one_of("shape", SHAPES, default=PSEUDO_VOIGT)
    shares_width = bool(given.get("share_width_with"))
    lorentz = LORENTZ_SHARE if shape == PSEUDO_VOIGT else LORENTZ_EV
    made = Component(
        name=fields.text("name"),
        centre_eV=fields.number("centre_eV", 0.1, 10_000.0),
        centre_tolerance_eV=fields.number("centre_tolerance_eV", 0.0, 5.0, default=0.2),
        fwhm_eV=fields.range("fwhm_eV", 0.1, 20.0, default=Range(1.0, 1.0) if shares_width else None),
        shape=shape,
        lorentz=fields.range("lorentz", 0.0, 1.0 if shape == PSEUDO_VOIGT else 5.0, default=lorentz),
        asymmetry=fields.range("asymmetry", 0.0, 0.5, default=ASYMMETRY),
        share_width_with=fields.text("share_width_with", default=""),
        share_shape_with=fields.text("share_shape_with", default=""),
        doublet=_doublet(given.get("doublet"), str(given.get("name"))[:40], errors),
        counted=fields.truth("counted", default=True),
        area=fields.number("area", 0.0, 1e15) if given.get("area") is not None else None,
        share_finding=fields.text("share_finding", default=""),
    )
    fields.refuse_others("doublet", "area", "note")
    if made.share_finding and not _FINDING.match(made.share_finding):
        errors.append(f"‘{made.share_finding}’ names no finding: write it as xps_c_oh_share.")
    return made


def _doublet(given: Any, of: str, errors: list[str]) -> Doublet | None:
    if not given:
        return None
    fields = Fields(given, f"The doublet of ‘{of}’", errors)
    made = Doublet(
        splitting_eV=fields.number("splitting_eV", 0.01, 100.0),
        area_ratio=fields.number("area_ratio", 0.05, 1.0),
        width_ratio=fields.number("width_ratio", 0.5, 3.0, default=1.0),
    )
    fields.refuse_others()
    return made


def _against_each_other(model: Model) -> Iterable[str]:
    """What is wrong between the components of a model each of which is right by itself."""
    names = [component.name for component in model.components]
    low, high = model.window_eV
    if len(set(names)) < len(names):
        yield "Two components have one name."
    if model.reference and model.reference not in names:
        yield f"‘{model.reference}’, the charge reference, is no component of it."
    if not any(component.counted for component in model.components):
        yield "No component is counted: there is no share to give."
    for component in model.components:
        if not low <= component.centre_eV <= high:
            yield f"‘{component.name}’ at {component.centre_eV:g} eV lies outside the window {low:g} – {high:g} eV."
        yield from _sharing(component, {one.name: one for one in model.components})
    free = sum(component.is_free for component in model.components)
    if free > MOST_FREE_PEAKS:
        yield (
            f"{free} components have both place and width free; {MOST_FREE_PEAKS} are the most. "
            "Let some share a width (share_width_with), or hold a place."
        )


def _sharing(component: Component, by_name: Mapping[str, Component]) -> Iterable[str]:
    for what, name in (("width", component.share_width_with), ("shape", component.share_shape_with)):
        other = by_name.get(name)
        if not name:
            continue
        if other is None or other is component:
            yield f"‘{component.name}’ takes its {what} from ‘{name}’, which is no other component."
        elif other.share_width_with or (what == "shape" and other.share_shape_with):
            yield f"‘{component.name}’ takes its {what} from ‘{name}’, which has none of its own."
        elif other.shape != component.shape:
            yield f"‘{component.name}’ ({component.shape}) cannot take its {what} from ‘{name}’ ({other.shape})."
    in_eV = component.shape != PSEUDO_VOIGT and not component.share_width_with
    widest = by_name[component.share_shape_with].lorentz if component.share_shape_with in by_name else None
    if in_eV and (widest or component.lorentz).most > component.fwhm_eV.least:
        yield f"‘{component.name}’: the Lorentzian may become wider than the whole line; lower its upper limit."
