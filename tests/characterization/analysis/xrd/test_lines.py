from dataclasses import replace

import gemmi
import pytest

from characterization.analysis.xrd.crystal import Cell, Site, crystal_system
from characterization.analysis.xrd.lines import TooManyLines, lines_of
from tests.characterization.analysis.xrd.structures import CORUNDUM, CU_KALPHA1, LAB6, SILICON

CERTIFIED = [
    (SILICON, "28.441(100) 47.300(67) 56.120(40) 69.126(11) 76.372(16) 88.025(23)"),
    (
        LAB6,
        "21.358(62) 30.385(100) 37.443(43) 43.507(22) 48.958(49) 53.990(26) 63.220(10) 67.549(28) 71.747(20)"
        " 75.846(13)",
    ),
    (
        CORUNDUM,
        "25.576(60) 35.150(94) 37.776(43) 43.353(98) 52.551(50) 57.500(100) 61.302(8) 66.517(40) 68.207(62) 76.876(18)",
    ),
]
"""Angle (° 2θ, Cu Kα1) and integrated intensity of the certified cells SRM 640, 660c and 676a."""


@pytest.mark.parametrize(("phase", "told"), CERTIFIED, ids=lambda value: getattr(value, "name", ""))
def test_lines_of_certified_powders_lie_within_a_hundredth_of_a_degree_and_three_percent(phase, told):
    strongest = [line for line in lines_of(phase, CU_KALPHA1, (10, 90)) if line.relative > 7]
    for text in told.split():
        angle, intensity = map(float, text.rstrip(")").split("("))
        line = min(strongest, key=lambda line: abs(line.two_theta_deg - angle))
        assert line.two_theta_deg == pytest.approx(angle, abs=0.01)
        assert line.relative == pytest.approx(intensity, abs=max(3.0, 0.03 * intensity))


def test_indices_are_written_as_people_write_them():
    assert [line.index for line in lines_of(SILICON, CU_KALPHA1, (10, 90))][:3] == ["111", "220", "311"]
    assert [line.index for line in lines_of(CORUNDUM, CU_KALPHA1, (10, 50))][:4] == [
        "012",
        "104",
        "110",
        "006",
    ]


def test_the_indices_give_the_spacing():
    for line in lines_of(LAB6, CU_KALPHA1):
        assert line.d_angstrom * sum(i * i for i in line.hkl) ** 0.5 == pytest.approx(4.156826, abs=1e-6)


def test_a_symmetry_without_a_table_gives_the_lines_of_the_same_atoms():
    """Corundum with its origin moved by an eighth: no table has that setting."""
    moved = [
        gemmi.Op("x+1/8,y,z") * op * gemmi.Op("x-1/8,y,z") for op in gemmi.SpaceGroup("R -3 c:H").operations()
    ]
    assert gemmi.find_spacegroup_by_ops(gemmi.GroupOps(moved)) is None
    odd = replace(
        CORUNDUM,
        operations=tuple(op.triplet() for op in moved),
        sites=tuple(replace(site, x=site.x + 0.125) for site in CORUNDUM.sites),
    )
    usual = lines_of(CORUNDUM, CU_KALPHA1, (20, 80))
    for line, other in zip(usual, lines_of(odd, CU_KALPHA1, (20, 80)), strict=True):
        told = (line.two_theta_deg, line.relative)
        assert (other.two_theta_deg, other.relative) == pytest.approx(told, abs=1e-3)


def test_a_shorter_wavelength_moves_every_line_to_lower_angles():
    copper, molybdenum = lines_of(SILICON, CU_KALPHA1, (10, 90)), lines_of(SILICON, 0.70932, (4, 90))
    assert molybdenum[0].two_theta_deg == pytest.approx(12.99, abs=0.01)
    assert molybdenum[0].d_angstrom == pytest.approx(copper[0].d_angstrom)


def test_half_of_the_atoms_give_a_quarter_of_the_intensity_and_the_same_shares():
    thin = replace(SILICON, sites=(Site("Si1", "Si", 0, 0, 0, 0.5),))
    shares = [line.relative for line in lines_of(thin, CU_KALPHA1)]
    assert shares == pytest.approx([line.relative for line in lines_of(SILICON, CU_KALPHA1)])


def test_a_giant_cell_is_refused_in_numbers():
    giant = replace(SILICON, cell=Cell(60, 70, 80, 80, 85, 95), space_group="P 1")
    with pytest.raises(TooManyLines, match=r"independent reflections"):
        lines_of(giant, CU_KALPHA1)


@pytest.mark.parametrize(
    ("symbol", "system"),
    [
        ("P m -3 m", "cubic"),
        ("R -3 c:H", "hexagonal"),
        ("R -3 c:R", "rhombohedral"),
        ("P 63/m m c", "hexagonal"),
        ("P 1 21/c 1", "monoclinic"),
    ],
)
def test_the_symmetry_says_which_edges_are_free(symbol, system):
    assert crystal_system(replace(SILICON, space_group=symbol)) == system
