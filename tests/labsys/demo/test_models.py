"""The written files give back, through our own readers and analyses, the numbers that they were seeded with."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from characterization.analysis.base import Conditions
from characterization.analysis.registry import methods_for
from characterization.instruments import registry
from labsys.demo import bdf, curves, cycling, diffraction, photoemission, vamas, xrdml
from labsys.demo.seeds import SEEDS, Line

STARTED = datetime(2026, 6, 22, 8, tzinfo=UTC)
GROUPS = ["SP", "NPCs", "Mo@NPCs", "Mo-Ni@NPCs"]
ACTIVE_MG = 0.8


def read(folder: Path, name: str, content: bytes):
    """The one recording of a file, and the result of the first method for it."""
    path = folder / name
    path.write_bytes(content)
    (recording,) = registry.read(path, name).recordings
    (method, *_others) = methods_for(recording.technique)
    return recording, method.compute(recording, Conditions())


def cycled(folder: Path, group: str, **values):
    build = cycling.Build(SEEDS[group], ACTIVE_MG, noise_seed=5, **values)
    recording, result = read(folder, "CELL-0001.bdf.csv", bdf.write(cycling.table(build, STARTED)))
    return recording, {finding.name: finding.value for finding in result.findings}, result


@pytest.mark.parametrize(
    ("group", "discharge", "efficiency", "retention"),
    [
        ("SP", 111.58, 81.84, 85.52),
        ("NPCs", 120.84, 84.88, 79.81),
        ("Mo@NPCs", 139.35, 90.97, 91.91),
        ("Mo-Ni@NPCs", 148.61, 94.01, 93.26),
    ],
)
def test_cycling_gives_back_what_it_was_seeded_with(tmp_path, group, discharge, efficiency, retention):
    recording, found, result = cycled(tmp_path, group)
    assert found["first_discharge_capacity"] / ACTIVE_MG * 1000 == pytest.approx(discharge, abs=0.01)
    assert found["first_coulombic_efficiency"] == pytest.approx(efficiency, abs=0.01)
    assert found["capacity_retention_100"] == pytest.approx(retention, abs=0.01)
    assert found["cycle_count"] == 100
    assert recording.table.height < 60_000
    assert recording.flags == [] and result.flags == []


def test_replicates_differ_and_their_mean_is_the_study(tmp_path):
    _, one, _ = cycled(tmp_path, "Mo-Ni@NPCs", capacity_factor=1.006, retention_shift_percent=0.35)
    _, two, _ = cycled(tmp_path, "Mo-Ni@NPCs", capacity_factor=0.994, retention_shift_percent=-0.35)
    both = [found["first_discharge_capacity"] / ACTIVE_MG * 1000 for found in (one, two)]
    assert both[0] - both[1] == pytest.approx(1.78, abs=0.02)
    assert np.mean(both) == pytest.approx(148.61, abs=0.01)
    retained = [found["capacity_retention_100"] for found in (one, two)]
    assert np.mean(retained) == pytest.approx(93.26, abs=0.01)


def test_every_half_cycle_stays_in_the_window_and_ends_at_its_limit():
    build = cycling.Build(SEEDS["SP"], ACTIVE_MG, noise_seed=5)
    table = cycling.table(build, STARTED)
    assert table["voltage_V"].min() == pytest.approx(1.4, abs=0.001)
    assert table["voltage_V"].max() == pytest.approx(3.7, abs=0.001)
    charges = table.filter(table["current_mA"] > 0).group_by("cycle", maintain_order=True).last()
    assert np.allclose(charges["voltage_V"], 3.7, atol=0.001)
    discharges = table.filter(table["current_mA"] < 0).group_by("cycle", maintain_order=True).last()
    assert np.allclose(discharges["voltage_V"], 1.4, atol=0.001)


def test_only_the_first_charge_slopes_before_the_plateau():
    """Sulfide is oxidised once: at 3 % of the first charge SP is far below its plateau, in the second it is on it."""
    part = np.array([0.03])
    first = curves.charge_curve_V(curves.grid(), 0.09, 0.11, fresh=True)
    at_3_percent = np.interp(part, curves.grid(), first)[0]
    later = curves.charge_curve_V(part, 0.09, 0.0, fresh=False)[0]
    assert at_3_percent < 2.8
    assert later > 3.2


def test_the_same_seed_writes_the_same_bytes():
    build = cycling.Build(SEEDS["NPCs"], ACTIVE_MG, noise_seed=5, cycles=3)
    assert bdf.write(cycling.table(build, STARTED)) == bdf.write(cycling.table(build, STARTED))
    spectra = [vamas.write("CCA-0001", photoemission.spectra(SEEDS["NPCs"], 4), STARTED) for _ in range(2)]
    assert spectra[0] == spectra[1]


@pytest.mark.parametrize(
    ("group", "lines"),
    [("Mo@NPCs", [31.65, 36.05, 48.73]), ("Mo-Ni@NPCs", [40.70, 43.01, 45.23, 58.97])],
)
def test_diffraction_lines_lie_where_the_study_has_them(tmp_path, group, lines):
    content = xrdml.write(
        "CCA-0001", group, diffraction.angles(), diffraction.counts(SEEDS[group], 7), STARTED
    )
    recording, result = read(tmp_path, "a.xrdml", content)
    peaks = result.tables["peaks"].filter(result.tables["peaks"]["fwhm_deg"].is_between(0.3, 1.5))
    found = peaks["two_theta_deg"].to_list()
    for line in lines:
        assert min(abs(line - at) for at in found) < 0.05
    assert recording.meta["wavelength_angstrom"] == 1.540598
    assert "Simulated" in recording.meta["comment"]


@pytest.mark.parametrize("group", GROUPS)
def test_the_carbon_line_is_broad_and_lies_at_26_54(group):
    counts = diffraction.expected_counts(SEEDS[group])
    angles = diffraction.angles()
    near = (angles > 20) & (angles < 29)
    assert angles[near][counts[near].argmax()] == pytest.approx(26.54, abs=0.15)
    assert 4 < diffraction.width_deg(Line(26.54, 1, SEEDS[group].stack_nm)) < 6


def test_scherrer_width_of_a_known_crystallite():
    """16 nm at 43.01° 2θ: 0.9 · 1.540598 / (160 · cos 21.505°) = 0.5337°, with 0.06° of the instrument 0.5370°."""
    assert diffraction.width_deg(Line(43.01, 1, 16.0)) == pytest.approx(0.5370, abs=2e-4)


@pytest.mark.parametrize(
    ("group", "regions"),
    [
        ("SP", ["C 1s", "O 1s"]),
        ("NPCs", ["C 1s", "O 1s", "N 1s"]),
        ("Mo@NPCs", ["C 1s", "O 1s", "N 1s", "Mo 3d"]),
        ("Mo-Ni@NPCs", ["C 1s", "O 1s", "N 1s", "Mo 3d"]),
    ],
)
def test_photoelectron_regions_are_read_with_their_areas(tmp_path, group, regions):
    content = vamas.write("CCA-0001", photoemission.spectra(SEEDS[group], 4), STARTED)
    _, result = read(tmp_path, "a.vms", content)
    areas = {found.subject: found.value for found in result.findings if found.name == "xps_area"}
    assert list(areas) == regions
    for region, area in areas.items():
        assert area == pytest.approx(photoemission.AREA_CPS_EV[region], rel=0.06)
    maxima = {found.subject: found.value for found in result.findings if found.name == "xps_peak_position"}
    assert maxima["O 1s"] == pytest.approx(530.23, abs=0.1)


@pytest.mark.parametrize(("group", "c_oh", "o_h"), [("SP", 0.1279, 0.1443), ("Mo-Ni@NPCs", 0.0870, 0.0372)])
def test_hydroxyl_shares_are_the_studys_and_shares_sum_to_one(group, c_oh, o_h):
    parts = photoemission.components(SEEDS[group])
    assert next(part.share for part in parts["C 1s"] if part.energy_eV == 286.9) == pytest.approx(c_oh)
    assert next(part.share for part in parts["O 1s"] if part.energy_eV == 531.93) == pytest.approx(o_h)
    for own in parts.values():
        assert sum(part.share for part in own) == pytest.approx(1)


def test_a_name_with_markup_stays_a_name(tmp_path):
    content = xrdml.write(
        "CCA-0001", '<b>& "陈"', diffraction.angles(), diffraction.counts(SEEDS["SP"], 7), STARTED
    )
    recording, _ = read(tmp_path, "a.xrdml", content)
    assert recording.meta["sample_name"] == '<b>& "陈"'
