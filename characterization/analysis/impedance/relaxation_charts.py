"""What distributions of relaxation times look like: lines, a contour over the series, peaks over the series."""

from __future__ import annotations

import numpy as np
import polars as pl

from characterization.analysis.base import Drawing, View
from characterization.analysis.impedance import charts
from characterization.analysis.rows import column
from characterization.charts.chart import Axis, Chart, Layer, Note, Numbers, Pane

TIME_CONSTANT = Axis("τ", "s", log=True)
GAMMA = Axis("γ(ln τ)", "Ω")
FEWEST_FOR_CONTOUR = 3
COLOURS = ("s1", "s2", "s3", "s4", "s5", "s6")


def lines(drawing: Drawing, view: View) -> Chart:
    """γ over τ of a handful of spectra; D1 … D6 stand at the peaks of the first."""
    spectra, peaks = drawing.tables["spectra"], drawing.tables["peaks"]
    distributions = drawing.tables["distributions"].filter("measured")
    picked = charts.chosen(spectra, view)
    layers = [
        Layer(
            "line",
            column(charts.of(distributions, one.number), "tau_s"),
            column(charts.of(distributions, one.number), "gamma_ohm"),
            one.label,
            one.colour,
            source=f"spectrum {one.number}",
        )
        for one in picked
    ]
    first = charts.of(peaks, picked[0].number)
    notes = [Note(row["tau_s"], row["gamma_ohm"], row["label"]) for row in first.iter_rows(named=True)]
    ridge, misfit = spectra["lambda"][0], column(spectra, "misfit_percent")
    bad = spectra.filter(pl.col("kramers_kronig") != "passes").height
    doubt = f" {bad} of {spectra.height} spectra do not pass the Kramers–Kronig test." if bad else ""
    return Chart(
        key="drt",
        title="Distribution of relaxation times",
        subtitle=charts.shown_words(picked, spectra),
        x=TIME_CONSTANT,
        panes=[Pane(GAMMA, layers, notes=notes)],
        caption=f"Ridge with λ {ridge:.2g} and γ ≥ 0, misfit up to {misfit.max():.2f} % of |Z|.{doubt}",
        description=f"Distribution of relaxation times of {len(picked)} spectra.",
        simulated=view.simulated,
        flags=tuple(flag.message for flag in drawing.flags),
    )


def contour(drawing: Drawing, view: View) -> Chart | None:
    """γ as colour over the series and τ; None for fewer than three spectra, or where their τ differ."""
    spectra, distributions = drawing.tables["spectra"], drawing.tables["distributions"].filter("measured")
    axis, across = charts.order_of(spectra)
    own = [charts.of(distributions, number) for number in spectra["spectrum"].to_list()]
    tau = np.unique(column(distributions, "tau_s"))
    if spectra.height < FEWEST_FOR_CONTOUR or len(np.unique(across)) < FEWEST_FOR_CONTOUR:
        return None
    gamma = np.stack([_on(tau, one) for one in own], axis=1)
    order = np.argsort(across)
    return Chart(
        key="drt_contour",
        title="Relaxation times over the spectra",
        subtitle=f"{spectra.height} spectra",
        x=axis,
        panes=[Pane(TIME_CONSTANT, [Layer("heat", across[order], tau, "γ (Ω)", z=gamma[:, order])])],
        caption="Colour is γ; the brightest is its 98th percentile.",
        description=f"γ from 0 to {gamma.max():.3g} Ω over {axis.name} and τ.",
        simulated=view.simulated,
    )


def _on(tau: Numbers, own: pl.DataFrame) -> Numbers:
    """γ of a spectrum on the common τ; none beyond its own."""
    own_tau, gamma = column(own, "tau_s"), column(own, "gamma_ohm")
    return np.asarray(np.interp(np.log(tau), np.log(own_tau), gamma, left=0.0, right=0.0), dtype=np.float64)


def peaks_over(drawing: Drawing, view: View) -> Chart:
    """Resistance and time constant of each process over the series."""
    spectra, peaks = drawing.tables["spectra"], drawing.tables["peaks"]
    axis, across = charts.order_of(spectra)
    at = pl.DataFrame({"spectrum": spectra["spectrum"], "across": across})
    joined = peaks.join(at, on="spectrum").sort("across")
    areas, times = [], []
    for label, colour in zip(peaks["label"].unique().sort().to_list(), COLOURS, strict=False):
        own = joined.filter(pl.col("label") == label)
        x = column(own, "across")
        areas.append(Layer("line+points", x, column(own, "resistance_ohm"), label, colour, source=label))
        times.append(Layer("line+points", x, column(own, "tau_s"), "", colour, source=label))
    return Chart(
        key="drt_series",
        title="Processes over the spectra",
        subtitle=f"{spectra.height} spectra",
        x=axis,
        panes=[Pane(Axis("Resistance", "Ω"), areas, 0.55), Pane(TIME_CONSTANT, times, 0.45)],
        caption="D1 is the fastest process. Resistance is the area of its peak between the minima beside it.",
        description=f"Resistance and time constant of {len(areas)} processes over {axis.name}.",
        simulated=view.simulated,
    )
