"""Whose file is this? The sample that a file's name or header names."""

from __future__ import annotations

from collections.abc import Iterable

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
