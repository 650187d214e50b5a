"""Whose file is this? The sample, or of a process log the furnace run, that a file's name or header names."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.apps import apps
from django.db.models import Q

from characterization.models import RawFile
from synthesis.codes import codes_in
from synthesis.models import Boat, CarbonizationRun, Project, Sample


@dataclass(frozen=True)
class Owner:
    """A sample, a furnace run, or neither. While it is not known what a file holds, its name may have named both."""

    sample: Sample | None = None
    run: CarbonizationRun | None = None

    @property
    def is_known(self) -> bool:
        return self.sample is not None or self.run is not None


def sample_named(texts: Iterable[str], project: Project | None) -> Sample | None:
    """The one sample that these texts name. None where they name none, or several of different chains.

    A file that arrived in a project is matched within that project only, so that nobody can send results to
    samples that they may not see.
    """
    codes = [code for text in texts for code in codes_in(text)]
    samples = Sample.objects.filter(code__in=codes)
    if project is not None:
        samples = samples.filter(project=project)
    found = {sample.code: sample for sample in samples[:5]}
    return next(iter(found.values())) if len(found) == 1 else None


def run_named(texts: Iterable[str], project: Project | None) -> CarbonizationRun | None:
    """The one furnace run that these texts name, as with samples."""
    codes = {code for text in texts for code in codes_in(text)}
    runs = CarbonizationRun.objects.filter(code__in=codes)
    if project is not None:
        runs = runs.filter(project=project)
    found = list(runs[:2])
    return found[0] if len(found) == 1 else None


def named(file: RawFile, texts: list[str]) -> Owner:
    """The file's own owner, else whom the texts name, unless somebody took the file off before."""
    if file.sample is not None or file.run is not None:
        return Owner(file.sample, file.run)
    found = Owner(sample_named(texts, file.project), run_named(texts, file.project))
    return Owner() if found.is_known and was_taken_off(file) else found


def settled(file: RawFile, owner: Owner, *, of_process: bool) -> Owner:
    """Whose it is, now that it is known what the file holds: only the log of a process is a run's by its name.

    A log that names the additive of a boat is that of the boat's run.
    """
    if file.sample is not None or file.run is not None:
        return owner
    if not of_process:
        return Owner(owner.sample)
    if owner.run is not None:
        return Owner(run=owner.run)
    boat = (
        Boat.objects.filter(additive=owner.sample.pk).select_related("run").first() if owner.sample else None
    )
    return Owner(run=boat.run) if boat is not None else owner


def was_taken_off(file: RawFile) -> bool:
    """Whether a file that is nobody's once was somebody's: then a person decided, and its name decides no more."""
    recorded = apps.get_model("characterization", "RawFileEvent")
    past = recorded._default_manager.filter(
        Q(sample__isnull=False) | Q(run__isnull=False), pgh_obj_id=file.pk
    )
    return file.owner is None and past.exists()
