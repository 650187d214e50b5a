from collections import Counter

import numpy as np
import polars as pl
import pytest

from characterization.analysis.base import Conditions
from characterization.analysis.methods import xrd_peaks
from characterization.analysis.xrd.crystal import group_of
from characterization.analysis.xrd.library import chosen, references, shipped
from characterization.analysis.xrd.lines import lines_of
from characterization.analysis.xrd.match import best_by_lattice
from characterization.analysis.xrd.profile import Doublet, lines
from characterization.analysis.xrd.refine import Indexed, refine
from characterization.instruments import registry
from characterization.instruments.base import Recording, Technique
from tests.characterization.analysis.xrd.structures import CU_KALPHA1, ROCK_SALT
from tests.corpus import corpus

PHASES = {one.key: one.phase for one in shipped()}


def analysed(recording, library=None, **parameters):
    return xrd_peaks.METHOD.compute(recording, Conditions(parameters=parameters, library=library or {}))


def values(result, name):
    return {one.subject: one.value for one in result.findings if one.name == name}


def test_every_shipped_phase_has_sites_a_known_group_a_source_and_a_word_on_how_sure_it_is():
    assert all(one.phase.source.text and one.phase.source.certainty for one in shipped())
    assert all(len(list(group_of(one.phase))) >= 1 and one.phase.sites for one in shipped())
    assert max(Counter(one.key for one in shipped()).values()) == 1
    assert all(len(lines_of(one.phase, CU_KALPHA1, (10, 80))) > 1 for one in shipped())


def test_the_lines_of_nickel_molybdenum_nitride_and_graphite_are_told_from_a_bare_list():
    found = best_by_lattice([26.54, 40.70, 43.01, 45.23, 58.97], shipped(), CU_KALPHA1)
    assert [match.name for match in found] == ["Ni2Mo3N", "Graphite 2H"]
    assert [pair.line.index for pair in found[0].pairs] == ["221", "310", "311", "411"]
    assert found[0].hit == pytest.approx(1.0)
    assert (found[0].weak, found[0].missing) == ("", ())
    assert found[1].weak == "supported by one line only"


def test_the_lines_of_molybdenum_nitride_and_graphite_are_told_from_a_bare_list():
    found = best_by_lattice([26.54, 31.65, 36.05, 48.73], shipped(), CU_KALPHA1)
    assert [match.name for match in found] == ["δ-MoN", "Graphite 2H"]
    assert [pair.line.index for pair in found[0].pairs] == ["002", "200", "202"]


def test_eta_nitride_explains_no_line_of_that_list():
    angles = np.array([40.70, 43.01, 45.23, 58.97])
    strong = [
        one.two_theta_deg for one in lines_of(PHASES["ni3mo3n"], CU_KALPHA1, (30, 70)) if one.relative > 8
    ]
    assert np.abs(angles[:, None] - strong).min() > 0.16


def test_a_cubic_edge_comes_out_of_the_studys_four_lines():
    angles = np.array([40.70, 43.01, 45.23, 58.97])
    hkl = np.array([[2, 2, 1], [3, 1, 0], [3, 1, 1], [4, 1, 1]], dtype=float)
    one = Indexed(PHASES["ni2mo3n"], angles, np.full(4, 0.02), hkl)
    held = refine([one], CU_KALPHA1, displacement=0.0).phases[0]
    assert held.cell.a == pytest.approx(6.643, abs=0.001)
    assert 0.0005 < held.sigma["a"] < 0.003
    free = refine([one], CU_KALPHA1)
    assert free.displacement_sigma is not None and free.displacement_sigma > 0.03
    assert free.phases[0].sigma["a"] > held.sigma["a"]


def test_cell_and_displacement_of_a_hexagonal_phase_are_recovered():
    phase = PHASES["zno"]
    used = [line for line in lines_of(phase, CU_KALPHA1, (30, 100)) if line.relative > 4]
    at = np.array([line.two_theta_deg for line in used])
    seen = at + 0.3 * np.cos(np.radians(at) / 2)
    hkl = np.array([line.hkl for line in used], dtype=float)
    found = refine([Indexed(phase, seen, np.full(len(at), 0.005), hkl)], CU_KALPHA1)
    assert found.displacement == pytest.approx(0.3, abs=1e-4)
    assert (found.phases[0].cell.a, found.phases[0].cell.c) == pytest.approx((3.2495, 5.2069), abs=1e-4)


