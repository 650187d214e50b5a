"""What a scanner, a camera or a hurried hand enters, and the thing that is meant by it.

Labels carry ``https://host/s/CODE`` (QR) or the bare code (Data Matrix). A place's code is PL- and its number.
"""

from __future__ import annotations

import re
import string
import unicodedata
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

from synthesis import access
from synthesis.models import CarbonizationRun, Place, Sample

PLACE_PREFIX = "PL"
LONGEST = 400
NEAR = 8
_AIM = re.compile(r"^\](?:d|Q|C|e|E)[0-9a-z]")  # scanners may say first which symbology they read
_ADDRESS = re.compile(r"(?:^|/)(s|samples|furnace-runs|places)/([^/?#]+)", re.IGNORECASE)
_SHAPE = re.compile(r"^([A-Z]{2,5})[-_. ‐-―−]*(\d{1,9})$")  # dashes that keyboards and word processors make


@dataclass(frozen=True)
class Found:
    """``kind`` is sample, run or place; ``thing`` the record; ``code`` what its label says."""

    kind: str
    thing: Any
    code: str
    address: str


def code_in(text: str) -> str:
    """The code in what was scanned or typed: from an address, with control characters, lower case, any dash."""
    bare = _AIM.sub("", _printable(text))
    found = _ADDRESS.search(bare)
    if found:
        part = _printable(unquote(found[2]))
        bare = f"{PLACE_PREFIX}-{part}" if found[1].lower() == "places" and part.isdecimal() else part
    bare = bare.replace("ß", "-").upper()  # a scanner set to the US layout on a German keyboard
    shape = _SHAPE.match(bare)
    return f"{shape[1]}-{int(shape[2]):04d}" if shape else bare


def _printable(text: str) -> str:
    plain = unicodedata.normalize("NFKC", text[:LONGEST])
    return "".join(letter for letter in plain if unicodedata.category(letter)[0] != "C").strip()


def find(text: str, actor: access.Actor) -> Found | None:
    """The sample, run or place that is meant, if the actor may see it."""
    found = find_all([text], actor)
    return found[0] if found else None


def find_all(texts: list[str], actor: access.Actor) -> list[Found]:
    """All that are known, in the order of the texts; what is unknown or another project's is left out."""
    codes = [code_in(text) for text in texts]
    samples = access.visible(Sample.objects.select_related("project"), actor).filter(code__in=codes)
    known = {sample.code: of_sample(sample) for sample in samples}
    if len(known) < len(set(codes)):
        runs = access.visible(CarbonizationRun.objects.select_related("project"), actor)
        known |= {run.code: of_run(run) for run in runs.filter(code__in=codes)}
        known |= _places(codes, actor)
    return [known[code] for code in dict.fromkeys(codes) if code in known]


def _places(codes: list[str], actor: access.Actor) -> dict[str, Found]:
    numbers = [int(code[3:]) for code in codes if re.fullmatch(rf"{PLACE_PREFIX}-\d{{1,9}}", code)]
    if not numbers or not actor.is_authenticated:
        return {}
    places = Place.objects.filter(pk__in=numbers)
    return {found.code: found for found in map(of_place, places)}


def of_sample(sample: Sample) -> Found:
    return Found("sample", sample, sample.code, sample.get_absolute_url())


def of_run(run: CarbonizationRun) -> Found:
    return Found("run", run, run.code, run.get_absolute_url())


def of_place(place: Place) -> Found:
    return Found("place", place, place.code, place.get_absolute_url())


def near(text: str, actor: access.Actor) -> list[Found]:
    """Known codes that differ by one slip: another prefix, one digit wrong, missing, doubled or two exchanged."""
    shape = _SHAPE.match(code_in(text))
    if not shape:
        return []
    prefix, digits = shape[1], shape[2].zfill(4)
    codes = [f"{other}-{digits}" for other in _prefixes()]
    codes += [f"{prefix}-{int(slip):04d}" for slip in _slips(digits)]
    return find_all(codes, actor)[:NEAR]


def _prefixes() -> list[str]:
    return [*(model.PREFIX for model in Sample.__subclasses__() if model.PREFIX), CarbonizationRun.PREFIX]


def _slips(digits: str) -> list[str]:
    places = range(len(digits))
    exchanged = [digits[:i] + digits[i + 1] + digits[i] + digits[i + 2 :] for i in places[:-1]]
    wrong = [digits[:i] + digit + digits[i + 1 :] for i in reversed(places) for digit in string.digits]
    missing = [digits[:i] + digits[i + 1 :] for i in places] if len(digits) > 1 else []
    doubled = [digits[: i + 1] + digits[i] + digits[i + 1 :] for i in places]
    return [slip for slip in dict.fromkeys([*exchanged, *wrong, *missing, *doubled]) if slip != digits]
