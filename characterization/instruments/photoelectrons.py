"""From the regions of a photoelectron file to one long table: names, energies and intensities of every vendor alike."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from characterization.instruments.base import Recording, Technique, UnreadableFile, json_ready

Numbers = npt.NDArray[np.float64]

AGAIN = "Export it again on the instrument; the file that arrived is kept."
FEWEST_POINTS = 3
MOST_POINTS = 20_000_000
MOST_EV = 50_000.0
_LINE = re.compile(r"([A-Z][a-z]?)[\s_-]?([1-7][spdf])(?:[\s_-]?([1357])\s*/\s*2)?(?![a-z])")
_AUGER = re.compile(r"([A-Z][a-z]?)[\s_-]?([KLMN](?:LL|MM|NN|L\d|VV|M\d))")
_SURVEY = re.compile(r"survey|wide|overview|^su1s$|übersicht|全谱", re.IGNORECASE)


@dataclass
class Spectrum:
    """One region as measured: ``energy_eV`` (kinetic or binding) and ``intensity`` (counts, or counts/s if ``rate``).

    ``said`` is what else the file says of it, for meta; ``exact_unit`` is False where it names no unit of intensity.
    """

    label: str
    energy_eV: Numbers
    intensity: Numbers
    kinetic: bool = False
    rate: bool = True
    exact_unit: bool = True
    excitation_eV: float | None = None
    dwell_s: float | None = None
    scans: float | None = None
    transmission: Numbers | None = None
    said: Mapping[str, Any] = field(default_factory=dict)

    @property
    def binding_eV(self) -> Numbers:
        """hν − kinetic energy, NaN where the excitation energy is not known."""
        if not self.kinetic:
            return self.energy_eV
        return (np.nan if self.excitation_eV is None else self.excitation_eV) - self.energy_eV


def region_name(label: str) -> str:
    """``C 1s`` out of ``C1s Scan``, ``Survey`` out of ``Su1s``; what names no line of an element stays as it is."""
    bare = label.strip()
    if _SURVEY.search(bare):
        return "Survey"
    if line := _LINE.search(bare):
        return f"{line[1]} {line[2]}" + (f" {line[3]}/2" if line[3] else "")
    if auger := _AUGER.search(bare):
        return f"{auger[1]} {auger[2]}"
    return bare or "region"


def _check(name: str, spectrum: Spectrum) -> None:
    x, y = spectrum.energy_eV, spectrum.intensity
    if x.size != y.size or x.size < FEWEST_POINTS:
        raise UnreadableFile(
            "truncated" if x.size == y.size else "damaged",
            f"{name}: region '{spectrum.label[:40]}' has {x.size:,} energies and {y.size:,} intensities; "
            f"{FEWEST_POINTS} are the fewest.",
            AGAIN,
        )
    steps = np.diff(x)
    if not np.isfinite(x).all() or np.abs(x).max() > MOST_EV or not ((steps > 0).all() or (steps < 0).all()):
        raise UnreadableFile(
            "damaged",
            f"{name}: the energies of region '{spectrum.label[:40]}' do not run one way within {MOST_EV:,.0f} eV.",
            AGAIN,
        )
    if not np.isfinite(y).any() or np.nanmax(np.abs(y)) > 1e30:
        raise UnreadableFile(
            "damaged", f"{name}: region '{spectrum.label[:40]}' has intensities that cannot be.", AGAIN
        )


def _entry(spectrum: Spectrum, block: int) -> dict[str, Any]:
    said = {
        "block": block,
        "region": region_name(spectrum.label),
        "block_name": spectrum.label or region_name(spectrum.label),
        "points": int(spectrum.energy_eV.size),
        "excitation_energy_eV": spectrum.excitation_eV,
        "dwell_s": spectrum.dwell_s,
        "scans": spectrum.scans,
        "counts_per_second": spectrum.rate,
        **spectrum.said,
    }
    return {key: value for key, value in said.items() if value not in (None, "", [], {})}


def _rates(spectrum: Spectrum, wanted: bool) -> Numbers:
    """The intensity under the table's name: counts beside a rate are divided by dwell × scans, NaN if unknown."""
    if spectrum.rate or not wanted:
        return spectrum.intensity
    seconds = (spectrum.dwell_s or 0.0) * (spectrum.scans or 0.0)
    return spectrum.intensity / (seconds if seconds > 0 else np.nan)


def _rows(spectrum: Spectrum, block: int, wanted: bool, kinetic: bool) -> pl.DataFrame:
    size = spectrum.energy_eV.size
    columns: dict[str, Any] = {
        "region": [region_name(spectrum.label)] * size,
        "block": np.full(size, block, dtype=np.int32),
        "binding_energy_eV": spectrum.binding_eV,
        "intensity_cps" if wanted else "intensity_counts": _rates(spectrum, wanted),
    }
    if kinetic:
        columns["kinetic_energy_eV"] = spectrum.energy_eV if spectrum.kinetic else np.full(size, np.nan)
    if spectrum.transmission is not None:
        columns["transmission"] = spectrum.transmission
    return pl.DataFrame(columns)


def recording(
    name: str, spectra: Sequence[Spectrum], meta: Mapping[str, Any], hints: Sequence[str] = ()
) -> Recording:
    """One xps recording of all regions in the file's order. Raises UnreadableFile for what cannot be a spectrum."""
    if not spectra:
        raise UnreadableFile("empty", f"{name} holds no spectrum.", AGAIN)
    for spectrum in spectra:
        _check(name, spectrum)
    wanted = any(spectrum.rate for spectrum in spectra)
    kinetic = any(spectrum.kinetic for spectrum in spectra)
    rows = [_rows(spectrum, block, wanted, kinetic) for block, spectrum in enumerate(spectra, 1)]
    table = pl.concat(rows, how="diagonal").with_columns(pl.col(pl.Float64).fill_nan(None))
    told = {key: value for key, value in meta.items() if value not in (None, "", [], {})}
    told["regions"] = [_entry(spectrum, block) for block, spectrum in enumerate(spectra, 1)]
    found = Recording(Technique.XPS, table, meta=json_ready(told))
    found.sample_hints = tuple(dict.fromkeys(hint.strip() for hint in hints if hint and hint.strip()))
    found.title = found.sample_hints[0] if found.sample_hints else ""
    _flag(found, spectra, wanted)
    return found


def _flag(found: Recording, spectra: Sequence[Spectrum], wanted: bool) -> None:
    for block, spectrum in enumerate(spectra, 1):
        if spectrum.kinetic and spectrum.excitation_eV is None:
            found.flag(
                "excitation_energy_missing",
                f"Block {block} ({spectrum.label}) has kinetic energies and no excitation energy stands in the file: "
                "it has no binding energies, the kinetic ones are kept.",
            )
        if wanted and not spectrum.rate and not (spectrum.dwell_s and spectrum.scans):
            found.flag(
                "dwell_missing",
                f"Block {block} ({spectrum.label}) is in counts beside rates and its counting time is not given: "
                "its intensity is left out.",
            )
    if any(not spectrum.exact_unit for spectrum in spectra):
        found.flag(
            "intensity_unit_missing",
            "The file does not say in which unit its intensity is: it is kept as it stands, under counts.",
        )
