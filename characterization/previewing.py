"""What an analysis would find with other choices: counted at once in a limited process, and nothing of it is kept.

The process is like the workers' and belongs to the web process that was asked: it is there with any broker and with
none, no queue stands before it, and none of its imports is paid by pages. One thread speaks to it, because a limited
process ends with the thread that started it.
"""

from __future__ import annotations

import shutil
import threading
import time
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as NoAnswer
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl
from django.utils.translation import gettext as _

from characterization import blobs, library, panels, queries, store
from characterization.analysis.base import Drawing, Finding, Method
from characterization.charts.chart import Chart
from characterization.conditions import Chosen, briefing_for, with_own
from characterization.instruments.base import Flag
from characterization.matching import Owner
from characterization.models import Measurement
from characterization.sandbox import ReaderDied, Sandbox
from synthesis.errors import Refusal

LONGEST_S = 10.0
IDLE_S = 300.0


@dataclass(frozen=True)
class Preview:
    """What was found, what it looks like, and how long it took."""

    charts: Sequence[Chart]
    findings: Sequence[Finding]
    flags: Sequence[Flag]
    seconds: float


class _Process:
    """A limited process that one thread speaks to; it ends after five minutes without a question."""

    def __init__(self) -> None:
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="preview")
        self._sandbox = Sandbox()
        self._asked_at = 0.0
        self._timer: threading.Timer | None = None

    def warm(self) -> None:
        self._asked_at = time.monotonic()
        self._thread.submit(self._sandbox.warm)
        self._end_later()

    def ask(self, request: dict[str, Any]) -> dict[str, Any]:
        """Raises NoAnswer where the process is busy or slow, ReaderDied where it ended."""
        self._asked_at = time.monotonic()
        future: Future[dict[str, Any]] = self._thread.submit(self._sandbox.ask, request, None, LONGEST_S)
        self._end_later()
        try:
            return future.result(LONGEST_S + 1)
        except NoAnswer:
            future.cancel()
            raise

    def close(self) -> None:
        self._thread.submit(self._sandbox.close).result()

    def _end_later(self) -> None:
        if self._timer is None or not self._timer.is_alive():
            self._timer = threading.Timer(IDLE_S, self._end_if_idle)
            self._timer.daemon = True
            self._timer.start()

    def _end_if_idle(self) -> None:
        if time.monotonic() - self._asked_at >= IDLE_S:
            self.close()
        else:
            self._timer = None
            self._end_later()


process = _Process()


def preview(measurement: Measurement, method: Method, parameters: dict[str, Any]) -> Preview:
    """Raises Refusal where it takes too long or the table cannot be analysed."""
    begun = time.monotonic()
    scratch = blobs.scratch()
    try:
        answer = _asked(_request(measurement, method, parameters, scratch))
        (found,) = answer["analyses"]
        return _drawn(measurement, method, found, begun)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def _asked(request: dict[str, Any]) -> dict[str, Any]:
    try:
        answer = process.ask(request)
    except (NoAnswer, ReaderDied) as error:
        raise Refusal(
            _("No result within %(seconds)s s. Save it as a version: it is computed by a worker then.")
            % {"seconds": f"{LONGEST_S:g}"},
            status=503,
        ) from error
    if "error" in answer:
        raise Refusal(answer["error"]["message"], status=422)
    found: dict[str, Any] = answer["ok"]
    return found


def _request(
    measurement: Measurement, method: Method, parameters: dict[str, Any], scratch: Path
) -> dict[str, Any]:
    briefing = briefing_for(Owner(measurement.sample, measurement.run), measurement.file)
    told = briefing.told(measurement.part)
    return {
        "do": "analyse",
        "method": method.name,
        "name": measurement.title,
        "technique": measurement.technique,
        "table": str(blobs.path_of(measurement.table_sha256)),
        "meta": measurement.meta,
        "units": {column["name"]: column["unit"] for column in measurement.columns},
        "part": measurement.part,
        "title": measurement.title,
        "conditions": with_own(told, {method.name: Chosen(0, 0, parameters)}),
        "library": library.told(measurement.instrument_id),
        "scratch": str(scratch),
    }


def _drawn(measurement: Measurement, method: Method, found: dict[str, Any], begun: float) -> Preview:
    findings = [Finding(**one) for one in found["findings"]]
    flags = [Flag(one["code"], one["message"]) for one in found["flags"]]
    drawing = Drawing(
        tables={name: pl.read_parquet(path) for name, path in found["tables"].items()},
        findings=findings,
        meta=panels.meta_of(measurement),
        overview=store.overview(measurement),
        flags=flags,
    )
    colour = queries.colour_of(measurement.sample)
    charts = panels.draw_found(method, measurement, drawing, panels.Choice(), colour)
    return Preview(charts, findings, flags, time.monotonic() - begun)
