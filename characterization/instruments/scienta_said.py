"""What Scienta SES says of a region, in its text files and in the notes of its Igor waves: lines ``Key=value``."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from characterization.instruments.textual import to_number

Said = dict[str, str]


def statements(lines: list[str]) -> Said:
    """Keys in lower case."""
    pairs = (line.partition("=") for line in lines if "=" in line)
    return {key.strip().lower(): value.strip() for key, _, value in pairs}


def moment(said: Said) -> datetime | None:
    """The naive start by ``Date`` and ``Time``, None where they are no date."""
    try:
        return datetime.fromisoformat(f"{said.get('date', '')} {said.get('time', '')}")
    except ValueError:
        return None


def excitation_eV(said: Said) -> float | None:
    return to_number(said.get("excitation energy", "")) or None


def entry(said: Said) -> dict[str, Any]:
    """What meta says of the region. The dwell is left out: sweeps × channels of the detector count each point."""
    step_ms = to_number(said.get("step time", ""))
    return {
        "pass_energy_eV": to_number(said.get("pass energy", "")),
        "step_time_ms": step_ms,
        "acquisition_mode": said.get("acquisition mode"),
        "lens": said.get("lens mode"),
        "detector_mode": said.get("detectormode"),
        "spectrum": said.get("spectrum name"),
        "comments": [said["comments"]] if said.get("comments", "").strip(";") else [],
    }


def meta(said: Said) -> dict[str, Any]:
    return {
        "instrument": said.get("instrument"),
        "operator": said.get("user"),
        "institution": said.get("location"),
    }


def hints(said: Said) -> list[str]:
    return [said.get("sample", ""), said.get("spectrum name", "")]
