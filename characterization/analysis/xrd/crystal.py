"""A crystal structure as this laboratory keeps it: a cell, a symmetry, sites, and where they were published."""

from __future__ import annotations

from dataclasses import dataclass, field

import gemmi


@dataclass(frozen=True)
class Cell:
    """Edges in Å, angles in °."""

    a: float
    b: float
    c: float
    alpha: float = 90.0
    beta: float = 90.0
    gamma: float = 90.0

    @property
    def values(self) -> tuple[float, float, float, float, float, float]:
        return self.a, self.b, self.c, self.alpha, self.beta, self.gamma

    @property
    def volume(self) -> float:
        """Å³."""
        return float(gemmi.UnitCell(*self.values).volume)


@dataclass(frozen=True)
class Site:
    """An atom of the asymmetric unit: fractional place, share of it that is occupied, U_iso in Å² (0: not known)."""

    label: str
    element: str
    x: float
    y: float
    z: float
    occupancy: float = 1.0
    u_iso: float = 0.0


@dataclass(frozen=True)
class Source:
    """Where a structure was published. ``certainty`` says in words how far the entry is grounded; ``text`` names the
    article as people cite it."""

    text: str = ""
    journal: str = ""
    doi: str = ""
    cod_id: str = ""
    certainty: str = ""

    @property
    def words(self) -> str:
        """One line to print: the article, its DOI, its entry in the Crystallography Open Database."""
        doi = f"doi {self.doi}" if self.doi else ""
        cod = f"COD {self.cod_id}" if self.cod_id else ""
        return ", ".join(part for part in (self.text or self.journal, doi, cod) if part)


@dataclass(frozen=True)
class Phase:
    """``space_group`` is a Hermann–Mauguin symbol with its setting (``F d -3 m:2``).

    ``operations`` are triplets (``-x,y+1/2,-z``) for symmetries that no tabulated setting has; else empty.
    ``remark`` is what somebody who reads a match should know (a cell that varies with composition).
    """

    name: str
    formula: str
    cell: Cell
    space_group: str
    sites: tuple[Site, ...]
    source: Source = field(default_factory=Source)
    operations: tuple[str, ...] = ()
    version: str = ""
    remark: str = ""

    @property
    def title(self) -> str:
        return self.name if self.name == self.formula else f"{self.name} ({self.formula})"


def group_of(phase: Phase) -> gemmi.GroupOps:
    """The symmetry as gemmi has it. Raises ValueError where the symbol is not known."""
    if phase.operations:
        return gemmi.GroupOps([gemmi.Op(text) for text in phase.operations])
    return gemmi.SpaceGroup(phase.space_group).operations()


def crystal_system(phase: Phase) -> str:
    """``cubic``, ``hexagonal`` (with trigonal in hexagonal axes), ``rhombohedral`` (its own axes), ``tetragonal`` …

    Where only operations are known it is what the cell's own metric allows, taken strictly.
    """
    if phase.operations:
        return _by_metric(phase.cell)
    group = gemmi.SpaceGroup(phase.space_group)
    system = str(group.crystal_system_str())
    if system == "trigonal":
        return "rhombohedral" if group.ext == "R" else "hexagonal"
    return system


def _by_metric(cell: Cell) -> str:
    right = [abs(angle - 90) < 1e-3 for angle in (cell.alpha, cell.beta, cell.gamma)]
    if all(right):
        if abs(cell.a - cell.b) < 1e-4:
            return "cubic" if abs(cell.a - cell.c) < 1e-4 else "tetragonal"
        return "orthorhombic"
    if abs(cell.a - cell.b) < 1e-4 and right[:2] == [True, True] and abs(cell.gamma - 120) < 1e-3:
        return "hexagonal"
    return "monoclinic" if sum(right) == 2 and not right[1] else "triclinic"
