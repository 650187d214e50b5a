"""One finding among its siblings: the same quantity of the other additives of the project, on one strip."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser

from characterization.models import Analysis, Finding, Measurement
from characterization.panels.strips import Dot, dot_places
from characterization.queries import group_roles
from synthesis import access, groups
from synthesis.models import Sample
from synthesis.models.samples import Kind

Key = tuple[str, str, str]


@dataclass(frozen=True)
class Sibling:
    """One additive on the strip: its newest value; ``own`` is the sample whose page it is."""

    group: str
    role: str
    dot: Dot
    own: bool


@dataclass(frozen=True)
class Row:
    finding: Finding
    analysis: Analysis
    siblings: Sequence[Sibling]


@dataclass(frozen=True)
class Section:
    measurement: Measurement
    rows: Sequence[Row]


# How a fit came out, component by component: on the page of the measurement, and too much for that of a sample.
_OF_THE_FIT = (
    "xps_component_position",
    "xps_component_fwhm",
    "xps_component_area",
    "xps_reduced_chi_square",
    "xps_residual_sd",
)


def sections(
    sample: Sample, measurements: Iterable[Measurement], actor: AbstractBaseUser | AnonymousUser
) -> list[Section]:
    """The current findings of each measurement (as `queries.with_findings` gives them), with their siblings.

    Of a fit only what it was made for, such as the shares of its components.
    """
    values = _values(sample, actor) if sample.kind == Kind.ADDITIVE and sample.group else {}
    return [
        Section(
            one,
            [
                Row(finding, analysis, _siblings(finding, values, sample.group))
                for analysis in one.current_analyses  # type: ignore[attr-defined]  # prefetched under this name
                for finding in analysis.findings.all()
                if finding.name not in _OF_THE_FIT
            ],
        )
        for one in measurements
    ]


def compared_groups(found: Iterable[Section]) -> list[str]:
    """The groups on any of the strips, in the order that they have everywhere."""
    named = {sibling.group for section in found for row in section.rows for sibling in row.siblings}
    roles = group_roles(named)
    return sorted(named, key=lambda group: roles[group])


def _values(
    sample: Sample, actor: AbstractBaseUser | AnonymousUser
) -> dict[Key, dict[str, tuple[float, float | None]]]:
    """quantity -> group -> newest value and uncertainty; the sample's own stands for its group."""
    additives = Sample.objects.filter(project=sample.project_id, kind=Kind.ADDITIVE).exclude(
        group__in=groups.NO_ADDITIVE
    )
    rows = Finding.objects.filter(
        analysis__current=True,
        analysis__measurement__current=True,
        analysis__measurement__sample__in=access.visible(additives, actor),
        value__isnull=False,
    )
    columns = ("name", "subject", "unit", "analysis__measurement__sample__group", "value", "uncertainty")
    found: dict[Key, dict[str, tuple[float, float | None]]] = {}
    own = rows.filter(analysis__measurement__sample=sample.pk).order_by("pk")
    for row in (*rows.order_by("pk").values_list(*columns), *own.values_list(*columns)):
        name, subject, unit, group, value, uncertainty = row
        found.setdefault((name, subject, unit), {})[group] = (value, uncertainty)
    return found


def _siblings(
    finding: Finding, values: dict[Key, dict[str, tuple[float, float | None]]], own: str
) -> list[Sibling]:
    """Left to right by group, the own one last so that it lies on top; none where there is nothing to compare with."""
    found = values.get((finding.name, finding.subject, finding.unit), {})
    if len(found) < 2 or len({value for value, _ in found.values()}) < 2:
        return []
    roles = group_roles(found)
    order = sorted(found, key=lambda group: (group == own, roles[group]))
    dots = dot_places([found[group] for group in order])
    return [
        Sibling(group, roles[group], dot, group == own)
        for group, dot in zip(order, dots, strict=True)
        if dot is not None
    ]
