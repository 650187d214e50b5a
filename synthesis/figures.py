"""The ground floor's own figures: its columns, how much there is of a sample, and what the furnace did to it."""

from __future__ import annotations

from collections.abc import Callable, Collection
from decimal import Decimal
from typing import Any

from django.db.models import (
    Case,
    ExpressionWrapper,
    F,
    FloatField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Sum,
    Value,
    When,
)
from django.db.models.functions import Cast, Coalesce
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from synthesis.models import (
    Boat,
    ElectrolyteBatch,
    FreezeDriedBatch,
    ImpregnatedBatch,
    LedgerEntry,
    MaterialLot,
    NanospongeBatch,
    Sample,
)
from synthesis.models.samples import Kind
from synthesis.quantities import Figure, compared, register, register_columns

# unit of a figure -> the units that samples of that dimension are kept in, with their factor to it
_KEPT_IN = {
    "g": {"g": 1.0, "mg": 0.001, "kg": 1000.0},
    "mL": {"mL": 1.0, "L": 1000.0},
    "piece": {"piece": 1.0},
}
_POWDERS = tuple(kind.value for kind in Kind if kind != Kind.CELL)
_KINDS_IN = {"g": _POWDERS, "mL": (Kind.LOT.value,), "piece": (Kind.CELL.value,)}
_ROOM = Decimal("99999999999")


def register_all() -> None:
    """Called once, when the floor starts."""
    register_columns(NanospongeBatch)
    register_columns(ImpregnatedBatch, words={"soak_time_h": ("impregnation time",)})
    register_columns(
        FreezeDriedBatch,
        names={
            "temperature_degC": "freeze_drying_temperature_degC",
            "pressure_Pa": "freeze_drying_pressure_Pa",
            "time_h": "freeze_drying_time_h",
        },
        words={
            "temperature_degC": ("freeze-drying temperature", "trap temperature", "shelf temperature"),
            "pressure_Pa": ("freeze-drying pressure", "vacuum"),
            "time_h": ("freeze-drying time", "drying time"),
        },
    )
    register_columns(ElectrolyteBatch, words={"ionic_conductivity_mS_per_cm": ("conductivity",)})
    register_columns(MaterialLot)
    for unit in _KEPT_IN:
        register(_amount("amount_left", _("left"), unit, ("remaining", "amount left", "stock")))
        register(_amount("amount_made", _("made"), unit, ("amount made", "yielded", "delivered")))
    register(_of_material())
    _register_furnace()
    _register_yields()


def _amount(column: str, label: Promise, unit: str, words: tuple[str, ...]) -> Figure:
    def samples(op: str, value: float) -> Q:
        found = Q()
        for kept, factor in _KEPT_IN[unit].items():
            limit = min(max(Decimal(repr(value / factor)), -_ROOM), _ROOM)
            found |= Q(unit=kept) & compared(column, op, limit)  # type: ignore[arg-type]  # exact, as the column is
        return found

    def values(ids: Collection[int]) -> dict[int, float]:
        rows = Sample.objects.filter(pk__in=ids, unit__in=_KEPT_IN[unit]).values_list("pk", column, "unit")
        return {pk: float(amount) * _KEPT_IN[unit][kept] for pk, amount, kept in rows}

    return Figure(f"{column}_{unit}", label, unit, _KINDS_IN[unit], words, samples, values)


def _of_material() -> Figure:
    path = "material__molar_mass_g_per_mol"

    def samples(op: str, value: float) -> Q:
        return Q(pk__in=MaterialLot.objects.filter(compared(path, op, value)).values("pk"))

    def values(ids: Collection[int]) -> dict[int, float]:
        rows = MaterialLot.objects.filter(pk__in=ids, **{f"{path}__isnull": False}).values_list("pk", path)
        return {pk: float(value) for pk, value in rows}

    return Figure(
        "molar_mass_g_per_mol", _("molar mass"), "g/mol", (Kind.LOT.value,), ("M",), samples, values
    )


