"""The furnace run of a boat, line by line: programme, highest temperature, gas, masses in and out."""

from __future__ import annotations

from django.utils.translation import gettext as _

from labsys.reports.content import StepLine
from labsys.reports.limits import FURNACE, deviation, past_limit
from synthesis import words
from synthesis.models import Boat, CarbonizationRun


def furnace_lines(boat: Boat) -> list[StepLine]:
    run = boat.run
    lines = []
    segments = list(run.segments.all())
    for segment in segments:
        said = _("%(rate)s °C/min to %(to)s °C, hold %(hold)s h") % {
            "rate": words.digits(segment.rate_degC_per_min),
            "to": words.digits(segment.to_degC),
            "hold": words.digits(segment.hold_h),
        }
        lines.append(StepLine(run.code, _("Segment %s") % segment.number, said, ""))
    hottest = max((segment.to_degC for segment in segments), default=None)
    lines.append(_hottest(run, hottest))
    flow = "" if run.flow_mL_per_min is None else f"{words.digits(run.flow_mL_per_min)} mL/min"
    lines.append(
        StepLine(run.code, _("Atmosphere"), "", ", ".join(part for part in (run.atmosphere, flow) if part))
    )
    lines.append(
        StepLine(run.code, _("Boat %s, mass in") % boat.number, "", words.amount(boat.mass_in_g, "g"))
    )
    share = _("%s yield") % f"{boat.yield_percent:.1f}\u00a0%"
    lines.append(
        StepLine(
            run.code,
            _("Boat %s, mass out") % boat.number,
            "",
            words.amount(boat.mass_out_g, "g"),
            "",
            False,
            share,
        )
    )
    return lines


def _hottest(run: CarbonizationRun, planned: float | None) -> StepLine:
    actual = run.highest_temperature_degC
    said, over = (
        deviation(planned, actual, FURNACE) if planned is not None and actual is not None else ("", False)
    )
    return StepLine(
        run.code,
        _("Highest temperature"),
        "" if planned is None else f"{words.digits(planned)} °C",
        _("not recorded") if actual is None else f"{words.digits(actual)} °C",
        said,
        over,
        past_limit(FURNACE.words, run.note) if over else "",
    )
