"""Findings of fitted circuits, and the sentences that go with them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from characterization.analysis.base import Conditions, Finding, Result
from characterization.analysis.impedance.choice import Chosen
from characterization.analysis.impedance.conductivity import conductivity_mS_per_cm
from characterization.analysis.impedance.fit import Fit
from characterization.analysis.impedance.kramers_kronig import kramers_kronig
from characterization.analysis.impedance.reporting import quoted, subject
from characterization.analysis.impedance.resistances import INTERFACE_FROM_F, Measured, Resistances
from characterization.analysis.impedance.spectra import named

NAMES = {
    "R": ("circuit_resistance", "Resistance"),
    "C": ("circuit_capacitance", "Capacitance"),
    "L": ("circuit_inductance", "Inductance"),
    "Q": ("circuit_cpe_q", "CPE, Q"),
    "n": ("circuit_exponent", "Exponent n"),
    "A": ("circuit_warburg", "Warburg coefficient"),
    "tau": ("circuit_time_constant", "Time constant"),
}
BLOCKING, SYMMETRIC = "ion_blocking", "symmetric"
BLOCKS_FROM_EXPONENT = 0.7
ALIKE_NEIGHBOURS = 0.5
MOST_PAIRS = 4
GEOMETRY = {"separator_thickness_um": "the separator's thickness", "area_cm2": "the area"}


def findings(
    fits: Sequence[Fit], told: Sequence[Resistances], conditions: Conditions, result: Result
) -> list[Finding]:
    """Of each quoted spectrum: resistances, conductivity, misfit, every element, effective capacitances."""
    cell = conditions.cell
    pairs = [(one.spectrum, (one, own)) for one, own in zip(fits, told, strict=True)]
    _flag_geometry(result, fits[0], cell)
    found: list[Finding] = []
    for words, (one, own) in quoted(pairs):
        way = _way(one)
        found += _resistances(own, words, way, blocking=cell.get("format") == BLOCKING)
        found += _conductivity(own, words, way, cell)
        freedom = f"χ² {one.chi_square:.3g} with {one.freedom} degrees of freedom"
        misfit = f"root mean square of |Z − fit|/|Z|; {freedom}; {way}"
        found.append(Finding("circuit_misfit", "Misfit", one.misfit_percent, "%", None, misfit, words))
        found += _elements(one, words, way)
        found += _capacitances(own, words, way)
    return found


def _way(one: Fit) -> str:
    verdict = kramers_kronig(one.spectrum)
    doubt = "" if verdict.passed else f"; the spectrum {verdict.words}"
    return f"{one.circuit.text}, weighting {one.weighting}, misfit {one.misfit_percent:.2f} %{doubt}"


def _resistances(own: Resistances, words: str, way: str, *, blocking: bool) -> Iterator[Finding]:
    limit = f"{INTERFACE_FROM_F:g} F"
    electrolyte = own.electrolyte if own.electrolyte != own.ohmic else None
    kinds: list[tuple[str, str, Measured | None, str]] = [
        ("ohmic_resistance", "Ohmic resistance", own.ohmic, "in series with everything"),
        ("electrolyte_resistance", "Electrolyte resistance", electrolyte, f"with arcs below {limit}"),
    ]
    if not blocking:
        inner = f"arcs from {limit} on"
        kinds.append(("interfacial_resistance", "Interfacial resistance", own.interfacial, inner))
    for name, label, measured, what in kinds:
        if measured is not None:
            value, spread, made_of = measured
            yield Finding(name, label, value, "Ω", spread, f"{made_of}, {what}; {way}", words)


def _conductivity(own: Resistances, words: str, way: str, cell: Mapping[str, Any]) -> Iterator[Finding]:
    """σ = L/(R·A) of the electrolyte between blocking or equal electrodes."""
    thickness, area = (float(cell.get(name) or 0) for name in GEOMETRY)
    if cell.get("format") not in (BLOCKING, SYMMETRIC) or not (
        thickness > 0 and area > 0 and own.electrolyte
    ):
        return
    resistance, spread, made_of = own.electrolyte
    sigma = conductivity_mS_per_cm(resistance, thickness, area)
    at = cell.get("temperature_degC")
    where = f" at {float(at):g} °C" if at is not None else ""
    base = f"L/(R·A), L {thickness:g} µm, A {area:g} cm², R = {made_of}{where}"
    convention = f"{base}; uncertainty of the fit alone; {way}"
    uncertainty = sigma * spread / resistance
    yield Finding("ionic_conductivity", "Ionic conductivity", sigma, "mS/cm", uncertainty, convention, words)


def _elements(one: Fit, words: str, way: str) -> Iterator[Finding]:
    rows = zip(
        one.circuit.slots, one.values.tolist(), one.uncertainties.tolist(), one.held.tolist(), strict=True
    )
    for slot, value, spread, held in rows:
        name, label = NAMES[slot.parameter.symbol]
        about = subject(slot.element, words)
        said = f"held at its bound; {way}" if held else way
        known = None if held or not np.isfinite(spread) else spread
        yield Finding(name, label, value, slot.parameter.unit, known, said, about)


def _capacitances(own: Resistances, words: str, way: str) -> Iterator[Finding]:
    for arc in own.arcs:
        value, spread = arc.capacitance
        formula = f"(R^(1−n) Q)^(1/n) with {arc.resistor}; {way}"
        about = subject(arc.element, words)
        yield Finding("effective_capacitance", "Effective capacitance", value, "F", spread, formula, about)


def _flag_geometry(result: Result, first: Fit, cell: Mapping[str, Any]) -> None:
    """Says what is missing for a conductivity, where one could be wanted."""
    kind = cell.get("format")
    wanted = kind in (BLOCKING, SYMMETRIC) or (kind is None and _blocks(first))
    missing = [words for name, words in GEOMETRY.items() if not cell.get(name)]
    if not wanted or (kind and not missing):
        return
    needs = "the cell this was measured on" if kind is None else " and ".join(missing)
    why = "The spectrum ends as at a blocking electrode. " if kind is None else ""
    result.flag("conductivity_needs_geometry", f"{why}No ionic conductivity: {needs} is not known. Enter it.")


def _blocks(one: Fit) -> bool:
    """Whether the circuit ends in a CPE or capacitor in series that is near a capacitor."""
    last = one.circuit.elements[-1]
    slots = [place for place, slot in enumerate(one.circuit.slots) if slot.element == last.name]
    in_series = one.circuit.text.endswith(f"-{last.name}")
    exponent = float(one.values[slots[-1]]) if last.kind.code == "CPE" else 1.0
    return in_series and last.kind.code in ("CPE", "C") and exponent >= BLOCKS_FROM_EXPONENT


def flag(result: Result, chosen: Chosen, fits: Sequence[Fit]) -> None:
    """What weakens the numbers: an undetermined circuit, correlated pairs, a misfit that is no noise."""
    if not chosen.determined:
        told = f"No circuit is determined by these data; {chosen.circuit.text} comes nearest."
        result.flag("circuit_undetermined", f"{told} Do not quote its values.")
    first = fits[0]
    pairs = first.correlated()
    if pairs:
        told = ", ".join(f"{one} and {other} ({share:+.2f})" for one, other, share in pairs[:MOST_PAIRS])
        more = f" and {len(pairs) - MOST_PAIRS} more pairs" if len(pairs) > MOST_PAIRS else ""
        where = f" of spectrum {first.spectrum.number}" if len(fits) > 1 else ""
        text = f"Strongly correlated in the fit{where}: {told.replace('-', '−')}{more}."
        result.flag("correlated_parameters", f"{text} Only their combination is known well.")
    systematic = [one for one in fits if _systematic(one)]
    if systematic:
        worst = max(systematic, key=lambda one: one.misfit_percent)
        which = named([one.spectrum.number for one in systematic])
        text = (
            f"{which} the misfit (up to {worst.misfit_percent:.2f} % of |Z|) runs in the same direction over "
            "neighbouring points: the circuit is too simple, and the uncertainties are too small."
        )
        result.flag("systematic_misfit", text)


def _systematic(one: Fit) -> bool:
    """Whether residuals of neighbours are alike (correlation above 0.5), beyond what a file's digits explain."""
    if one.misfit_percent < 1e-3:
        return False
    shares = []
    for part in (one.residual.real, one.residual.imag):
        even = part - part.mean()
        whole = float(even @ even)
        shares.append(float(even[1:] @ even[:-1]) / whole if whole > 0 else 0.0)
    return float(np.mean(shares)) > ALIKE_NEIGHBOURS
