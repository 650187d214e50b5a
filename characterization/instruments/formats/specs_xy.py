"""SPECS SpecsLab Prodigy text export, ``.xy``: regions of a photoelectron spectrum as columns under ``#`` headers.

``# Created by: SpecsLab Prodigy``, then the export's settings (energy axis, count rate), then for every region its
statements (excitation energy, pass energy in eV, dwell time in s, number of scans) and its curves: energy, intensity,
and the analyser's transmission where it was exported. Dates are month/day/year, in UTC where the export says so.

Oddities: scans and channels may stand apart; rates are averaged over scans and summed over channels, counts are summed.
Each cycle and each curve of a region is a block. Columns of external channels are left out. ``Values/Curve`` says how
many rows a curve has: fewer are a cut file. The last line has no line break, so a cut inside its last number is only
flagged.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from characterization.instruments.base import Reader, Recording, Technique, UnreadableFile, decode
from characterization.instruments.photoelectrons import AGAIN, Spectrum, recording
from characterization.instruments.specs_text import Curve, curves
from characterization.instruments.textual import flag_open_end, looks_binary, read_text, to_number, unify

_MAKER = re.compile(r"^(.{1,3}?)\s*Created by:\s*SpecsLab", re.MULTILINE)
Key = tuple[str, ...]


def _moment(said: dict[str, str]) -> datetime | None:
    """``08/24/23 14:19:47 UTC`` is aware, without the zone naive; None where it is no date."""
    date, _, zone = said.get("acquisition date", "").partition(" UTC")
    for form in ("%m/%d/%y %H:%M:%S", "%m/%d/%Y %H:%M:%S", "%Y-%m-%d %H:%M:%S"):
        try:
            moment = datetime.strptime(date.strip(), form)
        except ValueError:
            continue
        return (
            moment.replace(tzinfo=UTC) if " UTC" in said["acquisition date"] and not zone.strip() else moment
        )
    return None


def _grouped(found: list[Curve]) -> dict[Key, list[Curve]]:
    """The curves by region, cycle and curve number; those of scans and channels belong to each other."""
    groups: dict[Key, list[Curve]] = {}
    for curve in found:
        if not curve.external:
            said = [curve.said.get(key, "") for key in ("group", "region", "spectrum id")]
            groups.setdefault((*said, *curve.place[:2]), []).append(curve)
    return groups


def _check_whole(curve: Curve, name: str) -> None:
    points = to_number(curve.said.get("values/curve", ""))
    if points is not None and len(curve.rows) != points:
        raise UnreadableFile(
            "truncated" if len(curve.rows) < points else "damaged",
            f"{name}: region {curve.said.get('region', '?')} has {len(curve.rows):,} of {points:,.0f} points.",
            AGAIN,
        )


def _spectrum(group: list[Curve], name: str) -> Spectrum:
    for curve in group:
        _check_whole(curve, name)
    tables = [np.array(curve.rows) for curve in group]
    if any(table.shape != tables[0].shape or (table[:, 0] != tables[0][:, 0]).any() for table in tables):
        raise UnreadableFile(
            "damaged",
            f"{name}: the scans of region {group[0].said.get('region', '?')} differ in energies.",
            AGAIN,
        )
    said = group[0].said
    labels = said.get("columnlabels", "").lower().split()
    rate = "/s" in " ".join(labels[1:2]) or "per second" in said.get("count rate", "").lower()
    scans = {curve.place[2] for curve in group}
    total = np.sum([table[:, 1] for table in tables], axis=0)
    stated = to_number(said.get("number of scans", ""))
    return Spectrum(
        said.get("region", ""),
        tables[0][:, 0],
        total / len(scans) if rate else total,
        kinetic="kinetic" in said.get("energy axis", "").lower(),
        rate=rate,
        excitation_eV=to_number(said.get("excitation energy", "")),
        dwell_s=to_number(said.get("dwell time", "")),
        scans=max(stated or 1, len(scans)),
        transmission=tables[0][:, labels.index("transmission")]
        if _has_transmission(labels, tables[0])
        else None,
        said=_said(group[0]),
    )


def _has_transmission(labels: list[str], table: np.ndarray) -> bool:
    return "transmission" in labels and labels.index("transmission") < table.shape[1]


def _said(curve: Curve) -> dict[str, object]:
    said = curve.said
    moment = _moment(said)
    return {
        "group": said.get("group"),
        "cycle": int(curve.place[0]),
        "curve": int(curve.place[1]),
        "technique": said.get("analysis method"),
        "pass_energy_eV": to_number(said.get("pass energy", "")),
        "analyser_mode": said.get("scan mode"),
        "work_function_eV": to_number(said.get("eff. workfunction", "")),
        "source": said.get("source"),
        "lens": said.get("analyzer lens"),
        "started_at": moment.isoformat() if moment else None,
        "comment": said.get("comment"),
    }


def read(path: Path) -> list[Recording]:
    """One recording of all regions. Raises UnreadableFile for a cut or damaged export."""
    text = read_text(path)
    maker = _MAKER.search(text[:4096])
    if maker is None:
        raise UnreadableFile("not_this_format", f"{path.name} is no text export of SpecsLab Prodigy.", AGAIN)
    found = list(curves(text, path.name, maker[1].strip()))
    if not found:
        raise UnreadableFile("empty", f"{path.name} holds no curve.", AGAIN)
    groups = _grouped(found)
    spectra = [_spectrum(group, path.name) for group in groups.values()]
    said = found[0].said
    hints = [curve.said.get("group", "") for curve in found[:1]] + [said.get("comment", "")]
    meta = {"software": said.get("created by"), "instrument": said.get("analyzer")}
    whole = recording(path.name, spectra, meta, hints)
    whole.started_at = next((moment for curve in found if (moment := _moment(curve.said))), None)
    _check_planned(whole, groups)
    flag_open_end(whole, text)
    return [whole]


def _check_planned(whole: Recording, groups: dict[Key, list[Curve]]) -> None:
    for key, group in groups.items():
        planned = to_number(group[0].said.get("number of scans", ""))
        arrived = len({curve.place[2] for curve in group})
        if planned and 1 < arrived < planned:
            whole.flag("scans_missing", f"Region {key[1]} has {arrived} of {planned:.0f} scans.")


def sniff(head: bytes, name: str) -> int:
    return 3 if not looks_binary(head) and _MAKER.search(unify(decode(head))) else 0


READER = Reader(
    name="specs_xy",
    version="1.0",
    label="SPECS SpecsLab Prodigy text export (xy)",
    techniques=(Technique.XPS,),
    sniff=sniff,
    read=read,
    extensions=(".xy",),
)
