"""Relative sensitivity factors of photoelectron lines, as a laboratory's spectrometer needs them.

::

    excitation_eV  1486.6
    C 1s           1.00
    O 1s           2.93

``content`` is {"factors": {"C 1s": 1.0, …}, "excitation_eV": 1486.6 or None}: an area is divided by its factor.
"""

from __future__ import annotations

import re

from characterization.analysis.library.entries import Checked, NotTaken
from characterization.analysis.library.numbers import pairs

EXPECTED = "Write a line and its factor, as ‘C 1s 1.00’."
EXCITATION = "excitation_eV"
GREATEST_FACTOR = 1000.0
_LINE = re.compile(r"^([A-Z][a-z]?) ?([1-6][spdf])(?: ?([1357])/2)?$")


def checked(text: str) -> Checked:
    """Raises NotTaken."""
    factors: dict[str, float] = {}
    excitation: float | None = None
    for number, first, value in pairs(text, EXPECTED):
        if first == EXCITATION:
            excitation = _excitation(value, number)
            continue
        line = _named(first, number)
        if line in factors:
            raise NotTaken(f"{line} stands there twice, the second time in line {number}.")
        if not 0 < value <= GREATEST_FACTOR:
            raise NotTaken(
                f"Line {number}: {value:g} is no factor; it lies above 0 and is {GREATEST_FACTOR:g} at the most."
            )
        factors[line] = value
    if not factors:
        raise NotTaken(f"No factor is given. {EXPECTED}")
    told = "" if excitation is None else f", for {excitation:g} eV"
    return Checked({"factors": factors, "excitation_eV": excitation}, f"{len(factors)} lines{told}")


def _named(first: str, number: int) -> str:
    """A line as all name it: ``Mo 3d``, ``Mo 3d5/2``."""
    match = _LINE.match(first)
    if match is None:
        raise NotTaken(f"Line {number}: ‘{first[:40]}’ names no photoelectron line. {EXPECTED}")
    element, shell, spin = match.groups()
    return f"{element} {shell}{spin}/2" if spin else f"{element} {shell}"


def _excitation(value: float, number: int) -> float:
    if not 20 <= value <= 20_000:
        raise NotTaken(f"Line {number}: {value:g} eV is no excitation energy; Al Kα is 1486.6 eV.")
    return value
