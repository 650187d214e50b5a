"""Spectra whose components are known, and the models that belong to them."""

import numpy as np
import polars as pl
from scipy.integrate import cumulative_trapezoid
from scipy.special import voigt_profile

from characterization.analysis.base import Conditions
from characterization.analysis.methods import xps_regions
from characterization.analysis.xps.fit import Points, fit
from characterization.analysis.xps.layout import Layout
from characterization.analysis.xps.models import model_from
from characterization.instruments.base import Recording, Technique

CENTRES = (284.8, 285.7, 286.9, 289.0, 292.0)
SIGMAS = (0.55, 0.55, 0.55, 0.55, 0.9)
AREAS = np.array((10000.0, 3000.0, 1500.0, 900.0, 400.0))
GAMMA = 0.25
ENERGY = np.arange(280, 296.0001, 0.05)


def five(energy=ENERGY, areas=AREAS, shift=0.0, step=0.03):
    """Five Voigt lines of C 1s on 200 and a true Shirley background."""
    lines = zip(areas, CENTRES, SIGMAS, strict=True)
    peaks = sum(area * voigt_profile(energy - centre - shift, sigma, GAMMA) for area, centre, sigma in lines)
    return 200 + peaks + step * cumulative_trapezoid(peaks, energy, initial=0)


def five_model(**others):
    first = {
        "name": "C–C",
        "centre_eV": 284.8,
        "fwhm_eV": [0.8, 2.2],
        "shape": "voigt",
        "lorentz": [0.05, 0.7],
    }
    following = [
        {
            "name": name,
            "centre_eV": centre,
            "centre_tolerance_eV": 0.3,
            "shape": "voigt",
            "share_width_with": "C–C",
        }
        for name, centre in zip(("C–N", "C–OH", "C=O"), CENTRES[1:4], strict=True)
    ]
    satellite = {"name": "satellite", "centre_eV": 292.0, "centre_tolerance_eV": 0.5, "fwhm_eV": [1.0, 4.0]}
    satellite |= {"shape": "voigt", "share_shape_with": "C–C"}
    given = {"name": "five", "region": "C 1s", "window_eV": [280, 296], "reference": "C–C"}
    return given | {"components": [first, *following, satellite]} | others


def fitted(model, energy, intensity, per_unit=1.0, shift=0.0, reach=0.0):
    return fit(Layout(model_from(model), energy, shift, reach), Points(energy, intensity, per_unit))


def region(name, block, energy, counts):
    return pl.DataFrame(
        {"region": name, "block": block, "binding_energy_eV": energy, "intensity_counts": counts}
    )


def recording(*regions, dwell_s=1.0, scans=1, **about):
    told = [{"block": place, "dwell_s": dwell_s, "scans": scans} | about for place in range(len(regions))]
    return Recording(Technique.XPS, pl.concat(regions), meta={"regions": told})


def compute(measured, library=None, **parameters):
    return xps_regions.compute(measured, Conditions(parameters=parameters, library=library or {}))


def values(result, name):
    return {found.subject: found for found in result.findings if found.name == name}


def codes(result):
    return {flag.code for flag in result.flags}
