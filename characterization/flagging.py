"""From what an analysis found to deviate from its plan to flags on the run or sample, which all descendants show."""

from __future__ import annotations

from characterization.matching import Owner
from characterization.models import Analysis, Measurement, RawFile
from synthesis import flags
from synthesis.flags import Found


def tell(file: RawFile, owner: Owner) -> None:
    """Makes the flags of a file's measurements those that its current analyses found, on whom the file is of."""
    thing = owner.run or owner.sample
    for measurement in Measurement.objects.filter(file=file).order_by("pk"):
        found = _found(measurement) if measurement.current else []
        flags.replace(measurement.pk, thing, found)


def _found(measurement: Measurement) -> list[Found]:
    analyses = Analysis.objects.filter(measurement=measurement, current=True)
    return [
        Found(one["code"], one["sentence"], one["values"])
        for analysis in analyses
        for one in analysis.parameters.get("deviations", [])
    ]
