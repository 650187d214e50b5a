"""A folder of 200 mixed small files, from the first that arrives to the last that is read.

``python -m tests.benchmarks.folder``. Copies of corpus files, each with a mark of its own where its format leaves room
for one, so that no two are the same bytes. They are handed in as ``manage.py ingest FOLDER`` does,
to an ordinary ``up``.
"""

from __future__ import annotations

import sys
import zipfile
from collections import Counter
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

from tests.benchmarks.__main__ import WARM
from tests.corpus import root
from tests.processes import open_to_all
from tests.running import App

FILES, LEAST_PER_S = 200, 8.0
NAMES = (
    "characterization/xrd/TiO2_0p4009-ZnO_0p6010--2min.xrdml",
    "characterization/xrd/210520step1_30min.xrdml",
    "characterization/xrd/HL1-2_5-90_60min.xrdml",
    "characterization/xps/regular.vms",
    "characterization/xps/irregular.vms",
    "characterization/xrd/210520step1_30min.xy",
    "characterization/xrd/210520step1_30min.csv",
    "cycler/arbin/FastCharge_000025_CH8.csv",
    "cycler/neware/interp-test.csv",
    "cycler/biologic/ocv.mpr",
    "cycler/biologic/250116_kigr_gen6_01_01_GCPL_CD8.mpr",
    "characterization/cv/cva.issue_202.mpr",
    "characterization/eis/PEIS_SSB.mpr",
    "cycler/arbin/CS2_35_8_17_10.xlsx",
)
ENDED = ("done", "unmatched")


def main() -> int:
    sources = [root() / name for name in NAMES]
    if not all(source.exists() for source in sources):
        print("no corpus here: set LABSYS_CORPUS")
        return 2
    with open_to_all() as place, App(place / "home") as app:
        folder = place / "folder"
        folder.mkdir()
        for number in range(FILES):
            copied(sources[number % len(sources)], folder, number)
        token = app.token()
        app.ingest(*(root() / name for name in WARM))
        rows = app.ingest(folder)
        taken = [app.get(f"/api/v1/files/{row['id']}/", token)[1] for row in rows]
    return told(taken)


def told(taken: list[dict[str, Any]]) -> int:
    """Prints what became of the files and how long it took; 1 where it took too long or one was not read."""
    arrived = [moment(one, "received") for one in taken]
    seconds = max(moment(one, one["state"]) for one in taken) - min(arrived)
    states = Counter(one["state"] for one in taken)
    for kind in sorted({Path(one["name"]).suffix for one in taken}):
        each = [one for one in taken if Path(one["name"]).suffix == kind]
        reading = sorted(moment(one, one["state"]) - moment(one, "reading") for one in each)
        print(f"{kind:8}{len(each):4} files, {1000 * reading[len(reading) // 2]:5.0f} ms each in the median")
    print(
        f"{len(taken)} files in {seconds:.1f} s, all handed in after {max(arrived) - min(arrived):.1f} s: "
        f"{len(taken) / seconds:.1f} a second; bar {LEAST_PER_S}; {dict(states)}"
    )
    whole = len(taken) == FILES and set(states) <= set(ENDED)
    return 0 if whole and len(taken) / seconds >= LEAST_PER_S else 1


def moment(file: dict[str, Any], state: str) -> float:
    """When the file last came into that state, in seconds."""
    at: str = [step["at"] for step in file["timeline"] if step["state"] == state][-1]
    return datetime.fromisoformat(at).timestamp()


def copied(source: Path, folder: Path, number: int) -> None:
    raw = MARKED[source.suffix](source.read_bytes(), number)
    made = folder / f"{number:03}_{source.name}"
    made.write_bytes(raw)
    if source.suffix == ".xlsx":
        with zipfile.ZipFile(made, "a") as book:
            book.comment = f"copy {number}".encode()


def _lengthened(raw: bytes, number: int) -> bytes:
    """A run of line ends that no table counts as rows."""
    return raw.rstrip(b"\r\n") + b"\n" * (number + 1)


def _commented(raw: bytes, number: int) -> bytes:
    return raw + f"<!-- copy {number} -->\n".encode()


def _institution(raw: bytes, number: int) -> bytes:
    """VAMAS: the second line names the institution."""
    first, _old, rest = raw.split(b"\n", 2)
    return b"\n".join([first, b"laboratory %d" % number + (b"\r" if first.endswith(b"\r") else b""), rest])


def _module_title(raw: bytes, number: int) -> bytes:
    """BioLogic: the title of the settings is 25 letters long, of which not all are used."""
    at = raw.index(b"VMP settings") + 15
    return raw[:at] + b"%05d" % number + raw[at + 5 :]


def _as_it_is(raw: bytes, number: int) -> bytes:
    return raw


MARKED: dict[str, Callable[[bytes, int], bytes]] = {
    ".csv": _lengthened,
    ".mpr": _module_title,
    ".vms": _institution,
    ".xlsx": _as_it_is,
    ".xrdml": _commented,
    ".xy": _lengthened,
}

if __name__ == "__main__":
    sys.exit(main())
