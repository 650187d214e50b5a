"""What headers of powder patterns say: EVA's quoted line, ``key = value`` comments, PANalytical's
``key,value`` lines."""

from __future__ import annotations

import re

from characterization.instruments.textual import to_number

_EVA = re.compile(r'(\w[\w ]*?):\s*"([^"]*)"')
_PAIR = re.compile(r"^[\s#;!*/']*([^=:,;\t]{2,60}?)\s*[=:,;\t]\s*(.+?)\s*$")
_WL = re.compile(r"\bWL\d?\s*=\s*(\d+[.,]\d+)")
_PLAIN_NUMBER = re.compile(r"[+-]?\d+(?:[.,]\d+)?(?:[eE][+-]?\d+)?")

_MOST_LINES, _LONGEST_LINE = 2000, 1000
_WAVELENGTHS = {
    "wavelength_angstrom": (
        r"(k[- ]?alpha ?1( wavelength)?|(calibrated )?wave ?length( ?\(?(å|a|angstrom)\)?)?|lambda)"
    ),
    "wavelength_kalpha2_angstrom": r"k[- ]?alpha ?2( wavelength)?",
    "kalpha_ratio": r"(ratio k[- ]?alpha ?2 ?/ ?k[- ]?alpha ?1|k[- ]?a(lpha)? ?2/k[- ]?a(lpha)? ?1 ratio)",
    "counting_time_s": r"(time ?per ?step|scan step time \[s\]|scan step time|step time)",
}
_TEXTS = {
    "anode": r"(anode( material)?|target)",
    "comment": r"(comment|sample comment|scan comment)",
    "sample_name": r"(sample|sample identification|sample ?name|user sample name|id|title|name)",
    "operator": r"operator",
    "scan_type": r"(scan ?type|scan axis)",
    "start_stated": r"(scan time|date|start date|measurement date and time|start date/time)",
}


def pairs(header: list[str]) -> list[tuple[str, str]]:
    """(key, value) for every statement of the header lines, keys in lower case."""
    found: list[tuple[str, str]] = []
    for line in header[:_MOST_LINES]:
        if len(line) > _LONGEST_LINE:
            continue
        if stated := _WL.search(line):
            found.append(("wavelength", stated[1]))
        quoted = _EVA.findall(line)
        if quoted:
            found += [(key.strip().lower(), value.strip()) for key, value in quoted]
            continue
        pair = _PAIR.match(line)
        if pair:
            found.append((pair[1].strip().lower(), pair[2].strip().strip('"').strip()))
    return found


def _plausible(key: str, value: float) -> bool:
    """Wavelengths of laboratory tubes and synchrotrons lie between 0.05 and 3 Å."""
    if key.startswith("wavelength"):
        return 0.05 < value < 3
    return value >= 0


def describe(header: list[str]) -> dict[str, object]:
    """The header's statements under this project's names. The wavelength is there only if it is stated."""
    meta: dict[str, object] = {}
    for key, value in pairs(header):
        for ours, pattern in _WAVELENGTHS.items():
            number = _PLAIN_NUMBER.match(value)
            if ours not in meta and number and re.fullmatch(pattern, key):
                parsed = to_number(number[0])
                if parsed is not None and _plausible(ours, parsed):
                    meta[ours] = parsed
        for ours, pattern in _TEXTS.items():
            if ours not in meta and value and re.fullmatch(pattern, key):
                meta[ours] = value
    return meta
