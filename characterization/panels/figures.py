"""Key figures of a cell, and numbers written with as many digits as their uncertainty allows."""

from __future__ import annotations

from dataclasses import dataclass
from math import floor, log10

from django.utils.translation import gettext as _

from characterization.panels.choice import Choice, default_basis, view_for
from characterization.queries import Tested

NOTHING = "–"


@dataclass(frozen=True)
class Figure:
    """One value of the strip; ``value`` is None where it is not known."""

    label: str
    value: float | None
    unit: str
    digits: int = 2

    @property
    def written(self) -> str:
        return NOTHING if self.value is None else f"{self.value:,.{self.digits}f}".replace("-", "−")


def number(value: float | None, uncertainty: float | None = None) -> str:
    """A number with true minus, rounded to where its uncertainty's second digit stands; else to five digits."""
    if value is None:
        return NOTHING
    size = _common_size(value, uncertainty)
    if not -4 <= size < 9:
        return _powered(value, size, max(size - _size(uncertainty) + 1, 0) if uncertainty else 4)
    if uncertainty:
        return f"{value:,.{places(uncertainty)}f}".replace("-", "−")
    text = f"{value:,.{min(max(4 - size, 0), 6)}f}"
    return (text.rstrip("0").rstrip(".") if "." in text else text).replace("-", "−")


def _size(value: float | None) -> int:
    """The power of ten of a number's first digit; 0 for nothing."""
    return floor(log10(abs(value))) if value else 0


def _common_size(value: float, uncertainty: float | None) -> int:
    """The power of ten in which both are written: that of the larger, so that 10⁻²⁵ ± 6 is 0.0 ± 6.0."""
    return max(_size(one) for one in (value, uncertainty) if one) if value or uncertainty else 0


def _powered(value: float, power: int, digits: int) -> str:
    """Very small and very large numbers: 2.10×10⁻⁷."""
    raised = str(power).translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))
    return f"{value / 10.0**power:.{min(digits, 6)}f}×10{raised}".replace("-", "−")


def places(uncertainty: float) -> int:
    """Decimals down to the second digit of an uncertainty, which is as much as one can tell."""
    return min(max(1 - floor(log10(abs(uncertainty))), 0), 8) if uncertainty else 2


def with_uncertainty(value: float | None, uncertainty: float | None) -> tuple[str, str]:
    """Value and "± uncertainty" with equal decimals; the second empty where none is known."""
    if value is None or not uncertainty:
        return number(value), ""
    size = _common_size(value, uncertainty)
    if not -4 <= size < 9:
        return number(
            value, uncertainty
        ), f"± {_powered(abs(uncertainty), size, max(size - _size(uncertainty) + 1, 0))}"
    return number(value, uncertainty), f"± {abs(uncertainty):,.{places(uncertainty)}f}"


def figures_of_cell(tested: Tested, mean_voltage_V: float | None, voltage: str) -> list[Figure]:
    """The strip above a cell's dashboard: what was found first, then what the cell is."""
    cell = tested.cell
    basis = default_basis(cell)
    divisor, unit = view_for(cell, Choice(basis), colour="s0", simulated=False).divisor()
    first = tested.discharge_mAh[0] if tested.discharge_mAh else None
    return [
        Figure(
            _("First discharge"), None if first is None else first / divisor, unit.removesuffix(" active")
        ),
        Figure(_("First CE"), tested.efficiency_percent[0] if tested.efficiency_percent else None, "%"),
        Figure(_retention_label(tested), retention(tested), "%", 1),
        Figure(_("Mean discharge V"), mean_voltage_V, voltage),
        Figure(_("Areal loading"), areal_loading(tested), "mAh/cm²"),
        Figure(_("Active mass"), cell.active_mass_mg, "mg", 3),
        Figure(_("Stack pressure"), cell.stack_pressure_MPa, "MPa", 0),
    ]


def retention(tested: Tested) -> float | None:
    """Discharge capacity of the last complete cycle over that of the first, in %."""
    if len(tested.cycle) < 2:
        return None
    first, last = tested.discharge_mAh[0], tested.discharge_mAh[-1]
    return 100 * last / first if first and last is not None else None


def areal_loading(tested: Tested) -> float | None:
    """Nominal capacity of the active mass per area, in mAh/cm²; None where one of the three is not known."""
    cell = tested.cell
    if not (cell.area_cm2 and cell.active_mass_mg and cell.nominal_capacity_mAh_per_g):
        return None
    return cell.nominal_capacity_mAh_per_g * cell.active_mass_mg / 1000 / cell.area_cm2


def _retention_label(tested: Tested) -> str:
    if len(tested.cycle) < 2:
        return _("Retention")
    return _("Retention, cycle %(last)s / %(first)s") % {"last": tested.cycle[-1], "first": tested.cycle[0]}
