"""Every Maccor entry of the known answers, through the cycling method.

Their cycles are Maccor's own, so sums are compared.
"""

import json

import pytest

from characterization.analysis.base import Conditions
from characterization.analysis.methods import cycling
from characterization.instruments import registry
from tests.corpus import corpus, truth

pytestmark = pytest.mark.corpus
TRUST = 0.002


def known(name):
    return json.loads(truth("cycler.json").read_text())[f"maccor/{name}"]


def computed(name):
    (recording,) = registry.read(corpus(f"cycler/maccor/{name}"), name).recordings
    assert recording.table.height == known(name)["rows"]
    return cycling.compute(recording, Conditions())


def total(result, direction):
    return result.tables["cycles"][f"{direction}_capacity_mAh"].sum()


def test_cycle_number_0_holds_four_charges_and_their_sum_is_the_known_one():
    """Known: 17,623.6 mAh in and 17,363.11 mAh out under one cycle number; here they are five cycles."""
    result, entry = computed("maccor_001.txt"), known("maccor_001.txt")["first_cycle"]
    assert total(result, "charge") == pytest.approx(entry["charge_mAh"], rel=TRUST)
    assert total(result, "discharge") == pytest.approx(entry["discharge_mAh"], rel=TRUST)
    assert result.tables["cycles"].height == 5
    assert [flag.code for flag in result.flags] == ["discharge_first", "first_efficiency_meaningless"]


def test_the_first_discharge_of_a_diagnostic_is_124_73_mAh():
    result = computed("xTESLADIAG_000019_CH70.070")
    found = {finding.name: finding.value for finding in result.findings}
    entry = known("xTESLADIAG_000019_CH70.070")["first_cycle"]
    assert found["first_discharge_capacity"] == pytest.approx(entry["discharge_mAh"], rel=TRUST)


def test_a_part_of_a_test_keeps_the_counter_that_it_began_with():
    """The counter ends at 23.635 mAh; 4.477 mAh of it flow in the file."""
    name = "PredictionDiagnostics_000151_paused.052"
    result = computed(name)
    assert total(result, "discharge") == pytest.approx(known(name)["first_cycle"]["discharge_mAh"], rel=TRUST)
    assert "counter_not_from_zero" in [flag.code for flag in result.flags]


@pytest.mark.parametrize("name", ["maccor_001.txt", "xTESLADIAG_000019_CH70.070"])
def test_no_integral_differs_from_its_counter(name):
    assert "integral_differs" not in [flag.code for flag in computed(name).flags]
