"""What the analyses of impedance have in common: which spectra are quoted as findings, and how they are called."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from characterization.analysis.base import Conditions
from characterization.analysis.choices import Choice
from characterization.analysis.impedance.spectra import MOST_SPECTRA, Spectrum

Thing = TypeVar("Thing")
QUOTE_ALL = 3
MOST_ASKED = 600
CHOICE_OF_SPECTRA = Choice(
    "most_spectra", "Most spectra", "integer", lowest=1, highest=MOST_ASKED,
    help=f"Of a longer series so many are analysed, at equal distances; {MOST_SPECTRA} unless told.",
)  # fmt: skip


def quoted(pairs: Sequence[tuple[Spectrum, Thing]]) -> list[tuple[str, Thing]]:
    """Those that become findings, with the words that tell them apart: of more than three, the first and the last.

    A lone one needs no words. The tables hold all of them.
    """
    if len(pairs) == 1:
        return [("", pairs[0][1])]
    shown = pairs if len(pairs) <= QUOTE_ALL else [pairs[0], pairs[-1]]
    return [(f"spectrum {spectrum.number}", thing) for spectrum, thing in shown]


def subject(*words: str) -> str:
    """``R1, spectrum 3``: what a finding is of, without what is empty."""
    return ", ".join(word for word in words if word)


def most_asked(conditions: Conditions) -> int:
    """How many spectra are analysed: 120, or as many as a person asks for, up to 600."""
    wanted = conditions.parameters.get("most_spectra", MOST_SPECTRA)
    return min(max(int(wanted), 1), MOST_ASKED) if isinstance(wanted, int | float) else MOST_SPECTRA
