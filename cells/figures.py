"""What follows from a cell's masses and sizes: loading, capacities, relative density of the separator, N:P.

- areal loading: active mass per area; nominal areal capacity: nominal capacity of that mass per area;
- nominal capacity: mAh/g times active mass;
- relative density: mass per volume of the pressed separator, per density of what it is pressed of;
- N:P: capacity of the anode's mass per nominal capacity of the cathode.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _

from cells import makeup
from cells.models import CathodeBatch, Cell
from synthesis import words
from synthesis.models import LedgerEntry

UM_PER_CM = 1e4
DENSER_THAN_CRYSTAL_PERCENT = 100.0
_NEAR = 1e-4


@dataclass(frozen=True)
class CellFigure:
    """``how`` says what it was computed of; ``odd`` what cannot be right about it."""

    label: str
    value: float
    unit: str
    decimals: int
    how: str = ""
    odd: str = ""

    @property
    def written(self) -> str:
        return words.digits(self.value, self.decimals)


@dataclass(frozen=True)
class ActiveShare:
    """Share of active material in %, of which cathode, and ``by``: weighed, recipe, or typed for the cell itself."""

    percent: float
    cathode: str
    by: str


def relative_density_percent(cell: Cell) -> float | None:
    """In % of the density that is stored with the cell; None where mass, size or density are missing."""
    mass, thickness = cell.separator_mass_mg, cell.separator_thickness_um
    area, density = cell.area_cm2, cell.separator_density_g_per_cm3
    if not (mass and thickness and area and density):
        return None
    return 100 * (mass / 1000) / (area * thickness / UM_PER_CM) / density


def nominal_mAh(cell: Cell) -> float | None:
    if not (cell.nominal_capacity_mAh_per_g and cell.active_mass_mg):
        return None
    return cell.nominal_capacity_mAh_per_g * cell.active_mass_mg / 1000


def loading_mg_per_cm2(cell: Cell) -> float | None:
    return cell.active_mass_mg / cell.area_cm2 if cell.active_mass_mg and cell.area_cm2 else None


def areal_mAh_per_cm2(cell: Cell) -> float | None:
    capacity = nominal_mAh(cell)
    return capacity / cell.area_cm2 if capacity and cell.area_cm2 else None


def anode_mAh(cell: Cell) -> float | None:
    if not (cell.anode_capacity_mAh_per_g and cell.anode_mass_mg):
        return None
    return cell.anode_capacity_mAh_per_g * cell.anode_mass_mg / 1000


def n_to_p(cell: Cell) -> float | None:
    anode, cathode = anode_mAh(cell), nominal_mAh(cell)
    return anode / cathode if anode and cathode else None


def active_share(cell: Cell) -> ActiveShare | None:
    """The active share that the cell's masses have, and whether it is that of its cathode's weighing or recipe."""
    if not (cell.active_mass_mg and cell.composite_mass_mg):
        return None
    share = cell.active_mass_mg / cell.composite_mass_mg
    taken = LedgerEntry.objects.filter(product=cell.pk, sample__kind=CathodeBatch.KIND).values("sample")
    for batch in CathodeBatch.objects.filter(pk__in=taken).select_related("recipe", "protocol"):
        known, by = batch.makeup.active_share()
        if known is not None and abs(known - share) < _NEAR * share:
            return ActiveShare(100 * share, batch.code, by)
    return ActiveShare(100 * share, "", "typed")


def said_of(share: ActiveShare) -> str:
    sentences = {
        makeup.WEIGHED: _("by what was weighed into %(cathode)s"),
        makeup.BY_RECIPE: _("by the recipe of %(cathode)s: not every component's mass is known"),
    }
    return sentences.get(share.by, _("as entered for this cell")) % {"cathode": share.cathode}


def of(cell: Cell) -> list[CellFigure]:
    found = [_share(cell), _loading(cell), _areal(cell), _nominal(cell), _density(cell), _ratio(cell)]
    return [figure for figure in found if figure is not None]


def _share(cell: Cell) -> CellFigure | None:
    share = active_share(cell)
    if share is None:
        return None
    return CellFigure(_("Active material in the composite"), share.percent, "wt %", 2, said_of(share))


def _loading(cell: Cell) -> CellFigure | None:
    loading = loading_mg_per_cm2(cell)
    if loading is None:
        return None
    return CellFigure(_("Areal loading"), loading, "mg/cm²", 3, _("active mass per area"))


def _areal(cell: Cell) -> CellFigure | None:
    capacity = areal_mAh_per_cm2(cell)
    if capacity is None:
        return None
    return CellFigure(_("Areal capacity"), capacity, "mAh/cm²", 3, _("nominal, per area"))


def _nominal(cell: Cell) -> CellFigure | None:
    capacity = nominal_mAh(cell)
    if capacity is None:
        return None
    how = _("%(per_g)s mAh/g of the active mass") % {"per_g": f"{cell.nominal_capacity_mAh_per_g:g}"}
    return CellFigure(_("Nominal capacity"), capacity, "mAh", 4, how)


def _density(cell: Cell) -> CellFigure | None:
    percent = relative_density_percent(cell)
    if percent is None:
        return None
    how = _("of %(density)s g/cm³, %(source)s") % {
        "density": f"{cell.separator_density_g_per_cm3:g}",
        "source": cell.separator_density_from or _("as entered"),
    }
    odd = (
        _("denser than the material itself: check mass, thickness and area")
        if percent > DENSER_THAN_CRYSTAL_PERCENT
        else ""
    )
    return CellFigure(_("Relative density of the separator"), percent, "%", 1, how, odd)


def _ratio(cell: Cell) -> CellFigure | None:
    ratio, anode = n_to_p(cell), anode_mAh(cell)
    if ratio is None or anode is None:
        return None
    how = _("anode %(anode)s mAh per nominal capacity") % {"anode": f"{anode:.4g}"}
    return CellFigure("N:P", ratio, "", 2, how)
