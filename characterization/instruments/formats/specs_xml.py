"""SPECS SpecsLab 2, ``.xml``: groups of regions with the counts of every detector of the analyser.

A document of ``struct``, ``sequence`` and values with names. Each ``RegionData`` has its definition (excitation, first
kinetic and pass energy in eV, step, dwell time in s, values per curve), the detectors' shifts, and cycles of scans with
counts for each step and detector; the analyser's transmission for each point. The clock is in seconds since 1970.

The scans of a cycle are summed, each cycle is a block. Detectors are brought to one axis by their shifts, between two
steps as the region's parameter ``Interpolation`` says. Other modes than a fixed pass energy have other shifts and are
refused, unless there is one detector.
"""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element

import numpy as np

from characterization.instruments.base import Reader, Recording, Technique, UnreadableFile
from characterization.instruments.photoelectrons import AGAIN, MOST_POINTS, Numbers, Spectrum, recording
from characterization.instruments.specs_detectors import summed
from characterization.instruments.specs_elements import (
    items,
    named,
    number,
    parameter,
    root_of,
    text,
    values,
)
from characterization.instruments.textual import read_text

_MARK = b"IDL:specs.de/Serializer/RegionGroup"
_NEEDED = ("values_per_curve", "scan_delta", "kinetic_energy", "pass_energy")


def _needed(region: Element, name: str, file: str) -> dict[str, float]:
    said = {key: number(region, key) for key in _NEEDED}
    figures = {key: value for key, value in said.items() if value is not None}
    missing = [key for key in _NEEDED if key not in figures]
    if missing or not 3 <= figures["values_per_curve"] <= MOST_POINTS or figures["scan_delta"] == 0:
        raise UnreadableFile(
            "damaged", f"{file}: region '{name}' lacks {', '.join(missing) or 'a step or points'}.", AGAIN
        )
    return figures


def _detectors(data: Element, region: Element, name: str, file: str) -> list[float]:
    """Shifts in eV per eV of pass energy, one per detector."""
    found = items(named(data, "analyzer_info"), "detectors")
    mode = text(named(region, "scan_mode"), "name")
    if len(found) > 1 and mode != "FixedAnalyzerTransmission":
        raise UnreadableFile(
            "unsupported",
            f"{file}: region '{name}' was scanned in the mode {mode or 'unknown'}, with {len(found)} detectors.",
            "Export it as xy or VAMAS from SpecsLab.",
        )  # fmt: skip
    return [number(detector, "shift") or 0.0 for detector in found]


def _cycle(
    cycle: Element, data: Element, figures: dict[str, float], shifts: list[float], file: str
) -> tuple[Numbers, int]:
    """Counts of a cycle's scans together, and how many scans there are."""
    scans = [values(scan, "counts", file) for scan in items(cycle, "scans")]
    scans = [scan for scan in scans if scan.size]
    points, head = int(figures["values_per_curve"]), int(number(data, "mcd_head") or 0)
    smooth = parameter(data, "Interpolation") in ("1", "true")
    added = [
        summed(
            scan,
            shifts,
            head,
            points,
            figures["pass_energy"],
            figures["scan_delta"],
            smooth=smooth,
            name=file,
        )
        for scan in scans
    ]
    return (np.sum(added, axis=0) if added else np.empty(0)), len(scans)


def _spectra(data: Element, group: str, file: str) -> list[tuple[Spectrum, float | None]]:
    """A spectrum for each cycle that was measured, with the second in which it began."""
    region, label = named(data, "region"), text(data, "name")
    if region is None:
        raise UnreadableFile("damaged", f"{file}: region '{label}' has no definition.", AGAIN)
    figures = _needed(region, label, file)
    shifts = _detectors(data, region, label, file)
    points = int(figures["values_per_curve"])
    transmission = values(data, "transmission", file)
    energies = figures["kinetic_energy"] + figures["scan_delta"] * np.arange(points, dtype=np.float64)
    found = []
    for place, cycle in enumerate(items(data, "cycles"), 1):
        counts, scans = _cycle(cycle, data, figures, shifts, file)
        if scans:
            said = _said(region, group, place, len(shifts), number(region, "num_scans"))
            spectrum = Spectrum(
                label, energies, counts, kinetic=True, rate=False,
                excitation_eV=number(region, "excitation_energy") or None, dwell_s=number(region, "dwell_time"),
                scans=scans, transmission=transmission if transmission.size == points else None, said=said,
            )  # fmt: skip
            found.append((spectrum, number(cycle, "time")))
    return found


def _said(region: Element, group: str, cycle: int, detectors: int, planned: float | None) -> dict[str, Any]:
    return {
        "group": group,
        "cycle": cycle,
        "technique": text(region, "analysis_method"),
        "pass_energy_eV": number(region, "pass_energy"),
        "analyser_mode": text(named(region, "scan_mode"), "name"),
        "work_function_eV": number(region, "effective_workfunction"),
        "lens": text(region, "analyzer_lens"),
        "detectors": detectors,
        "scans_planned": planned,
    }


def read(path: Path) -> list[Recording]:
    """One recording of all regions. Raises UnreadableFile."""
    content = read_text(path)
    if _MARK.decode() not in content:
        raise UnreadableFile("not_this_format", f"{path.name} is no XML of SpecsLab with regions.", AGAIN)
    root = root_of(content, path.name)
    found: list[tuple[Spectrum, float | None]] = []
    groups = [item for sequence in root for item in sequence if item.tag == "struct"]
    planned = 0
    for group in groups:
        regions = items(group, "regions")
        planned += len(regions)
        for data in regions:
            found += _spectra(data, text(group, "name"), path.name)
    if not found:
        raise UnreadableFile("empty", f"{path.name} plans {planned} regions; none was measured.", AGAIN)
    names = [text(group, "name") for group in groups]
    whole = recording(
        path.name, [one for one, _ in found], {"software": "SpecsLab 2", "groups": names}, names
    )
    _flag(whole, planned)
    seconds = [second for _, second in found if second and 0 < second < 4e9]
    whole.started_at = datetime.fromtimestamp(min(seconds), UTC) if seconds else None
    return [whole]


def _flag(whole: Recording, planned: int) -> None:
    measured = {entry["block_name"] for entry in whole.meta["regions"]}
    if len(measured) < planned:
        whole.flag(
            "regions_missing",
            f"{planned - len(measured)} of {planned} regions were planned and not measured.",
        )
    for entry in whole.meta["regions"]:
        if entry["scans"] < entry.get("scans_planned", 0):
            whole.flag(
                "scans_missing",
                f"Region {entry['block_name']} has {entry['scans']} of {entry['scans_planned']:.0f} scans.",
            )


def sniff(head: bytes, name: str) -> int:
    if _MARK in head:
        return 3
    return 2 if b"CORBA XML document" in head and b"<!DOCTYPE any" in head else 0


READER = Reader(
    name="specs_xml",
    version="1.0",
    label="SPECS SpecsLab (xml)",
    techniques=(Technique.XPS,),
    sniff=sniff,
    read=read,
    extensions=(".xml",),
)
