"""What photoelectron spectra look like: binding energy falls to the right, components stand filled on their background.

Only what the analysis left is read here.
"""

from __future__ import annotations

from typing import Any

import polars as pl

from characterization.analysis.base import Drawing, View
from characterization.analysis.rows import column
from characterization.charts.chart import Axis, Chart, Layer, Note, Numbers, Pane

COLOURS = ("s1", "s2", "s4", "s3", "s5", "s6", "s7", "s8", "s0")
UNIT_WORDS = {"cps": "counts/s", "counts": "counts"}
LEAST_NOTED_PERCENT = 0.5
Row = dict[str, Any]


def charts(drawing: Drawing, view: View) -> list[Chart]:
    """One for each region, with its fit where there is one."""
    regions, spectra = drawing.tables.get("regions"), drawing.tables.get("spectra")
    if regions is None or spectra is None or regions.is_empty():
        pane = Pane(Axis("Intensity", "counts/s"), [])
        return [
            Chart(
                "xps", "XPS", _energy(""), [pane], empty="No spectrum in this file.", simulated=view.simulated
            )
        ]
    return [_region(row, spectra, drawing, view) for row in regions.iter_rows(named=True)]


def _region(row: Row, spectra: pl.DataFrame, drawing: Drawing, view: View) -> Chart:
    parts, curves = (drawing.tables.get(name) for name in ("components", "curves"))
    if parts is not None and curves is not None:
        own = parts.filter(pl.col("block") == row["block"])
        if not own.is_empty():
            return _fitted(row, own, curves.filter(pl.col("block") == row["block"]), view)
    return _plain(row, spectra.filter(pl.col("block") == row["block"]), view)


def _energy(shift: str) -> Axis:
    return Axis("Binding energy", "eV, charge-referenced" if shift else "eV", reversed=True)


def _fitted(row: Row, parts: pl.DataFrame, curves: pl.DataFrame, view: View) -> Chart:
    energy, background, envelope = (
        column(curves, name) for name in ("binding_energy_eV", "background", "envelope")
    )
    layers: list[Layer] = []
    notes: list[Note] = []
    for part in parts.iter_rows(named=True):
        line = column(curves, f"component {part['place']}")
        colour = COLOURS[part["place"] % len(COLOURS)]
        layers.append(
            Layer(
                "area",
                energy,
                line + background,
                "",
                colour,
                y2=background,
                thin=True,
                source=part["component"],
                at=part["position_eV"],
            )
        )
        notes += _note(part, energy, envelope)
    layers += [
        Layer("line", energy, background, "", "text2", dash=True, thin=True, source="background"),
        Layer(
            "points",
            energy,
            column(curves, "intensity"),
            "",
            "text2",
            hollow=True,
            mark="circle",
            source=row["subject"],
        ),
        Layer("line", energy, envelope, "", "text", source="envelope"),
    ]
    residual = Layer(
        "line", energy, column(curves, "residual_sigmas"), "", "text2", thin=True, source="residual"
    )
    first = parts.row(0, named=True)
    panes = [
        Pane(Axis("Residual", "σ"), [residual], 0.22),
        Pane(Axis("Intensity", UNIT_WORDS[str(row["unit"])]), layers, 0.78, notes=notes),
    ]
    return Chart(
        key=f"xps_{row['block']}",
        title=str(row["subject"]),
        subtitle=_subtitle(row),
        x=_energy(_shifted(row)),
        panes=panes,
        caption=f"Points measured, line envelope, {first['background']} dashed. {first['model']}. {_misfit(first)}",
        description=f"{row['subject']} with {parts.height} components: {_listed(parts)}.",
        simulated=view.simulated,
    )


def _note(part: Row, energy: Numbers, envelope: Numbers) -> list[Note]:
    """Name and share at a component's place, above the envelope; not of what is hardly there or not counted."""
    share = part["share_percent"]
    if share is None or share < LEAST_NOTED_PERCENT:
        return []
    top = int(abs(energy - part["position_eV"]).argmin())
    words = f"{part['component']} · {share:.2f} %"
    return [Note(float(energy[top]), float(envelope[top]), words)]


def _listed(parts: pl.DataFrame) -> str:
    told = []
    for part in parts.iter_rows(named=True):
        share = part["share_percent"]
        told.append(
            f"{part['component']} at {part['position_eV']:.2f} eV"
            + (f", {share:.2f} %" if share is not None else "")
        )
    return "; ".join(told)


def _misfit(part: Row) -> str:
    chi = part["reduced_chi_square"]
    return (
        "Residuals are scaled to the misfit: counts are not known."
        if chi is None
        else f"Reduced χ² {chi:.2f}."
    )


def _plain(row: Row, part: pl.DataFrame, view: View) -> Chart:
    name = str(row["subject"])
    energy, intensity, background = (
        column(part, key) for key in ("binding_energy_eV", "intensity", "background")
    )
    layers = [Layer("line", energy, intensity, "", view.colour, thin=True, source=name)]
    notes = []
    if row["area"] is not None:
        filled = Layer("area", energy, intensity, "", view.colour, y2=background, thin=True, source=name)
        dashed = f"{row['background']} background"
        layers = [
            filled,
            *layers,
            Layer("line", energy, background, "", "text2", dash=True, thin=True, source=dashed),
        ]
        if row["peak_position_eV"] is not None:
            notes.append(
                Note(row["peak_position_eV"], float(intensity.max()), f"{row['peak_position_eV']:.2f} eV")
            )
    survey = row["area"] is None
    return Chart(
        key=f"xps_{row['block']}",
        title=name,
        subtitle=_subtitle(row),
        x=_energy(_shifted(row)),
        panes=[Pane(Axis("Intensity", UNIT_WORDS[str(row["unit"])]), layers, notes=notes)],
        caption="Survey: no background drawn."
        if survey
        else f"{row['background']} background, dashed.".capitalize(),
        description=f"{name}, {energy[0]:.1f} to {energy[-1]:.1f} eV.",
        simulated=view.simulated,
    )


def _shifted(row: Row) -> str:
    shift = float(row["shift_eV"])
    return f"{shift:+.2f}".replace("-", "−") if shift else ""


def _subtitle(row: Row) -> str:
    return f"charge-referenced, shift {_shifted(row)} eV" if _shifted(row) else "energies as measured"
