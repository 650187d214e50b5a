"""What impedance looks like: Nyquist, Bode, residuals, series over spectra, distributions of relaxation times.

Only what the analyses left is read here. Everything is drawn for a handful of spectra: those asked for, or five at
equal distances; the ordered ramp leads from the first to the last.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from characterization.analysis.base import Drawing, View
from characterization.analysis.rows import column
from characterization.charts.chart import Axis, Chart, Layer, Note, Numbers, Pane

SHOWN = 5
FREQUENCY = Axis("Frequency", "Hz", log=True)
NOTE_SHARE = 0.1
"""Decades of frequency are noted this far apart in the Nyquist plot, as a share of its size."""

ORDERS = ("charge_mAh", "time_s", "voltage_V", "vendor_cycle")
AXES = {
    "charge_mAh": (Axis("Charge passed", "mAh"), 1.0),
    "time_s": (Axis("Time", "h"), 3600.0),
    "voltage_V": (Axis("Voltage", "V"), 1.0),
    "vendor_cycle": (Axis("Cycle"), 1.0),
    "spectrum": (Axis("Spectrum"), 1.0),
}
SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


@dataclass(frozen=True)
class Chosen:
    """A spectrum that is drawn: its number, its colour, and whether its line is named."""

    number: int
    colour: str
    label: str


def chosen(spectra: pl.DataFrame, view: View) -> list[Chosen]:
    numbers = spectra["spectrum"].to_list()
    asked = [number for number in numbers if number in set(view.cycles)]
    picked = asked or _spread(numbers)
    if len(numbers) == 1:
        return [Chosen(numbers[0], view.colour, "")]
    last = max(len(picked) - 1, 1)
    return [
        Chosen(number, f"ramp:{place / last:.3f}", f"no. {number}" if place in (0, last) else "")
        for place, number in enumerate(picked)
    ]


def _spread(numbers: Sequence[int]) -> list[int]:
    places = np.unique(np.linspace(0, len(numbers) - 1, SHOWN).round().astype(int))
    return [numbers[place] for place in places.tolist()]


def of(table: pl.DataFrame, spectrum: int) -> pl.DataFrame:
    return table.filter(pl.col("spectrum") == spectrum)


def order_of(spectra: pl.DataFrame) -> tuple[Axis, Numbers]:
    """What a series is drawn over: charge where it changes, else time, voltage, cycle, number of the spectrum."""
    for name in ORDERS:
        values = column(spectra, name)
        if np.isfinite(values).all() and np.ptp(values) > 0:
            axis, per = AXES[name]
            return axis, values / per
    return AXES["spectrum"][0], column(spectra, "spectrum")


def shown_words(picked: Sequence[Chosen], spectra: pl.DataFrame) -> str:
    if spectra.height == 1:
        return ""
    return f"spectra {', '.join(str(one.number) for one in picked)} of {spectra.height}"


def nothing(key: str, title: str, x: Axis, y: Axis, why: str, view: View) -> Chart:
    return Chart(key, title, x, [Pane(y, [])], empty=why, description=why, simulated=view.simulated)


def ohms(largest: float) -> tuple[str, float]:
    """Unit and divisor in which numbers up to ``largest`` are read well."""
    for unit, size in (("MΩ", 1e6), ("kΩ", 1e3)):
        if largest >= 2 * size:
            return unit, size
    return "Ω", 1.0


def nyquist(drawing: Drawing, view: View) -> Chart:
    """−Im Z over Re Z with equal scales; the fit runs under the points and decades of frequency are noted."""
    spectra, points, curves = (drawing.tables[name] for name in ("spectra", "points", "curves"))
    picked = chosen(spectra, view)
    part = points.filter(pl.col("spectrum").is_in([one.number for one in picked]))
    largest = float(np.hypot(column(part, "z_real_ohm"), column(part, "z_imag_ohm")).max())
    unit, per = ohms(largest)
    layers = [_arc(of(curves, one.number), "fit", per, one) for one in picked]
    layers += [_arc(of(points, one.number), "z", per, one) for one in picked]
    notes = decade_notes(of(points, picked[-1].number), per) if picked else []
    return Chart(
        key="nyquist",
        title="Nyquist plot",
        subtitle=shown_words(picked, spectra),
        x=Axis("Re Z", unit),
        panes=[Pane(Axis("−Im Z", unit), layers, notes=notes)],
        caption=caption(spectra, picked),
        description=f"Impedance of {spectra.height} spectra with the circuit {spectra['circuit'][0]}.",
        equal_scales=True,
        simulated=view.simulated,
        flags=tuple(flag.message for flag in drawing.flags),
    )


def _arc(table: pl.DataFrame, of_what: str, per: float, one: Chosen) -> Layer:
    x, y = column(table, f"{of_what}_real_ohm") / per, -column(table, f"{of_what}_imag_ohm") / per
    if of_what == "fit":
        return Layer("line", x, y, "", one.colour, thin=True, source=f"fit, spectrum {one.number}")
    return Layer("points", x, y, one.label, one.colour, mark="circle", source=f"spectrum {one.number}")


def decade_notes(points: pl.DataFrame, per: float) -> list[Note]:
    """Whole decades of frequency at their nearest points, where these lie far enough from one another."""
    frequency = column(points, "frequency_Hz")
    x, y = column(points, "z_real_ohm") / per, -column(points, "z_imag_ohm") / per
    apart = NOTE_SHARE * max(float(np.ptp(x)), float(np.ptp(y)), 1e-300)
    notes: list[Note] = []
    for power in range(int(np.ceil(np.log10(frequency.min()))), int(np.floor(np.log10(frequency.max()))) + 1):
        place = int(np.abs(np.log10(frequency) - power).argmin())
        if all(np.hypot(x[place] - note.x, y[place] - note.y) >= apart for note in notes):
            notes.append(Note(float(x[place]), float(y[place]), f"10{str(power).translate(SUPERSCRIPTS)} Hz"))
    return notes


def caption(spectra: pl.DataFrame, picked: Sequence[Chosen]) -> str:
    """Circuit, misfit and verdict in words: they belong beside every fit."""
    shown = spectra.filter(pl.col("spectrum").is_in([one.number for one in picked]))
    misfit = column(shown, "misfit_percent")
    size = f"{misfit.max():.2f} %" if len(misfit) == 1 else f"{misfit.min():.2f} to {misfit.max():.2f} %"
    fit = f"{spectra['circuit'][0]}, misfit {size} of |Z|."
    if shown.height == 1:
        return f"{fit} The spectrum {shown['kramers_kronig_words'][0]}."
    bad = spectra.filter(pl.col("kramers_kronig") != "passes").height
    told = f"{bad} of {spectra.height} spectra do not pass" if bad else f"All {spectra.height} spectra pass"
    return f"{fit} {told} the Kramers–Kronig test."


def bode(drawing: Drawing, view: View) -> Chart:
    """|Z| and phase over frequency."""
    spectra, points, curves = (drawing.tables[name] for name in ("spectra", "points", "curves"))
    picked = chosen(spectra, view)
    sizes: list[Layer] = []
    phases: list[Layer] = []
    for table, what in ((curves, "fit"), (points, "z")):
        for one in picked:
            size, phase = _bode_layers(of(table, one.number), what, one)
            sizes.append(size)
            phases.append(phase)
    return Chart(
        key="bode",
        title="Bode plot",
        subtitle=shown_words(picked, spectra),
        x=FREQUENCY,
        panes=[Pane(Axis("|Z|", "Ω", log=True), sizes, 0.55), Pane(Axis("Phase", "°"), phases, 0.45)],
        caption="Lines are the fit.",
        description="Modulus and phase of the impedance over frequency.",
        simulated=view.simulated,
    )


def _bode_layers(table: pl.DataFrame, what: str, one: Chosen) -> tuple[Layer, Layer]:
    frequency = column(table, "frequency_Hz")
    z = column(table, f"{what}_real_ohm") + 1j * column(table, f"{what}_imag_ohm")
    size, phase = np.abs(z), np.degrees(np.angle(z))
    if what == "fit":
        words = f"fit, spectrum {one.number}"
        return (
            Layer("line", frequency, size, "", one.colour, thin=True, source=words),
            Layer("line", frequency, phase, "", one.colour, thin=True, source=words),
        )
    words = f"spectrum {one.number}"
    return (
        Layer("points", frequency, size, one.label, one.colour, mark="circle", source=words),
        Layer("points", frequency, phase, "", one.colour, mark="circle", source=words),
    )


def residuals(
    table: pl.DataFrame, picked: Sequence[Chosen], key: str, title: str, words: str, view: View
) -> Chart:
    """Real and imaginary residuals in % of |Z| over frequency, each in its own pane."""
    panes = []
    for part, name in (("real", "Re"), ("imag", "Im")):
        layers = [
            Layer(
                "points",
                column(of(table, one.number), "frequency_Hz"),
                column(of(table, one.number), f"residual_{part}_percent"),
                one.label if part == "real" else "",
                one.colour,
                mark="circle",
                source=f"spectrum {one.number}",
            )
            for one in picked
        ]
        panes.append(Pane(Axis(f"Residual of {name}", "% of |Z|"), layers, 0.5))
    return Chart(
        key=key,
        title=title,
        x=FREQUENCY,
        panes=panes,
        caption=words,
        description=words,
        simulated=view.simulated,
    )


def trend(spectra: pl.DataFrame, view: View) -> Chart:
    """Resistances over charge, time or number."""
    axis, across = order_of(spectra)
    kinds = (("ohmic_ohm", "ohmic", "s1"), ("interfacial_ohm", "interfacial", view.colour))
    layers = [
        Layer("line+points", across, column(spectra, name), label, colour, source=label)
        for name, label, colour in kinds
        if np.isfinite(column(spectra, name)).any()
    ]
    misfit = [
        Layer("points", across, column(spectra, "misfit_percent"), "", "text2", mark="cross", source="misfit")
    ]
    return Chart(
        key="resistance_series",
        title="Resistances over the spectra",
        subtitle=f"{spectra.height} spectra",
        x=axis,
        panes=[Pane(Axis("Misfit", "% of |Z|"), misfit, 0.3), Pane(Axis("Resistance", "Ω"), layers, 0.7)],
        caption=f"One circuit for all: {spectra['circuit'][0]}.",
        description=f"Resistances of {spectra.height} spectra over {axis.name}.",
        simulated=view.simulated,
    )
