"""A furnace run as it was logged: its charts, its findings, what deviated, and what the log says it reached."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from characterization import queries
from characterization.models import Analysis, Finding, Measurement
from characterization.panels.choice import Choice
from characterization.panels.measured import Panel, panels_of
from synthesis.models import CarbonizationRun

SAME_DEGC = 0.5
REACHED = "highest_temperature"


@dataclass(frozen=True)
class RunLog:
    """``reached_degC`` is what the newest log found, None without one; ``differs`` where the run says otherwise."""

    panels: Sequence[Panel] = ()
    found: Sequence[tuple[Analysis, Finding]] = ()
    notes: Sequence[str] = ()
    reached_degC: float | None = None
    differs: bool = False
    newest: Measurement | None = None


def run_log(run: CarbonizationRun) -> RunLog:
    """Of several logs all are drawn, the newest first, and the newest speaks for the run."""
    measurements = list(queries.with_findings(run.measurements.filter(current=True)).order_by("-pk"))
    if not measurements:
        return RunLog()
    newest = measurements[0]
    analyses = list(newest.analyses.filter(current=True).prefetch_related("findings"))
    found = [(analysis, finding) for analysis in analyses for finding in analysis.findings.all()]
    reached = next((finding.value for _, finding in found if finding.name == REACHED), None)
    logged = run.highest_temperature_degC
    return RunLog(
        panels=[panel for one in measurements for panel in panels_of(one, Choice(), "s4")],
        found=found,
        notes=[flag["message"] for flag in newest.flags],
        reached_degC=reached,
        differs=reached is not None and (logged is None or abs(reached - logged) > SAME_DEGC),
        newest=newest,
    )


def reached_by_log(run: CarbonizationRun) -> float | None:
    """The highest temperature that the newest log of the run found."""
    found = Finding.objects.filter(
        name=REACHED,
        analysis__current=True,
        analysis__measurement__current=True,
        analysis__measurement__run=run,
    )
    return found.order_by("-analysis__measurement_id").values_list("value", flat=True).first()
