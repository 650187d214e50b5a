"""Traps of real cycler files that the analysis of cycling must not fall into, each on the file it was seen in.

The numbers are those of the list of traps in the notes on cycler files; the other traps are the readers'.
"""

import numpy as np
import polars as pl
import pytest

from characterization.analysis.base import Conditions
from characterization.analysis.methods import cycling
from characterization.instruments import registry
from tests.corpus import corpus

pytestmark = pytest.mark.corpus
GRAPHITE = "arbin/bs542_004_gr_li_50ua_50mv_1v_191020_Channel_11.xlsx"


def measured(name):
    path = corpus(f"cycler/{name}")
    return next(one for one in registry.read(path, path.name).recordings if one.technique == "cycling")


def analysed(name, **conditions):
    return cycling.compute(measured(name), Conditions(**conditions))


def told(result, code):
    return next(flag.message for flag in result.flags if flag.code == code)


def test_trap_01_a_counter_zeroed_in_mid_step_still_yields_3855_mAh():
    result = analysed("neware/SINTEF__G20M7_BTS91.nda")
    found = {finding.name: finding.value for finding in result.findings}
    assert found["first_discharge_capacity"] == pytest.approx(3855.172, abs=1e-3)
    assert found["first_coulombic_efficiency"] == pytest.approx(100.427, abs=1e-3)
    message = told(result, "counter_restarted")
    assert "90,941.9 s and 91,037.0 s" in message
    assert "3,716.03 mAh" in message


def test_trap_02_pulses_are_not_integrated_from_their_records():
    result = analysed("neware/2-1-6_61[07005012].nda")
    assert result.tables["cycles"]["discharge_capacity_mAh"][0] == pytest.approx(299.861, abs=1e-3)
    assert "counter 299.86 mAh, integral 900.29 mAh" in told(result, "integral_differs")


@pytest.mark.parametrize(
    ("name", "vendors", "ours"), [("neware/nw4-120-1-6-53.ndax", 150, 160), ("neware/test_2.ndax", 44, 54)]
)
def test_trap_03_a_vendors_cycle_number_is_kept_beside_ours_and_is_no_cycle(name, vendors, ours):
    recording = measured(name)
    cycles = cycling.compute(recording, Conditions()).tables["cycles"]
    assert recording.table["vendor_cycle"].n_unique() == vendors
    assert cycles["cycle"].to_list() == list(range(1, ours + 1))
    assert cycles["vendor_cycle_last"][-1] == recording.table["vendor_cycle"][-1]


def test_trap_03_one_vendor_cycle_that_holds_several_is_parted_by_its_half_cycles():
    """Cycle_Index is 1 for the whole file: 11.0549 mAh out and 5.7027 mAh in, in two discharges and a charge."""
    recording = measured(GRAPHITE)
    assert recording.table["vendor_cycle"].unique().to_list() == [1]
    cycles = cycling.compute(recording, Conditions()).tables["cycles"]
    assert cycles.height == 2
    assert cycles["discharge_capacity_mAh"].sum() == pytest.approx(11.0549, rel=2e-3)
    assert cycles["charge_capacity_mAh"].sum() == pytest.approx(5.7027, rel=2e-3)


def test_trap_04_a_graphite_half_cell_that_is_declared_as_such_has_the_efficiency_of_an_anode():
    result = analysed(GRAPHITE, first_direction="discharge")
    first = result.tables["cycles"].row(0, named=True)
    assert first["coulombic_efficiency_percent"] == pytest.approx(100 * 5.7027 / 5.798, rel=2e-3)
    assert "lone_half_cycle" not in [flag.code for flag in result.flags]


def test_trap_04_a_file_that_begins_with_a_discharge_begins_with_a_lone_half_cycle_where_charge_is_declared():
    result = analysed(
        "neware/TESTCELL0001-B2-2025-M50T_NewareNDA_Investigation.ndax", first_direction="charge"
    )
    first = result.tables["cycles"].row(0, named=True)
    assert first["discharge_capacity_mAh"] == pytest.approx(1297.274, abs=1e-3)
    assert (first["charge_capacity_mAh"], first["complete"]) == (None, False)
    assert first["coulombic_efficiency_percent"] is None
    assert "begins with a discharge" in told(result, "lone_half_cycle")


def test_trap_04_discharge_first_pairs_in_file_order_where_nothing_is_declared():
    result = analysed("biologic/jdb11-1_c3_gcpl_5cycles_2V-3p8V_C-24_data_C09.mpr")
    first = result.tables["cycles"].row(0, named=True)
    assert first["discharge_capacity_mAh"] == pytest.approx(0.20653, abs=1e-5)
    assert first["charge_capacity_mAh"] == pytest.approx(0.98678, abs=1e-5)
    assert "begins with a discharge" in told(result, "discharge_first")


def test_trap_05_a_nearly_full_cell_has_no_first_efficiency():
    result = analysed("neware/nw4-120-6-1-36.ndax")
    assert "The first coulombic efficiency, 818.0 %, says little" in told(
        result, "first_efficiency_meaningless"
    )


def test_trap_05_partial_half_cycles_at_both_ends_are_not_complete():
    """Thirteen half cycles in "5cycles", the first and the last partial."""
    cycles = analysed("biologic/jdb11-1_c3_gcpl_5cycles_2V-3p8V_C-24_data_C09.mpr").tables["cycles"]
    halves = cycles["charge_capacity_mAh"].count() + cycles["discharge_capacity_mAh"].count()
    assert (cycles.height, halves) == (7, 13)
    assert cycles["complete"].to_list()[-1] is False


def test_trap_06_a_step_goes_the_way_of_its_charge_though_most_of_its_rows_carry_no_current():
    recording = measured("neware/nw4-120-1-6-53.ndax")
    first = recording.table.filter(pl.col("step") == recording.table["step"][0])
    assert first["step_type"].cast(pl.String)[0] == "CC_Chg"
    assert np.median(first["current_mA"].to_numpy()) == 0
    result = cycling.compute(recording, Conditions())
    assert result.tables["cycles"]["charge_capacity_mAh"][0] == pytest.approx(1.69654, abs=1e-4)
    assert result.tables["cycles"]["charge_c_rate"][0] > 0
    assert result.tables["steps"]["direction"][0] == "charge"


def test_trap_18_a_misnamed_auxiliary_channel_is_told_and_never_taken_for_the_cells_voltage():
    recording = measured("neware/20260302_IFE_BTS85_2_9_8_1.ndax")
    message = next(flag.message for flag in recording.flags if flag.code == "aux_doubtful")
    assert "24.8" in message
    cycles = cycling.compute(recording, Conditions()).tables["cycles"]
    ends = cycles.select("end_of_charge_voltage_V", "end_of_discharge_voltage_V").to_numpy()
    assert np.nanmax(ends) < 10
