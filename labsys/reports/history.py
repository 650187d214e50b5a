"""How often a record was changed, and when anything in a report changed last."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.apps import apps
from django.db.models import Max, Model, QuerySet

from characterization.models import Analysis, JobEvent
from synthesis.models import LedgerEntry, Sample, Signature


def revision_of(sample: Sample) -> int:
    """How many versions of the record there have been, as the history counts them."""
    kinds: set[type[Sample]] = {Sample, type(sample.own)}
    return sum(_history(kind).filter(pgh_obj_id=sample.pk).count() for kind in kinds)


def _history(kind: type[Sample]) -> QuerySet[Model]:
    """The history of one kind, by its name: kinds that inherit share the attribute, which names the last of them."""
    history: QuerySet[Model] = apps.get_model(
        kind._meta.app_label, f"{kind.__name__}Event"
    )._default_manager.all()
    return history


def latest_change(samples: Sequence[Sample]) -> datetime:
    """The moment of the last change to anything in the report: records, ledger, files, findings."""
    pks = [sample.pk for sample in samples]
    events = _history(Sample).filter(pgh_obj_id__in=pks)
    moments: list[datetime | None] = [
        events.aggregate(last=Max("pgh_created_at"))["last"],
        LedgerEntry.objects.filter(sample__in=pks).aggregate(last=Max("created_at"))["last"],
        Analysis.objects.filter(measurement__sample__in=pks).aggregate(last=Max("computed_at"))["last"],
        JobEvent.objects.filter(job__file__sample__in=pks).aggregate(last=Max("at"))["last"],
        Signature.objects.filter(sample__in=pks).aggregate(last=Max("created_at"))["last"],
        max(sample.created_at for sample in samples),
    ]
    return max(moment for moment in moments if moment is not None)
