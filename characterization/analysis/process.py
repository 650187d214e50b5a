"""The inside of the limited process: reads one file at a time, computes, writes tables to a scratch folder.

It talks over its standard input and output in messages of a 4-byte length and JSON. It is started by
``characterization.sandbox`` as ``python -m characterization.analysis.process``, knows no database and no secret,
and may be killed at any time.
"""

from __future__ import annotations

import ctypes
import errno
import json
import os
import resource
import signal
import struct
import sys
import tempfile
import traceback
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, replace
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO

import polars as pl

from characterization.analysis import chain, chain_table
from characterization.analysis import registry as analyses
from characterization.analysis.base import Conditions, Method, Result, told_apart
from characterization.analysis.budget import TookTooLong, within
from characterization.analysis.library.told import Told
from characterization.instruments import named_columns, registry, tables
from characterization.instruments.base import Flag, Recording, Technique, UnreadableFile, json_ready
from characterization.instruments.cycling import utc

PR_SET_PDEATHSIG = 1
DEEPEST_FILES = 256
AT_ONCE = 3
ANALYSIS_SECONDS = float(os.environ.get("LABSYS_ANALYSIS_SECONDS", "40"))
"""So long may one analysis of one table take."""
NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


def limit(memory_bytes: int, file_bytes: int) -> None:
    """Limits this process itself: memory, size of a written file, open files, no core; it dies with its parent."""
    resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))
    resource.setrlimit(resource.RLIMIT_FSIZE, (file_bytes, file_bytes))
    resource.setrlimit(resource.RLIMIT_NOFILE, (DEEPEST_FILES, DEEPEST_FILES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)


def read_file(
    path: Path, name: str, scratch: Path, conditions: Conditions, naming: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """Reads a file and analyses each of its recordings; the tables stand in ``scratch`` afterwards.

    ``naming`` is what a person said its columns are, for a table that no reader knows.
    """
    reader, recordings = _read(path, name, naming)
    return {
        "reader": reader,
        "recordings": [
            _kept(recording, scratch, f"{index}", conditions) for index, recording in enumerate(recordings)
        ],
    }


def _read(path: Path, name: str, naming: Mapping[str, Any] | None) -> tuple[dict[str, str], list[Recording]]:
    """The reader's name and version, of a naming with its number, and what it read."""
    if naming is None:
        result = registry.read(path, name)
        return {"name": result.reader.name, "version": result.reader.version}, result.recordings
    version = f"{named_columns.VERSION}/{naming['version']}"
    with registry.under_its_name(path, name) as named:
        return {"name": named_columns.NAME, "version": version}, named_columns.read(named, naming)


def analyse_table(request: dict[str, Any], scratch: Path, conditions: Conditions) -> dict[str, Any]:
    """Analyses a table that was read before, from its Parquet file; by one ``method`` where one is named."""
    recording = Recording(
        technique=Technique(request["technique"]),
        table=pl.read_parquet(request["table"]),
        meta=request["meta"],
        units=request["units"],
        part=request["part"],
        title=request["title"],
    )
    stem = f"{Path(request['table']).stem}.again"
    return {"analyses": _analyses(recording, scratch, stem, conditions, request.get("method"))}


def chain_tables(request: dict[str, Any], scratch: Path, conditions: Conditions) -> dict[str, Any]:
    """One history out of tables that were read before: its recording, and what became of each piece."""
    known = {int(key): tuple(verdict) for key, verdict in request["known"].items()}
    pieces = [
        chain.opened(
            one["key"],
            one["name"],
            pl.read_parquet(one["table"]) if one["key"] not in known else pl.DataFrame({"time_s": []}),
            one["started_s"],
            one["content"],
        )
        for one in request["pieces"]
    ]
    arranged = chain.arrange(pieces, known)
    kept = [piece for piece in arranged if piece.is_kept]
    if not kept:
        raise UnreadableFile(
            "no_time", f"{request['name']} has no row: none of {len(pieces)} files says a time."
        )
    history = Recording(
        Technique.CYCLING,
        chain_table.join(kept),
        meta={"files": len(pieces), "files_in_history": len(kept)},
        units=request["units"],
        started_at=utc(kept[0].begins_s),
        part=request["part"],
        title=request["title"],
        flags=chain.oddities(arranged),
    )
    told = ("key", "state", "by", "stop", "from_s", "to_s", "gap_s", "overlap_s", "begins_s")
    return {
        "recording": _kept(history, scratch, "history", conditions),
        "pieces": [{name: getattr(piece, name) for name in told} for piece in arranged],
    }


def _kept(recording: Recording, scratch: Path, stem: str, conditions: Conditions) -> dict[str, Any]:
    """A recording written, hashed and analysed: all three at once, for each lets the others have the second core."""
    table = scratch / f"{stem}.parquet"
    with ThreadPoolExecutor(AT_ONCE) as pool:
        hashed = pool.submit(tables.content_hash, recording.table)
        written = pool.submit(tables.write, recording.table, table)
        drawn = pool.submit(_overview, recording.table, table)
        analysed = _analyses(recording, scratch, stem, conditions)
        written.result()
    return {
        "technique": recording.technique.value,
        "part": recording.part,
        "title": recording.title,
        "started_at": recording.started_at.isoformat() if recording.started_at else None,
        "rows": recording.table.height,
        "columns": [
            {"name": name, "unit": recording.unit(name)}
            for name, kind in recording.table.schema.items()
            if kind != pl.Binary  # the pixels of a picture are no column that is shown or exported
        ],
        "meta": json_ready(recording.meta),
        "flags": [asdict(flag) for flag in recording.flags],
        "sample_hints": list(recording.sample_hints),
        "table": str(table),
        "overview": str(drawn.result()),
        "content_sha256": hashed.result(),
        "analyses": analysed,
    }


def _overview(whole: pl.DataFrame, table: Path) -> Path:
    """Writes what a whole table is drawn from, beside it; of a small table that is the table itself."""
    small = tables.overview(whole)
    if small.shape == whole.shape:
        return table
    path = table.with_suffix(".overview.parquet")
    tables.write_overview(small, path, whole)
    return path


def _analyses(
    recording: Recording, scratch: Path, stem: str, conditions: Conditions, only: str | None = None
) -> list[dict[str, Any]]:
    return [
        _analysed(method, _computed(method, recording, conditions), scratch, stem)
        for method in analyses.methods_for(recording.technique)
        if only in (None, method.name)
    ]


def _computed(method: Method, recording: Recording, conditions: Conditions) -> Result:
    """What a method finds. One that breaks or takes too long leaves a flag instead of costing the file its reading."""
    try:
        chosen = conditions.parameters.get(method.name, {})
        with within(ANALYSIS_SECONDS):
            result = method.compute(recording, replace(conditions, parameters=chosen))
    except TookTooLong:
        return Result(flags=[Flag("analysis_took_too_long", _given_up(method, recording))])
    except MemoryError:
        raise
    except Exception as error:  # whatever breaks inside one analysis must not lose the table
        traceback.print_exc()
        message = f"{method.label} could not be computed: {type(error).__name__}: {error}"
        return Result(flags=[Flag("analysis_failed", message)])
    if result.tables:
        result.parameters = {**chosen, **result.parameters}
    return result


def _given_up(method: Method, recording: Recording) -> str:
    return (
        f"{method.label} was given up after {ANALYSIS_SECONDS:g} s over {recording.table.height:,} rows. The table is "
        "kept. Ask the administrator for a higher LABSYS_ANALYSIS_SECONDS, then read the file again."
    )


def _analysed(method: Method, result: Result, scratch: Path, stem: str) -> dict[str, Any]:
    paths: dict[str, str] = {}
    for name, table in result.tables.items():
        path = scratch / f"{stem}.{method.name}.{name}.parquet"
        tables.write(table, path)
        paths[name] = str(path)
    cycles = result.tables.get("cycles")
    return {
        "method": method.name,
        "version": method.version,
        "findings": [json_ready(asdict(finding)) for finding in told_apart(result.findings)],
        "flags": [asdict(flag) for flag in result.flags],
        "parameters": json_ready(result.parameters),
        "tables": paths,
        "cycles": [json_ready(row) for row in cycles.iter_rows(named=True)] if cycles is not None else [],
    }


def answer(request: dict[str, Any]) -> dict[str, Any]:
    scratch = Path(request["scratch"])
    tempfile.tempdir = str(
        scratch
    )  # what a library unpacks goes with the folder, also if this process is killed
    conditions = replace(Conditions(**request.get("conditions", {})), library=_library(request))
    try:
        return {"ok": _done(request, scratch, conditions)}
    except UnreadableFile as error:
        columns = list(getattr(error, "columns", []))
        return {
            "error": {"code": error.code, "message": error.message, "hint": error.hint, "columns": columns}
        }
    except MemoryError:
        return {"error": _too_large(request)}
    except OSError as error:
        traceback.print_exc()
        return {"error": _no_room(request) if error.errno in NO_ROOM else _defect(request, error)}
    except Exception as error:  # the boundary of the process: everything becomes an answer
        traceback.print_exc()
        return {"error": _defect(request, error)}


def _library(request: dict[str, Any]) -> Mapping[str, Any]:
    told = request.get("library")
    return Told(told["path"], told["instrument"]) if told else {}


def _done(request: dict[str, Any], scratch: Path, conditions: Conditions) -> dict[str, Any]:
    if request["do"] == "analyse":
        return analyse_table(request, scratch, conditions)
    if request["do"] == "chain":
        return chain_tables(request, scratch, conditions)
    return read_file(Path(request["path"]), request["name"], scratch, conditions, request.get("naming"))


def _too_large(request: dict[str, Any]) -> dict[str, Any]:
    return {
        "code": "too_large",
        "message": f"{request.get('name', 'The file')} needs more memory than a reader may use.",
        "hint": "Export it in smaller parts. The file is kept.",
    }


def _no_room(request: dict[str, Any]) -> dict[str, Any]:
    return {
        "code": "no_room",
        "message": f"There was no room on the disk for the tables of {request.get('name', 'the file')}.",
        "hint": "The file is kept. When the administrator has made room, read it again.",
    }


def _defect(request: dict[str, Any], error: Exception) -> dict[str, Any]:
    return {
        "code": "reader_defect",
        "message": f"{request.get('name', 'The file')} could not be read: {type(error).__name__}: {error}",
        "hint": "The file is kept. Report it: the reader should have said what is wrong with the file.",
    }


def receive(source: BinaryIO) -> dict[str, Any] | None:
    head = source.read(4)
    if len(head) < 4:
        return None
    (length,) = struct.unpack(">I", head)
    message: dict[str, Any] = json.loads(source.read(length))
    return message


def send(sink: BinaryIO, message: dict[str, Any]) -> None:
    body = json.dumps(message).encode()
    sink.write(struct.pack(">I", len(body)) + body)
    sink.flush()


def main() -> None:
    """Serves requests until the parent closes the pipe. What readers print goes to standard error."""
    channel = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    limit(int(os.environ["LABSYS_READER_MEMORY_BYTES"]), int(os.environ["LABSYS_READER_FILE_BYTES"]))
    registry.readers()
    analyses.all_methods()
    send(channel, {"ready": datetime.now().astimezone().isoformat()})
    while (request := receive(sys.stdin.buffer)) is not None:
        send(channel, answer(request))


if __name__ == "__main__":
    main()