def _register_furnace() -> None:
    """What the run did that made an additive: its highest segment, else the highest temperature that was reached."""
    made = (Kind.ADDITIVE.value,)
    for name, label, unit, words, value in (
        (
            "carbonization_temperature_degC",
            _("carbonization temperature"),
            "°C",
            ("carbonisation temperature", "furnace temperature", "pyrolysis temperature"),
            Coalesce(F("run__peak__to_degC"), F("run__highest_temperature_degC")),
        ),
        (
            "highest_temperature_degC",
            _("highest temperature reached"),
            "°C",
            ("temperature reached", "highest temperature"),
            F("run__highest_temperature_degC"),
        ),
        (
            "hold_time_h",
            _("hold time"),
            "h",
            ("carbonization time", "holding time", "dwell time"),
            F("run__peak__hold_h"),
        ),
        (
            "heating_rate_degC_per_min",
            _("heating rate"),
            "°C/min",
            ("ramp", "ramp rate"),
            F("run__peak__rate_degC_per_min"),
        ),
        (
            "gas_flow_mL_per_min",
            _("gas flow"),
            "mL/min",
            ("flow",),
            F("run__flow_mL_per_min"),
        ),
    ):
        boats = Boat.objects.order_by().annotate(figure=value)
        samples, values = _through(boats, "additive_id")
        samples = _carbonized if name == "carbonization_temperature_degC" else samples
        register(Figure(name, label, unit, made, words, samples, values))


def _carbonized(op: str, value: float) -> Q:
    """Either of two look-ups: no index knows the first of two columns that is not empty."""
    programmed = Boat.objects.filter(compared("run__peak__to_degC", op, value))
    logged = Boat.objects.filter(compared("run__highest_temperature_degC", op, value), run__peak__isnull=True)
    by_programme, by_log = (boats.order_by().values("additive_id") for boats in (programmed, logged))
    return Q(pk__in=by_programme) | Q(pk__in=by_log)


def _register_yields() -> None:
    """Of the furnace, out of what went into the boat (written as its index is); of a drying, out of what was dried."""
    boats = Boat.objects.order_by().annotate(
        figure=Cast(F("mass_out_g") * 100, FloatField()) / Cast(F("mass_in_g"), FloatField())
    )
    taken = (
        LedgerEntry.objects.filter(product=OuterRef("pk"), sample__unit=OuterRef("unit"))
        .order_by()
        .values("product")
        .annotate(sum=Sum("delta"))
        .values("sum")
    )
    dried = FreezeDriedBatch.objects.order_by().annotate(
        figure=Case(
            When(amount_made__gt=0, then=ExpressionWrapper(
                Cast(F("amount_made") * -100, FloatField()) / Cast(Subquery(taken), FloatField()),
                output_field=FloatField(),
            )),
            default=Value(None),
            output_field=FloatField(),
        )
    )  # fmt: skip
    for name, label, kind, words, rows, path in (
        ("yield_percent", _("yield"), Kind.ADDITIVE, ("carbon yield", "furnace yield"), boats, "additive_id"),
        ("drying_yield_percent", _("drying yield"), Kind.FREEZE_DRIED, ("dry yield",), dried, "pk"),
    ):
        samples, values = _through(rows, path)
        register(Figure(name, label, "%", (kind.value,), words, samples, values))


def _through(
    rows: QuerySet[Any], sample: str
) -> tuple[Callable[[str, float], Q], Callable[[Collection[int]], dict[int, float]]]:
    """The two questions of a figure, asked of rows that carry it as ``figure`` and name their ``sample``."""

    def samples(op: str, value: float) -> Q:
        return Q(pk__in=rows.filter(compared("figure", op, value)).values(sample))

    def values(ids: Collection[int]) -> dict[int, float]:
        found = rows.filter(**{f"{sample}__in": ids}, figure__isnull=False).values_list(sample, "figure")
        return {pk: float(value) for pk, value in found}

    return samples, values
