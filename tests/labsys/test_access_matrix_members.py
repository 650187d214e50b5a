"""Roles × routes for the members of the project: in a file of its own, so that two workers share the asking."""

from __future__ import annotations

import pytest

from tests.labsys import access, wonderland
from tests.labsys.access_table import MEMBERS

pytestmark = [pytest.mark.django_db, pytest.mark.takes(38)]


@pytest.mark.parametrize("actor", MEMBERS)
def test_every_member_gets_what_the_table_says(house: wonderland.House, actor: str):
    wrong = access.complaints(house, actor)
    assert not wrong, "\n".join(wrong)
