"""The phases that patterns are compared with: those that are shipped, and those that the laboratory added as CIFs.

``phases.json`` holds our own definitions: cell, space group, sites, where they come from and how sure that is. A cell
that nobody read in its source says so (``from memory``) and is shown with that word beside every match.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

from characterization.analysis.xrd.cif import CifError, structure_from_cif
from characterization.analysis.xrd.crystal import Cell, Phase, Site, Source

SHIPPED = Path(__file__).with_name("phases.json")
SHIPPED_VERSION = "1"


@dataclass(frozen=True)
class Reference:
    """A phase under the key by which people choose it."""

    key: str
    phase: Phase
    own: bool = False

    @property
    def named(self) -> str:
        """Name and version, as a result has to state what it used."""
        return f"{self.phase.name}, version {self.phase.version}"


@lru_cache(maxsize=1)
def shipped() -> tuple[Reference, ...]:
    """The definitions that come with labsys, in the file's order."""
    entries = json.loads(SHIPPED.read_text(encoding="utf-8"))
    return tuple(Reference(entry["key"], _phase(entry)) for entry in entries)


def _phase(entry: Mapping[str, Any]) -> Phase:
    return Phase(
        name=entry["name"],
        formula=entry["formula"],
        cell=Cell(*entry["cell"]),
        space_group=entry["space_group"],
        sites=tuple(_site(text) for text in entry["sites"]),
        source=Source(
            text=entry["source"],
            doi=entry.get("doi", ""),
            cod_id=entry.get("cod_id", ""),
            certainty=entry["certainty"],
        ),
        version=SHIPPED_VERSION,
        remark=entry.get("remark", ""),
    )


def _site(text: str) -> Site:
    """``Ni1 Ni 0 0 0 1``: label, element, place, occupancy."""
    label, element, x, y, z, occupancy = text.split()
    return Site(label, element, float(x), float(y), float(z), float(occupancy))


def references(library: Mapping[str, Any], flag: Callable[[str, str], None]) -> tuple[Reference, ...]:
    """What is shipped and what the laboratory added (``library["phases"]``: name, version, formula, cif).

    An added phase stands in the place of a shipped one of the same name. One whose CIF cannot be used is flagged.
    """
    added = [found for entry in library.get("phases") or () if (found := _added(entry, flag))]
    names = {own.phase.name.casefold() for own in added}
    kept = [one for one in shipped() if one.phase.name.casefold() not in names]
    return (*added, *kept)


def _added(entry: Mapping[str, Any], flag: Callable[[str, str], None]) -> Reference | None:
    name = str(entry.get("name") or "")
    try:
        phase = structure_from_cif(str(entry.get("cif") or ""))
    except CifError as error:
        flag("phase_not_usable", f"The phase ‘{name}’ of the laboratory's library cannot be used: {error}")
        return None
    named = replace(
        phase,
        name=name or phase.name,
        formula=str(entry.get("formula") or phase.formula),
        version=str(entry.get("version") or ""),
    )
    return Reference(name or phase.name, named, own=True)


def chosen(references: Iterable[Reference], text: str) -> tuple[tuple[Reference, ...], tuple[str, ...]]:
    """Of the references those that a list with commas or semicolons names, and the names that fit none.

    A key, a name or a formula will do, without regard to case and spaces.
    """
    wanted = [part.strip() for part in text.replace(";", ",").split(",") if part.strip()]
    every = tuple(references)
    found: list[Reference] = []
    unknown: list[str] = []
    for want in wanted:
        fitting = [one for one in every if _plain(want) in _names(one)]
        found += [one for one in fitting if one not in found]
        unknown += [] if fitting else [want]
    return tuple(found), tuple(unknown)


def _names(one: Reference) -> set[str]:
    return {_plain(text) for text in (one.key, one.phase.name, one.phase.formula)}


def _plain(text: str) -> str:
    return "".join(text.casefold().split())
