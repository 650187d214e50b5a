"""Moving samples to another place, all of them or none."""

from __future__ import annotations

from collections.abc import Sequence

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import transaction

from synthesis import ledger, places
from synthesis.models import Place, Sample


@transaction.atomic
def move(samples: Sequence[Sample], place: Place, by: AbstractBaseUser | None) -> int:
    """Puts samples into a place and says how many came; those that stand there already stay."""
    ledger.lock(samples)
    coming = list(
        Sample.objects.filter(pk__in=[sample.pk for sample in samples]).exclude(location=place).order_by("pk")
    )
    places.hold(place)
    takes_room = [one for one in coming if one.amount_left > 0 or not one.amount_made]
    if takes_room:
        places.require_room(place, by=by, coming=len(takes_room))
    for sample in coming:
        sample.location, sample.place = place, place.path
        sample.save(update_fields=["location", "place"])
    return len(coming)


@transaction.atomic
def put(sample: Sample, text: str, by: AbstractBaseUser | None) -> None:
    """Writes where a sample stands, as people say it; a text that names no place of the tree is kept as it is."""
    ledger.lock([sample])
    places.assign(sample, text)
    with places.in_its_slot(sample, by):
        sample.save(update_fields=["location", "place"])
