"""Impedance in an EC-Lab table: real and imaginary part, and which rows are one sweep.

EC-Lab writes minus the imaginary part. Where only modulus and phase are kept (Modulo Bat), the parts are computed
from them. A sweep ends where rows without a frequency follow, where EC-Lab counts a new cycle, and where the
frequency turns back.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import polars as pl

_ELECTRODES = ("Z", "Zwe_ce", "Zstack", "Zce")


def _parts(table: pl.DataFrame) -> tuple[pl.Expr, pl.Expr] | None:
    for name in _ELECTRODES:
        real, minus = f"Re_{name}_ohm", f"minus_Im_{name}_ohm"
        modulus, phase = f"abs_{name}_ohm", f"phase_{name}_deg"
        if {real, minus} <= set(table.columns):
            return pl.col(real), -pl.col(minus)
        if {real, f"Im_{name}_ohm"} <= set(table.columns):
            return pl.col(real), pl.col(f"Im_{name}_ohm")
        if {modulus, phase} <= set(table.columns):
            angle = pl.col(phase).cast(pl.Float64) * (np.pi / 180)
            return pl.col(modulus) * angle.cos(), pl.col(modulus) * angle.sin()
    return None


def has_impedance(table: pl.DataFrame) -> bool:
    return "frequency_Hz" in table.columns and _parts(table) is not None


def impedance_columns(table: pl.DataFrame) -> list[pl.Expr | pl.Series]:
    """``z_real_ohm``, ``z_imag_ohm`` (negative for a capacitor) and ``spectrum``; the table must have an
    impedance."""
    parts = _parts(table)
    if parts is None:
        return []
    return [parts[0].alias("z_real_ohm"), parts[1].alias("z_imag_ohm"), spectra(table)]


def spectra(table: pl.DataFrame) -> pl.Series:
    """Number of the sweep that each row belongs to, from 1; null in rows at 0 Hz."""
    frequency = np.nan_to_num(table["frequency_Hz"].cast(pl.Float64).to_numpy())
    swept = frequency > 0
    begins = swept.copy()
    begins[1:] &= ~swept[:-1] | _turns(frequency)
    for name in ("vendor_cycle", "cycle_number", "z_cycle", "step"):
        if name in table.columns:
            counted = table[name].cast(pl.Float64).to_numpy()
            begins[1:] |= swept[1:] & (counted[1:] != counted[:-1])
    return pl.DataFrame({"spectrum": np.cumsum(begins), "swept": swept}).select(
        pl.when("swept").then(pl.col("spectrum").cast(pl.Int32)).alias("spectrum")
    )["spectrum"]


def _turns(frequency: npt.NDArray[np.float64]) -> npt.NDArray[np.bool_]:
    """Where the frequency jumps against the way that most of the table goes; between 0 Hz and a frequency is no
    way."""
    swept = frequency > 0
    way = np.sign(np.diff(np.where(swept, frequency, 0.0))) * (swept[1:] & swept[:-1])
    turned: npt.NDArray[np.bool_] = way * np.sign(way.sum()) < 0
    return turned
