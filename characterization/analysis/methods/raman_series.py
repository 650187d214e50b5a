"""A series or map of Raman spectra as a field, with its bands followed over time, charge or place."""

from __future__ import annotations

import numpy as np
import polars as pl

from characterization.analysis.base import Drawing, Method, View, later
from characterization.analysis.choices import Choice
from characterization.analysis.rows import column
from characterization.charts.chart import Axis, Chart, Layer, Pane
from characterization.instruments.base import Technique

SHIFT = "raman_shift_per_cm"
Y = Axis("Raman shift", "cm⁻¹")
OVER = {
    "state_of_charge_percent": Axis("State of charge", "%"),
    "time_s": Axis("Time", "h"),
    "voltage_V": Axis("Voltage", "V"),
    "distance_um": Axis("Distance along the map", "µm"),
    "series_value": Axis("Value of the series"),
    "spectrum": Axis("Spectrum"),
}
RELATIVE = Axis("Intensity", "of its largest")
S_PER_H = 3600.0


def draw(drawing: Drawing, view: View) -> list[Chart]:
    """Nothing for a single spectrum."""
    field, tracks = drawing.tables.get("field"), drawing.tables.get("tracks")
    if field is None or tracks is None or field.is_empty():
        return []
    over = str(tracks["over"][0])
    charts = [_contour(field, tracks, over, view, drawing)]
    if "id_ig" in tracks.columns:
        charts.append(_ratio(tracks, over, view))
    if any(name.startswith("height_") for name in tracks.columns):
        charts.append(_heights(tracks, over, view))
    components, shares = drawing.tables.get("components"), drawing.tables.get("shares")
    if components is not None and shares is not None:
        charts += _components(components, shares, over, view)
    return charts


def _places(table: pl.DataFrame, over: str) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    return column(table, "place") / (S_PER_H if over == "time_s" else 1.0)


def _contour(field: pl.DataFrame, tracks: pl.DataFrame, over: str, view: View, drawing: Drawing) -> Chart:
    shifts = field[SHIFT].unique(maintain_order=True).to_numpy()
    width = field.height // shifts.size
    x = _places(field.head(width), over)
    z = column(field, "intensity").reshape(shifts.size, width)
    layers = [Layer("heat", x, shifts, "Intensity", z=z)]
    for name in [name for name in tracks.columns if name.startswith("position_")]:
        known = tracks.filter(pl.col(name).is_not_null())
        layers.append(
            Layer(
                "line",
                _places(known, over),
                column(known, name),
                name.removeprefix("position_"),
                "s3",
                thin=True,
            )
        )
    return Chart(
        key="raman_field",
        title="Spectra of the series",
        x=OVER[over],
        panes=[Pane(Y, layers)],
        caption=f"{tracks.height:,} spectra; lines follow the bands.",
        description=f"Raman intensity over shift and {OVER[over].quantity.lower()}.",
        simulated=view.simulated,
        flags=tuple(flag.message for flag in drawing.flags),
    )


def _ratio(tracks: pl.DataFrame, over: str, view: View) -> Chart:
    known = tracks.filter(pl.col("id_ig").is_not_null())
    x, ratio, sigma = _places(known, over), column(known, "id_ig"), column(known, "id_ig_sigma")
    layers = [
        Layer("band", x, ratio - sigma, "", view.colour, y2=ratio + sigma),
        Layer("line", x, ratio, "", view.colour),
    ]
    return Chart(
        key="raman_ratio",
        title="I_D/I_G over the series",
        x=OVER[over],
        panes=[Pane(Axis("I_D/I_G"), layers)],
        caption="2 bands, height, line fitted with the bands; the band is one standard deviation of each fit.",
        description=f"Ratio of D to G over {OVER[over].quantity.lower()}.",
        simulated=view.simulated,
    )


def _heights(tracks: pl.DataFrame, over: str, view: View) -> Chart:
    names = [name for name in tracks.columns if name.startswith("height_")]
    layers = [
        Layer("line", _places(tracks, over), column(tracks, name), f"{name.removeprefix('height_')} cm⁻¹",
              f"ramp:{place / max(len(names) - 1, 1):.2f}")
        for place, name in enumerate(names)
    ]  # fmt: skip
    return Chart(
        key="raman_heights",
        title="Heights of the bands",
        x=OVER[over],
        panes=[Pane(Axis("Height above both sides", str(tracks["unit"][0])), layers)],
        description=f"Heights of {len(names)} bands over {OVER[over].quantity.lower()}.",
        simulated=view.simulated,
    )


def _components(components: pl.DataFrame, shares: pl.DataFrame, over: str, view: View) -> list[Chart]:
    names = [name for name in components.columns if name.startswith("component_")]
    colours = [f"s{place % 8 + 1}" for place in range(len(names))]
    words = [name.replace("_", " ") for name in names]
    spectra = [
        Layer("line", column(components, SHIFT), column(components, name), word, colour, thin=True)
        for name, word, colour in zip(names, words, colours, strict=True)
    ]
    parts = [
        Layer("line", _places(shares, over), column(shares, name), word, colour)
        for name, word, colour in zip(names, words, colours, strict=True)
    ]
    caption = (
        "Non-negative matrix factorisation: components rebuild the series and need not be pure substances."
    )
    return [
        Chart("raman_components", "Components", Y, [Pane(RELATIVE, spectra)], caption=caption,
              description=f"{len(names)} components of the series.", simulated=view.simulated),
        Chart("raman_shares", "How much of each component", OVER[over], [Pane(Axis("Intensity"), parts)],
              caption=caption, description="Shares of the components over the series.", simulated=view.simulated),
    ]  # fmt: skip


CHOICES = (
    Choice("bands_per_cm", "Bands to follow", kind="integers", unit="cm⁻¹", lowest=50, highest=4000,
           help="Such as 425, 485, 708: PS₄ of the electrolyte, Li₂Sₙ, MoS₂."),
    Choice("components", "Components", kind="integer", lowest=0, highest=8,
           help="Parts into which the series is taken apart; 0 for none."),
    Choice("calibration_offset_per_cm", "Calibration offset", unit="cm⁻¹", lowest=-30, highest=30),
)  # fmt: skip

METHOD = Method(
    "raman_series",
    "1.0",
    "Raman series and maps",
    Technique.RAMAN,
    later("characterization.analysis.raman.series"),
    draw,
    CHOICES,
)
