"""Certified powders and CIFs that tests write."""

from characterization.analysis.xrd.crystal import Cell, Phase, Site

CU_KALPHA1 = 1.5405929

SILICON = Phase("Si", "Si", Cell(5.431179, 5.431179, 5.431179), "F d -3 m:1", (Site("Si1", "Si", 0, 0, 0),))
LAB6 = Phase(
    "LaB6",
    "LaB6",
    Cell(4.156826, 4.156826, 4.156826),
    "P m -3 m",
    (Site("La1", "La", 0, 0, 0), Site("B1", "B", 0.1993, 0.5, 0.5)),
)
CORUNDUM = Phase(
    "Al2O3",
    "Al2O3",
    Cell(4.759091, 4.759091, 12.991779, 90, 90, 120),
    "R -3 c:H",
    (Site("Al1", "Al", 0, 0, 0.35216), Site("O1", "O", 0.30624, 0, 0.25)),
)

ROCK_SALT = """data_test
_chemical_name_mineral 'Bunsenite'
_chemical_formula_sum 'Ni O'
_journal_name_full 'Journal of Tests'
_journal_year 2020
_journal_volume 7
_journal_page_first 11
_journal_paper_doi 10.1000/test
_cod_database_code 1234567
loop_
_publ_author_name
'Doe, J.'
'Roe, R.'
_symmetry_space_group_name_H-M 'F m -3 m'
_cell_length_a 4.1771(2)
_cell_length_b 4.1771(2)
_cell_length_c 4.1771(2)
_cell_angle_alpha 90
_cell_angle_beta 90
_cell_angle_gamma 90
loop_
_atom_site_label
_atom_site_type_symbol
_atom_site_fract_x
_atom_site_fract_y
_atom_site_fract_z
_atom_site_occupancy
Ni1 Ni2+ 0 0 0 1.0
O1 O2- 0.5 0.5 0.5 1.0
"""
