"""Roles × routes: every address of the house, asked by everyone, answered as the table says.

A new address without a row in ``access_table`` fails here, as does a row without an address. The members of the project
whose things are asked for stand in ``test_access_matrix_members``.
"""

from __future__ import annotations

import pytest

from tests.labsys import access, access_table, routes, wonderland
from tests.labsys.access_table import ACTORS, MEMBERS

pytestmark = [pytest.mark.django_db, pytest.mark.takes(27)]


def test_every_address_has_its_row_and_every_row_its_address():
    known = {
        route.path: set(route.methods)
        for route in routes.all_routes()
        if not route.path.startswith("/admin/")
    }
    assert sorted(set(known) - set(access_table.TABLE)) == [], (
        "addresses without a row: add them to access_table"
    )
    assert sorted(set(access_table.TABLE) - set(known)) == [], "rows without an address"
    for path, methods in known.items():
        if path.startswith("/api/"):
            assert set(access_table.TABLE[path]) == methods, path


@pytest.mark.parametrize("actor", [actor for actor in ACTORS if actor not in MEMBERS])
def test_whoever_is_no_member_gets_what_the_table_says(house: wonderland.House, actor: str):
    wrong = access.complaints(house, actor)
    assert not wrong, "\n".join(wrong)
