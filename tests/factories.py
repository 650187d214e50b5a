"""People, projects and samples for tests. Alice owns, Bob helps, Charlie is turned away."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import factory
from django.contrib.auth import get_user_model

from cells.models import CathodeRecipe, Cell, RecipeComponent
from synthesis import ledger
from synthesis.models import (
    CarbonAdditive,
    Instrument,
    Material,
    MaterialLot,
    Membership,
    NanospongeBatch,
    Project,
    Role,
    Sample,
)
from synthesis.units import Quantity

PASSWORD = "white-rabbit-furnace-7"


class UserFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = get_user_model()
        skip_postgeneration_save = True

    username = factory.Sequence(lambda n: f"person{n}")
    password = factory.django.Password(PASSWORD)


class ProjectFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Project

    name = factory.Sequence(lambda n: f"Additives {n}")
    slug = factory.Sequence(lambda n: f"additives-{n}")


class InstrumentFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Instrument

    name = factory.Sequence(lambda n: f"Cycler {n}")


class MaterialFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Material

    name = factory.Sequence(lambda n: f"Reagent {n}")


def member(project: Project, role: Role, **values: Any):
    """A person who belongs to a project in a role."""
    user = UserFactory(**values)
    Membership.objects.create(project=project, user=user, role=role)
    return user


def lot(project: Project, grams: str = "20", **values: Any) -> MaterialLot:
    material = values.pop("material", None) or MaterialFactory()
    made = MaterialLot(project=project, material=material, name=material.name, **values)
    return ledger.record(made, Quantity(Decimal(grams), made.unit or "g"), [], by=None)


def sponge(project: Project, grams: str = "20", **values: Any) -> NanospongeBatch:
    return ledger.record(
        NanospongeBatch(project=project, **values), Quantity(Decimal(grams), "g"), [], by=None
    )


def additive(
    project: Project, grams: str = "7.31", group: str = "Mo-Ni@NPCs", takes: Any = (), **values: Any
):
    made = CarbonAdditive(project=project, group=group, **values)
    return ledger.record(made, Quantity(Decimal(grams), "g"), list(takes), by=None)


def recipe(project: Project, shares: tuple[str, ...] = ("70", "28", "2"), **values: Any) -> CathodeRecipe:
    made = CathodeRecipe.objects.create(project=project, name=values.pop("name", "LCO standard"), **values)
    names = ("LCO", "LPSC", "CCA")
    roles = (RecipeComponent.Role.ACTIVE, RecipeComponent.Role.ELECTROLYTE, RecipeComponent.Role.ADDITIVE)
    for number, (role, name, share) in enumerate(zip(roles, names, shares, strict=True), start=1):
        RecipeComponent.objects.create(
            recipe=made, number=number, role=role, material=name, share_wt_percent=Decimal(share)
        )
    return made


def cell(project: Project, takes: Any = (), **values: Any) -> Cell:
    values.setdefault("active_mass_mg", 10.0)
    values.setdefault("composite_mass_mg", 14.3)
    return ledger.record(Cell(project=project, **values), Quantity(Decimal(1), "piece"), list(takes), by=None)


def take(sample: Sample, amount: str, unit: str = "g", role: str = "") -> ledger.Take:
    return ledger.Take(sample, Quantity(Decimal(amount), unit), role)