MIXTURES = [
    ("GeO2-ZnO_700C_60min.xrdml", {"GeO2 (quartz type)", "ZnO (zincite)"}, (0.20, 0.40)),
    ("NiO_0p6007-Bi2O3_0p4008--8min.xrdml", {"NiO (bunsenite)", "α-Bi2O3 (bismite)"}, (0.15, 0.40)),
    ("TiO2_0p4009-ZnO_0p6010--2min.xrdml", {"ZnO (zincite)", "TiO2 (anatase)"}, (0.0, 0.12)),
]


@pytest.mark.corpus
@pytest.mark.parametrize(("name", "phases", "shift"), MIXTURES, ids=[name for name, *_ in MIXTURES])
def test_the_two_phases_of_real_mixtures_come_first_with_their_displacement(name, phases, shift):
    path = corpus(f"characterization/xrd/{name}")
    result = analysed(registry.read(path, path.name).recordings[0])
    table = result.tables["phases"]
    assert set(table["phase"].head(2)) == phases
    assert table["shift_deg"].head(2).is_between(*shift).all()
    assert table["weak"].head(2).to_list() == ["", ""]
    assert "reference_from_memory" in [flag.code for flag in result.flags]


@pytest.mark.corpus
def test_rutile_is_told_and_its_faint_line_left_over_is_named_as_kbeta():
    path = corpus("characterization/xrd/TiO2.raw")
    result = analysed(registry.read(path, path.name).recordings[0])
    assert result.tables["phases"].select("phase", "weak").rows()[0] == ("TiO2 (rutile)", "")
    (told,) = [flag.message for flag in result.flags if flag.code == "lines_not_explained"]
    assert "24.74° (perhaps Kβ)" in told


def test_a_match_that_chance_could_make_is_marked_weak():
    """Fifty lines at random places: whatever fits among them proves nothing."""
    places = np.sort(np.random.default_rng(11).uniform(20, 80, 50))
    found = best_by_lattice(places.tolist(), shipped(), CU_KALPHA1)
    assert [match.name for match in found if not match.weak] == []


@pytest.mark.corpus
def test_without_room_for_displacement_the_displaced_mixture_is_not_found():
    path = corpus("characterization/xrd/GeO2-ZnO_700C_60min.xrdml")
    result = analysed(registry.read(path, path.name).recordings[0], displacement_search_deg=0.05)
    found = result.tables["phases"].filter(pl.col("weak") == "")
    assert set(found["phase"]) != {"GeO2 (quartz type)", "ZnO (zincite)"}


def simulated(parts, seed=None, span=(35.0, 80.0, 0.04), width=0.3, displacement=0.0, background=300.0):
    """A powder of several phases, (phase, area of its strongest line) each, in counting noise."""
    angle = np.arange(*span)
    true = [
        (
            line.two_theta_deg + displacement * np.cos(np.radians(line.two_theta_deg) / 2),
            area * line.relative / 100,
        )
        for phase, area in parts
        for line in lines_of(phase, CU_KALPHA1, (30, 85))
    ]
    theta = np.array([value for at, area in true for value in (at, area, width)])
    counts = background + lines(angle, theta, 0.5, Doublet())[0]
    if seed is not None:
        counts = np.random.default_rng(seed).poisson(counts).astype(float)
    table = pl.DataFrame({"two_theta_deg": angle, "intensity_counts": counts})
    return Recording(Technique.XRD, table, meta={"wavelength_angstrom": CU_KALPHA1}), true


def test_positions_areas_and_cells_lie_in_their_95_percent_intervals_as_often_as_these_say():
    """100 noisy patterns of nickel oxide with nickel."""
    parts = [(PHASES["nio"], 130.0), (PHASES["ni"], 110.0)]
    within: dict[str, list[bool]] = {"position": [], "area": [], "cell": []}
    for seed in range(100):
        recording, true = simulated(parts, seed, background=60.0)
        result = analysed(recording, phases="nio, ni")
        peaks = result.tables["peaks"]
        for at, area in true:
            near = peaks.filter((pl.col("two_theta_deg") - at).abs() < 0.15)
            if not 36 < at < 79 or area < 20 or near.is_empty():
                continue
            row = near.row(0, named=True)
            within["position"].append(abs(row["two_theta_deg"] - at) < 1.96 * row["two_theta_sigma_deg"])
            within["area"].append(abs(row["area_counts_deg"] - area) < 1.96 * row["area_sigma_counts_deg"])
        for one in result.findings:
            if one.name == "xrd_lattice_a":
                edge = {"NiO (bunsenite)": 4.177, "Nickel": 3.52387}[one.subject]
                within["cell"].append(abs(one.value - edge) < 1.96 * one.uncertainty)
    assert len(within["position"]) > 500
    assert len(within["cell"]) == 200
    assert {
        name: round(float(np.mean(hits)), 3)
        for name, hits in within.items()
        if not 0.9 <= np.mean(hits) <= 0.99
    } == {}


