"""Lines of a crystal structure: angles, spacings, indices and relative intensities of a powder, computed by gemmi."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

import gemmi
import numpy as np

from characterization.analysis.xrd import bragg
from characterization.analysis.xrd.crystal import Phase, Site, group_of
from characterization.charts.chart import Numbers

MERGED_DEG = 0.01
FAINTEST_PERCENT = 0.1
MOST_REFLECTIONS = 6000
SANE_U_ISO = 0.3
SAME_PLACE = 1e-3
"""Fractions of an edge within which two images of a site are one atom."""


Index = tuple[int, int, int]


class TooManyLines(ValueError):
    """The cell is so large, or the wavelength so short, that its powder pattern has thousands of lines."""


@dataclass(frozen=True)
class Line:
    """One line of a powder pattern. ``relative`` is its integrated intensity in % of the strongest in the range.

    ``hkl`` are the indices of its strongest part where several fall together within 0.01°.
    """

    two_theta_deg: float
    d_angstrom: float
    hkl: Index
    multiplicity: int
    relative: float

    @property
    def index(self) -> str:
        """``111``, or ``10 1 -2`` where a digit alone cannot say it."""
        plain = all(0 <= part <= 9 for part in self.hkl)
        return ("" if plain else " ").join(map(str, self.hkl))


@lru_cache(maxsize=512)
def lines_of(phase: Phase, wavelength: float, range: tuple[float, float] = (5.0, 120.0)) -> tuple[Line, ...]:
    """Lines of a random powder between two angles (° 2θ), by angle; ``wavelength`` in Å.

    |F|² of X-ray form factors times multiplicity times (1 + cos² 2θ)/(sin² θ cos θ) for unpolarised rays without a
    monochromator (International Tables C, 6.2). Thermal factors count where the entry has them; anomalous scattering
    and absorption do not. Lines under 0.1 % of the strongest are left out. Raises TooManyLines; ValueError where the
    symmetry is not known.
    """
    low, high = max(range[0], 0.5), min(range[1], 179.0)
    shortest, longest = bragg.spacing(np.array([high, low]), wavelength)
    _refuse_too_many(phase, float(shortest))
    group = group_of(phase)
    found = [_reflection(phase, group, hkl, wavelength) for hkl in _unique(phase, group, shortest, longest)]
    calculator, structure = _calculator(phase)
    raw = [
        (angle, d, hkl, count, count * abs(calculator.calculate_sf_from_small_structure(structure, hkl)) ** 2)
        for angle, d, hkl, count in found
        if low <= angle <= high
    ]
    merged = list(_merged(sorted((a, d, h, n, f * _lorentz_polarisation(a)) for a, d, h, n, f in raw)))
    strongest = max((line[4] for line in merged), default=0.0)
    if not strongest > 0:
        return ()
    percent = [(a, d, h, n, 100 * i / strongest) for a, d, h, n, i in merged]
    return tuple(Line(*line) for line in percent if line[4] >= FAINTEST_PERCENT)


_Raw = tuple[float, float, Index, int, float]


def _refuse_too_many(phase: Phase, shortest_d: float) -> None:
    """Independent reflections are 4π/3 · V/d³ over the order of the Laue group, 2 at the least."""
    expected = 4 * np.pi / 3 * phase.cell.volume / shortest_d**3
    operations = len(group_of(phase).sym_ops)
    if not expected / max(operations, 2) <= MOST_REFLECTIONS:
        raise TooManyLines(
            f"{phase.name} would have about {expected / max(operations, 2):,.0f} independent reflections in this range;"
            f" {MOST_REFLECTIONS:,} are the most that are computed."
        )


def _unique(phase: Phase, group: gemmi.GroupOps, shortest: float, longest: float) -> Iterator[Index]:
    cell = gemmi.UnitCell(*phase.cell.values)
    tabulated = gemmi.find_spacegroup_by_ops(group)
    if tabulated:
        for hkl in gemmi.make_miller_array(cell, tabulated, shortest * 0.9999, longest * 1.0001).tolist():
            yield _index(hkl)
        return
    seen: set[Index] = set()
    everything = gemmi.make_miller_array(cell, gemmi.SpaceGroup("P 1"), shortest * 0.9999, longest * 1.0001)
    for hkl in map(_index, everything.tolist()):
        if hkl not in seen and not group.is_systematically_absent(hkl):
            seen |= _equivalents(group, hkl)
            yield hkl


def _index(hkl: Sequence[int]) -> Index:
    return int(hkl[0]), int(hkl[1]), int(hkl[2])


def _equivalents(group: gemmi.GroupOps, hkl: Index) -> set[Index]:
    turned: set[Index] = {_index(op.apply_to_hkl(list(hkl))) for op in group.sym_ops}
    return turned | {(-hkl[0], -hkl[1], -hkl[2]) for hkl in turned}


def _customary(hkl: Index) -> tuple[object, ...]:
    """Of equivalent indices people write the ones with few minus signs, and the large ones first: 221, 012."""
    return sum(part >= 0 for part in hkl), hkl[2] >= 0, hkl[1] >= 0, hkl


def _reflection(
    phase: Phase, group: gemmi.GroupOps, hkl: Index, wavelength: float
) -> tuple[float, float, Index, int]:
    d = float(gemmi.UnitCell(*phase.cell.values).calculate_d(list(hkl)))
    angle = float(bragg.angle(np.array([d]), wavelength)[0])
    equivalents = _equivalents(group, hkl)
    return angle, d, max(equivalents, key=_customary), len(equivalents)


def _calculator(phase: Phase) -> tuple[gemmi.StructureFactorCalculatorX, gemmi.SmallStructure]:
    structure = gemmi.SmallStructure()
    structure.cell = gemmi.UnitCell(*phase.cell.values)
    structure.spacegroup_hm = "P 1" if phase.operations else phase.space_group
    structure.determine_and_set_spacegroup("1")
    for own in _everywhere(phase) if phase.operations else phase.sites:
        site = gemmi.SmallStructure.Site()
        site.label, site.fract, site.occ = own.label, gemmi.Fractional(own.x, own.y, own.z), own.occupancy
        site.element = gemmi.Element(own.element)
        site.u_iso = own.u_iso if 0 < own.u_iso <= SANE_U_ISO else 0.0
        structure.add_site(site)
    # A site on an axis or a plane is met by several operations: its share is divided by their number.
    structure.change_occupancies_to_crystallographic()
    return gemmi.StructureFactorCalculatorX(structure.cell), structure


def _everywhere(phase: Phase) -> Iterator[Site]:
    """Every atom of the cell, for a symmetry that gemmi has no table of."""
    for site in phase.sites:
        met: list[tuple[float, ...]] = []
        for op in group_of(phase):
            place = tuple(part % 1.0 for part in op.apply_to_xyz([site.x, site.y, site.z]))
            if not any(_same_place(place, other) for other in met):
                met.append(place)
                yield replace(site, x=place[0], y=place[1], z=place[2])


def _same_place(one: tuple[float, ...], other: tuple[float, ...]) -> bool:
    return all(abs((a - b + 0.5) % 1.0 - 0.5) < SAME_PLACE for a, b in zip(one, other, strict=True))


def _lorentz_polarisation(two_theta_deg: float) -> float:
    both = np.radians(two_theta_deg)
    return float((1 + np.cos(both) ** 2) / (np.sin(both / 2) ** 2 * np.cos(both / 2)))


def _merged(rows: list[_Raw]) -> Iterator[_Raw]:
    """Lines that no diffractometer can tell apart become one, at their mean weighted by intensity."""
    together: list[_Raw] = []
    for row in rows:
        if together and row[0] - together[0][0] > MERGED_DEG:
            yield _one(together)
            together = []
        together.append(row)
    if together:
        yield _one(together)


def _one(rows: list[_Raw]) -> _Raw:
    weights = np.array([max(row[4], 1e-12) for row in rows])
    angle = float(np.average([row[0] for row in rows], weights=weights))
    d = float(np.average([row[1] for row in rows], weights=weights))
    top = rows[int(weights.argmax())]
    return angle, d, top[2], sum(row[3] for row in rows), float(sum(row[4] for row in rows))


def angles(lines: tuple[Line, ...]) -> Numbers:
    return np.array([line.two_theta_deg for line in lines], dtype=np.float64)
