"""Fields of the API that serializers of every floor share: amounts, projects and samples as an actor may name them."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request

from synthesis import access
from synthesis.access import Actor
from synthesis.errors import Refusal
from synthesis.models import Project, Sample
from synthesis.units import Quantity, known_unit, number, parse


@extend_schema_field({"type": "number"})
class NumberField(serializers.Field[Decimal, Any, float, Any]):
    """A stored decimal as a JSON number; read from a number or from digits in a string."""

    def to_representation(self, value: Decimal) -> float:
        return float(value)

    def to_internal_value(self, data: Any) -> Decimal:
        if isinstance(data, bool) or not isinstance(data, int | float | str):
            raise serializers.ValidationError(_("Write a number: 20 or 0.02."))
        try:
            return number(str(data))
        except Refusal as refusal:
            raise serializers.ValidationError(refusal.message) from refusal


@extend_schema_field({"oneOf": [{"type": "number"}, {"type": "string", "example": "20 mg"}]})
class AmountField(serializers.Field[Any, Any, Any, Any]):
    """A number, whose unit stands beside it in ``unit``, or a quantity as text: ``"20 mg"``."""

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, bool) or not isinstance(data, int | float | str):
            raise serializers.ValidationError(
                _("Write a number with its unit beside it, or a quantity as text: “20 mg”.")
            )
        return data

    def to_representation(self, value: Any) -> float:
        return float(value)


class ProjectField(serializers.SlugRelatedField[Project]):
    """A project by its short name; one that the actor may not see does not exist."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(slug_field="slug", queryset=Project.objects.all(), **kwargs)

    def get_queryset(self) -> Any:
        return access.visible_projects(actor_of(self.context))


class SampleField(serializers.SlugRelatedField[Sample]):
    """A sample of any kind by its code; one that the actor may not see does not exist."""

    default_error_messages = {"does_not_exist": _("There is no sample {value} that you may see.")}  # noqa: RUF012  # as the base class declares it

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(slug_field="code", queryset=Sample.objects.all(), **kwargs)

    def get_queryset(self) -> Any:
        return access.visible(Sample.objects.select_related("project"), actor_of(self.context))


def actor_of(context: Mapping[str, Any]) -> Actor:
    """Who asks, as a serializer's context has it."""
    request: Request = context["request"]
    actor: Actor = request.user
    return actor


def person(actor: Actor) -> AbstractBaseUser | None:
    """Who a record is signed with: the person, or nobody for an instrument."""
    return actor if isinstance(actor, AbstractBaseUser) else None


def quantity(amount: Any, unit: str, default_unit: str, field: str) -> Quantity:
    """An amount as it came in JSON, with its unit. Raises Refusal under the field's name."""
    try:
        usual = known_unit(unit) if unit else default_unit
        return parse(str(amount) if isinstance(amount, str) else format(Decimal(str(amount)), "f"), usual)
    except Refusal as refusal:
        raise Refusal(refusal.message, field=field, code=refusal.code) from refusal
