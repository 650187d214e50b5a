"""The first floor's figures: masses, thickness, pressures and loading of cells, and of the cathodes in them."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django.db.models import ExpressionWrapper, F, FloatField, Q
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from cells.models import CathodeBatch, Cell
from synthesis.models.samples import Kind
from synthesis.quantities import Figure, compared, register, register_columns

_DIVISORS = (
    "area_cm2",
    "composite_mass_mg",
    "separator_thickness_um",
    "separator_density_g_per_cm3",
    "nominal_capacity_mAh_per_g",
    "active_mass_mg",
)
_ALSO_CALLED = {
    "separator_mass_mg": ("separator mass",),
    "separator_thickness_um": ("separator thickness", "electrolyte layer"),
    "stack_pressure_MPa": ("pressure",),
    "temperature_degC": ("test temperature",),
    "c_rate": ("rate",),
}


def register_all() -> None:
    """Called once, when the floor starts."""
    register_columns(CathodeBatch)
    register_columns(Cell, names={"temperature_degC": "test_temperature_degC"}, words=_ALSO_CALLED)
    register(
        _computed(
            "areal_loading_mg_per_cm2",
            _("areal loading"),
            "mg/cm²",
            F("active_mass_mg") / F("area_cm2"),
            "active mass per area",
        )
    )
    register(
        _computed(
            "areal_capacity_mAh_per_cm2",
            _("nominal areal capacity"),
            "mAh/cm²",
            F("nominal_capacity_mAh_per_g") * F("active_mass_mg") / 1000.0 / F("area_cm2"),
            "areal capacity",
        )
    )
    register(
        _computed(
            "active_share_percent",
            _("active material in the composite"),
            "%",
            F("active_mass_mg") * 100.0 / F("composite_mass_mg"),
            "active share",
        )
    )
    register(
        _computed(
            "separator_relative_density_percent",
            _("relative density of the separator"),
            "%",
            F("separator_mass_mg")
            * 1000.0
            / (F("area_cm2") * F("separator_thickness_um") * F("separator_density_g_per_cm3")),
            "relative density",
        )
    )
    register(
        _computed(
            "n_to_p_ratio",
            _("N:P"),
            "",
            F("anode_capacity_mAh_per_g")
            * F("anode_mass_mg")
            / (F("nominal_capacity_mAh_per_g") * F("active_mass_mg")),
            "N:P ratio",
            "anode to cathode",
        )
    )


def _computed(name: str, label: Promise, unit: str, value: Any, *words: str) -> Figure:
    """A figure made of several columns of a cell; none for a cell that lacks one of them or has zero of it."""
    measured = Cell.objects.order_by()
    for divisor in _DIVISORS:
        measured = measured.exclude(**{divisor: 0})
    rows = measured.annotate(figure=ExpressionWrapper(value, FloatField()))

    def samples(op: str, wanted: float) -> Q:
        return Q(pk__in=rows.filter(compared("figure", op, wanted)).values("pk"))

    def values(ids: Collection[int]) -> dict[int, float]:
        return dict(rows.filter(pk__in=ids, figure__isnull=False).values_list("pk", "figure"))

    return Figure(name, label, unit, (Kind.CELL.value,), words, samples, values)
