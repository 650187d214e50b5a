"""The known answers for cycler files: rows, first and last cycle, and what the vendor's own sums miss.

Neware's stand on the vendor's own tables (1e-3 mAh), the others on one reader's counters (0.2 %). Those of Maccor,
whose cycles are the vendor's, have a file of their own, and so has the Arbin file with one vendor cycle (trap 3).
"""

import json

import pytest

from characterization.analysis.base import Conditions
from characterization.analysis.methods import cycling
from characterization.instruments import registry
from tests.corpus import corpus, root, truth

pytestmark = pytest.mark.corpus


def entries():
    path = root().parent / "truth" / "cycler.json"
    known = json.loads(path.read_text()) if path.is_file() else {"neware/SINTEF__G20M7_BTS91.nda": {}}
    return [name for name in known if name.startswith("neware/")]


def others():
    path = root().parent / "truth" / "cycler.json"
    known = json.loads(path.read_text()) if path.is_file() else {"arbin/arbin_example.res": {}}
    return [name for name in known if name.startswith(("arbin/", "biologic/")) and "bs542" not in name]


def measured(name):
    path = corpus(f"cycler/{name}")
    (recording,) = registry.read(path, path.name).recordings
    return recording


def close(known):
    return pytest.approx(known, abs=max(1e-3, 1e-5 * abs(known)))


@pytest.mark.parametrize("name", entries())
def test_rows_first_and_last_cycle_are_as_the_vendor_has_them(name):
    known = json.loads(truth("cycler.json").read_text())[name]
    recording = measured(name)
    assert recording.table.height == known["rows"]
    cycles = cycling.compute(recording, Conditions(first_direction="charge")).tables["cycles"].to_dicts()
    assert len(cycles) == known["cycles"]
    first = known.get("first_cycle_corrected", known["first_cycle"])
    last = known.get("first_cycle_corrected", known["last_cycle"])
    for cycle, expected in ((cycles[0], first), (cycles[-1], last)):
        assert (cycle["charge_capacity_mAh"] or 0.0) == close(expected["charge_mAh"])
        assert (cycle["discharge_capacity_mAh"] or 0.0) == close(expected["discharge_mAh"])


@pytest.mark.parametrize("name", others())
def test_rows_and_first_cycle_of_other_makers_are_within_0_2_percent(name):
    known = json.loads(truth("cycler.json").read_text())[name]
    recording = measured(name)
    assert recording.table.height == known["rows"]
    if recording.technique != "cycling":
        return
    first = cycling.compute(recording, Conditions()).tables["cycles"].row(0, named=True)
    for direction in ("charge", "discharge"):
        expected = known["first_cycle"][f"{direction}_mAh"]
        assert first[f"{direction}_capacity_mAh"] == pytest.approx(expected, rel=2e-3)


def test_curves_of_700_000_rows_stay_small():
    result = cycling.compute(measured("neware/BTS85-36-6-5-110-20240424.ndax"), Conditions())
    assert result.tables["cycles"].height == 22
    assert result.tables["curves"].height <= 43 * 300
