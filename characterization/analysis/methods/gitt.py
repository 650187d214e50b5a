"""Galvanostatic intermittent titration (GITT): diffusion of lithium against voltage and charge.

How pulses are found and D is counted stands in ``titration``. The diffusion length comes from a person
(``diffusion_length_um``, or ``molar_volume_cm3_per_mol`` with ``molar_mass_g_per_mol`` and the contact area, by
default the cell's); nothing is assumed for it.
"""

from __future__ import annotations

import numpy as np
import polars as pl

from characterization.analysis.base import Conditions, Drawing, Finding, Method, Result, View
from characterization.analysis.choices import Choice
from characterization.analysis.rows import column
from characterization.analysis.titration import (
    LONGEST_SHARE_OF_L2_PER_D,
    find_pulses,
    pulse_table,
)
from characterization.charts.chart import Axis, Chart, Layer, Pane
from characterization.instruments.base import Recording, Technique

RELAXED_SHARE_PER_REST = 0.05
MAD_TO_SD = 1.4826
WAYS = ("charge", "discharge")


def compute(recording: Recording, conditions: Conditions) -> Result:
    """Table ``pulses``; nothing at all where the test is no titration."""
    table = recording.table
    whole = pl.col("time_s").is_finite() & pl.col("voltage_V").is_finite()
    if table.height and not table.select(whole.all()).item():
        table = table.filter(whole)
    result = Result()
    pulses = find_pulses(column(table, "time_s"), column(table, "current_mA")) if table.height else []
    if not pulses:
        return result
    length_cm, said = diffusion_length(conditions)
    found = pulse_table(table, pulses, length_cm)
    result.parameters = {"diffusion_length_cm": length_cm, "diffusion_length_from": said}
    result.tables = {"pulses": found}
    result.findings = [*_counted(found), *_diffusion(found, length_cm, said)]
    _flag(result, found, length_cm)
    return result


def diffusion_length(conditions: Conditions) -> tuple[float | None, str]:
    """The length L in cm and where it comes from; None where it is not known."""
    told = conditions.parameters
    if told.get("diffusion_length_um"):
        return float(told["diffusion_length_um"]) * 1e-4, "given"
    volume, molar = told.get("molar_volume_cm3_per_mol"), told.get("molar_mass_g_per_mol")
    mass = conditions.cell.get("active_mass_mg")
    area = told.get("contact_area_cm2") or conditions.cell.get("area_cm2")
    if volume and molar and mass and area:
        return float(mass) / 1000 * float(volume) / (float(molar) * float(area)), "m V_m / (M A)"
    return None, ""


def _counted(found: pl.DataFrame) -> list[Finding]:
    return [
        Finding("gitt_pulse_count", "Titration pulses", float(found.filter(pl.col("direction") == way).height), "",
                convention="at least five of one direction in a row, rests between", subject=way)
        for way in WAYS
        if (found["direction"] == way).any()
    ]  # fmt: skip


def _diffusion(found: pl.DataFrame, length_cm: float | None, said: str) -> list[Finding]:
    """The median over the pulses of one direction that are short enough, with its standard uncertainty."""
    name, label, unit, values = (
        ("diffusion_coefficient", "Diffusion coefficient", "cm²/s", "d_cm2_per_s")
        if length_cm
        else ("diffusion_rate", "Diffusion rate D/L²", "1/s", "d_per_l2_per_s")
    )
    findings = []
    for way in WAYS:
        held = (
            found.filter((pl.col("direction") == way) & pl.col("short_enough"))[values]
            .drop_nulls()
            .to_numpy()
        )
        if len(held):
            middle = float(np.median(held))
            scatter = (
                MAD_TO_SD * float(np.median(np.abs(held - middle))) * float(np.sqrt(np.pi / (2 * len(held))))
            )
            how = f"Weppner–Huggins, planar, iR left out; median of {len(held)} pulses"
            how += f"; L = {1e4 * length_cm:.4g} µm ({said})" if length_cm else ""
            findings.append(Finding(name, label, middle, unit, scatter, how, way))
    return findings


