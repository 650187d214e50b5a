"""The measured curve over the planned programme, with the gas in a strip below that shares the time axis."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import polars as pl

from characterization.analysis.base import Drawing, View
from characterization.analysis.rows import column
from characterization.charts.chart import Axis, Chart, Layer, Note, Numbers, Pane
from characterization.instruments.process_clock import spoken

GREATEST_RATIO = 30.0
OTHERS = ("s5", "s6", "s7", "s8")


def draw(drawing: Drawing, view: View) -> list[Chart]:
    table = drawing.overview
    started = drawing.tables.get("start")
    begun = float(started["start_s"][0]) if started is not None and started.height else 0.0
    panes = [
        pane
        for pane in (_temperature(drawing, begun), _gas(drawing, begun), _pressure(table, begun))
        if pane is not None
    ]
    programme = drawing.tables.get("programme")
    title = "Temperature over the programme" if programme is not None else "Process log"
    if not panes:
        nothing = Pane(Axis("Temperature", "°C"), [])
        return [
            Chart("process", title, _axis(programme), [nothing], empty="Nothing was measured in this log.")
        ]
    return [
        Chart(
            key="process",
            title=title,
            subtitle=_lasting(table),
            x=_axis(programme),
            panes=panes,
            caption=_caption(drawing),
            description=f"{title}: {_lasting(table)}, {len(drawing.flags)} deviations.",
            simulated=view.simulated,
            flags=tuple(flag.message for flag in drawing.flags),
        )
    ]


def _axis(programme: pl.DataFrame | None) -> Axis:
    return Axis("Time since the programme began" if programme is not None else "Time", "h")


def _lasting(table: pl.DataFrame) -> str:
    return f"{spoken(float(table['time_s'][-1]) - float(table['time_s'][0]))} logged" if table.height else ""


def _caption(drawing: Drawing) -> str:
    parts = []
    if "programme" in drawing.tables:
        parts.append("Planned dashed.")
    if _gaps(drawing).height:
        parts.append("Shaded: no gas while hot.")
    highest = next((one for one in drawing.findings if one.name == "highest_temperature"), None)
    if highest is not None and highest.convention:
        parts.append(f"Figures from a {highest.convention}.")
    return " ".join(parts)


def _hours(table: pl.DataFrame, begun: float) -> Numbers:
    return (column(table, "time_s") - begun) / 3600


def _temperature(drawing: Drawing, begun: float) -> Pane | None:
    table, programme = drawing.overview, drawing.tables.get("programme")
    names = [name for name in table.columns if name.startswith("temperature")]
    if not names:
        return None
    hours = _hours(table, begun)
    layers = []
    if programme is not None:
        layers.append(
            Layer(
                "line",
                _hours(programme, begun),
                column(programme, "temperature_degC"),
                "planned",
                "text2",
                dash=True,
            )
        )
    if "setpoint_degC" in table.columns:
        layers.append(Layer("line", hours, column(table, "setpoint_degC"), "set point", "s7", thin=True))
    for name, colour in zip(names[1:], OTHERS * 4, strict=False):
        words = str(drawing.meta.get("columns_in_file", {}).get(name, name))[:24]
        layers.append(Layer("line", hours, column(table, name), words, colour, thin=True))
    layers.append(Layer("line", hours, column(table, names[0]), "measured", "s4"))
    return Pane(Axis("Temperature", "°C"), layers, share=0.7, notes=_notes(table, names[0], begun))


def _notes(table: pl.DataFrame, name: str, begun: float) -> Sequence[Note]:
    values = column(table, name)
    if not np.isfinite(values).any():
        return ()
    top = int(np.nanargmax(values))
    return (Note(float(_hours(table, begun)[top]), float(values[top]), f"{values[top]:.0f} °C"),)


def _gaps(drawing: Drawing) -> pl.DataFrame:
    return drawing.tables.get("gas_gaps", pl.DataFrame())


def _gas(drawing: Drawing, begun: float) -> Pane | None:
    table = drawing.overview
    names = [name for name in table.columns if name.startswith("flow")]
    if not names:
        return None
    hours = _hours(table, begun)
    top = max((float(np.nanmax(column(table, name), initial=0.0)) for name in names), default=1.0) or 1.0
    layers: list[Layer] = []
    notes = []
    for begin, end in _gaps(drawing).iter_rows():
        span = (np.array([begin, end]) - begun) / 3600
        layers.append(Layer("area", span, np.full(2, top), "", "s3", y2=np.zeros(2), source="no gas"))
        notes.append(Note(float(span.mean()), 0.6 * top, f"no gas, {spoken(end - begin)}"))
    for name, colour in zip(names, ("text", *OTHERS * 4), strict=False):
        layers.append(Layer("line", hours, column(table, name), "", colour, thin=True, source="gas flow"))
    return Pane(Axis("Gas flow", "mL/min", range=(0.0, 1.15 * top)), layers, share=0.3, notes=notes)


def _pressure(table: pl.DataFrame, begun: float) -> Pane | None:
    names = [name for name in table.columns if name.startswith("pressure")]
    if not names:
        return None
    values = column(table, names[0])
    good = values[np.isfinite(values) & (values > 0)]
    log = bool(good.size) and good.max() > GREATEST_RATIO * good.min()
    layers = [
        Layer("line", _hours(table, begun), column(table, name), "", colour, thin=True)
        for name, colour in zip(names, ("text", *OTHERS * 4), strict=False)
    ]
    return Pane(
        Axis("Pressure", "Pa", log=log), layers, share=0.3 if "temperature_degC" in table.columns else 1.0
    )
