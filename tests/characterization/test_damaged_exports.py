"""HDF5 and workbooks are unpacked by native code, which may abort or hang on damage: that costs the reading process."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings

from characterization.sandbox import ReaderDied, Sandbox
from tests.characterization.instruments.mutations import KNOWN_FAULTS, damaged
from tests.characterization.instruments.test_arbin_h5 import written
from tests.characterization.instruments.test_arbin_xlsx import book, rows
from tests.characterization.instruments.test_neware_xlsx import WRITTEN as NEWARE_BOOK

pytestmark = pytest.mark.takes(12)


def h5_bytes() -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        return written(Path(folder)).read_bytes()


@pytest.fixture(scope="module")
def limited() -> Iterator[Sandbox]:
    process = Sandbox()
    yield process
    process.close()


def keeps_to_itself(limited: Sandbox, raw: bytes, name: str) -> None:
    """A table, a named fault, or the end of the reading process by a signal."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / name
        path.write_bytes(raw)
        request = {"do": "read", "path": str(path), "name": name, "scratch": folder, "conditions": {}}
        try:
            answer = limited.ask(request)
        except ReaderDied as death:
            assert death.reason.startswith("signal")
            return
    if "error" in answer:
        assert answer["error"]["code"] in KNOWN_FAULTS, answer
        assert name in answer["error"]["message"]
    else:
        assert all(recording["rows"] > 0 for recording in answer["ok"]["recordings"])


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(raw=damaged(h5_bytes()))
def test_damage_to_hdf5_gives_a_table_a_named_fault_or_the_end_of_the_reader_alone(
    limited: Sandbox, raw: bytes
):
    keeps_to_itself(limited, raw, "cell.h5")


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(raw=damaged(book({"Channel_1-008": rows(1, 12)})))
def test_damage_to_a_workbook_gives_a_table_a_named_fault_or_the_end_of_the_reader_alone(
    limited: Sandbox, raw: bytes
):
    keeps_to_itself(limited, raw, "cell.xlsx")


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(raw=damaged(NEWARE_BOOK))
def test_damage_to_a_workbook_of_neware_gives_a_table_a_named_fault_or_the_end_of_the_reader_alone(
    limited: Sandbox, raw: bytes
):
    keeps_to_itself(limited, raw, "cell.xlsx")
