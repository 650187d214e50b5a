"""What pages of this floor ask in their templates: ``{% load building %}``."""

from __future__ import annotations

from django import template

from synthesis import access
from synthesis.access import Actor
from synthesis.models import Role, Sample

register = template.Library()


@register.filter
def changeable_by(sample: Sample, actor: Actor) -> bool:
    """Whether this person may change what was logged of it."""
    return access.may(actor, sample.project, Role.EDITOR)
