"""One ``RawData*.xml`` of a Bruker ``.brml``: which number of a point is what, and the points.

A point is a text of numbers with commas (``<Datum>124.8,1,9.9988,4.9994,4471</Datum>``). ``DataViews`` say what stands
where: ``MeasuredTime``, ``AbsorptionFactor``, the positions of the axes that move, what a detector recorded. Where they
are missing the order is time, factor, the axes of the scan, counts. -9999 marks a value that was not measured.
"""

from __future__ import annotations

from dataclasses import dataclass
from xml.etree.ElementTree import Element

import numpy as np

from characterization.instruments.base import UnreadableFile
from characterization.instruments.diffraction.axes import moves_two_theta, other_axis
from characterization.instruments.diffraction.scans import Numbers, angles_of, damaged, truncated
from characterization.instruments.textual import to_number
from characterization.instruments.xmlsafe import child, children, local_name, text

NOT_MEASURED = -9999.0
_TIME, _FACTOR, _ANGLE = "MeasuredTime", "AbsorptionFactor", "TwoTheta"
_INTEGRATE = "Integrate it in EVA or DIFFRAC and export the pattern."


@dataclass(frozen=True)
class Layout:
    """Places of a point's numbers, None where it has none."""

    angle: int | None
    counts: int
    time: int | None
    factor: int | None


def route_of(root: Element, name: str) -> Element:
    """The data as measured, else whatever is there first."""
    routes = children(child(root, "DataRoutes"), "DataRoute")
    if not routes:
        raise damaged(name, "a range holds no data route")
    return next((route for route in routes if route.get("RouteFlag") == "Measured"), routes[0])


def axes_of(route: Element) -> dict[str, Element]:
    axes = children(child(route, "ScanInformation", "ScanAxes"), "ScanAxisInfo")
    return {axis.get("AxisId", "") or axis.get("AxisName", ""): axis for axis in axes}


def _counter(view: Element) -> bool:
    recording = child(view, "Recording")
    if recording is None:
        return False
    unit = child(recording, "Unit")
    return recording.get("Category") == "Count" or (unit is not None and unit.get("Base") == "Counts")


def _layout_by_views(views: list[Element], name: str) -> Layout | None:
    places: dict[str, int] = {}
    counters: list[tuple[int, int]] = []
    for view in views:
        at, length = (to_number(view.get(key, "")) for key in ("Start", "Length"))
        if at is None or length is None:
            return None
        places[view.get("LogicName", "")] = int(at)
        fields = [field.get("AxisId", "") or field.get("FieldName", "") for field in _varying(view)]
        places |= {axis: int(at) + index for index, axis in enumerate(fields)}
        counters += [(int(at), int(length))] if _counter(view) else []
    if not counters:
        return None
    at, length = counters[0]
    if length != 1:
        raise UnreadableFile(
            "unsupported", f"{name} holds a detector's picture of {length:,} channels per point.", _INTEGRATE
        )
    return Layout(places.get(_ANGLE), at, places.get(_TIME), places.get(_FACTOR))


def _varying(view: Element) -> list[Element]:
    return children(child(view, "Varying"), "FieldDefinitions")


def layout_of(route: Element, axes: list[str], width: int, name: str) -> Layout:
    found = _layout_by_views(children(child(route, "DataViews"), "RawDataView"), name)
    if found is None:
        angle = 2 + axes.index(_ANGLE) if _ANGLE in axes else None
        found = Layout(angle, 2 + len(axes), 0, 1)
    if (
        max(place for place in (found.angle, found.counts, found.time, found.factor) if place is not None)
        >= width
    ):
        raise damaged(name, f"a point has {width} numbers, fewer than its columns")
    return found


def points_of(route: Element, name: str, what: str) -> Numbers:
    """Shape (points, numbers). Raises UnreadableFile where points are missing or are not numbers."""
    data = [item.text or "" for item in route if local_name(item.tag) == "Datum"]
    if not data:
        raise UnreadableFile("empty", f"{name}: {what} holds no measured point.", _INTEGRATE)
    width = data[0].count(",") + 1
    odd = next((place for place, line in enumerate(data, 1) if line.count(",") + 1 != width), None)
    if odd is not None:
        raise damaged(name, f"point {odd:,} of {what} does not have {width} numbers")
    try:
        values = np.array(",".join(data).split(","), dtype=np.float64).reshape(-1, width)
    except ValueError as error:
        raise damaged(name, f"a point of {what} holds something else than numbers ({error})") from error
    _check_number(route, len(values), name, what)
    return values


def measured_of_planned(route: Element) -> tuple[int, int]:
    """Steps that were measured and that were planned, over the parts of a scan; 0 where it does not say."""
    parts = children(child(route, "SubScans"), "SubScanInfo")
    measured, planned = (
        sum(int(to_number(part.get(key, "")) or 0) for part in parts) for key in ("MeasuredSteps", "Steps")
    )
    return measured, planned or int(to_number(text(route, "ScanInformation", "MeasurementPoints")) or 0)


def _check_number(route: Element, points: int, name: str, what: str) -> None:
    measured, _ = measured_of_planned(route)
    if measured and points < measured:
        raise truncated(name, f"ends in {what} after {points:,} of {measured:,} points")
    if measured and points > measured:
        raise damaged(name, f"{what} has {points:,} points, it states {measured:,}")


def angles(route: Element, layout: Layout, values: Numbers, name: str) -> Numbers:
    """2θ of every point in degrees: as it stands beside the counts, else from start and increment."""
    axes = axes_of(route)
    if _ANGLE not in axes and layout.angle is None:
        scan = route.find("*[@ScanName]")
        axis = next(iter(axes), "") or (scan.get("ScanName", "") if scan is not None else "")
        if not moves_two_theta(axis):
            raise other_axis(name, axis, len(values))
    if layout.angle is not None:
        return values[:, layout.angle]
    start, step = (to_number(text(axes.get(_ANGLE), key)) for key in ("Start", "Increment"))
    if start is None or step is None:
        raise damaged(name, "a scan states neither the positions of 2θ nor its start and increment")
    return angles_of(start, step, len(values))
