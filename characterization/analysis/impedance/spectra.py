"""The spectra of a recording: what is impedance, sorted from high to low frequency, and what had to be left out."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from characterization.charts.chart import Numbers
from characterization.instruments.base import Recording

Complex = npt.NDArray[np.complex128]
Tell = Callable[[str, str], None]

NEEDED = ("frequency_Hz", "z_real_ohm", "z_imag_ohm")
FEWEST_POINTS = 6
SMALLEST_SPAN = 3.0
MOST_SPECTRA = 120
MOST_POINTS = 400
BELIEVABLE_OHM = (1e-9, 1e15)
BELIEVABLE_HZ = (1e-9, 1e12)


@dataclass(frozen=True)
class Spectrum:
    """One sweep, from high to low frequency. What the cell did meanwhile is None where the file does not say it."""

    number: int
    frequency_Hz: Numbers
    impedance_ohm: Complex
    time_s: float | None = None
    voltage_V: float | None = None
    charge_mAh: float | None = None
    vendor_cycle: float | None = None

    @property
    def omega(self) -> Numbers:
        """Angular frequency in rad/s."""
        turned: Numbers = 2 * np.pi * self.frequency_Hz
        return turned

    @property
    def decades(self) -> float:
        return float(np.log10(self.frequency_Hz[0] / self.frequency_Hz[-1]))

    @property
    def state(self) -> dict[str, float | None]:
        """When it was measured and in which state, as the first columns of a table by spectrum."""
        return {
            "spectrum": self.number,
            "time_s": self.time_s,
            "voltage_V": self.voltage_V,
            "charge_mAh": self.charge_mAh,
            "vendor_cycle": self.vendor_cycle,
        }


def stacked(values: Complex) -> Numbers:
    """Real parts above imaginary parts: complex least squares as a real one."""
    return np.concatenate([values.real, values.imag])


def spectra_of(recording: Recording, tell: Tell, most: int = MOST_SPECTRA) -> list[Spectrum]:
    """The spectra that can be analysed. Everything left out is told, as a flag's code and sentence.

    Of more than ``most`` spectra, ``most`` are taken at equal distances, first and last among them.
    """
    missing = [name for name in NEEDED if name not in recording.table.columns]
    if missing:
        tell(
            "no_impedance", f"The table has no column {', '.join(missing)}: there is no impedance to look at."
        )
        return []
    table = _impedance_rows(recording.table, tell)
    wanted = _chosen(table, tell, most)
    parts = table.filter(pl.col("spectrum").is_in(wanted)).partition_by("spectrum", maintain_order=True)
    found = list(_usable(parts, tell))
    _tell_negative(found, tell)
    if not found and table.height:
        tell("no_spectrum", "No spectrum of this file can be analysed.")
    return found


def _impedance_rows(table: pl.DataFrame, tell: Tell) -> pl.DataFrame:
    """Rows with a frequency and a finite impedance, with the column ``spectrum``."""
    if "spectrum" not in table.columns:
        table = table.with_columns(pl.lit(1).alias("spectrum"))
    numbers = table.with_columns(pl.col(name).cast(pl.Float64, strict=False) for name in NEEDED)
    direct = numbers.filter(pl.col("frequency_Hz") == 0).height
    if direct:
        told = f"{direct:,} of {table.height:,} rows are at 0 Hz: direct current, no impedance. They are left out."
        tell("dc_rows", told)
    size = (pl.col("z_real_ohm").pow(2) + pl.col("z_imag_ohm").pow(2)).sqrt()
    good = size.is_between(*BELIEVABLE_OHM) & pl.col("frequency_Hz").is_between(*BELIEVABLE_HZ)
    kept = numbers.filter(good.fill_null(value=False) & pl.col("spectrum").is_not_null())
    lost = table.height - direct - kept.height
    if lost:
        tell("unusable_rows", f"{lost:,} of {table.height:,} rows hold no usable number. They are left out.")
    if not kept.height:
        tell("no_impedance", "No row has a frequency above 0 Hz and a finite impedance.")
    return kept


def _chosen(table: pl.DataFrame, tell: Tell, most: int) -> list[int]:
    numbers = table["spectrum"].unique(maintain_order=True).to_list()
    if len(numbers) <= most:
        return numbers
    told = f"The file holds {len(numbers):,} spectra. {most} at equal distances are analysed, first and last too."
    tell("many_spectra", told)
    places = np.unique(np.linspace(0, len(numbers) - 1, most).round().astype(int))
    return [numbers[place] for place in places.tolist()]


def _usable(parts: list[pl.DataFrame], tell: Tell) -> Iterator[Spectrum]:
    """Spectra with enough to say; why others were left out is told once per reason."""
    reasons: dict[str, list[int]] = {}
    for part in parts:
        spectrum = _spectrum(part)
        why = _useless(spectrum)
        if why:
            reasons.setdefault(why, []).append(spectrum.number)
        else:
            yield spectrum
    for why, numbers in reasons.items():
        tell("spectrum_left_out", f"{named(numbers)} {why}")


def named(numbers: list[int]) -> str:
    """``Spectrum 3:`` or ``Spectra 3, 4 and 7 more:``."""
    if len(numbers) == 1:
        return f"Spectrum {numbers[0]}:"
    shown = ", ".join(str(number) for number in numbers[:4])
    more = f" and {len(numbers) - 4:,} more" if len(numbers) > 4 else ""
    return f"Spectra {shown}{more}:"


def _tell_negative(spectra: list[Spectrum], tell: Tell) -> None:
    bad = [spectrum for spectrum in spectra if (spectrum.impedance_ohm.real < 0).any()]
    if bad:
        lowest = min(float(spectrum.impedance_ohm.real.min()) for spectrum in bad)
        told = f"{named([one.number for one in bad])} Re Z is negative, down to −{abs(lowest):.3g} Ω."
        tell("negative_resistance", f"{told} No passive cell does that; check leads and reference electrode.")


def _useless(spectrum: Spectrum) -> str:
    frequency, impedance = spectrum.frequency_Hz, spectrum.impedance_ohm
    if len(np.unique(frequency)) < FEWEST_POINTS:
        return f"fewer than {FEWEST_POINTS} frequencies. Nothing can be told from them; left out."
    if frequency[0] < SMALLEST_SPAN * frequency[-1]:
        return f"the frequencies span less than a factor of {SMALLEST_SPAN:g}. Left out."
    if np.ptp(impedance.real) == 0 and np.ptp(impedance.imag) == 0:
        return "the impedance is the same at every frequency. Left out; check the export."
    if (impedance.imag > 0).all():
        return (
            "every imaginary part is positive, as for a bare wire. Left out; check the leads, "
            "and whether the file gives −Im under the name Im."
        )
    return ""


def _spectrum(part: pl.DataFrame) -> Spectrum:
    def middle(name: str) -> float | None:
        if name not in part.columns:
            return None
        known = part[name].cast(pl.Float64, strict=False).fill_nan(None).drop_nulls()
        return float(np.median(known.to_numpy())) if len(known) else None

    ordered = part.sort("frequency_Hz", descending=True, maintain_order=True)
    if ordered.height > MOST_POINTS:
        ordered = ordered[np.unique(np.linspace(0, ordered.height - 1, MOST_POINTS).round().astype(int))]
    real, imaginary = ordered["z_real_ohm"].to_numpy(), ordered["z_imag_ohm"].to_numpy()
    return Spectrum(
        number=int(part["spectrum"][0]),
        frequency_Hz=ordered["frequency_Hz"].to_numpy(),
        impedance_ohm=real + 1j * imaginary,
        time_s=middle("time_s"),
        voltage_V=middle("voltage_V"),
        charge_mAh=middle("charge_mAh"),
        vendor_cycle=middle("vendor_cycle"),
    )
