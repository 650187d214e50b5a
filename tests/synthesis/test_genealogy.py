from __future__ import annotations

from decimal import Decimal

import pytest

from synthesis import access, genealogy
from synthesis.models import Role
from tests import factories

pytestmark = pytest.mark.django_db


def test_the_chain_runs_from_the_lot_to_the_cell_with_the_amount_on_every_edge():
    project = factories.ProjectFactory()
    alice = factories.member(project, Role.EDITOR)
    sponge = factories.sponge(project, "38.6")
    carbon = factories.additive(project, "7.31", takes=[factories.take(sponge, "20", role="boat 1")])
    cell = factories.cell(project, takes=[factories.take(carbon, "24.1", "mg")])
    chain = genealogy.chain(carbon, alice)
    assert set(chain.samples) == {sponge.pk, carbon.pk, cell.pk}
    assert [(edge.source_id, edge.target_id, edge.amount, edge.unit) for edge in chain.edges] == [
        (sponge.pk, carbon.pk, Decimal("20"), "g"),
        (carbon.pk, cell.pk, Decimal("0.0241"), "g"),
    ]


def test_samples_of_another_project_are_counted_and_not_shown():
    ours, theirs = factories.ProjectFactory(), factories.ProjectFactory()
    alice = factories.member(ours, Role.EDITOR)
    foreign = factories.lot(theirs)
    carbon = factories.additive(ours, takes=[factories.take(foreign, "1")])
    chain = genealogy.chain(carbon, alice)
    assert set(chain.samples) == {carbon.pk}
    assert (chain.edges, chain.hidden) == ([], 1)


def test_two_ways_to_one_ancestor_name_it_once():
    project = factories.ProjectFactory()
    lot = factories.lot(project)
    one = factories.sponge(project)
    two = factories.additive(project, takes=[factories.take(lot, "1"), factories.take(one, "1")])
    three = factories.additive(project, takes=[factories.take(two, "1"), factories.take(lot, "2")])
    assert genealogy.relatives(three.pk, "ancestors") == [lot.pk, two.pk, one.pk]
    assert genealogy.relatives(lot.pk, "descendants") == [two.pk, three.pk]


def test_a_stranger_sees_no_project_and_a_superuser_all():
    project = factories.ProjectFactory()
    assert not access.visible_projects(factories.UserFactory()).exists()
    assert list(access.visible_projects(factories.UserFactory(is_superuser=True))) == [project]


def test_a_disabled_person_sees_nothing():
    project = factories.ProjectFactory()
    gone = factories.member(project, Role.MANAGER, is_active=False)
    assert not access.visible_projects(gone).exists()
    assert not access.may(gone, project, Role.VIEWER)


def test_a_token_is_stored_hashed_and_dies_when_revoked():
    bob = factories.UserFactory()
    secret = access.new_token("script", user=bob)
    token = access.token_for(secret)
    assert token is not None and token.user == bob
    assert secret not in token.digest
    token.revoked_at = token.created_at
    token.save()
    assert access.token_for(secret) is None
