"""Every Neware entry of the known answers: rows, first and last cycle, and what the vendor's own sums miss."""

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


def test_curves_of_700_000_rows_stay_small():
    result = cycling.compute(measured("neware/BTS85-36-6-5-110-20240424.ndax"), Conditions())
    assert result.tables["cycles"].height == 22
    assert result.tables["curves"].height <= 43 * 300
