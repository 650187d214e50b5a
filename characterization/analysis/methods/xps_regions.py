"""X-ray photoelectron spectra: charge reference, background and area of each region. Components are another
analysis."""

from __future__ import annotations

import polars as pl

from characterization.analysis import photoemission
from characterization.analysis.base import Conditions, Drawing, Finding, Method, Result, View
from characterization.analysis.photoemission import Region
from characterization.analysis.rows import column
from characterization.charts.chart import Axis, Chart, Layer, Note, Pane
from characterization.instruments.base import Recording, Technique

REFERENCE_EV = 284.8
BELIEVABLE_SHIFT_EV = 10.0
UNIT_WORDS = {"cps": "counts/s", "counts": "counts"}


def compute(recording: Recording, conditions: Conditions) -> Result:
    """Tables ``regions`` and ``spectra`` (energies charge-referenced); an area and a position per region.

    Parameters: ``charge_reference`` (false switches it off), ``charge_reference_eV`` (284.8).
    """
    result = Result()
    regions = photoemission.split(recording)
    if not regions:
        result.flag(
            "no_spectrum",
            "The table has no binding energies with intensities: there is no spectrum to look at.",
        )
        return result
    short = recording.table["block"].n_unique() - len(regions)
    if short:
        all_of_them = short + len(regions)
        text = f"{short} of {all_of_them} regions have fewer than {photoemission.FEWEST_POINTS} points: left out."
        result.flag("short_regions", text)
    reference_eV = float(conditions.parameters.get("charge_reference_eV", REFERENCE_EV))
    wanted = bool(conditions.parameters.get("charge_reference", True))
    shift, way = (
        _charge_shift(regions, reference_eV, result) if wanted else (0.0, "charge reference switched off")
    )
    result.parameters = {"charge_shift_eV": shift, "charge_reference": way, "transmission": "not divided out"}
    for region in regions:
        region.shift(shift)
    result.tables["regions"] = pl.DataFrame(
        [region.row(shift) for region in regions], infer_schema_length=None
    )
    result.tables["spectra"] = pl.concat([region.table() for region in regions])
    result.findings = [Finding("xps_charge_shift", "Charge shift", shift, "eV", convention=way)]
    result.findings += [
        finding for region in regions if not region.survey for finding in _findings(region, way)
    ]
    _flag_backgrounds(result, regions)
    return result


def _charge_shift(regions: list[Region], reference_eV: float, result: Result) -> tuple[float, str]:
    """What to add to every binding energy so that the C 1s maximum lies at the reference, and how that was
    found."""
    carbon = next((region for region in regions if region.is_carbon and not region.survey), None)
    if carbon is None:
        result.flag(
            "no_charge_reference",
            "The file has no C 1s region: energies stand as measured, not charge-referenced.",
        )
        return 0.0, "no C 1s region, energies as measured"
    if not carbon.stands_out:
        result.flag(
            "weak_charge_reference",
            "The C 1s region shows no maximum above its noise: energies stand as measured.",
        )
        return 0.0, "C 1s too weak, energies as measured"
    shift = reference_eV - carbon.position_eV
    if abs(shift) > BELIEVABLE_SHIFT_EV:
        text = (
            f"C 1s lies at {carbon.position_eV:.2f} eV, {shift:+.2f} "
            f"eV from {reference_eV:g} eV: check that this is C 1s."
        )
        result.flag("large_charge_shift", text)
    return shift, f"maximum of {carbon.subject} at {reference_eV:g} eV, shift {shift:+.2f} eV"


def _findings(region: Region, way: str) -> list[Finding]:
    unit = f"{'counts/s' if region.unit == 'cps' else 'counts'}·eV"
    low, high = region.energy_eV[region.inside][[0, -1]]
    base = f"{region.background_name} background, {low:.1f} – {high:.1f} eV, transmission not divided out"
    area = Finding("xps_area", "Area", region.area, unit, region.area_uncertainty, base, region.subject)
    if not region.stands_out:
        return [area]
    return [
        area,
        Finding("xps_peak_position", "Maximum", region.position_eV, "eV", None, way, region.subject),
    ]


def _flag_backgrounds(result: Result, regions: list[Region]) -> None:
    for region in regions:
        if region.base and region.base.why_linear:
            result.flag(
                "linear_background",
                f"{region.subject}: a straight background is drawn, because {region.base.why_linear}.",
            )
    if any(region.unit == "counts" for region in regions):
        text = (
            "The file does not say how long each point was counted: "
            "intensities stay in counts and cannot be compared between regions."
        )
        result.flag("dwell_missing", text)


def draw(drawing: Drawing, view: View) -> list[Chart]:
    """One chart per region, binding energy falling to the right."""
    regions, spectra = drawing.tables.get("regions"), drawing.tables.get("spectra")
    if regions is None or spectra is None or regions.is_empty():
        pane = Pane(Axis("Intensity", "counts/s"), [])
        axis = Axis("Binding energy", "eV", reversed=True)
        return [
            Chart("xps", "XPS", axis, [pane], empty="No spectrum in this file.", simulated=view.simulated)
        ]
    return [_region_chart(row, spectra, view) for row in regions.iter_rows(named=True)]


def _region_chart(row: dict[str, object], spectra: pl.DataFrame, view: View) -> Chart:
    name = str(row["subject"])
    part = spectra.filter(pl.col("block") == row["block"])
    energy, intensity, background = (
        column(part, key) for key in ("binding_energy_eV", "intensity", "background")
    )
    layers = [Layer("line", energy, intensity, "", view.colour, thin=True, source=name)]
    notes = []
    if row["area"] is not None:
        layers.insert(
            0, Layer("area", energy, intensity, "", view.colour, y2=background, thin=True, source=name)
        )
        layers.append(
            Layer(
                "line",
                energy,
                background,
                "",
                "text2",
                dash=True,
                thin=True,
                source=f"{row['background']} background",
            )
        )
    if row["peak_position_eV"] is not None and row["area"] is not None:
        notes.append(
            Note(
                float(str(row["peak_position_eV"])),
                float(intensity.max()),
                f"{row['peak_position_eV']:.2f} eV",
            )
        )
    return Chart(
        key=f"xps_{row['block']}",
        title=name,
        subtitle=_subtitle(row),
        x=Axis("Binding energy", "eV", reversed=True),
        panes=[Pane(Axis("Intensity", UNIT_WORDS[str(row["unit"])]), layers, notes=notes)],
        caption=_caption(row),
        description=f"{name}, {energy[0]:.1f} to {energy[-1]:.1f} eV.",
        simulated=view.simulated,
    )


def _caption(row: dict[str, object]) -> str:
    if row["area"] is None:
        return "Survey: no background drawn."
    return f"{row['background']} background, dashed.".capitalize()


def _subtitle(row: dict[str, object]) -> str:
    shift = float(str(row["shift_eV"]))
    moved = f"{shift:+.2f}".replace("-", "−")
    return f"charge-referenced, shift {moved} eV" if shift else "energies as measured"


METHOD = Method("xps_regions", "1.0", "XPS regions", Technique.XPS, compute, draw)
