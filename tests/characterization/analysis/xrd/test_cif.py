import gemmi
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from characterization.analysis.xrd.cif import CifError, structure_from_cif
from characterization.analysis.xrd.crystal import Cell, Phase
from characterization.analysis.xrd.lines import TooManyLines, lines_of
from tests.characterization.analysis.xrd.structures import CU_KALPHA1, ROCK_SALT


def test_a_cif_gives_cell_symmetry_sites_and_where_it_was_published():
    phase = structure_from_cif(ROCK_SALT)
    assert (phase.name, phase.formula, phase.space_group) == ("Bunsenite", "Ni O", "F m -3 m")
    assert phase.cell == Cell(4.1771, 4.1771, 4.1771)
    assert [(site.element, site.x, site.occupancy) for site in phase.sites] == [("Ni", 0, 1), ("O", 0.5, 1)]
    source = phase.source
    assert (source.doi, source.cod_id, source.journal) == ("10.1000/test", "1234567", "Journal of Tests")
    assert source.words == "Doe, J. et al., Journal of Tests 7 (2020) 11, doi 10.1000/test, COD 1234567"


def test_nickel_oxide_shows_its_strongest_lines_where_they_belong():
    lines = lines_of(structure_from_cif(ROCK_SALT), CU_KALPHA1, (30, 70))
    assert [line.index for line in lines] == ["111", "200", "220"]
    assert [line.two_theta_deg for line in lines] == pytest.approx([37.255, 43.286, 62.877], abs=0.002)


def test_operations_that_are_listed_count_before_a_symbol_without_its_setting():
    """Silicon with its atom at 1/8 is in origin choice 2; its bare symbol means choice 1."""
    operations = "\n".join(f"'{op.triplet()}'" for op in gemmi.SpaceGroup("F d -3 m:2").operations())
    text = (
        ROCK_SALT.replace("'F m -3 m'", f"'F d -3 m'\nloop_\n_symmetry_equiv_pos_as_xyz\n{operations}")
        .replace("4.1771(2)", "5.4312")
        .replace("Ni1 Ni2+ 0 0 0 1.0\nO1 O2- 0.5 0.5 0.5 1.0", "Si1 Si 0.125 0.125 0.125 1.0")
    )
    phase = structure_from_cif(text)
    assert phase.space_group == "F d -3 m:2"
    first = lines_of(phase, CU_KALPHA1, (20, 60))
    assert [line.index for line in first] == ["111", "220", "311"]


def test_a_number_of_the_tables_will_do_for_a_symmetry():
    text = ROCK_SALT.replace("_symmetry_space_group_name_H-M 'F m -3 m'", "_space_group_IT_number 225")
    assert structure_from_cif(text).space_group == "F m -3 m"


def test_b_factors_become_u():
    text = ROCK_SALT.replace("_atom_site_occupancy", "_atom_site_B_iso_or_equiv").replace("1.0\n", "0.79\n")
    assert structure_from_cif(text).sites[0].u_iso == pytest.approx(0.79 / 78.957, rel=1e-4)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("data_test", "", "begins with data_"),
        ("_cell_length_a 4.1771(2)\n", "", "_cell_length_a is missing"),
        ("_cell_length_a 4.1771(2)", "_cell_length_a 0.41771", "is the file in Å"),
        ("_cell_angle_alpha 90", "_cell_angle_alpha 5", "outside 20 to 160"),
        ("_cell_angle_alpha 90", "_cell_angle_alpha abc", "_cell_angle_alpha is missing or no number"),
        ("_symmetry_space_group_name_H-M 'F m -3 m'", "", "names no symmetry"),
        ("'F m -3 m'", "'F q -9 m'", "is not known"),
        ("Ni1 Ni2+", "Qx Qx", "element of atom"),
        ("0.5 0.5 0.5 1.0", "0.5 0.5 0.5 7", "occupancy of atom"),
        ("0.5 0.5 0.5 1.0", "0.5 zero 0.5 1", "no fractions of the cell"),
        ("O1 O2- 0.5 0.5 0.5 1.0", "O1 O2- 0.5", "cannot be read"),
        ("4.1771(2)", "2.1", "left for each atom"),
    ],
)
def test_what_a_cif_lacks_is_said_in_a_sentence(old, new, said):
    with pytest.raises(CifError, match=said):
        structure_from_cif(ROCK_SALT.replace(old, new))


@pytest.mark.parametrize("missing", ["_cell_", "_atom_site_"])
def test_a_cif_without_cell_or_without_atoms_is_refused(missing):
    text = "\n".join(line for line in ROCK_SALT.splitlines() if missing not in line)
    text = text.replace(
        "loop_\nNi1", "loop_\n_other_a\n_other_b\n_other_c\n_other_d\n_other_e\n_other_f\nNi1"
    )
    with pytest.raises(CifError, match=r"no unit cell|no atom sites"):
        structure_from_cif(text)


def test_endless_hostile_and_empty_files_are_refused_before_they_cost_anything():
    for text in (
        "",
        "\0" * 100,
        "data_x " * 300_000,
        "data_x\n" + "y" * 30_000,
        "data_x\n" * 250_000,
        "data_x\nloop_\n_symmetry_equiv_pos_as_xyz\n" + "x,y,z\n" * 5000,
    ):
        with pytest.raises(CifError):
            structure_from_cif(text)


def test_a_crowd_of_atoms_is_refused():
    sites = "".join(f"O{n} O 0.{n:04d} 0.1 0.2 1.0\n" for n in range(500))
    with pytest.raises(CifError, match=r"502 atom sites"):
        structure_from_cif(ROCK_SALT + sites)


@settings(max_examples=300, deadline=None)
@given(place=st.integers(0, len(ROCK_SALT)), cut=st.integers(0, 40), put=st.text(max_size=12))
def test_a_damaged_cif_is_a_phase_with_finite_lines_or_a_sentence(place, cut, put):
    try:
        phase = structure_from_cif(ROCK_SALT[:place] + put + ROCK_SALT[place + cut :])
    except CifError as error:
        assert str(error)
        return
    assert isinstance(phase, Phase)
    try:
        lines = lines_of(phase, CU_KALPHA1, (10, 90))
    except TooManyLines:
        return
    assert all(10 <= line.two_theta_deg <= 90 and 0 < line.relative <= 100.0001 for line in lines)
