"""The library as a method finds it in its conditions: read from a file when it first looks, at no cost for others."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any


class Told(Mapping[str, Any]):
    """Kinds with their entries. Line widths are only those of the instrument that measured, by its number."""

    def __init__(self, path: str, instrument: int | None = None) -> None:
        self.path, self.instrument = path, instrument

    def __getitem__(self, kind: str) -> list[dict[str, Any]]:
        entries = _read(self.path)[kind]
        return [one for one in entries if one.get("instrument_id") in (None, self.instrument)]

    def __iter__(self) -> Iterator[str]:
        return iter(_read(self.path))

    def __len__(self) -> int:
        return len(_read(self.path))


@lru_cache(maxsize=2)
def _read(path: str) -> dict[str, list[dict[str, Any]]]:
    """The file is named after what it holds, so it is read once."""
    found: dict[str, list[dict[str, Any]]] = json.loads(Path(path).read_bytes())
    return found
