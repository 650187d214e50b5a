"""What the titles of an impedance table say: which columns hold the impedance, and their units."""

from __future__ import annotations

import re

import numpy as np

_FREQUENCY = re.compile(r"^(fr[eé][qc]|f\b|f[\s(/_\[]|ω|omega)", re.IGNORECASE)
MINUS = re.compile(r"^[\s(]*([-−–]|neg|minus)[\s_]*", re.IGNORECASE)
_IMAGINARY = re.compile(
    r"(z\s*(''|″|”|\")|z_?im|im(ag)?(\s*\(z\)|inary)?\b|(\b|_)im_z|imagin|z\s*imag|reactance|^x\s*[(/\[])",
    re.IGNORECASE,
)
_REAL = re.compile(
    r"(z\s*('|′|’)(?!')|z_?re|\bre(al)?(\s*\(z\))?\b|\bre_z|realteil|resistance|^r\s*[(/\[])", re.IGNORECASE
)
_MODULUS = re.compile(r"(\|z\||z_?mod|\babs\b|modulus|magnitude|impedance \(|^z\s*[(/\[])", re.IGNORECASE)
_PHASE = re.compile(r"(phase|phi\b|φ|theta|z_?phz)", re.IGNORECASE)
_NO_IMPEDANCE = re.compile(
    r"\(Y\)|\bY['′’]|ohm\s?-1|[Ω\u2126]⁻¹|[(\[]\s*[µm]?S\s*[)\]]|admittance|\blog|\bdB", re.IGNORECASE
)
"""Titles of admittances and logarithms."""
_PREFIXED = re.compile(r"(?<![A-Za-zµμ])(?:([GMkKmµμu])\s?(?:[Ω\u2126]|[Oo]hm|ohm|OHM)|([GMkKm])\s?Hz)")
_PREFIXES = {"G": 1e9, "M": 1e6, "k": 1e3, "K": 1e3, "m": 1e-3, "µ": 1e-6, "μ": 1e-6, "u": 1e-6}
UNITS = re.compile(
    r"[\[(]?\s*([GMkKmµμu]?\s?([Ω\u2126]|ohms?|Hz)|deg|°|rad|s|V|A|#)?\s*[\])]?", re.IGNORECASE
)


def find(titles: list[str], pattern: re.Pattern[str]) -> int | None:
    return next((place for place, title in enumerate(titles) if pattern.search(title)), None)


def columns_of(titles: list[str]) -> dict[str, int]:
    """Places of frequency, and of real and imaginary or modulus and phase; empty where they are not all there."""
    bare = ["" if _NO_IMPEDANCE.search(title) else title.strip().strip('"') for title in titles]
    found: dict[str, int] = {}
    if (frequency := find(bare, _FREQUENCY)) is None:
        return {}
    imaginary = find(bare, _IMAGINARY)
    rest = [title if place != imaginary else "" for place, title in enumerate(bare)]
    real = find(rest, _REAL)
    modulus, phase = find(bare, _MODULUS), find(bare, _PHASE)
    if real is not None and imaginary is not None:
        found = {"frequency": frequency, "real": real, "imaginary": imaginary}
    elif modulus is not None and phase is not None:
        found = {"frequency": frequency, "modulus": modulus, "phase": phase}
    return found


def factor_of(title: str) -> float:
    """What turns a column into Ω or Hz: 1 where its title names no other unit."""
    if prefixed := _PREFIXED.search(title):
        return _PREFIXES[prefixed[1] or prefixed[2]]
    unit = "".join(re.findall(r"[(/\[]\s*([^)\]]*)", title)[-1:])
    return (
        1 / (2 * np.pi)
        if re.search(r"rad\s*/?\s*s|1/s|s-1", unit) or re.match(r"ω|omega", title, re.IGNORECASE)
        else 1.0
    )
