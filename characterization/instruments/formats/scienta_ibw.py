"""Scienta SES region as an Igor binary wave, ``.ibw``: the intensity of one region, its settings in the wave's note.

The note begins with ``[SES]`` and has the same ``Key=value`` lines as SES' text; the first dimension is the energy
(``Binding Energy [eV]`` or ``Kinetic Energy [eV]``), a second one the slices, which are summed. The intensity is kept
under counts with a flag: SES calls it ``Counts [a.u.]``. Igor waves without such a note are refused.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from characterization.instruments import scienta_said
from characterization.instruments.base import Reader, Recording, Technique, UnreadableFile, ending
from characterization.instruments.igor_wave import is_wave, order_of, parse
from characterization.instruments.photoelectrons import Spectrum, recording
from characterization.instruments.textual import to_number

_MOST_BYTES = 1024**3


def read(path: Path) -> list[Recording]:
    """One recording. Raises UnreadableFile for a cut wave and for one that SES did not write."""
    if path.stat().st_size > _MOST_BYTES:
        raise UnreadableFile("too_large", f"{path.name} has more than 1,024 MiB.", "Export the region alone.")
    raw = path.read_bytes()
    if not order_of(raw):
        raise UnreadableFile(
            "unsupported", f"{path.name} is no Igor wave of version 5, the only one that is read.",
            "Save it again with Igor 6 or newer, or export text from SES.",
        )  # fmt: skip
    wave = parse(raw, path.name)
    said = scienta_said.statements(wave.note.split("\n"))
    axis = wave.units[0].lower()
    if "energy" not in axis or wave.values.ndim > 2:
        raise UnreadableFile(
            "unsupported",
            f"{path.name} is an Igor wave of {wave.values.ndim} dimensions over '{axis[:40]}', no region of SES.",
            "Only waves over a binding or kinetic energy are read.",
        )
    size = wave.values.shape[0]
    stated = to_number(said.get("energy step", ""))
    values = wave.values if wave.values.ndim == 1 else wave.values.sum(axis=1)
    spectrum = Spectrum(
        said.get("region name", wave.name), wave.offsets[0] + wave.steps[0] * np.arange(size, dtype=np.float64), values,
        kinetic="kinetic" in axis, rate=False, exact_unit=False,
        excitation_eV=scienta_said.excitation_eV(said), scans=to_number(said.get("number of sweeps", "")),
        said=scienta_said.entry(said),
    )  # fmt: skip
    whole = recording(path.name, [spectrum], scienta_said.meta(said), scienta_said.hints(said))
    whole.started_at = scienta_said.moment(said)
    if stated and abs(abs(wave.steps[0]) - stated) > 0.01 * stated:
        whole.flag("step_differs", f"The wave's step is {wave.steps[0]:g} eV, its note says {stated:g} eV.")
    return [whole]


def sniff(head: bytes, name: str) -> int:
    if is_wave(head):
        return 3
    return 1 if ending(name, ".ibw") else 0


READER = Reader(
    name="scienta_ibw",
    version="1.0",
    label="Scienta SES region as Igor wave (ibw)",
    techniques=(Technique.XPS,),
    sniff=sniff,
    read=read,
    extensions=(".ibw",),
)
