"""Whose file is this? The sample that a file's name or header names."""

from __future__ import annotations

from collections.abc import Iterable

from django.apps import apps

from characterization.models import RawFile
from synthesis.codes import codes_in
from synthesis.models import Project, Sample


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


def sample_of(file: RawFile, texts: Iterable[str]) -> Sample | None:
    """The file's own sample, else the one that the texts name, unless somebody took the file off its sample before."""
    if file.sample is not None:
        return file.sample
    return None if was_taken_off(file) else sample_named(texts, file.project)


def was_taken_off(file: RawFile) -> bool:
    """Whether a file that has no sample once had one: then a person decided, and its name decides no more."""
    recorded = apps.get_model("characterization", "RawFileEvent")
    past = recorded._default_manager.filter(pgh_obj_id=file.pk, sample__isnull=False)
    return file.sample_id is None and past.exists()
