"""The raw files of the study, written as instruments write them and handed in at the one door."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from cells.models import Cell
from characterization import intake
from characterization.intake import Delivery, Receipt
from labsys.demo import bdf, cycling, diffraction, photoemission, vamas, xrdml
from labsys.demo.people import Team
from labsys.demo.seeds import Seed
from synthesis.models import CarbonAdditive, Instrument

HEIGHTS_ASSUMED = "Heights and widths are assumptions."
SHARES_ASSUMED = "Shares other than C-OH and O-H, widths, areas and charging are assumptions."


@dataclass(frozen=True)
class Instruments:
    """Those that the files come from."""

    cycler: Instrument
    diffractometer: Instrument
    spectrometer: Instrument


def instruments(team: Team) -> Instruments:
    return Instruments(
        _instrument(team, "Cycler 1", "simulated battery cycler, 16 channels", "cycling"),
        _instrument(team, "Diffractometer", "simulated powder diffractometer, Cu Kα1", "xrd"),
        _instrument(team, "XPS", "simulated photoelectron spectrometer, Al mono", "xps"),
    )


def _instrument(team: Team, name: str, model: str, technique: str) -> Instrument:
    found, _ = Instrument.objects.get_or_create(
        name=name,
        defaults={
            "model": model,
            "technique": technique,
            "project": team.project,
            "time_zone": "UTC",
            "created_by": team.ines,
        },
    )
    return found


def of_cell(team: Team, cycler: Instrument, cell: Cell, build: cycling.Build, started_at: datetime) -> float:
    """Hands in a cell's cycling; how long the test took, in h."""
    table = cycling.table(build, started_at)
    _submit(team, cycler, f"{cell.code}_{build.cycles}-cycles_simulated.bdf.csv", bdf.write(table))
    return float(table["time_s"][-1]) / 3600


def of_additive(
    team: Team, made_by: Instruments, additive: CarbonAdditive, seed: Seed, noise: int, at: datetime
) -> None:
    """Hands in an additive's powder pattern and its photoelectron spectra."""
    counts = diffraction.counts(seed, noise)
    pattern = xrdml.write(additive.code, seed.group, diffraction.angles(), counts, at, HEIGHTS_ASSUMED)
    _submit(team, made_by.diffractometer, f"{additive.code}_powder_simulated.xrdml", pattern)
    spectra = vamas.write(additive.code, photoemission.spectra(seed, noise + 1), at, SHARES_ASSUMED)
    _submit(team, made_by.spectrometer, f"{additive.code}_powder_simulated.vms", spectra)


def _submit(team: Team, instrument: Instrument, name: str, content: bytes) -> Receipt:
    """The sample is not named: the file's name says it, as for any other file."""
    return intake.submit(
        [content],
        Delivery(name=name, project=team.project, by=team.wei, instrument=instrument, simulated=True),
    )
