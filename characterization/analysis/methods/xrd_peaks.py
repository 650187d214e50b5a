"""X-ray diffraction of powders: fitted lines, phases, lattice parameters, crystallite sizes, disordered carbon.

The chart shows pattern, fit, residual and the sticks of the phases; a second one the widths over the angle.
"""

from __future__ import annotations

from characterization.analysis.base import Drawing, Method, View, later
from characterization.analysis.choices import Choice
from characterization.analysis.xrd import charts
from characterization.charts.chart import Chart
from characterization.instruments.base import Technique


def draw(drawing: Drawing, view: View) -> list[Chart]:
    points = drawing.tables.get("pattern")
    if points is None or points.is_empty():
        return [charts.nothing(view)]
    widths = charts.williamson_hall(drawing, view)
    return [charts.pattern(drawing, view), *([widths] if widths else [])]


CHOICES = (
    Choice("wavelength_angstrom", "Wavelength Kα1", unit="Å", lowest=0.1, highest=5,
           help="Where the file does not say it. Cu 1.540593, Co 1.789010, Mo 0.709317."),
    Choice("kalpha2", "Kα2", "one of", options=("as in the file", "fitted", "none"),
           help="Fitted: half of Kα1, for the usual anodes, where the file does not name it."),
    Choice("from_deg", "From", unit="° 2θ", lowest=0, highest=180, help="Angles below are left out."),
    Choice("to_deg", "To", unit="° 2θ", lowest=0, highest=180, help="Angles above are left out."),
    Choice("background_half_window_deg", "Half window of the background", unit="°", lowest=0.2, highest=10,
           help="Broader than this is background. Without it, 1.5° or twice the widest line."),
    Choice("phases", "Phases to consider", "text",
           help="Names, formulas or keys with commas. Without it, the whole library."),
    Choice("force", "Phases to take in any case", "text", help="They are refined even where the match is poor."),
    Choice("displacement_search_deg", "Displacement searched", unit="± °", lowest=0, highest=2,
           help="0.5° unless told: specimens that lie too high or low move all lines."),
    Choice("displacement_deg", "Displacement, held", unit="°", lowest=-2, highest=2,
           help="Without it, it is refined where there are enough lines."),
    Choice("shape_factor", "Shape factor K", lowest=0.5, highest=2, help="0.9 unless told."),
    Choice("instrument_width_deg", "Instrument width", unit="°", lowest=0, highest=2,
           help="One FWHM for all angles; else the standard measured on this instrument."),
    Choice("width_standard", "Standard for the instrument width", "text", help="Its name in the library."),
    Choice("subtraction", "Widths subtracted as", "one of", options=("gaussian", "lorentzian"),
           help="√(B² − b²) or B − b."),
)  # fmt: skip

METHOD = Method(
    "xrd_peaks",
    "2.0",
    "Diffraction lines and phases",
    Technique.XRD,
    later("characterization.analysis.xrd.analysis"),
    draw,
    CHOICES,
)