def _flag(result: Result, found: pl.DataFrame, length_cm: float | None) -> None:
    if length_cm is None:
        result.flag(
            "diffusion_length_unknown",
            "The diffusion length is not known, so D/L² is given. To have D, choose Change beside this analysis "
            "under How it was made and state the length, or the molar volume and mass of the active material.",
        )
    long = found.filter(~pl.col("short_enough")).height
    if long:
        result.flag(
            "pulse_too_long",
            f"{long} of {found.height} pulses last longer than {LONGEST_SHARE_OF_L2_PER_D} L²/D: there the formula of "
            "Weppner and Huggins gives too little, and they are left out of the median.",
        )
    crept = (pl.col("drift_mV_per_h") * pl.col("rest_s") / 3600).abs()
    unsettled = found.filter(crept > RELAXED_SHARE_PER_REST * pl.col("steady_change_mV").abs()).height
    if unsettled:
        result.flag(
            "not_relaxed",
            f"After {unsettled} of {found.height} pulses the voltage still drifts so fast at the end of the rest that "
            f"another rest of that length would change it by over {100 * RELAXED_SHARE_PER_REST:.0f} % of the step.",
        )


def draw(drawing: Drawing, view: View) -> list[Chart]:
    pulses = drawing.tables["pulses"]
    return [_chart(pulses, view, "relaxed_after_V"), _chart(pulses, view, "charge_mAh")]


def _chart(pulses: pl.DataFrame, view: View, against: str) -> Chart:
    """D, or D/L² without a length, against the relaxed voltage or the charge passed; pulses too long are crosses."""
    known = pulses["d_cm2_per_s"].null_count() < pulses.height
    values, axis = (
        ("d_cm2_per_s", Axis("Diffusion coefficient", "cm²/s", log=True))
        if known
        else ("d_per_l2_per_s", Axis("Diffusion rate D/L²", "1/s", log=True))
    )
    volts = against == "relaxed_after_V"
    return Chart(
        key="diffusion_by_voltage" if volts else "diffusion_by_charge",
        title="Diffusion",
        subtitle="against relaxed voltage" if volts else "against charge passed",
        x=Axis("Relaxed voltage", f"V {view.voltage_reference}".strip()) if volts else Axis("Charge", "mAh"),
        panes=[Pane(axis, _layers(pulses, view, against, values))],
        caption="Weppner–Huggins, planar. Crosses: pulses longer than 0.25 L²/D, which come out too low.",
        description=f"{axis.quantity} of {pulses.height} titration pulses.",
        simulated=view.simulated,
    )


def _layers(pulses: pl.DataFrame, view: View, against: str, values: str) -> list[Layer]:
    layers = []
    for way in WAYS:
        for short in (True, False):
            part = pulses.filter(
                (pl.col("direction") == way) & (pl.col("short_enough") == short) & (pl.col(values) > 0)
            )
            if part.height:
                x = column(part, against) + (view.voltage_offset_V if against == "relaxed_after_V" else 0.0)
                layers.append(
                    Layer("points", x, column(part, values), way if short else "", view.colour if short else "text2",
                          hollow=short and way == "charge", mark="" if short else "cross", source=way)
                )  # fmt: skip
    return layers


CHOICES = (
    Choice("diffusion_length_um", "Diffusion length", unit="µm", lowest=1e-4, highest=1e4,
           help="L of a planar layer. It comes before the molar volume."),
    Choice("molar_volume_cm3_per_mol", "Molar volume", unit="cm³/mol", lowest=0.01, highest=1e4,
           help="Of the active material. With the molar mass, the active mass and the area it gives L."),
    Choice("molar_mass_g_per_mol", "Molar mass", unit="g/mol", lowest=0.1, highest=1e5,
           help="Of the active material."),
    Choice("contact_area_cm2", "Contact area", unit="cm²", lowest=1e-4, highest=1e6,
           help="Between active material and electrolyte; the cell's area where nothing is stated."),
)  # fmt: skip

METHOD = Method("gitt", "1.0", "Titration (GITT)", Technique.CYCLING, compute, draw, CHOICES)
