"""What CasaXPS leaves in VAMAS comments: quantification regions and fitted components, one line each.

Energies stand as kinetic energy in eV even where the spectrum is shown over binding energy; with the
excitation energy they become binding energies. Areas are in the file's intensity x eV, widths in eV.
"""

from __future__ import annotations

import re

_NUMBER = r"([+-]?[\d.]+(?:[eE][+-]?\d+)?)"
_REGION = re.compile(rf"CASA region \(\*(.*?)\*\) \(\*(.*?)\*\) {_NUMBER} {_NUMBER} {_NUMBER}")
_COMPONENT = re.compile(
    rf"CASA comp \(\*(.*?)\*\) \(\*(.*?)\*\) Area {_NUMBER}.*? MFWHM {_NUMBER}"
    rf".*? Position {_NUMBER}.*? RSF {_NUMBER}"
)
_LONGEST_LINE = 1000
Entry = dict[str, object]


def _binding(kinetic_eV: float, excitation_eV: float | None) -> float | None:
    return None if excitation_eV is None else round(excitation_eV - kinetic_eV, 6)


def regions(comments: list[str], excitation_eV: float | None) -> list[Entry]:
    """{name, background, high_eV, low_eV (binding energies), rsf} for every region line."""
    found: list[Entry] = []
    for line in comments:
        match = _REGION.match(line[:_LONGEST_LINE])
        if match:
            start, end, rsf = (float(match[place]) for place in (3, 4, 5))
            found.append(
                {
                    "name": match[1],
                    "background": match[2],
                    "high_eV": _binding(min(start, end), excitation_eV),
                    "low_eV": _binding(max(start, end), excitation_eV),
                    "rsf": rsf,
                }
            )
    return found


def components(comments: list[str], excitation_eV: float | None) -> list[Entry]:
    """{name, line_shape, area, fwhm_eV, position_eV (binding energy), rsf} for every component line."""
    found: list[Entry] = []
    for line in comments:
        match = _COMPONENT.match(line[:_LONGEST_LINE])
        if match:
            area, fwhm, position, rsf = (float(match[place]) for place in (3, 4, 5, 6))
            found.append(
                {
                    "name": match[1],
                    "line_shape": match[2],
                    "area": area,
                    "fwhm_eV": fwhm,
                    "position_eV": _binding(position, excitation_eV),
                    "rsf": rsf,
                }
            )
    return found
