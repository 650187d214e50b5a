"""Measurements over each other, and findings across samples."""

from __future__ import annotations

import csv
import io

import numpy as np
import polars as pl
import pytest

from characterization import ingest, library, sandbox, tasks
from characterization.analysis.overlay import Arrangement, Curve, arranged
from characterization.models import Analysis, Finding, Measurement
from characterization.panels import overlays, shipped_entries
from characterization.panels.overlays import Reference, overlay_of
from synthesis.models import Role
from tests import factories
from tests.characterization import files
from tests.characterization.test_library import SILICON

X = np.linspace(10, 20, 101)


def curve(name, y, x=X):
    return Curve(name, name, np.asarray(x, dtype=float), np.asarray(y, dtype=float))


def test_curves_are_cut_divided_and_set_apart():
    low, high = arranged([curve("a", X), curve("b", 3 * X)], Arrangement(1.0, "max", low=12, high=18))
    assert (low.x[0], low.x[-1]) == pytest.approx((12, 18))
    assert low.y.max() == pytest.approx(1)
    assert high.y - low.y == pytest.approx(np.full(low.x.size, 1 - 12 / 18))


def test_a_falling_axis_has_the_same_area_as_a_climbing_one():
    one, other = arranged([curve("a", X), curve("b", X[::-1], X[::-1])], Arrangement(normalise="area"))
    assert one.y == pytest.approx(other.y[::-1])


def test_differences_are_taken_where_both_were_measured():
    (less,) = arranged([curve("a", X), curve("b", X + 5, X + 5)], Arrangement(difference=True))
    assert (less.x[0], less.x[-1]) == pytest.approx((15, 20))
    assert less.y == pytest.approx(np.zeros(less.x.size), abs=1e-9)


@pytest.fixture(scope="module", autouse=True)
def end_the_reader():
    yield
    sandbox.shared.close()


@pytest.fixture
def project(settings, tmp_path, monkeypatch, db):
    settings.LABSYS_BLOBS = tmp_path / "blobs"
    settings.LABSYS_SCRATCH = tmp_path / "scratch"
    monkeypatch.setattr(tasks, "ring", lambda job_id: None)
    return factories.ProjectFactory()


@pytest.fixture
def viewer(client, project):
    client.force_login(factories.member(project, Role.VIEWER))
    return client


def pattern(project, rows):
    file = files.deliver(project, f"{rows}.xy", files.xy(rows), sample=factories.additive(project))
    ingest.ingest(file.job.pk)
    return Measurement.objects.get(file=file)


def test_patterns_lie_over_each_other_with_the_lines_of_a_phase(
    viewer, project, django_assert_max_num_queries
):
    measured = [pattern(project, rows) for rows in (200, 210, 220)]
    phase = library.add(library.Given("phases", SILICON), None)
    query = "&".join(
        [*(f"measurements={one.pk}" for one in measured), f"phases={phase.pk}", "normalise=max", "offset=0.5"]
    )
    with django_assert_max_num_queries(25):
        page = viewer.get(f"/overlay/?{query}")
    assert "/overlay/charts/overlay" in page.content.decode()
    text = viewer.get(f"/overlay/charts/overlay.csv?{query}").content.decode()
    rows = list(csv.DictReader(line for line in text.splitlines() if not line.startswith("#")))
    assert {row["series"] for row in rows} == {"Silicon", *(one.sample.code for one in measured)}
    for form in ("svg", "json", "png"):
        assert viewer.get(f"/overlay/charts/overlay.{form}?{query}").status_code == 200


