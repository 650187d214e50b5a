"""What stands in a report, as plain text and numbers in mm: nothing here knows of a database or of typst.

Every string may hold what a person typed; it reaches the page as data and is never read as markup.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Fact:
    label: str
    value: str


@dataclass(frozen=True)
class Box:
    """A node of the drawn chain; left upper corner and width in mm. ``shown`` is the sample of the report."""

    code: str
    about: str
    x: float
    y: float
    width: float
    shown: bool = False


@dataclass(frozen=True)
class Arrow:
    """From one point to another in mm, with the amount: above the line along the main chain, else beside it."""

    x1: float
    y1: float
    x2: float
    y2: float
    amount: str
    main: bool


@dataclass(frozen=True)
class Graph:
    boxes: Sequence[Box]
    arrows: Sequence[Arrow]
    width: float
    height: float
    box_height: float
    remark: str = ""


@dataclass(frozen=True)
class StepLine:
    """One quantity of a step; ``step`` is the code of what it made, or of the furnace run. ``over``: past its limit."""

    step: str
    quantity: str
    planned: str
    actual: str
    deviation: str = ""
    over: bool = False
    remark: str = ""


@dataclass(frozen=True)
class FindingLine:
    sample: str
    quantity: str
    value: str
    uncertainty: str
    unit: str
    convention: str
    method: str


@dataclass(frozen=True)
class LedgerLine:
    when: str
    sample: str
    what: str
    amount: str
    left: str
    by: str
    reason: str


@dataclass(frozen=True)
class CellLine:
    code: str
    group: str
    discharge: str
    efficiency: str
    retention: str
    cycles: str
    remark: str


@dataclass(frozen=True)
class GroupLine:
    """One additive of the comparison: mean ± sd over its cells."""

    group: str
    n: str
    discharge: str
    efficiency: str
    retention: str


@dataclass(frozen=True)
class FileLine:
    name: str
    sample: str
    size: str
    sha256: str
    reader: str
    methods: str


@dataclass(frozen=True)
class Note:
    code: str
    text: str


@dataclass(frozen=True)
class SignatureLine:
    """``holds``: the record still is what was signed; ``remark`` says it in words, after the signer's own."""

    code: str
    who: str
    meaning: str
    when: str
    sha256: str
    remark: str
    holds: bool


@dataclass(frozen=True)
class Report:
    """All sections in their order. ``hash`` is the sha256 of everything else here, in canonical JSON."""

    code: str
    name: str
    kind: str
    project: str
    state: str
    tone: str
    simulated: bool
    as_of: str
    revision: int
    facts: Sequence[Fact]
    graph: Graph
    made_of_it: str
    steps: Sequence[StepLine]
    limits: str
    notes: Sequence[Note]
    findings: Sequence[FindingLine]
    taken: Sequence[LedgerLine]
    ledger: Sequence[LedgerLine]
    groups: Sequence[GroupLine]
    cells: Sequence[CellLine]
    capacity_unit: str
    retention_label: str
    cells_remark: str
    files: Sequence[FileLine]
    version: str
    ledger_remark: str = ""
    signatures: Sequence[SignatureLine] = ()
    signed: str = ""
