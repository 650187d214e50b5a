"""X-ray photoelectron spectra of an additive: a survey and its regions, from components, a Shirley step and noise.

Energies and the shares of C–OH in C 1s and of O–H in O 1s are the study's; other shares, widths, counts and the
charging of the powder are assumptions. Mo 3p, which overlaps N 1s, and the nickel lines are left out.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from labsys.demo.diffraction import pseudo_voigt
from labsys.demo.seeds import C_1S, MO_3D_NITRIDE, MO_3D_OXIDE, N_1S, O_1S, Component, Seed

Numbers = npt.NDArray[np.float64]

SOURCE_EV = 1486.6
CHARGING_EV = 0.4
"""How far the powder's charging moves every line up in binding energy."""
WIDTH_EV = 1.1
LORENTZ = 0.3
STEP_PER_EV = 0.012
"""Of the area below it, what the background rises by per eV of peak."""
OXIDE_PART = 0.3
BASE_CPS = 1800.0
AREA_CPS_EV = {"C 1s": 42000.0, "O 1s": 13000.0, "N 1s": 5200.0, "Mo 3d": 9000.0}
WINDOWS_EV = {"C 1s": (280.0, 298.0), "O 1s": (525.0, 540.0), "N 1s": (390.0, 410.0), "Mo 3d": (221.0, 242.0)}
_OTHERS = {"C–C": 0.64, "C–N": 0.18, "C=O": 0.12, "satellite": 0.06}
_OTHERS_WITHOUT_NITROGEN = {"C–C": 0.82, "C=O": 0.11, "satellite": 0.07}


@dataclass(frozen=True)
class Spectrum:
    """One region: binding energies as the analyser sees them, in eV and even steps; counts; dwell per point in s."""

    species: str
    transition: str
    energy_eV: Numbers
    counts: npt.NDArray[np.int64]
    dwell_s: float
    scans: int
    pass_energy_eV: float


def _shares(energies: Mapping[str, float], shares: Mapping[str, float]) -> list[Component]:
    return [Component(energies[name], share) for name, share in shares.items()]


def _doublet(energies: Mapping[str, float], share: float) -> list[Component]:
    """A d doublet: areas 3 to 2."""
    return [Component(energies["5/2"], 0.6 * share), Component(energies["3/2"], 0.4 * share)]


def components(seed: Seed) -> dict[str, list[Component]]:
    """By region; the shares of a region sum to 1."""
    hydroxyl, water = seed.c_oh_percent / 100, seed.o_h_percent / 100
    others = _OTHERS if seed.nitrogen else _OTHERS_WITHOUT_NITROGEN
    carbon = {name: share * (1 - hydroxyl) for name, share in others.items()} | {"C–OH": hydroxyl}
    found = {"C 1s": _shares(C_1S, carbon), "O 1s": _shares(O_1S, {"C–O": 1 - water, "O–H": water})}
    metal = 0.25 if seed.molybdenum else 0.0
    if seed.nitrogen:
        carbons = {"pyridinic": 0.45, "pyrrolic": 0.38, "graphitic": 0.17}
        nitrogen = {name: share * (1 - metal) for name, share in carbons.items()}
        found["N 1s"] = _shares(N_1S, nitrogen | ({"metal–N": metal} if metal else {}))
    if seed.molybdenum:
        found["Mo 3d"] = [*_doublet(MO_3D_NITRIDE, 1 - OXIDE_PART), *_doublet(MO_3D_OXIDE, OXIDE_PART)]
    return found


def peaks_cps(energy_eV: Numbers, region: str, parts: list[Component], width_eV: float = WIDTH_EV) -> Numbers:
    """The region's lines at their true energies, without background; their area is ``AREA_CPS_EV``."""
    unit_area = float(np.trapezoid(pseudo_voigt(np.linspace(-60, 60, 24001), 0, width_eV, LORENTZ), dx=0.005))
    shape = np.zeros(len(energy_eV))
    for part in parts:
        shape += part.share * pseudo_voigt(energy_eV, part.energy_eV, width_eV, LORENTZ)
    return np.asarray(shape * AREA_CPS_EV[region] / unit_area, dtype=np.float64)


def step_cps(energy_eV: Numbers, peaks: Numbers) -> Numbers:
    """The Shirley step: at each energy, a share of the peak area at lower binding energy."""
    below = np.concatenate(([0.0], np.cumsum((peaks[1:] + peaks[:-1]) / 2 * np.diff(energy_eV))))
    return np.asarray(STEP_PER_EV * below, dtype=np.float64)


def spectra(seed: Seed, noise_seed: int) -> list[Spectrum]:
    """The survey, then each region, with Poisson noise."""
    draw = np.random.default_rng(noise_seed)
    parts = components(seed)
    survey = np.linspace(0.0, 1200.0, 1201)
    total = sum(
        (peaks_cps(survey - CHARGING_EV, name, own, 3.0) for name, own in parts.items()), np.zeros(1201)
    )
    rate = BASE_CPS * (1 + survey / 600) + total + 6 * step_cps(survey, total)
    made = [_measured("Survey", "", survey, rate, 0.1, 2, 160.0, draw)]
    for name, own in parts.items():
        low, high = WINDOWS_EV[name]
        energy = np.linspace(low, high, round((high - low) / 0.1) + 1)
        peaks = peaks_cps(energy - CHARGING_EV, name, own)
        species, transition = name.split()
        rate = BASE_CPS + peaks + step_cps(energy, peaks)
        made.append(_measured(species, transition, energy, rate, 0.25, 40, 20.0, draw))
    return made


def _measured(
    species: str, transition: str, energy: Numbers, rate: Numbers, dwell_s: float, scans: int, pass_eV: float,
    draw: np.random.Generator,
) -> Spectrum:  # fmt: skip
    return Spectrum(
        species, transition, energy, draw.poisson(rate * dwell_s * scans), dwell_s, scans, pass_eV
    )
