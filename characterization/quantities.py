"""What was measured, as figures of a sample: the newest current finding of each name.

A figure is named as its finding is, so a limit may be laid down before the first measurement of its kind arrives.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from django.db.models import Exists, ExpressionWrapper, F, FloatField, OuterRef, Q, QuerySet
from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from characterization.models import Finding
from synthesis.models.samples import Kind
from synthesis.quantities import Figure, compared, register

_CELLS = (Kind.CELL.value,)
_POWDERS = tuple(kind.value for kind in Kind if kind != Kind.CELL)
_CONDUCTORS = (Kind.CELL.value, Kind.ELECTROLYTE.value, Kind.CATHODE.value, Kind.ADDITIVE.value)


@dataclass(frozen=True)
class _Named:
    """A finding by its name, in the unit that its methods give it in."""

    name: str
    label: str | Promise
    unit: str
    kinds: tuple[str, ...]
    words: tuple[str, ...] = ()


_FOUND = (
    _Named("first_charge_capacity", _("first charge capacity"), "mAh", _CELLS),
    _Named("first_discharge_capacity", _("first discharge capacity"), "mAh", _CELLS, ("first discharge",)),
    _Named(
        "first_coulombic_efficiency",
        _("first coulombic efficiency"),
        "%",
        _CELLS,
        ("first CE", "CE", "coulombic efficiency"),
    ),
    _Named("mean_discharge_voltage", _("mean discharge voltage"), "V", _CELLS),
    _Named("cycle_count", _("cycles"), "", _CELLS, ("cycle count",)),
    _Named("capacity_retention_last", _("retention at the last cycle"), "%", _CELLS, ("capacity retention",)),
    *(
        _Named(
            f"capacity_retention_{cycle}",
            format_lazy(_("retention at cycle {cycle}"), cycle=cycle),
            "%",
            _CELLS,
            (f"capacity retention {cycle}",),
        )
        for cycle in (10, 50, 100, 200, 500, 1000)
    ),
    _Named("ohmic_resistance", _("ohmic resistance"), "Ω", _CONDUCTORS, ("R0",)),
    _Named("interfacial_resistance", _("interfacial resistance"), "Ω", _CELLS, ("interface resistance",)),
    _Named("ionic_conductivity", _("ionic conductivity, measured"), "mS/cm", _CONDUCTORS, ("conductivity",)),
    _Named("id_ig_ratio", "I_D/I_G", "", _POWDERS, ("ID/IG", "D to G ratio", "Raman ratio")),
    _Named("raman_la", _("in-plane size by Raman"), "nm", _POWDERS, ("La", "in-plane size")),
    _Named("bet_surface_area", _("BET surface"), "m²/g", _POWDERS, ("BET", "specific surface", "SSA")),
    _Named("pore_volume", _("pore volume"), "cm³/g", _POWDERS, ("total pore volume",)),
    _Named("micropore_volume", _("micropore volume"), "cm³/g", _POWDERS),
    _Named("external_surface_area", _("external surface"), "m²/g", _POWDERS, ("external surface area",)),
    _Named("mean_pore_width", _("mean pore width"), "nm", _POWDERS, ("pore width", "pore diameter")),
    _Named("dft_pore_width", _("most frequent pore width by DFT"), "nm", _POWDERS),
    _Named("bet_c", _("C of BET"), "", _POWDERS),
    _Named("xps_c_oh_share", _("C–OH share of C 1s"), "%", _POWDERS, ("C-OH", "C-OH share")),
    _Named("xps_o_h_share", _("O–H share of O 1s"), "%", _POWDERS, ("O-H", "O-H share")),
    _Named(
        "xps_sulfite_share",
        _("sulfite window of S 2p"),
        "%",
        tuple(kind.value for kind in Kind),
        ("sulfite",),
    ),
    _Named("xps_sulfite_limit", _("sulfite, upper limit"), "%", tuple(kind.value for kind in Kind)),
    _Named("xps_charge_shift", _("XPS charge shift"), "eV", _POWDERS),
    _Named("xrd_strongest_line", _("strongest diffraction line"), "° 2θ", _POWDERS),
    _Named("xrd_d_spacing_strongest", _("spacing of the strongest line"), "Å", _POWDERS),
    _Named("xrd_carbon_002", _("broad line at carbon (002)"), "° 2θ", _POWDERS),
    _Named("xrd_carbon_d002", _("spacing at carbon (002)"), "Å", _POWDERS, ("d002",)),
    _Named("xrd_carbon_lc", _("stack height Lc"), "nm", _POWDERS, ("Lc",)),
    _Named("xrd_carbon_la", _("layer size La by diffraction"), "nm", _POWDERS),
    _Named("xrd_crystallite_size", _("crystallite size"), "nm", _POWDERS, ("Scherrer size",)),
    _Named("xrd_microstrain", _("microstrain"), "%", _POWDERS),
    _Named("xrd_displacement", _("displacement of the specimen"), "° 2θ", _POWDERS),
    _Named("xrd_phase_match", _("match of a phase"), "%", _POWDERS),
    _Named("xrd_lattice_a", _("lattice parameter a"), "Å", _POWDERS),
    _Named("xrd_lattice_b", _("lattice parameter b"), "Å", _POWDERS),
    _Named("xrd_lattice_c", _("lattice parameter c"), "Å", _POWDERS),
    _Named("xrd_peak_count", _("diffraction lines found"), "", _POWDERS),
)
_PER_GRAM = (
    _Named("first_charge_capacity_mAh_per_g", _("first charge capacity per gram active"), "mAh/g", _CELLS),
    _Named(
        "first_discharge_capacity_mAh_per_g",
        _("first discharge capacity per gram active"),
        "mAh/g",
        _CELLS,
        ("specific capacity", "first specific discharge capacity"),
    ),
)
_MASS = "analysis__measurement__sample__cell__active_mass_mg"
_OWNER = "analysis__measurement__sample_id"


def register_all() -> None:
    """Called once, when the floor starts."""
    for named in _FOUND:
        register(
            _figure(
                named, _current(named.name, named.unit).annotate(figure=F("value"), spread=F("uncertainty"))
            )
        )
    for named in _PER_GRAM:
        found = _current(named.name.removesuffix("_mAh_per_g"), "mAh").filter(**{f"{_MASS}__gt": 0})
        per_gram = {
            name: ExpressionWrapper(F(column) * 1000.0 / F(_MASS), FloatField())
            for name, column in (("figure", "value"), ("spread", "uncertainty"))
        }
        register(_figure(named, found.annotate(**per_gram)))


def _current(name: str, unit: str) -> QuerySet[Finding]:
    """The findings of this name that count; one that a method gives in another unit is another figure."""
    return Finding.objects.filter(
        name=name,
        unit=unit,
        value__isnull=False,
        analysis__current=True,
        analysis__measurement__current=True,
        analysis__measurement__sample__isnull=False,
    ).order_by()


def _figure(named: _Named, rows: QuerySet[Finding]) -> Figure:
    of_the_same = rows.filter(analysis__measurement__sample=OuterRef("analysis__measurement__sample"))
    newer = of_the_same.filter(
        Q(analysis__measurement__gt=OuterRef("analysis__measurement"))
        | Q(analysis__measurement=OuterRef("analysis__measurement"), pk__gt=OuterRef("pk"))
    )

    def samples(op: str, value: float) -> Q:
        fitting = rows.filter(compared("figure", op, value)).exclude(Exists(newer))
        return Q(pk__in=fitting.values(_OWNER))

    def newest(ids: Collection[int], column: str) -> dict[int, float]:
        """Later rows stand over earlier ones, also where the later one has nothing to say."""
        found = rows.filter(analysis__measurement__sample__in=ids).order_by("analysis__measurement_id", "pk")
        last: dict[int, float | None] = dict(found.values_list(_OWNER, column))
        return {pk: value for pk, value in last.items() if value is not None}

    return Figure(
        named.name,
        named.label,
        named.unit,
        named.kinds,
        named.words,
        samples,
        lambda ids: newest(ids, "figure"),
        lambda ids: newest(ids, "spread"),
    )
