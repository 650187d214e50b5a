"""From what an analysis found to deviate from its plan to flags on the run or sample, which all descendants show."""

from __future__ import annotations

from collections import defaultdict

from characterization.matching import Owner
from characterization.models import Measurement, RawFile
from synthesis import flags
from synthesis.flags import Found


def tell(file: RawFile, owner: Owner) -> None:
    """Makes the flags of a file's measurements those that its current analyses found, on whom the file is of."""
    thing, found = owner.run or owner.sample, _found(file)
    flags.clear([measurement for measurement, told in found.items() if not told])
    for measurement, told in found.items():
        if told:
            flags.replace(measurement, thing, told)


def _found(file: RawFile) -> dict[int, list[Found]]:
    """What was found to deviate, of each measurement of the file; of one that is not current nothing."""
    rows = Measurement.objects.filter(file=file).order_by("pk", "analyses__pk")
    found: dict[int, list[Found]] = defaultdict(list)
    for key, current, newest, said in rows.values_list(
        "pk", "current", "analyses__current", "analyses__parameters__deviations"
    ):
        told = [Found(one["code"], one["sentence"], one["values"]) for one in said or []]
        found[key] += told if current and newest else []
    return found
