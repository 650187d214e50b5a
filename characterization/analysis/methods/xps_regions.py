"""X-ray photoelectron spectra: charge reference, background and area of each region, its components by a fit model,
and the composition by sensitivity factors."""

from __future__ import annotations

from characterization.analysis.base import Method, later
from characterization.analysis.choices import Choice
from characterization.analysis.xps import changes, charts
from characterization.instruments.base import Technique

CHOICES = (
    Choice("charge_reference", "Charge reference", "one of", options=("on", "off"),
           help="Off leaves binding energies as they were measured."),
    Choice("charge_reference_eV", "C–C lies at", unit="eV", lowest=280.0, highest=290.0, help="284.8 eV unless told."),
    Choice("charge_component", "Charge reference by component", "text",
           help="A component of the C 1s model; that which the model names, unless told."),
    Choice("sensitivities", "Sensitivity factors", "text",
           help="The name of a set of the library; without it those of Scofield (1976) for Al Kα."),
    Choice("elements", "Elements of the survey", "text",
           help="C, O, N: only these are looked for. Without it, every element whose main line is seen."),
    Choice("fits", "Fits of regions", "json", problem=changes.problem,
           help="By region: another model, window, background; components moved, held, added, removed."),
)  # fmt: skip

compute = later("characterization.analysis.xps.analysis")
draw = charts.charts

METHOD = Method(
    "xps_regions", "2.1", "XPS: components and composition", Technique.XPS, compute, draw, CHOICES
)