def test_texture_rejects_no_phase():
    recording, true = simulated([(PHASES["ni"], 3000.0)])
    counts = recording.table["intensity_counts"].to_numpy().copy()
    strongest = max(true, key=lambda line: line[1])[0]
    near = np.abs(recording.table["two_theta_deg"].to_numpy() - strongest) < 1.2
    counts[near] = 300 + (counts[near] - 300) / 10
    recording.table = recording.table.with_columns(intensity_counts=counts)
    result = analysed(recording)
    assert result.tables["phases"]["phase"][0] == "Nickel"
    assert result.tables["phases"]["texture_factor"][0] > 3


def test_a_phase_of_the_laboratory_is_matched_by_its_cif_and_named_with_its_version():
    cif = ROCK_SALT.replace("4.1771(2)", "4.45").replace("Ni1 Ni2+", "Mn1 Mn2+").replace("'Ni O'", "'Mn O'")
    library = {"phases": [{"name": "MnO of the lab", "version": 3, "formula": "MnO", "cif": cif}]}
    own = references(library, lambda *_: None)[0].phase
    result = analysed(simulated([(own, 2000.0)])[0], library)
    assert result.tables["phases"]["phase"][0] == "MnO of the lab"
    assert result.parameters["own_phases_matched"] == ["MnO of the lab, version 3"]


def test_a_cif_of_the_library_that_cannot_be_used_is_flagged_and_the_rest_goes_on():
    library = {"phases": [{"name": "broken", "version": 1, "formula": "", "cif": "data_x"}]}
    result = analysed(simulated([(PHASES["ni"], 2000.0)])[0], library)
    assert "phase_not_usable" in [flag.code for flag in result.flags]
    assert result.tables["phases"]["phase"][0] == "Nickel"


def test_phases_are_chosen_by_name_formula_or_key():
    found, unknown = chosen(shipped(), "nickel; NiO (bunsenite), mos2_2h, unobtainium")
    assert [one.key for one in found] == ["ni", "nio", "mos2_2h"]
    assert unknown == ("unobtainium",)


def test_a_forced_phase_is_refined_even_where_others_fit_better():
    result = analysed(simulated([(PHASES["ni"], 2000.0)])[0], force="cu, unobtainium")
    assert result.tables["phases"]["phase"][0] == "Copper"
    assert "phase_unknown" in [flag.code for flag in result.flags]


def test_lines_that_nothing_explains_are_named():
    recording, _ = simulated([(PHASES["ni"], 2000.0)])
    extra = 500 * np.exp(-(((recording.table["two_theta_deg"].to_numpy() - 57.3) / 0.15) ** 2))
    recording.table = recording.table.with_columns(
        intensity_counts=recording.table["intensity_counts"] + extra
    )
    (told,) = [flag.message for flag in analysed(recording).flags if flag.code == "lines_not_explained"]
    assert "57.30°" in told


def carbon(sharp):
    angle = np.arange(10, 80, 0.02)
    theta = np.array([24.6, 9000.0, 4.0, 43.8, 3000.0, 5.0, 26.54, 300.0 * sharp, 0.2])
    counts = np.random.default_rng(3).poisson(200 + lines(angle, theta, 0.5, Doublet())[0]).astype(float)
    table = pl.DataFrame({"two_theta_deg": angle, "intensity_counts": counts})
    return Recording(Technique.XRD, table, meta={"wavelength_angstrom": CU_KALPHA1})


def test_disordered_carbon_has_spacing_stack_height_and_layer_size_with_uncertainties():
    result = analysed(carbon(sharp=0))
    told = {one.name: one for one in result.findings}
    for name, true in (("xrd_carbon_d002", 3.616), ("xrd_carbon_lc", 2.033), ("xrd_carbon_la", 3.502)):
        assert abs(told[name].value - true) < 3 * told[name].uncertainty < 0.2 * true, name


def test_a_sharp_line_at_graphites_place_is_flagged_beside_the_broad_one():
    result = analysed(carbon(sharp=1))
    assert "sharp_graphite" in [flag.code for flag in result.flags]
    assert values(result, "xrd_carbon_d002")[""] == pytest.approx(3.616, abs=0.02)
    assert "sharp_graphite" not in [flag.code for flag in analysed(carbon(sharp=0)).flags]
