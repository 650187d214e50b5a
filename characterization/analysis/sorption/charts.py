"""What sorption looks like: isotherm, BET, Rouquerol and t-plots, pore sizes. Only what the analyses left is read."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import polars as pl

from characterization.analysis.base import Drawing, View
from characterization.analysis.rows import column
from characterization.charts.chart import Axis, Chart, Layer, Numbers, Pane

RELATIVE = Axis("Relative pressure p/p0")
PRESSURE = Axis("Pressure", "kPa")
AMOUNT = Axis("Amount adsorbed", "mmol/g")
WIDTH = Axis("Pore width", "nm", log=True)


def isotherm(drawing: Drawing, view: View) -> Chart:
    """Adsorption filled, desorption hollow; over p/p0 where that is known, else over the pressure."""
    table = drawing.tables.get("isotherm")
    if table is None or table.is_empty():
        return _nothing("isotherm", "Isotherm", RELATIVE, AMOUNT, "No isotherm in this file.", view)
    name, axis = _abscissa(table)
    layers = []
    for branch, hollow in (("adsorption", False), ("desorption", True)):
        own = table.filter(pl.col("branch") == branch)
        if own.height:
            x, y = column(own, name), column(own, "amount_mmol_per_g")
            layers.append(
                Layer(
                    "line+points",
                    x,
                    y,
                    branch,
                    view.colour,
                    hollow=hollow,
                    mark="circle",
                    thin=True,
                    source=branch,
                )
            )
    gas = str(drawing.meta.get("gas") or "gas not known")
    kelvin = drawing.meta.get("temperature_K")
    return Chart(
        key="isotherm",
        title="Isotherm",
        subtitle=f"{gas}, {kelvin:g} K" if kelvin else gas,
        x=axis,
        panes=[Pane(AMOUNT, layers)],
        caption="Adsorption filled, desorption hollow.",
        description=f"Isotherm of {gas} with {table.height} points.",
        simulated=view.simulated,
        flags=tuple(flag.message for flag in drawing.flags),
    )


def _abscissa(table: pl.DataFrame) -> tuple[str, Axis]:
    if np.isfinite(column(table, "relative_pressure")).all():
        return "relative_pressure", RELATIVE
    return "pressure_kPa", PRESSURE


def bet(drawing: Drawing, view: View) -> list[Chart]:
    """The BET plot with the line through the points used, and Rouquerol's plot with the same range."""
    points, lines = drawing.tables.get("points"), drawing.tables.get("lines")
    if points is None or points.is_empty():
        why = "No BET plot: see the flags."
        return [_nothing("bet_plot", "BET plot", RELATIVE, Axis("x/(n(1 − x))", "g/mmol"), why, view)]
    used = points.filter("used")
    shown = points.filter(pl.col("relative_pressure") <= _reach(used, points))
    return [_bet_plot(shown, lines, view), _rouquerol_plot(shown, drawing, view)]


def _reach(used: pl.DataFrame, points: pl.DataFrame) -> float:
    """How far the plots go: twice the used range, at least three points of the rest."""
    top = float(column(used, "relative_pressure").max()) if used.height else 0.35
    return max(min(2 * top, 0.5), float(column(points, "relative_pressure")[min(4, points.height - 1)]))


def _bet_plot(shown: pl.DataFrame, lines: pl.DataFrame | None, view: View) -> Chart:
    layers = _used_and_not(shown, "bet_g_per_mmol", view)
    words = "No line could be drawn."
    if lines is not None and lines.height:
        row = lines.row(0, named=True)
        ends = np.array([0.0, min(1.3 * row["to"], float(column(shown, "relative_pressure").max()))])
        fitted = row["slope_g_per_mmol"] * ends + row["intercept_g_per_mmol"]
        layers.insert(0, Layer("line", ends, fitted, "", "text2", thin=True, source="BET line"))
        words = (
            f"Line through the {row['points']} filled points, p/p0 {row['from']:.4g} – {row['to']:.4g}: "
            f"C {row['c']:.4g}, r {row['correlation']:.5f}. Hollow points are not used."
        )
    return Chart(
        key="bet_plot",
        title="BET plot",
        x=RELATIVE,
        panes=[Pane(Axis("x/(n(1 − x))", "g/mmol"), layers)],
        caption=words,
        description=f"BET plot of {shown.height} points.",
        simulated=view.simulated,
    )


def _rouquerol_plot(shown: pl.DataFrame, drawing: Drawing, view: View) -> Chart:
    layers = _used_and_not(shown, "rouquerol_mmol_per_g", view)
    checks = drawing.tables.get("checks")
    told = (
        [] if checks is None else [f"{row['check']}: {row['found']}" for row in checks.iter_rows(named=True)]
    )
    return Chart(
        key="rouquerol_plot",
        title="Rouquerol plot",
        x=RELATIVE,
        panes=[Pane(Axis("n(1 − p/p0)", "mmol/g"), layers)],
        caption="; ".join(told) + "." if told else "No range was found.",
        description="n(1 − p/p0) over the relative pressure, with the points used for BET.",
        simulated=view.simulated,
    )


def _used_and_not(
    table: pl.DataFrame, name: str, view: View, across: str = "relative_pressure"
) -> list[Layer]:
    """Filled points that are used, hollow ones that are not."""
    layers = []
    for used, hollow in ((False, True), (True, False)):
        own = table.filter(pl.col("used") == used)
        if own.height:
            what = "used" if used else "not used"
            x, y = column(own, across), column(own, name)
            layers.append(Layer("points", x, y, "", view.colour, hollow=hollow, mark="circle", source=what))
    return layers


