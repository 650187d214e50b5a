"""A person chooses something for an analysis, and what was analysed otherwise is analysed again.

Either for all measurements of a sample, or for one measurement, whose own choices stand before its sample's.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Max, QuerySet
from django.utils.translation import gettext as _

from characterization import chaining, lease, tasks
from characterization.analysis.base import Method
from characterization.analysis.registry import method_named
from characterization.models import AUTOMATIC, Analysis, AnalysisChoice, Measurement
from synthesis.errors import Refusal
from synthesis.models import Sample


@dataclass(frozen=True)
class Version:
    """One version of an analysis. ``choice`` is None for what the method finds by itself; ``analysis`` is the newest
    run with it, None while it waits. ``of_sample``: it holds for all measurements of the sample."""

    number: int
    choice: AnalysisChoice | None
    analysis: Analysis | None
    current: bool
    of_sample: bool = False
    parameters: dict[str, Any] = field(default_factory=dict)


def chosen_for(sample: Sample, method: str) -> AnalysisChoice | None:
    return AnalysisChoice.objects.filter(sample=sample.pk, method=method, current=True).first()


def own_of(measurement: Measurement, method: str) -> QuerySet[AnalysisChoice]:
    """All versions that were chosen for this measurement alone. A history has none of its own."""
    return AnalysisChoice.objects.filter(
        file=measurement.file_id or 0, part=measurement.part, method=method
    ).order_by("-version")


def in_force(measurement: Measurement, method: str) -> AnalysisChoice | None:
    own = own_of(measurement, method).filter(current=True).first()
    if own is not None or measurement.sample is None:
        return own
    return chosen_for(measurement.sample, method)


def versions(measurement: Measurement, method: str) -> list[Version]:
    """What there is to look at, the newest first: own versions, the sample's present one, and the automatic one."""
    runs = list(measurement.analyses.filter(method=method).select_related("choice").order_by("-pk"))
    chosen = list(own_of(measurement, method).select_related("created_by"))
    of_sample = chosen_for(measurement.sample, method) if measurement.sample is not None else None
    present = in_force(measurement, method)
    listed = [_version(choice, runs, present) for choice in [*chosen, *([of_sample] if of_sample else [])]]
    automatic = next((run for run in runs if run.choice_version == AUTOMATIC), None)
    return [*listed, Version(AUTOMATIC, None, automatic, present is None)]


def _version(choice: AnalysisChoice, runs: Sequence[Analysis], present: AnalysisChoice | None) -> Version:
    run = next((run for run in runs if run.choice_id == choice.pk), None)
    current = present is not None and present.pk == choice.pk
    return Version(choice.version, choice, run, current, choice.sample_id is not None, choice.parameters)


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
def choose(
    sample: Sample, method: Method, parameters: dict[str, Any], reason: str, by: User | None
) -> AnalysisChoice:
    """Keeps a new version for all measurements of a sample, puts files that were told others back in the queue and has
    the history made anew."""
    of = AnalysisChoice.objects.filter(sample=sample.pk, method=method.name)
    made = _new_version(of, AnalysisChoice(sample=sample, method=method.name), parameters, reason, by)
    tasks.read_again(sample, _("choices for %(method)s: to be analysed again") % {"method": method.label})
    if chaining.want(sample):
        transaction.on_commit(partial(tasks.ring_history, sample.pk))
    return made


@transaction.atomic
def choose_own(
    measurement: Measurement, method: Method, parameters: dict[str, Any], reason: str, by: User | None
) -> AnalysisChoice:
    """Keeps a new version for this measurement alone and puts its file back in the queue.

    Its number follows those of its sample's too. A history is its sample's: there it is the sample's choice.
    """
    file = measurement.file
    if file is None:
        return choose(sample_of(measurement), method, parameters, reason, by)
    of_sample = chosen_for(measurement.sample, method.name) if measurement.sample is not None else None
    blank = AnalysisChoice(file=file, part=measurement.part, method=method.name)
    least = of_sample.version if of_sample else AUTOMATIC
    made = _new_version(own_of(measurement, method.name), blank, parameters, reason, by, least)
    words = {"method": method.label, "version": made.version}
    job_id = lease.put_back(file, _("%(method)s, version %(version)s: to be analysed again") % words)
    if job_id is not None:
        transaction.on_commit(partial(tasks.ring, job_id))
    return made


def _new_version(
    before: QuerySet[AnalysisChoice],
    blank: AnalysisChoice,
    parameters: dict[str, Any],
    reason: str,
    by: User | None,
    least: int = AUTOMATIC,
) -> AnalysisChoice:
    newest = before.aggregate(newest=Max("version"))["newest"] or AUTOMATIC
    before.filter(current=True).update(current=False)
    blank.version, blank.parameters = max(newest, least) + 1, parameters
    blank.reason, blank.created_by = reason, by
    blank.save()
    return blank
