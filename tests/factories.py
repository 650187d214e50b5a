"""People, projects and samples for tests. Alice owns, Bob helps, Charlie is turned away."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, TypeVar, cast

from django.contrib.auth.models import User
from factory.declarations import Sequence
from factory.django import DjangoModelFactory, Password

from cells.models import CathodeRecipe, Cell, RecipeComponent
from synthesis import ledger
from synthesis.models import (
    CarbonAdditive,
    GateDecision,
    Instrument,
    Material,
    MaterialLot,
    Membership,
    NanospongeBatch,
    Project,
    Role,
    Sample,
)
from synthesis.models.samples import State
from synthesis.units import Quantity

S = TypeVar("S", bound=Sample)
PASSWORD = "white-rabbit-furnace-7"


class _Users(DjangoModelFactory):
    class Meta:
        model = User
        skip_postgeneration_save = True

    username = Sequence(lambda n: f"person{n}")
    password = Password(PASSWORD)


class _Projects(DjangoModelFactory):
    class Meta:
        model = Project

    name = Sequence(lambda n: f"Additives {n}")
    slug = Sequence(lambda n: f"additives-{n}")


class _Instruments(DjangoModelFactory):
    class Meta:
        model = Instrument

    name = Sequence(lambda n: f"Cycler {n}")


class _Materials(DjangoModelFactory):
    class Meta:
        model = Material

    name = Sequence(lambda n: f"Reagent {n}")


# Called like classes, typed like what they make.
def UserFactory(**values: Any) -> User:
    return cast(User, _Users(**values))


def ProjectFactory(**values: Any) -> Project:
    return cast(Project, _Projects(**values))


def InstrumentFactory(**values: Any) -> Instrument:
    return cast(Instrument, _Instruments(**values))


def MaterialFactory(**values: Any) -> Material:
    return cast(Material, _Materials(**values))


def member(project: Project, role: Role, **values: Any) -> User:
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
) -> CarbonAdditive:
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


def held(sample: S, reason: str = "I_D/I_G 1.09, limit 1.00", verdict: str = "hold", by: Any = None) -> S:
    """The sample after a decision: on hold, rejected or passed."""
    GateDecision.objects.create(sample_id=sample.pk, verdict=verdict, reason=reason, created_by=by)
    sample.state = {"hold": State.HOLD, "reject": State.REJECTED}.get(verdict, State.AVAILABLE)
    sample.save(update_fields=["state"])
    return sample


def take(sample: Sample, amount: str, unit: str = "g", role: str = "") -> ledger.Take:
    return ledger.Take(sample, Quantity(Decimal(amount), unit), role)
