"""Findings in order for reading: the whole first, then a fold for each subject; shared conventions said once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from characterization.models import Analysis, Finding

MOST_OPEN = 14
"""Rows that stand open; longer tables fold the subjects after the first."""

BETWEEN = "; "


@dataclass(frozen=True)
class Line:
    """``part`` is the rest of the subject inside its group; ``said`` the convention that the group has not said."""

    analysis: Analysis
    finding: Finding
    part: str
    said: str


@dataclass(frozen=True)
class Group:
    """``said`` is the part of the convention that all lines share; ``folded`` whether it opens on demand."""

    subject: str
    said: str
    lines: Sequence[Line]
    folded: bool

    @property
    def headline(self) -> Line:
        """The line that speaks for a closed fold: the first share of a whole, else the first."""
        return next(
            (line for line in self.lines if line.finding.unit == "%" and not line.part), self.lines[0]
        )


def grouped(found: Iterable[tuple[Analysis, Finding]]) -> list[Group]:
    """One group for what has no subject, then one for each subject in the order of the analyses."""
    pairs = list(found)
    subjects = {finding.subject for _, finding in pairs}
    rows: dict[str, list[tuple[Analysis, Finding, str]]] = {}
    for analysis, finding in pairs:
        whole, part = _split(finding.subject, subjects)
        rows.setdefault(whole, []).append((analysis, finding, part))
    ordered = sorted(rows, key=bool)
    long = len(pairs) > MOST_OPEN and len(rows) > 1
    return [_group(name, rows[name], folded=long and place > 0) for place, name in enumerate(ordered)]


def _split(subject: str, subjects: set[str]) -> tuple[str, str]:
    """The group of a subject and the rest of its name: "R1, spectrum 2" belongs to "spectrum 2"."""
    part, comma, whole = subject.rpartition(", ")
    return (whole, part) if comma and whole in subjects else (subject, "")


def _group(subject: str, rows: Sequence[tuple[Analysis, Finding, str]], *, folded: bool) -> Group:
    parts = [finding.convention.split(BETWEEN) for _, finding, _ in rows]
    shared = [part for part in parts[0] if all(part in other for other in parts)] if len(rows) > 1 else []
    lines = [
        Line(analysis, finding, rest, BETWEEN.join(part for part in own if part not in shared))
        for (analysis, finding, rest), own in zip(rows, parts, strict=True)
    ]
    return Group(subject, BETWEEN.join(shared), lines, folded)
