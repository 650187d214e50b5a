import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from characterization.analysis import capacity, steps
from characterization.analysis.half_cycles import half_cycles
from tests.characterization.analysis.recordings import cycler, with_direction_counters

amounts = st.floats(0.5, 5.0)
planned = st.lists(st.tuples(amounts, amounts), min_size=1, max_size=8)


def halves(recording, first_direction=None):
    return half_cycles(capacity.flow(recording.table), first_direction)


def protocol(cycles, rests, split):
    """Charge in two steps where ``split``, a rest after each step where ``rests``."""
    amounts_mAh = []
    for charge, discharge in cycles:
        parts = [0.75 * charge, 0.25 * charge] if split else [charge]
        for part in (*parts, -discharge):
            amounts_mAh += [part, 0.0] if rests else [part]
    return amounts_mAh


@settings(deadline=None)  # a busy machine is no defect
@given(planned, st.booleans(), st.booleans(), st.booleans())
def test_any_protocol_gives_back_its_planned_cycles(cycles, rests, split, typed):
    found = halves(cycler(protocol(cycles, rests, split), typed=typed))
    assert found.charge_mAh[found.signs > 0] == pytest.approx([charge for charge, _ in cycles])
    assert found.charge_mAh[found.signs < 0] == pytest.approx([discharge for _, discharge in cycles])
    assert found.cycle.tolist() == [number for number in range(1, len(cycles) + 1) for _ in range(2)]


@settings(deadline=None)  # a busy machine is no defect
@given(st.lists(st.floats(-5, 5), min_size=1, max_size=12), st.booleans())
def test_half_cycles_sum_to_the_net_charge_of_the_file(amounts_mAh, typed):
    found = halves(cycler(amounts_mAh, typed=typed))
    if len(found):
        assert (found.signs * found.charge_mAh).sum() == pytest.approx(sum(amounts_mAh), abs=1e-9)


@settings(deadline=None)  # a busy machine is no defect
@given(planned)
def test_counters_by_direction_give_the_same_as_counters_by_step(cycles):
    planned_mAh = protocol(cycles, rests=True, split=True)
    by_step, by_direction = halves(cycler(planned_mAh)), halves(with_direction_counters(planned_mAh))
    assert by_direction.charge_mAh == pytest.approx(by_step.charge_mAh)
    assert by_direction.cycle.tolist() == by_step.cycle.tolist()


def test_a_rest_ends_no_half_cycle():
    found = halves(cycler([1.0, 0.0, 1.0, -2.0]))
    assert found.charge_mAh.tolist() == pytest.approx([2.0, 2.0])


def test_a_file_that_begins_with_the_other_direction_has_a_lone_half_cycle():
    found = halves(cycler([-1.0, 2.0, -2.0]), "charge")
    assert found.cycle.tolist() == [1, 2, 2]


def test_without_a_declared_direction_the_first_half_cycle_begins_every_cycle():
    found = halves(cycler([-1.0, 2.0, -2.0, 2.0]))
    assert found.cycle.tolist() == [1, 1, 2, 2]


def test_noise_without_a_declared_type_is_part_of_its_neighbour():
    found = halves(cycler([2.0, -0.001, 2.0, -4.0], typed=False))
    assert found.signs.tolist() == [1, -1]
    assert found.charge_mAh.tolist() == pytest.approx([3.999, 4.0])


def test_a_small_half_cycle_that_its_type_declares_is_one():
    found = halves(cycler([2.0, -0.001, 2.0, -4.0], typed=True))
    assert found.charge_mAh.tolist() == pytest.approx([2.0, 0.001, 2.0, 4.0])


def test_a_step_is_signed_by_its_net_charge_not_by_its_median_current():
    recording = cycler([2.0, -2.0], typed=False)
    current = recording.table["current_mA"].to_numpy().copy()
    current[3:21] = 0.0  # the step stands still for most of its rows
    recording.table = recording.table.with_columns(current_mA=current)
    assert halves(recording).signs.tolist() == [1, -1]


def test_no_step_number_is_needed():
    found = halves(
        cycler([2.0, 0.0, -1.0], typed=False, drop=["step", "step_capacity_mAh", "step_energy_mWh"])
    )
    assert found.charge_mAh.tolist() == pytest.approx([2.0, 1.0], rel=0.06)


def test_a_rest_alone_has_no_half_cycle():
    assert len(halves(cycler([0.0, 0.0]))) == 0


@pytest.mark.parametrize(
    ("word", "sign"),
    [
        ("CC_Chg", 1),
        ("CC_DChg", -1),
        ("CCCV_Chg", 1),
        ("CV_DChg", -1),
        ("discharge", -1),
        ("Charge", 1),
        ("Rest", 0),
    ],
)
def test_a_step_type_declares_its_direction(word, sign):
    assert steps.direction_of(word) == sign


def test_a_pulse_declares_no_direction():
    assert np.isnan(steps.direction_of("Pulse"))
