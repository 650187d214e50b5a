"""Crystal phases as a laboratory adds them: a CIF whose structure lines can be computed from."""

from __future__ import annotations

from characterization.analysis.library.entries import Checked, NotTaken
from characterization.analysis.xrd.cif import CifError, structure_from_cif
from characterization.analysis.xrd.crystal import Phase
from characterization.analysis.xrd.lines import TooManyLines, lines_of

COPPER_ALPHA_1 = 1.540593
"""Å. G. Hölzer et al., Phys. Rev. A 56 (1997) 4554; the wavelength that tables of lines are written for."""


def checked(text: str) -> Checked:
    """``content`` is {"cif": the text, "formula", "space_group", "cell" of six}. Raises NotTaken."""
    try:
        phase = structure_from_cif(text)
        lines = lines_of(phase, COPPER_ALPHA_1)
    except (CifError, TooManyLines) as error:
        raise NotTaken(str(error)) from error
    if not lines:
        raise NotTaken(f"{phase.title} has no line between 5 and 120° of Cu Kα: there is nothing to match.")
    content = {
        "cif": text,
        "formula": phase.formula,
        "space_group": phase.space_group,
        "cell": list(phase.cell.values),
    }
    return Checked(content, summary(phase), phase.name, phase.source.words)


def summary(phase: Phase) -> str:
    """Formula, space group and the lengths that a reader compares first."""
    a, b, c = phase.cell.values[:3]
    lengths = [f"a {a:.4f}", *([f"b {b:.4f}"] if b != a else []), *([f"c {c:.4f}"] if c != a else [])]
    return f"{phase.formula}, {phase.space_group}, {', '.join(lengths)} Å"
