"""Pores of an isotherm: total volume by Gurvich's rule, sizes of nitrogen at 77 K by BJH and DFT."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import polars as pl

from characterization.analysis.base import Conditions, Finding, Result
from characterization.analysis.sorption import bet, kernel, pores
from characterization.analysis.sorption.gases import GASES, area_per_mmol
from characterization.analysis.sorption.isotherm import ADSORPTION, DESORPTION, Isotherm, begun, isotherm_of
from characterization.analysis.sorption.thickness import DEFAULT, MODELS
from characterization.instruments.base import Recording

GURVICH_AT = 0.97
GURVICH_AT_LEAST = 0.90
MICROPORES_FROM = 1e-4
BAD_MISFIT_PERCENT = 3.0
MESOPORES_NM = 2.0
CAVITATION_NM = (3.4, 4.2)


def compute(recording: Recording, conditions: Conditions) -> Result:
    """Tables ``isotherm``, ``bjh`` (both branches), ``dft`` and ``dft_fit``; volumes and widths."""
    found = isotherm_of(recording, conditions)
    result = begun(found)
    why = found.why_no_area()
    if why or GASES[found.gas].liquid_cm3_per_mmol is None:
        result.flag(
            "no_pores", why or f"The volume of liquid {found.gas} in pores is not known: no pore volume."
        )
        return result
    chosen = conditions.parameters
    printed = recording.meta.get("printed") or {}
    _volume(result, found, float(chosen.get("gurvich_at") or GURVICH_AT), printed)
    if not found.is_nitrogen:
        text = "Pore sizes are given for N2 at 77 K only, on which thickness, Kelvin radius and kernel rest."
        result.flag("no_pore_sizes", text)
        return result
    _bjh(
        result,
        found,
        str(chosen.get("thickness") or DEFAULT),
        str(chosen.get("branch") or DESORPTION),
        printed,
    )
    _dft(result, found)
    return result


def _volume(result: Result, found: Isotherm, at: float, printed: Mapping[str, Any]) -> None:
    x, n = found.adsorption
    liquid = GASES[found.gas].liquid_cm3_per_mmol or 0.0
    highest = float(x[-1]) if len(x) else 0.0
    if highest < at and highest >= GURVICH_AT_LEAST:
        text = f"The adsorption ends at p/p0 {highest:.4f}: the pore volume is taken there, not at {at:g}."
        result.flag("gurvich_below", text)
        at = highest
    amount = pores.amount_at(x, n, at)
    if amount is None:
        text = f"The adsorption ends at p/p0 {highest:.3g}, too low for a total pore volume ({GURVICH_AT_LEAST:g})."
        result.flag("no_pore_volume", text)
        return
    words = f"Gurvich's rule at p/p0 {at:.4g}, liquid {1000 * liquid:.2f} cm³/mol"
    result.parameters |= {"gurvich_at": at, "liquid_cm3_per_mol": 1000 * liquid}
    result.findings.append(
        Finding("pore_volume", "Total pore volume", amount * liquid, "cm³/g", convention=words)
    )
    if printed.get("total_pore_volume_cm3_per_g"):
        at_words = (
            f", at p/p0 {printed['total_pore_volume_at']:g}" if printed.get("total_pore_volume_at") else ""
        )
        said = f"as the file says it{at_words}"
        volume = float(printed["total_pore_volume_cm3_per_g"])
        result.findings.append(
            Finding("pore_volume_printed", "Total pore volume, printed", volume, "cm³/g", convention=said)
        )
    _mean_width(result, found, amount * liquid)


def _mean_width(result: Result, found: Isotherm, volume: float) -> None:
    """4 V / A by the area that Rouquerol's criteria give, which is this method's own."""
    x, n = found.adsorption
    usable = (x > 0) & (x < 1) & (n > 0)
    line = bet.by_rouquerol(x[usable], n[usable])
    if line is None:
        return
    area = line.monolayer * area_per_mmol(GASES[found.gas].cross_section_nm2)
    words = f"4 V/A with {volume:.4g} cm³/g and the BET area by Rouquerol, {area:.4g} m²/g; cylinders"
    result.findings.append(
        Finding("mean_pore_width", "Mean pore width", 4000 * volume / area, "nm", convention=words)
    )


def _bjh(result: Result, found: Isotherm, model: str, wanted: str, printed: Mapping[str, Any]) -> None:
    liquid = GASES["N2"].liquid_cm3_per_mmol or 0.0
    branches = {ADSORPTION: found.adsorption, DESORPTION: _whole_desorption(found)}
    sizes = {branch: pores.bjh(x, n, liquid, MODELS[model]) for branch, (x, n) in branches.items()}
    known = {branch: one for branch, one in sizes.items() if one is not None}
    if not known:
        text = "Too few points lie between p/p0 0.35 and 0.995 for pore sizes by BJH."
        result.flag("no_bjh", text)
        return
    counts = wanted if wanted in known else next(iter(known))
    if counts != wanted:
        result.flag("other_branch", f"The {wanted} has too few points for BJH: the {counts} is taken.")
    result.findings += _bjh_findings(known[counts], counts, model)
    _flag_cavitation(result, known[counts], counts)
    for branch in branches:
        if printed.get(f"bjh_{branch}_volume_cm3_per_g"):
            volume = float(printed[f"bjh_{branch}_volume_cm3_per_g"])
            result.findings.append(
                Finding("bjh_pore_volume_printed", "BJH pore volume, printed", volume, "cm³/g",
                        convention="as the file says it", subject=branch)
            )  # fmt: skip
    result.tables["bjh"] = pl.concat([_bjh_table(one, branch) for branch, one in known.items()])
    result.parameters |= {
        "bjh_thickness": MODELS[model].words,
        "bjh_kelvin_nm": pores.KELVIN_NM,
        "bjh_branch": counts,
    }


def _bjh_table(sizes: pores.Sizes, branch: str) -> pl.DataFrame:
    table = pl.DataFrame(
        {
            "width_nm": sizes.width_nm,
            "lower_nm": sizes.lower_nm,
            "upper_nm": sizes.upper_nm,
            "volume_cm3_per_g": sizes.volume_cm3_per_g,
            "area_m2_per_g": sizes.area_m2_per_g,
            "per_log_width_cm3_per_g": sizes.per_log_width,
        }
    )
    return table.with_columns(pl.lit(branch).alias("branch"))


def _whole_desorption(found: Isotherm) -> tuple[Any, Any]:
    """The desorption with the highest point of the adsorption, from which it starts."""
    x, n = found.desorption
    if not len(x):
        return x, n
    return np.append(found.adsorption[0][-1:], x), np.append(found.adsorption[1][-1:], n)


def _bjh_findings(sizes: pores.Sizes, branch: str, model: str) -> list[Finding]:
    words = (
        f"BJH of the {branch}, cylinders of {sizes.lower_nm.min():.2g} to {sizes.upper_nm.max():.3g} nm, "
        f"{model} thickness, Kelvin radius 0.953/ln(p0/p) nm"
    )
    found = [
        Finding("bjh_pore_volume", "BJH pore volume", float(sizes.volume_cm3_per_g.sum()), "cm³/g", convention=words,
                subject=branch)
    ]  # fmt: skip
    place = int(sizes.per_log_width.argmax())
    if sizes.volume_cm3_per_g[place] > 0:
        found.append(
            Finding("bjh_pore_width", "Most frequent width, BJH", float(sizes.width_nm[place]), "nm",
                    convention=f"maximum of dV/dlog w; {words}", subject=branch)
        )  # fmt: skip
    return found


def _flag_cavitation(result: Result, sizes: pores.Sizes, branch: str) -> None:
    """A desorption that breaks down near p/p0 0.42 makes a peak near 3.8 nm on any sample."""
    place = int(sizes.per_log_width.argmax())
    if branch == DESORPTION and CAVITATION_NM[0] <= sizes.width_nm[place] <= CAVITATION_NM[1]:
        text = (
            f"The BJH peak of the desorption at {sizes.width_nm[place]:.2f} nm lies where nitrogen breaks out of any "
            "pore (p/p0 0.42 – 0.5): it need not be a width. Hold it against the adsorption."
        )
        result.flag("cavitation", text)


def _dft(result: Result, found: Isotherm) -> None:
    x, n = found.adsorption
    try:
        sizes = kernel.distribution(x, n)
    except kernel.NoKernel:
        result.flag("no_kernel", "The DFT kernel of pyGAPS is not installed: no sizes by DFT.")
        return
    if sizes is None:
        text = f"Fewer than {kernel.FEWEST_POINTS} points lie inside the DFT kernel (p/p0 8e-7 – 0.90)."
        result.flag("no_dft", text)
        return
    result.tables["dft"] = pl.DataFrame(
        {
            "width_nm": sizes.widths_nm,
            "density_cm3_per_g_nm": sizes.density,
            "cumulative_cm3_per_g": np.cumsum(sizes.volumes),
        }
    )
    result.tables["dft_fit"] = pl.DataFrame(
        {"relative_pressure": sizes.used, "amount_mmol_per_g": sizes.fitted}
    )
    words = "slits of carbon, N2 at 77 K, kernel of pyGAPS, 0.4 – 9.2 nm, up to p/p0 0.90; "
    words += f"misfit {sizes.misfit_percent:.2f} %"
    result.parameters |= {"dft_smoothing": sizes.smoothing, "dft_misfit_percent": sizes.misfit_percent}
    low = float(x[0])
    result.findings.append(
        Finding("dft_pore_volume", "DFT pore volume", float(sizes.volumes.sum()), "cm³/g", convention=words)
    )
    widest = bool(_peak(sizes) == sizes.widths_nm[-1])
    if widest:
        text = "Most of the volume lies at the kernel's widest pore (9.2 nm) or beyond it: no width is given by DFT."
        result.flag("wider_than_kernel", text)
    elif low <= MICROPORES_FROM or _peak(sizes) > MESOPORES_NM:
        result.findings.append(
            Finding("dft_pore_width", "Most frequent width, DFT", _peak(sizes), "nm",
                    convention=f"maximum of dV/dw; {words}")
        )  # fmt: skip
    if low > MICROPORES_FROM:
        text = f"The first point is at p/p0 {low:.2g}: widths below 1 nm are not resolved by DFT ({MICROPORES_FROM:g})."
        result.flag("micropores_not_resolved", text)
    if sizes.misfit_percent > BAD_MISFIT_PERCENT:
        text = f"The kernel of carbon slits misses the isotherm by {sizes.misfit_percent:.1f} %: its sizes are unsure."
        result.flag("dft_misfit", text)


def _peak(sizes: kernel.Distribution) -> float:
    return float(sizes.widths_nm[int(sizes.density.argmax())])
