"""Writes spectra as VAMAS (ISO 14976): one item per line, a block per region, kinetic energies in even steps."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from labsys.demo.photoemission import SOURCE_EV, Spectrum
from labsys.demo.seeds import SIMULATED

_FORMAT = "VAMAS Surface Chemical Analysis Standard Data Transfer Format 1988 May 4"
_NOT_GIVEN = "1E+37"


def write(code: str, spectra: Sequence[Spectrum], started_at: datetime, remark: str = "") -> bytes:
    """The file of one sample, experiment mode NORM, scan mode REGULAR; CRLF line ends, as instruments write them."""
    comments = [SIMULATED, *([remark] if remark else [])]
    head = [
        _FORMAT, "labsys", "simulated spectrometer, Al mono", "labsys", code, len(comments), *comments,
        "NORM", "REGULAR", len(spectra), 0, 0, 0, 0, 0, len(spectra),
    ]  # fmt: skip
    lines = [line for spectrum in spectra for line in _block(code, spectrum, started_at)]
    return "\r\n".join(map(str, [*head, *lines, "end of experiment", ""])).encode("ascii")


def _block(code: str, spectrum: Spectrum, started_at: datetime) -> list[object]:
    """Items 1 to 45. Points run up in kinetic energy, which is down in binding energy."""
    counts = spectrum.counts[::-1]
    energies = spectrum.energy_eV
    step = float(energies[-1] - energies[0]) / (len(energies) - 1)
    name = f"{spectrum.species} {spectrum.transition}".strip()
    return [
        name, code, started_at.year, started_at.month, started_at.day, started_at.hour, started_at.minute,
        started_at.second, 0, 1, SIMULATED, "XPS", "Al (mono)", SOURCE_EV, 150, *[_NOT_GIVEN] * 4, "FAT",
        spectrum.pass_energy_eV, _NOT_GIVEN, 0, *[_NOT_GIVEN] * 5, spectrum.species, spectrum.transition, -1,
        "Kinetic energy", "eV", f"{SOURCE_EV - float(energies[-1]):.4f}", f"{step:.6g}", 1, "Intensity", "d",
        "pulse counting", spectrum.dwell_s, spectrum.scans, 0, *[_NOT_GIVEN] * 3, 0,
        len(counts), int(counts.min()), int(counts.max()), *counts.tolist(),
    ]  # fmt: skip
