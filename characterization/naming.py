"""Columns that a person has named: kept for a project by their titles, and told to the reader of files like it."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Sequence
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction

from characterization.models import ColumnMapping, RawFile

_UNTITLED = re.compile(r"column \d+")


def signature(titles: Sequence[str], file: RawFile) -> str:
    """Of the titles; of a table without any it is the file's own, since two bare tables have nothing in common."""
    bare = all(_UNTITLED.fullmatch(title) for title in titles)
    known = (
        [*titles, file.sha256] if bare else [re.sub(r"\s+", " ", title).strip().lower() for title in titles]
    )
    return hashlib.sha256(json.dumps(known).encode()).hexdigest()


def naming_for(file: RawFile, titles: Sequence[str]) -> ColumnMapping | None:
    return ColumnMapping.objects.filter(project=file.project_id, signature=signature(titles, file)).first()


def asked(mapping: ColumnMapping) -> dict[str, Any]:
    """As the limited process reads it."""
    return {
        "technique": mapping.technique,
        "columns": mapping.columns,
        "told": mapping.told,
        "version": mapping.version,
    }


@transaction.atomic
def name(file: RawFile, titles: Sequence[str], given: dict[str, Any], by: User | None) -> list[RawFile]:
    """Keeps a naming that was checked; answers the files of the project that are to be read again with it."""
    mark = signature(titles, file)
    mapping, new = ColumnMapping.objects.select_for_update().get_or_create(
        project=file.project, signature=mark, defaults={**given, "titles": list(titles), "created_by": by}
    )
    if not new:
        ColumnMapping.objects.filter(pk=mapping.pk).update(**given, version=mapping.version + 1)
    like_it = RawFile.objects.filter(project=file.project, job__columns=list(titles))
    return [one for one in like_it if signature(titles, one) == mark]
