"""One region of a photoelectron spectrum: its points, background, area and maximum."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import polars as pl

from characterization.analysis.rows import column
from characterization.analysis.spectra import (
    Background,
    anchor_points,
    best_background,
    end_levels,
    smoothed,
    vertex,
)
from characterization.charts.chart import Numbers
from characterization.instruments.base import Recording

SURVEY_SPAN_EV = 150.0
SURVEY_WORDS = re.compile(r"survey|wide|overview", re.IGNORECASE)
CARBON_WORDS = re.compile(r"^\s*c\s*_?1s", re.IGNORECASE)
STANDS_OUT_SIGMAS = 5.0
FEWEST_POINTS = 5


@dataclass
class Region:
    """Ascending binding energies with intensities in ``unit`` (cps, or counts where the dwell is not known).

    ``seconds`` is the counting time of one point over all scans, None if unknown. A survey has no background
    and no area.
    """

    name: str
    block: int
    subject: str
    energy_eV: Numbers
    intensity: Numbers
    unit: str
    seconds: float | None
    survey: bool
    base: Background | None = field(init=False)

    def __post_init__(self) -> None:
        self.base = None if self.survey else best_background(self.energy_eV, self.intensity)

    @property
    def background_name(self) -> str:
        return self.base.name if self.base else "none"

    @property
    def inside(self) -> slice:
        """The points between the anchors of the background; all of a survey."""
        return self.base.inside if self.base else slice(None)

    @property
    def is_carbon(self) -> bool:
        return CARBON_WORDS.search(self.name) is not None

    @property
    def net(self) -> Numbers:
        """Intensity above the background, between its anchors."""
        return self.intensity[self.inside] - (self.base.values if self.base else 0.0)

    @property
    def even(self) -> Numbers:
        """Net intensity, smoothed over 7 points."""
        return smoothed(self.energy_eV[self.inside], self.net, 7 * float(np.median(np.diff(self.energy_eV))))

    @property
    def position_eV(self) -> float:
        """Vertex of a parabola through the top fifth of the highest maximum."""
        return vertex(self.energy_eV[self.inside], self.even, int(self.even.argmax()))

    @property
    def stands_out(self) -> bool:
        """Whether the maximum rises 5 σ above the background and lies within it; σ from what smoothing
        takes away."""
        even = self.even
        noise = 1.4826 * float(np.median(np.abs(self.net - even)))
        return bool(even.max() > STANDS_OUT_SIGMAS * noise and 0 < even.argmax() < len(even) - 1)

    @property
    def area(self) -> float | None:
        """Trapezoid of the intensity above the background, in ``unit`` · eV."""
        return None if self.survey else float(np.trapezoid(self.net, self.energy_eV[self.inside]))

    @property
    def area_uncertainty(self) -> float | None:
        """One standard deviation from counting statistics; None where the counts are not known.

        √N of every point through the trapezoid, and √N of the anchors through the background, half of it by each.
        """
        per_unit = 1.0 if self.unit == "counts" else self.seconds
        if self.survey or per_unit is None:
            return None
        weights = np.gradient(self.energy_eV[self.inside])
        counts = np.clip(self.intensity[self.inside], 0, None) * per_unit
        anchors = sum(end_levels(counts)) / anchor_points(counts)
        return float(np.sqrt((weights**2 * counts).sum() + anchors * (weights.sum() / 2) ** 2) / per_unit)

    def background(self) -> Numbers:
        """The background at every point, NaN outside its anchors."""
        full = np.full(len(self.energy_eV), np.nan)
        if self.base:
            full[self.inside] = self.base.values
        return full

    def shift(self, by_eV: float) -> None:
        self.energy_eV = self.energy_eV + by_eV

    def row(self, shift_eV: float) -> dict[str, Any]:
        return {
            "block": self.block,
            "region": self.name,
            "subject": self.subject,
            "points": len(self.energy_eV),
            "low_eV": float(self.energy_eV[0]),
            "high_eV": float(self.energy_eV[-1]),
            "background": self.background_name,
            "background_low_eV": float(self.energy_eV[self.inside][0]) if self.base else None,
            "background_high_eV": float(self.energy_eV[self.inside][-1]) if self.base else None,
            "unit": self.unit,
            "area": self.area,
            "area_uncertainty": self.area_uncertainty,
            "peak_position_eV": self.position_eV if self.stands_out else None,
            "height": float(self.even.max()),
            "shift_eV": shift_eV,
        }

    def table(self) -> pl.DataFrame:
        rows = len(self.energy_eV)
        return pl.DataFrame(
            {
                "block": np.full(rows, self.block, dtype=np.int64),
                "region": [self.name] * rows,
                "binding_energy_eV": self.energy_eV,
                "intensity": self.intensity,
                "background": self.background(),
                "unit": [self.unit] * rows,
            },
            nan_to_null=True,
        )


def split(recording: Recording) -> list[Region]:
    """The regions of a recording by block. Counts become counts/s where the dwell is known.

    Those under 5 energies are left out, an energy measured twice counts as its mean.
    """
    table = recording.table
    name = next((n for n in ("intensity_cps", "intensity_counts") if n in table.columns), None)
    if name is None or not {"region", "block", "binding_energy_eV"} <= set(table.columns):
        return []
    about = {int(item["block"]): item for item in recording.meta.get("regions", []) if "block" in item}
    names = table.group_by("block").agg(pl.first("region"))["region"].to_list()
    made = []
    for part in table.partition_by("block", maintain_order=True):
        region = _region(part, name, about.get(int(part["block"][0]), {}), names)
        if region is not None:
            made.append(region)
    return made


def _region(part: pl.DataFrame, column_name: str, about: dict[str, Any], names: list[str]) -> Region | None:
    part = part.filter(pl.col("binding_energy_eV").is_finite() & pl.col(column_name).is_finite())
    means = pl.first("region", "block"), pl.mean(column_name)
    part = part.group_by("binding_energy_eV").agg(*means).sort("binding_energy_eV")
    if part.height < FEWEST_POINTS:
        return None
    name, block = str(part["region"][0]), int(part["block"][0])
    energy, intensity = column(part, "binding_energy_eV"), column(part, column_name)
    dwell, scans = about.get("dwell_s"), about.get("scans")
    seconds = float(dwell) * max(float(scans or 1), 1.0) if dwell else None
    if column_name == "intensity_counts" and seconds:
        intensity, unit = intensity / seconds, "cps"
    else:
        unit = "cps" if column_name == "intensity_cps" else "counts"
    survey = bool(SURVEY_WORDS.search(name)) or float(np.ptp(energy)) > SURVEY_SPAN_EV
    subject = name if names.count(name) == 1 else f"{name} (block {block + 1})"
    return Region(name, block, subject, energy, intensity, unit, seconds, survey)
