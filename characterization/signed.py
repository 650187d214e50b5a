"""What a signature on a sample or a run holds of its measurements: the hash of every raw file, and what was found.

An analysis is never changed, a newer one stands beside it. So what was signed stays true when a method improves, and
what came later is told apart from what was changed.
"""

from __future__ import annotations

from typing import Any

from characterization.models import Finding, RawFile
from synthesis.models import CarbonizationRun
from synthesis.signed_content import Subject, plain


def content(subject: Subject) -> dict[str, dict[str, Any]]:
    """Files by name with their sha256; findings by file, method and version with value, unit and uncertainty."""
    of = {"run": subject.pk} if isinstance(subject, CarbonizationRun) else {"sample": subject.pk}
    files = RawFile.objects.filter(**of).order_by("pk").values_list("pk", "name", "sha256")
    found = (
        Finding.objects.filter(**{f"analysis__measurement__{name}": pk for name, pk in of.items()})
        .select_related("analysis__measurement__file")
        .order_by("pk")
    )
    return {
        "files": {f"{name} #{pk}": sha256 for pk, name, sha256 in files},
        "findings": {_key(finding): _value(finding) for finding in found},
    }


def _key(finding: Finding) -> str:
    analysis = finding.analysis
    parts = (
        str(analysis.measurement.file or analysis.measurement),
        f"{analysis.method} {analysis.method_version} #{analysis.pk}",
        finding.name,
        finding.subject,
    )
    return " / ".join(part for part in parts if part)


def _value(finding: Finding) -> str:
    value = plain(finding.value)
    spread = f" ± {plain(finding.uncertainty)}" if finding.uncertainty is not None else ""
    return f"{value}{spread} {finding.unit}".strip()
