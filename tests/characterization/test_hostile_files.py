"""Files that were made to do harm: each becomes a failure with a sentence, by the real reader process."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable

import pytest

from characterization import ingest, sandbox
from characterization.models import Job, JobState, Measurement
from tests import factories
from tests.characterization import files

pytestmark = [pytest.mark.django_db, pytest.mark.takes(15)]
BILLION_LAUGHS = (
    '<?xml version="1.0"?><!DOCTYPE a [<!ENTITY l0 "ha">'
    + "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    + ']><xrdMeasurements xmlns="http://www.xrdml.com/XRDMeasurement/1.5"><comment>&l9;</comment></xrdMeasurements>'
).encode()


@pytest.fixture(autouse=True)
def own_store(settings, tmp_path):
    settings.LABSYS_BLOBS = tmp_path / "blobs"
    settings.LABSYS_SCRATCH = tmp_path / "scratch"
    yield
    sandbox.shared.close()
    assert not list(settings.LABSYS_SCRATCH.glob("*"))


def bomb() -> bytes:
    """200 MB of zeros in a member of an ndax: 200 kB packed."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in ("data.ndc", "data_runInfo.ndc", "data_step.ndc", "VersionInfo.xml", "Step.xml"):
            archive.writestr(name, bytes(40_000_000))
    return out.getvalue()


def climbing() -> bytes:
    """Members whose names lead out of every folder."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("../../../../labsys-was-here", b"x")
        archive.writestr("/labsys-was-here", b"x")
        archive.writestr("data.ndc", b"x" * 5000)
    return out.getvalue()


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("bomb.ndax", bomb),
        ("climbing.ndax", climbing),
        ("laughs.xrdml", lambda: BILLION_LAUGHS),
        ("one line.csv", lambda: b"1," * 1_000_000),
        ("many columns.csv", lambda: b",".join(b"c%d" % n for n in range(200_000)) + b"\n" + b"1," * 200_000 + b"\n"),
        ("nothing but NUL.xy", lambda: bytes(1_000_000)),
        ("no end.xy", lambda: b"9" * 8_000_000),
        ("not a number.xy", lambda: b"nan inf\n1e999 -1e999\n" * 2000),
        ("/etc/passwd.xrdml", lambda: b'<!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/passwd">]><xrdMeasurements>&f;</xrdMeasurements>'),
    ],
)  # fmt: skip
def test_it_costs_that_file_a_failure_and_nothing_else(name: str, content: Callable[[], bytes]):
    file = files.deliver(factories.ProjectFactory(), name=name, content=content())
    ingest.ingest(file.job.pk)
    job = Job.objects.get(file=file)
    assert job.state in (JobState.FAILED, JobState.NEEDS_MAPPING), job.timeline.last()
    assert job.error_code not in ("", "reader_defect", "not_storable")
    assert job.error_message
    assert not Measurement.objects.exists()