def t_plot(drawing: Drawing, view: View) -> list[Chart]:
    points = drawing.tables.get("points")
    x, y = Axis("Thickness of the layer", "nm"), AMOUNT
    if points is None or points.is_empty():
        return [_nothing("t_plot", "t-plot", x, y, "No t-plot: see the flags.", view)]
    layers = _used_and_not(points, "amount_mmol_per_g", view, "thickness_nm")
    words = next((one.convention for one in drawing.findings if one.name == "micropore_volume"), "")
    used = points.filter("used")
    if used.height > 1:
        slope, intercept = np.polyfit(column(used, "thickness_nm"), column(used, "amount_mmol_per_g"), 1)
        ends = np.array([0.0, float(column(points, "thickness_nm").max())])
        layers.insert(
            0, Layer("line", ends, slope * ends + intercept, "", "text2", thin=True, source="t-plot line")
        )
    return [
        Chart(
            key="t_plot",
            title="t-plot",
            x=x,
            panes=[Pane(y, layers)],
            caption=f"{words}. Filled points are used." if words else "No line could be drawn.",
            description=f"t-plot of {points.height} points, {used.height} used.",
            simulated=view.simulated,
            flags=tuple(flag.message for flag in drawing.flags),
        )
    ]


def pore_sizes(drawing: Drawing, view: View) -> list[Chart]:
    """BJH of both branches, and DFT with its fit of the isotherm."""
    drawn = []
    bjh, dft = drawing.tables.get("bjh"), drawing.tables.get("dft")
    if bjh is not None and bjh.height:
        drawn.append(_bjh(bjh, drawing, view))
    if dft is not None and dft.height:
        drawn += [_dft(dft, drawing, view), _dft_fit(drawing, view)]
    if not drawn:
        axis = Axis("dV/d log w", "cm³/g")
        drawn.append(_nothing("bjh", "Pore sizes", WIDTH, axis, "No pore sizes: see the flags.", view))
    return drawn


def _convention(drawing: Drawing, name: str) -> str:
    return next((one.convention for one in drawing.findings if one.name == name), "")


def _bjh(table: pl.DataFrame, drawing: Drawing, view: View) -> Chart:
    layers = []
    for branch, hollow in (("adsorption", False), ("desorption", True)):
        own = table.filter(pl.col("branch") == branch)
        if own.height:
            x, y = column(own, "width_nm"), column(own, "per_log_width_cm3_per_g")
            layers.append(
                Layer(
                    "line+points",
                    x,
                    y,
                    branch,
                    view.colour,
                    hollow=hollow,
                    mark="circle",
                    thin=True,
                    source=branch,
                )
            )
    return Chart(
        key="bjh",
        title="Pore sizes by BJH",
        x=WIDTH,
        panes=[Pane(Axis("dV/d log w", "cm³/g"), layers)],
        caption=f"{_convention(drawing, 'bjh_pore_volume')}.",
        description=f"Pore size distribution by BJH of {table.height} classes.",
        simulated=view.simulated,
        flags=tuple(flag.message for flag in drawing.flags),
    )


def _dft(table: pl.DataFrame, drawing: Drawing, view: View) -> Chart:
    width = column(table, "width_nm")
    panes = [
        Pane(Axis("dV/dw", "cm³/(g·nm)"), [_line(width, table, "density_cm3_per_g_nm", view)], 0.6),
        Pane(Axis("Cumulative volume", "cm³/g"), [_line(width, table, "cumulative_cm3_per_g", view)], 0.4),
    ]
    return Chart(
        key="dft",
        title="Pore sizes by DFT",
        x=WIDTH,
        panes=panes,
        caption=f"{_convention(drawing, 'dft_pore_volume')}. Slits in carbon are assumed, whatever the sample is.",
        description=f"Pore size distribution by DFT from {width[0]:g} to {width[-1]:g} nm.",
        simulated=view.simulated,
    )


def _line(x: Numbers, table: pl.DataFrame, name: str, view: View) -> Layer:
    return Layer("line", x, column(table, name), "", view.colour, source=name)


def _dft_fit(drawing: Drawing, view: View) -> Chart:
    measured, fitted = drawing.tables["isotherm"], drawing.tables["dft_fit"]
    own = measured.filter((pl.col("branch") == "adsorption") & (pl.col("relative_pressure") > 0))
    layers: Sequence[Layer] = [
        Layer("points", column(own, "relative_pressure"), column(own, "amount_mmol_per_g"), "", view.colour,
              mark="circle", hollow=True, source="measured"),
        Layer("line", column(fitted, "relative_pressure"), column(fitted, "amount_mmol_per_g"), "", "text",
              source="DFT"),
    ]  # fmt: skip
    return Chart(
        key="dft_fit",
        title="Isotherm and DFT fit",
        x=Axis("Relative pressure p/p0", log=True),
        panes=[Pane(AMOUNT, layers)],
        caption="Points measured, line the sum of the kernel's isotherms; above p/p0 0.90 nothing is fitted.",
        description="Measured isotherm with the fit by density functional theory.",
        simulated=view.simulated,
    )


def _nothing(key: str, title: str, x: Axis, y: Axis, why: str, view: View) -> Chart:
    return Chart(key, title, x, [Pane(y, [])], empty=why, description=why, simulated=view.simulated)