def test_shipped_phases_are_drawn_too_and_a_missing_wavelength_is_said(viewer, project):
    one = pattern(project, 200)
    query = f"measurements={one.pk}&phases=graphite&phases=nobody"
    name = next(entry.name for entry in shipped_entries("phases") if "graphite" in entry.name.casefold())
    chart = overlay_of([one], Arrangement(), "", [Reference(name)])
    assert [layer.label for layer in chart.layers if layer.kind == "sticks"] == [name]
    assert "Cu Kα1" in chart.caption or one.meta.get("wavelength_angstrom")
    Measurement.objects.filter(pk=one.pk).update(meta={"wavelength_angstrom": 0.7093})
    one.refresh_from_db()
    molybdenum = overlay_of([one], Arrangement(), "", [Reference(name)])
    strongest = [layer.x[layer.y.argmax()] for layer in molybdenum.layers if layer.kind == "sticks"]
    assert strongest[0] == pytest.approx(12.13, abs=0.1)  # 2 asin(0.7093 / (2 · 3.355))
    assert "Cu" not in molybdenum.caption
    assert viewer.get(f"/overlay/?{query}").status_code == 200


def test_a_long_pattern_is_overlaid_with_every_point(viewer, project):
    one = pattern(project, 9000)
    chart = overlay_of([one], Arrangement(), "", [])
    assert len(chart.layers[0].x) == 9000


def test_what_is_in_other_quantities_is_left_out_by_name():
    def infrared(column):
        measured = Measurement(technique="ftir", title=column, meta={}, columns=[
            {"name": "wavenumber_per_cm", "unit": "cm⁻¹"}, {"name": column, "unit": ""}])  # fmt: skip
        measured.rows_kept = pl.DataFrame({"wavenumber_per_cm": X, column: X})  # type: ignore[attr-defined]
        return measured

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(overlays.store, "table", lambda one: one.rows_kept.lazy())  # type: ignore[attr-defined]
        chart = overlay_of([infrared("transmittance_percent"), infrared("absorbance")], Arrangement(), "", [])
    assert chart.panes[0].y.quantity == "Transmittance"
    assert len(chart.layers) == 1
    assert "other quantities: absorbance" in chart.caption


def test_measurements_of_several_techniques_and_of_strangers_are_refused(viewer, project):
    mine = pattern(project, 200)
    cell = factories.cell(project)
    file = files.deliver(project, "test.bdf.csv", files.bdf(), sample=cell)
    ingest.ingest(file.job.pk)
    test = Measurement.objects.get(file=file)
    assert viewer.get(f"/overlay/?measurements={mine.pk},{test.pk}").status_code == 422
    strange = pattern(factories.ProjectFactory(), 200)
    assert viewer.get(f"/overlay/?measurements={mine.pk},{strange.pk}").status_code == 404


def test_findings_stand_side_by_side_with_method_and_version(viewer, project, django_assert_max_num_queries):
    samples = [pattern(project, rows).sample for rows in (200, 210)]
    for value, sample in enumerate(samples, start=1):
        run = Analysis.objects.create(
            measurement=sample.measurements.get(), method="xrd_test", method_version="1.0", choice_version=2
        )
        Finding.objects.create(
            analysis=run,
            name="d002",
            label="d002",
            value=3.4 + value / 10,
            unit="Å",
            uncertainty=0.01,
            convention="Bragg",
        )
    address = f"/findings/?samples={','.join(sample.code for sample in samples)}&names=d002"
    with django_assert_max_num_queries(20):
        page = viewer.get(address).content.decode()
    assert "Bragg; xrd_test 1.0, version 2" in page
    answer = viewer.get(f"{address}&export=csv")
    rows = list(csv.reader(io.StringIO(b"".join(answer.streaming_content).decode("utf-8-sig"))))
    assert [row[0] for row in rows[-2:]] == [sample.code for sample in samples]
    assert [float(row[1]) for row in rows[-2:]] == [3.5, 3.6]
    assert viewer.get(f"{address}&export=xlsx").status_code == 200
    viewer.force_login(factories.member(factories.ProjectFactory(), Role.MANAGER))
    strange = viewer.get(address).content.decode()
    assert "Bragg" not in strange
    assert "Nothing was found for these samples" in strange
