"""A diffraction scan as a recording: every reader's angles and intensities pass the same checks here.

Angles in degrees 2θ, rising; intensities in counts or counts/s; factors of a beam attenuator beside them. Nothing
here knows of a vendor.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, ParamSpec

import numpy as np
import polars as pl

from characterization.instruments.base import Recording, Technique, UnreadableFile

Numbers = np.ndarray[Any, np.dtype[np.float64]]
Arguments = ParamSpec("Arguments")

AGAIN = "Copy it again from the instrument; the file that arrived is kept."
FEWEST_POINTS = 2
WIDEST_ANGLE = 180.0
MOST_COUNTS = 1e13
HINTS = ("sample_id", "sample_name", "comment")
UNREAD = "scans_not_read"


def damaged(name: str, why: str) -> UnreadableFile:
    return UnreadableFile("damaged", f"{name}: {why}.", AGAIN)


def truncated(name: str, why: str) -> UnreadableFile:
    return UnreadableFile("truncated", f"{name} {why}.", AGAIN)


def angles_of(start: float, step: float, points: int) -> Numbers:
    """Equal steps from ``start``, in degrees."""
    return np.asarray(start + step * np.arange(points, dtype=np.float64))


def checked_angles(angles: Numbers, name: str) -> Numbers:
    """Angles that can be those of one scan: enough, finite, within ±180° and going one way."""
    if not angles.size:
        raise UnreadableFile("empty", f"{name} holds a scan without a single point.", AGAIN)
    if angles.size < FEWEST_POINTS:
        raise UnreadableFile("unsupported", f"{name} holds a single point, which is no pattern.", AGAIN)
    if not np.isfinite(angles).all() or np.abs(angles).max() > WIDEST_ANGLE:
        raise damaged(name, f"an angle lies beyond ±{WIDEST_ANGLE:g}° or is no number")
    steps = np.diff(angles)
    turns = np.flatnonzero(steps < 0) if angles[-1] > angles[0] else np.flatnonzero(steps > 0)
    if angles[-1] == angles[0]:
        raise damaged(name, f"2θ ends where it starts, at {angles[0]:g}°")
    if turns.size:
        raise damaged(name, f"2θ turns back behind point {turns[0] + 1:,}, at {angles[turns[0]]:.6g}°")
    return angles


def _checked_counts(counts: Numbers, points: int, name: str) -> Numbers:
    if counts.size != points:
        raise damaged(name, f"{counts.size:,} intensities for {points:,} angles")
    wrong = np.flatnonzero(~(np.abs(counts) < MOST_COUNTS))
    if wrong.size:
        raise damaged(name, f"the intensity of point {wrong[0] + 1:,} is {counts[wrong[0]]:g}")
    return counts


def _checked_factors(factors: Numbers, points: int, name: str) -> Numbers:
    if factors.size not in (1, points):
        raise damaged(name, f"{factors.size:,} attenuation factors for {points:,} points")
    if not (np.isfinite(factors) & (factors > 0)).all():
        raise damaged(name, "an attenuation factor is no positive number")
    return np.broadcast_to(factors, (points,))


def pattern(
    name: str,
    angles: Numbers,
    intensity: Numbers,
    meta: Mapping[str, Any],
    *,
    rate: bool = False,
    factors: Numbers | None = None,
    more: Mapping[str, Numbers] | None = None,
) -> Recording:
    """The recording of one scan; ``rate`` says that intensities are counts/s.

    ``factors`` are those of the beam attenuator and are already in the intensities: where one differs from 1 they
    stand in ``attenuation_factor``, because the counting statistics are those of the attenuated beam. A scan that
    was measured downwards is turned round, which meta says.
    """
    angles = checked_angles(angles, name)
    unit = "cps" if rate else "counts"
    columns = {"two_theta_deg": angles, f"intensity_{unit}": _checked_counts(intensity, angles.size, name)}
    columns |= more or {}
    known = {key: value for key, value in meta.items() if value not in ("", None)}
    attenuated = 0
    if factors is not None:
        factors = _checked_factors(factors, angles.size, name)
        attenuated = int((factors != 1).sum())
        columns |= {"attenuation_factor": factors} if attenuated else {}
    table = pl.DataFrame({key: np.ascontiguousarray(values) for key, values in columns.items()})
    if angles[-1] < angles[0]:
        table, known = table.reverse(), known | {"measured_downwards": True}
    recording = Recording(Technique.XRD, table, meta=known)
    hints = [str(known[key]) for key in HINTS if known.get(key)]
    recording.title, recording.sample_hints = (hints[0] if hints else ""), tuple(dict.fromkeys(hints))
    if attenuated and factors is not None:
        recording.flag(
            "attenuated",
            f"An attenuator stood in the beam at {attenuated:,} of {angles.size:,} points; their intensities "
            f"are multiplied by its factor, up to {float(factors.max()):.4g}, and scatter more than others.",
        )
    return recording


def gathered(name: str, word: str, scans: Iterable[Recording | UnreadableFile]) -> list[Recording]:
    """The scans of one file, each with its ``part`` (``range 2``) where there are several.

    A scan of another kind (an UnreadableFile ``unsupported`` in the iterable) is left out and said on the others;
    it is raised where nothing else is there.
    """
    recordings: list[Recording] = []
    refused: list[UnreadableFile] = []
    for number, scan in enumerate(scans, 1):
        if isinstance(scan, UnreadableFile):
            refused.append(scan)
            continue
        scan.part = f"{word} {number}"
        recordings.append(scan)
    if not recordings and refused:
        raise refused[0]
    if not recordings:
        raise UnreadableFile("empty", f"{name} holds no {word}.", AGAIN)
    if len(recordings) + len(refused) == 1:
        recordings[0].part = ""
    for recording in recordings if refused else []:
        message = (
            f"{len(refused)} of {len(refused) + len(recordings)} {word}s are not read: {refused[0].message}"
        )
        recording.flag(UNREAD, message)
    return recordings


def kept(
    read: Callable[Arguments, Recording], *arguments: Arguments.args, **named: Arguments.kwargs
) -> Recording | UnreadableFile:
    """What ``read`` answers; a scan of a kind that is not read comes back as its refusal, any other fault is raised."""
    try:
        return read(*arguments, **named)
    except UnreadableFile as error:
        if error.code != "unsupported":
            raise
        return error
