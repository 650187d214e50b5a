"""Parquet is unpacked by native code that aborts on some damage: that may cost the reading process, nothing else."""

from __future__ import annotations

import io
import tempfile
from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings

from characterization.sandbox import ReaderDied, Sandbox
from tests.characterization import files
from tests.characterization.instruments.mutations import KNOWN_FAULTS, damaged


def parquet_bytes() -> bytes:
    """A small test as a Battery Data Format table."""
    buffer = io.BytesIO()
    pl.read_csv(io.BytesIO(files.bdf(cycles=1, points=20))).write_parquet(buffer)
    return buffer.getvalue()


@pytest.fixture(scope="module")
def limited() -> Iterator[Sandbox]:
    process = Sandbox()
    yield process
    process.close()


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(raw=damaged(parquet_bytes()))
def test_damage_gives_a_table_a_named_fault_or_the_end_of_the_reader_alone(limited: Sandbox, raw: bytes):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "cell.bdf.parquet"
        path.write_bytes(raw)
        request = {"do": "read", "path": str(path), "name": path.name, "scratch": folder, "conditions": {}}
        try:
            answer = limited.ask(request)
        except ReaderDied as death:
            assert death.reason.startswith("signal")
            return
    if "error" in answer:
        assert answer["error"]["code"] in KNOWN_FAULTS
        assert path.name in answer["error"]["message"]
    else:
        assert all(recording["rows"] > 0 for recording in answer["ok"]["recordings"])
