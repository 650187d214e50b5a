"""Flags: put once, replaced by the next reading, seen by everything that came of what is flagged."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.apps import apps

from synthesis import chain_graph, flag_notices, flags, furnace, genealogy
from synthesis.flags import Found
from synthesis.models import Boat, CarbonizationRun, Flag, Role
from synthesis.units import Quantity
from tests import factories

pytestmark = pytest.mark.django_db

OVER = Found("overshoot", "overshoot of 14 °C", {"overshoot_degC": 14})
SHORT = Found("short_hold", "hold of 3.2 h instead of 4 h")


@pytest.fixture
def project():
    return factories.ProjectFactory()


@pytest.fixture
def run(project) -> CarbonizationRun:
    loads = [
        furnace.BoatLoad(
            factories.sponge(project), Quantity(Decimal(10), "g"), Quantity(Decimal(4), "g"), "NPCs"
        )
        for _ in range(2)
    ]
    return furnace.record_run(CarbonizationRun(project=project), [], loads, None)


@pytest.fixture
def cell(project, run):
    additive = run.boats.first().additive
    return factories.cell(project, takes=[factories.take(additive, "0.1")])


def sentences(measurement: int) -> list[str]:
    return list(Flag.objects.filter(measurement=measurement).values_list("sentence", flat=True))


def test_telling_the_same_again_changes_nothing(run):
    flags.replace(7, run, [OVER, SHORT])
    first = list(Flag.objects.values_list("pk", flat=True))
    flags.replace(7, run, [OVER, SHORT])
    assert list(Flag.objects.values_list("pk", flat=True)) == first


def test_a_newer_reading_replaces_the_flags_of_its_measurement_only(run):
    flags.replace(7, run, [OVER])
    flags.replace(8, run, [OVER])
    flags.replace(7, run, [SHORT])
    assert (sentences(7), sentences(8)) == ([SHORT.sentence], [OVER.sentence])


def test_history_keeps_a_flag_that_was_taken_away(run):
    flags.replace(7, run, [OVER])
    flags.replace(7, None, [])
    past = apps.get_model("synthesis", "FlagEvent")._default_manager
    assert list(past.order_by("pgh_id").values_list("pgh_label", "sentence")) == [
        ("insert", OVER.sentence),
        ("delete", OVER.sentence),
    ]


def test_a_flag_of_a_run_reaches_every_descendant_and_nobody_else(project, run, cell):
    flags.replace(7, run, [OVER])
    additive = run.boats.first().additive
    assert [flag.run for flag in flags.of_ancestors(additive)] == [run]
    assert [flag.run for flag in flags.of_ancestors(cell)] == [run]
    assert flags.of_ancestors(run.boats.first().source) == []
    assert flags.of_ancestors(factories.additive(project)) == []


def test_a_flag_of_a_sample_is_its_own_and_its_descendants(run, cell):
    source = run.boats.first().source
    flags.put(source, "pressure_high", "pressure rose to 45 Pa")
    assert [flag.sample_id for flag in flags.of_ancestors(source)] == [source.pk]
    assert [flag.sample_id for flag in flags.of_ancestors(cell)] == [source.pk]


def test_asking_what_is_flagged_upstream_takes_one_query_however_long_the_chain(
    run, cell, django_assert_num_queries
):
    flags.replace(7, run, [OVER, SHORT])
    with django_assert_num_queries(1):
        assert [flag.run and flag.run.code for flag in flags.of_ancestors(cell)] == [run.code] * 2


def test_the_notice_says_what_happened_and_what_it_touches(project, run, cell):
    flags.replace(7, run, [OVER, SHORT])
    alice = factories.member(project, Role.MANAGER)
    (notice,) = flag_notices.flagged_upstream(cell, alice)
    assert notice.sentence == (
        f"{run.code} deviated: overshoot of 14 °C; hold of 3.2 h instead of 4 h. Touches 2 lots, 1 cell."
    )
    assert run.code in notice.url


def test_a_run_of_a_strange_project_is_not_named(run, cell):
    flags.replace(7, run, [OVER])
    charlie = factories.member(factories.ProjectFactory(), Role.MANAGER)
    (notice,) = flag_notices.flagged_upstream(cell, charlie)
    assert run.code not in notice.sentence
    assert notice.url == ""


def test_the_chain_shows_the_sign_on_the_run(project, run, cell):
    flags.replace(7, run, [OVER])
    chain = genealogy.chain(cell, factories.member(project, Role.VIEWER))
    boats = list(Boat.objects.filter(additive__in=list(chain.samples)).select_related("run"))
    graph = chain_graph.build(chain, [cell.pk], boats)
    assert [node.title for node in graph.nodes.values() if node.flagged] == [run.code]
