"""Specification limits: laid down, changed and retired by a manager. None is overwritten; an old one is retired."""

from __future__ import annotations

from django.db import IntegrityError, transaction
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from synthesis import access, quantities
from synthesis.access import Actor
from synthesis.errors import Refusal
from synthesis.models import Role, SpecificationLimit


@transaction.atomic
def lay_down(
    limit: SpecificationLimit, by: Actor, instead_of: SpecificationLimit | None = None
) -> SpecificationLimit:
    """Saves a new limit; ``instead_of`` is retired by the same act."""
    access.require_change(by, limit.project, Role.MANAGER)
    if instead_of is not None:
        retire(instead_of, by)
    limit.created_by_id = by.pk
    try:
        with transaction.atomic():
            limit.save(force_insert=True)
    except IntegrityError as error:
        raise _refusal(limit, error) from error
    return limit


@transaction.atomic
def retire(limit: SpecificationLimit, by: Actor) -> None:
    """Takes a limit out of force; what was decided by it stays decided."""
    access.require_change(by, limit.project, Role.MANAGER)
    retired = SpecificationLimit.objects.filter(pk=limit.pk, retired_at__isnull=True).update(retired_at=Now())
    if not retired:
        raise Refusal(_("This limit is retired already. Lay down a new one instead."), status=409)


def label_of(limit: SpecificationLimit) -> str:
    figure = quantities.by_name(limit.quantity)
    return str(figure.label) if figure else limit.quantity


def _refusal(limit: SpecificationLimit, error: IntegrityError) -> Refusal:
    rule = getattr(getattr(error.__cause__, "diag", None), "constraint_name", "")
    if rule == "one_limit_per_figure":
        return Refusal(
            _("%(figure)s of this product has a limit already. Change that one, or retire it first.")
            % {"figure": label_of(limit)},
            field="quantity",
            status=409,
        )
    if rule == "limits_in_order":
        return Refusal(_("The upper limit is below the lower one."), field="upper")
    return Refusal(_("A limit has an end: say at least, at most, or both."), field="lower")
