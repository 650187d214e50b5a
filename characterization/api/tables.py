"""A whole table as a download, streamed piece by piece: Parquet, CSV, or Battery Data Format.

Battery Data Format: column labels "Quantity / unit" in SI-derived units (A, Ah, Wh), as its vocabulary has them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import polars as pl
from django.http import FileResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _

from characterization import blobs, store
from characterization.models import Measurement
from synthesis.errors import Refusal

# ours -> (label of the format, what to multiply by)
_BDF: dict[str, tuple[str, float]] = {
    "time_s": ("Test Time / s", 1.0),
    "voltage_V": ("Voltage / V", 1.0),
    "current_mA": ("Current / A", 1e-3),
    "unix_time_s": ("Unix Time / s", 1.0),
    "vendor_cycle": ("Cycle Count / 1", 1.0),
    "step": ("Step Count / 1", 1.0),
    "charge_capacity_mAh": ("Charging Capacity / Ah", 1e-3),
    "discharge_capacity_mAh": ("Discharging Capacity / Ah", 1e-3),
    "step_capacity_mAh": ("Step Capacity / Ah", 1e-3),
    "charge_energy_mWh": ("Charging Energy / Wh", 1e-3),
    "discharge_energy_mWh": ("Discharging Energy / Wh", 1e-3),
    "step_energy_mWh": ("Step Energy / Wh", 1e-3),
    "temperature_degC": ("Temperature T1 / degC", 1.0),
    "ambient_temperature_degC": ("Ambient Temperature / degC", 1.0),
}


def parquet(measurement: Measurement) -> HttpResponseBase:
    """The stored table as it lies on disk."""
    table = blobs.open_blob(measurement.table_sha256)
    return FileResponse(
        table,
        as_attachment=True,
        filename=_name(measurement, "parquet"),
        content_type="application/vnd.apache.parquet",
    )


def csv(measurement: Measurement) -> HttpResponseBase:
    """Column names as over REST, units in them; decimal point, comma between."""
    return _streamed(measurement, "csv", lambda frame: frame)


def bdf(measurement: Measurement) -> HttpResponseBase:
    """A cycling table in the names and units of the Battery Data Format. Raises Refusal for any other technique."""
    if measurement.technique != "cycling":
        raise Refusal(
            _("The Battery Data Format holds cycling tables; this is %(technique)s. Take csv or parquet.")
            % {"technique": measurement.technique},
            field="format",
        )
    return _streamed(measurement, "bdf.csv", in_bdf)


def in_bdf(frame: pl.DataFrame) -> pl.DataFrame:
    """The columns that the format has a label for, in its order and units; the others stay as they are, last."""
    known = [name for name in _BDF if name in frame.columns]
    others = [name for name in frame.columns if name not in _BDF]
    renamed = [
        pl.col(name).alias(_BDF[name][0])
        if _BDF[name][1] == 1
        else (pl.col(name) * _BDF[name][1]).alias(_BDF[name][0])
        for name in known
    ]
    return frame.select(*renamed, *others)


FORMATS: dict[str, Callable[[Measurement], HttpResponseBase]] = {"parquet": parquet, "csv": csv, "bdf": bdf}


def _streamed(
    measurement: Measurement, ending: str, shape: Callable[[pl.DataFrame], pl.DataFrame]
) -> StreamingHttpResponse:
    def pieces() -> Iterator[bytes]:
        for number, frame in enumerate(store.batches(measurement)):
            yield shape(frame).write_csv(include_header=number == 0).encode()

    answer = StreamingHttpResponse(pieces(), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{_name(measurement, ending)}"'
    return answer


def _name(measurement: Measurement, ending: str) -> str:
    """``CELL-0007-cycling-42.csv``: made by us, so that nothing of a file's name stands in a header."""
    sample = measurement.sample.code if measurement.sample else "unmatched"
    return f"{sample}-{measurement.technique}-{measurement.pk}.{ending}"
