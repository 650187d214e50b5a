"""GHS: pictograms with their words, and H and P phrases as people copy them from a safety data sheet."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from synthesis.errors import Refusal
from synthesis.hazard_statements import H

PICTOGRAMS: Mapping[str, Promise | str] = {
    "GHS01": gettext_lazy("explosive"),
    "GHS02": gettext_lazy("flammable"),
    "GHS03": gettext_lazy("oxidising"),
    "GHS04": gettext_lazy("gas under pressure"),
    "GHS05": gettext_lazy("corrosive"),
    "GHS06": gettext_lazy("acutely toxic"),
    "GHS07": gettext_lazy("harmful or irritant"),
    "GHS08": gettext_lazy("health hazard"),
    "GHS09": gettext_lazy("hazardous to the environment"),
}
_P = re.compile(r"P[1-5]\d{2}")
_BETWEEN = re.compile(r"[\s,;/]+")
_JOINED = re.compile(r"\s*\+\s*")
_LETTERS = [code.upper() for code in H]
_BY_LETTERS = {
    code.upper(): code for code in H if _LETTERS.count(code.upper()) == 1
}  # H360FD and H360Fd differ


@dataclass(frozen=True)
class Statement:
    """A phrase as it stands on a label: its code, several joined by "+", and its words."""

    code: str
    words: str


def h_phrases(text: str) -> str:
    """Codes in one spelling, "H301+H311 H315 EUH014"; raises Refusal for one that the regulation does not have."""
    return _phrases(text, "hazard_statements", _known_h, "H301 H315 EUH014")


def p_phrases(text: str) -> str:
    """Codes in one spelling, "P280 P301+P310"."""
    return _phrases(text, "precautionary_statements", _known_p, "P280 P301+P310")


def statements(text: str) -> list[Statement]:
    """H phrases with their words."""
    return [
        Statement(code, "; ".join(str(H.get(part, part)) for part in code.split("+")))
        for code in text.split()
    ]


def pictograms(codes: Sequence[str]) -> list[tuple[str, str]]:
    """Those of the nine that are named, in their order, each with its word."""
    return [(code, str(word)) for code, word in PICTOGRAMS.items() if code in codes]


def known_pictograms(codes: object) -> list[str]:
    """A list of pictograms in order and once; raises Refusal for what is none."""
    if not isinstance(codes, list | tuple):
        codes = [codes]
    unknown = [str(code) for code in codes if code not in PICTOGRAMS]
    if unknown:
        raise Refusal(
            _("‘%(code)s’ is no GHS pictogram. Known: %(known)s.")
            % {"code": unknown[0], "known": ", ".join(PICTOGRAMS)},
            field="pictograms",
        )
    return [code for code in PICTOGRAMS if code in codes]


def _phrases(text: str, field: str, known: object, example: str) -> str:
    found: list[str] = []
    for word in _BETWEEN.split(_JOINED.sub("+", text.strip())):
        code = "+".join(_one(part, field, known, example) for part in word.split("+")) if word else ""
        if code and code not in found:
            found.append(code)
    return " ".join(found)


def _one(part: str, field: str, known: object, example: str) -> str:
    code: str | None = known(part.rstrip(".:"))  # type: ignore[operator]  # one of the two below
    if code is None:
        raise Refusal(
            _("‘%(code)s’ is no such phrase. Write codes with spaces between: %(example)s.")
            % {"code": part, "example": example},
            field=field,
            code="no_phrase",
        )
    return code


def _known_h(written: str) -> str | None:
    return written if written in H else _BY_LETTERS.get(written.upper())


def _known_p(written: str) -> str | None:
    return written.upper() if _P.fullmatch(written.upper()) else None
