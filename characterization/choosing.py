"""A person chooses something for an analysis of a sample, and what was analysed otherwise is analysed again."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.utils.translation import gettext as _

from characterization import chaining, tasks
from characterization.analysis.base import Method
from characterization.analysis.registry import method_named
from characterization.models import AnalysisChoice, Measurement
from synthesis.errors import Refusal
from synthesis.models import Sample


def chosen_for(sample: Sample, method: str) -> AnalysisChoice | None:
    return AnalysisChoice.objects.filter(sample=sample.pk, method=method).first()


def method_of(measurement: Measurement, name: str) -> Method:
    """The method of this name. Raises Refusal where there is nothing to choose for this measurement."""
    method = method_named(name)
    if method is None or not method.choices or method.technique != measurement.technique:
        raise Refusal(
            _("There is nothing to choose for an analysis ‘%(name)s’.") % {"name": name}, status=404
        )
    return method


def sample_of(measurement: Measurement) -> Sample:
    """Whose choices they are. Raises Refusal where the measurement is of no sample."""
    if measurement.sample is None:
        raise Refusal(_("This measurement is of no sample yet. Attach its file to one, then choose."))
    return measurement.sample


@transaction.atomic
def choose(sample: Sample, method: Method, parameters: dict[str, Any], reason: str, by: User | None) -> None:
    """Keeps the choices, puts files that were told others back in the queue and has the history made anew."""
    values = {"parameters": parameters, "reason": reason}
    AnalysisChoice.objects.update_or_create(
        sample_id=sample.pk, method=method.name, defaults=values, create_defaults=values | {"created_by": by}
    )
    tasks.read_again(sample, _("choices for %(method)s: to be analysed again") % {"method": method.label})
    if chaining.want(sample):
        transaction.on_commit(partial(tasks.ring_history, sample.pk))
