"""Real files of one cell, chained: the traps in which a test stands in two files, two formats, or a cut one."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from characterization.analysis import chain, chain_table
from characterization.analysis.base import Conditions
from characterization.analysis.methods.cycling import METHOD
from characterization.instruments import registry, tables
from characterization.instruments.base import Recording, Technique, UnreadableFile
from tests.corpus import corpus

pytestmark = pytest.mark.corpus
ROOT = Path(__file__).resolve().parents[2]


def cycling(name: str) -> Recording:
    path = corpus(f"cycler/{name}")
    found = registry.read(path, path.name).recordings
    return next(one for one in found if one.technique == Technique.CYCLING)


def chained(*names: str, zone: str = "Europe/Berlin") -> list[chain.Piece]:
    pieces = []
    for key, name in enumerate(names, 1):
        recording = cycling(name)
        started = recording.started_at
        if started is not None and started.tzinfo is None:
            started = started.replace(tzinfo=ZoneInfo(zone))
        seconds = started.timestamp() if started is not None else None
        content = tables.content_hash(recording.table)
        pieces.append(chain.opened(key, name, recording.table, seconds, content))
    return chain.arrange(pieces, {})


def kept(arranged: list[chain.Piece]) -> list[chain.Piece]:
    return [one for one in arranged if one.is_kept]


def capacities(table) -> np.ndarray:
    """Charge and discharge capacity of each cycle, mAh."""
    found = METHOD.compute(Recording(Technique.CYCLING, table), Conditions()).tables["cycles"]
    return found.select("charge_capacity_mAh", "discharge_capacity_mAh").to_numpy()


FIRST, SECOND = "arbin/20210210_FC_01_cc_01.res", "arbin/20210210_FC_01_cc_02.res"


def test_trap_09_the_second_test_of_the_cell_follows_the_first_by_date_with_its_cycles_running_on():
    arranged = chained(SECOND, FIRST)
    assert [one.name for one in arranged] == [FIRST, SECOND]
    assert arranged[1].gap_s == pytest.approx(5.29 * 86400, rel=1e-3)
    joined = chain_table.join(arranged)
    assert joined.height == 7218 + 26989
    alone = np.concatenate([capacities(cycling(name).table) for name in (FIRST, SECOND)])
    assert capacities(joined) == pytest.approx(alone, rel=1e-6)


def test_trap_10_the_same_test_in_other_bytes_stands_once():
    arranged = chained("arbin/20160805_test001_45_cc_01.res", "arbin/20160805_test001_45_cc_02.res")
    assert [(one.state, one.by) for one in arranged] == [("taken", None), ("same", 1)]


def test_trap_08_linked_techniques_follow_each_other_without_a_gap():
    arranged = chained(
        "biologic/250116_kigr_gen6_01_02_GCPL_CD8.mpr", "biologic/250116_kigr_gen6_01_01_GCPL_CD8.mpr"
    )
    assert [(one.key, one.state) for one in arranged] == [(2, "taken"), (1, "taken")]
    assert arranged[1].gap_s == pytest.approx(0.006, abs=1e-3)
    assert chain_table.join(arranged).height == 392 + 3791


@pytest.mark.parametrize("stem", ["gcpl.issue_211", "mb"])
def test_a_test_exported_as_mpr_and_as_mpt_stands_once(stem: str):
    arranged = chained(f"biologic/{stem}.mpr", f"biologic/{stem}.mpt")
    assert [(one.state, one.by) for one in arranged] == [("taken", None), ("same", 1)]


@pytest.mark.parametrize(("zone", "state"), [("Europe/London", "same"), ("Europe/Oslo", "taken")])
def test_trap_07_the_csv_and_the_ndax_are_one_test_where_the_instruments_zone_is_right(zone: str, state: str):
    """The csv says 09:26:39 and no zone, the ndax 08:26:39 UTC."""
    arranged = chained("neware/interp-test.ndax", "neware/interp-test.csv", zone=zone)
    assert next(one for one in arranged if one.key == 2).state == state


@pytest.mark.parametrize("name", ["2-1-6_61[07005012].nda", "TestFile.nda"])
@pytest.mark.parametrize("share", [0.25, 0.5, 0.9])
def test_trap_13_a_cut_nda_is_refused_or_says_that_a_cut_would_not_show(
    tmp_path: Path, name: str, share: float
):
    raw = corpus(f"cycler/neware/{name}").read_bytes()
    cut = tmp_path / "cut.nda"
    cut.write_bytes(raw[: int(len(raw) * share)])
    try:
        recording = registry.read(cut, cut.name).recordings[0]
    except UnreadableFile as refused:
        assert refused.code in ("truncated", "damaged")
    else:
        assert "length_not_stated" in [flag.code for flag in recording.flags]


@pytest.mark.parametrize("share", [0.25, 0.5, 0.9, 0.999])
def test_trap_13_a_cut_ndax_is_refused(tmp_path: Path, share: float):
    raw = corpus("cycler/neware/nw4-120-6-1-36.ndax").read_bytes()
    cut = tmp_path / "cut.ndax"
    cut.write_bytes(raw[: int(len(raw) * share)])
    with pytest.raises(UnreadableFile) as refused:
        registry.read(cut, cut.name)
    assert refused.value.code == "truncated"


FORKED = """
import os, sys, django
django.setup()
import polars
polars.DataFrame({"x": range(1_000_000)}).group_by(polars.col("x") % 7).len()  # its threads are running now
if child := os.fork():
    sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
import tempfile
from characterization import sandbox
with tempfile.TemporaryDirectory() as scratch:
    request = {"do": "read", "path": sys.argv[1], "name": "test.nda", "conditions": {}, "scratch": scratch}
    answer = sandbox.Sandbox().ask(request)
os._exit(0 if answer["ok"]["recordings"][0]["rows"] == int(sys.argv[2]) else 1)
"""


def test_trap_17_a_forked_worker_whose_parent_used_polars_still_reads():
    path = corpus("cycler/neware/nda_v22.nda")
    rows = registry.read(path, path.name).recordings[0].table.height
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "tests.settings", "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-c", FORKED, str(path), str(rows)], env=environment, timeout=120, check=False
    )
    assert done.returncode == 0
