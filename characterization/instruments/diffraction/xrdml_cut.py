"""What a broken ``.xrdml`` still says about where it breaks: the number of counts that arrived, and of how
many.

The number of points is not stored. It can be known where positions are listed, from the attenuation
factors, or from an earlier scan of the same file over the same range.
"""

from __future__ import annotations

import re

from characterization.instruments.base import UnreadableFile, decode

_AGAIN = "Copy it again from the instrument; the file is kept."
_DATA = re.compile(r"<(?:\w+:)?(counts|intensities)\b[^>]*>([^<]*)")
_LISTED = re.compile(r"<(?:\w+:)?(?:listPositions|beamAttenuationFactors|countingTimes)\b[^>]*>([^<]*)</")
_RANGE = re.compile(r"<(?:\w+:)?(?:start|end)Position>([^<]*)<")


def _expected(text: str) -> int:
    """How many counts the last scan of a cut file should have, 0 where that cannot be known."""
    *earlier, last = re.split(r"<(?:\w+:)?dataPoints\b", text)
    listed = [len(values.split()) for values in _LISTED.findall(last)]
    if listed:
        return max(listed)
    for scan in reversed(earlier[1:]):
        data = _DATA.search(scan)
        if data and _RANGE.findall(scan) == _RANGE.findall(last):
            return len(data[2].split())
    return 0


def complain_of_cut(raw: bytes, name: str, parser_says: str) -> UnreadableFile:
    """The error for XML that is not whole: ``truncated`` where its end is missing, else ``damaged``."""
    text = decode(raw)
    if re.search(r"</(\w+:)?xrdMeasurements\s*>\s*$", text):
        return UnreadableFile("damaged", f"{name} is damaged: its XML is broken ({parser_says}).", _AGAIN)
    last_scan = re.split(r"<(?:\w+:)?dataPoints\b", text)[-1]
    data = _DATA.search(last_scan)
    if data is None:
        return UnreadableFile(
            "truncated", f"{name} ends after {len(raw):,} bytes, before its counts.", _AGAIN
        )
    arrived, expected = len(data[2].split()), _expected(text)
    if data.end() < len(last_scan):
        return UnreadableFile("truncated", f"{name} ends behind its {arrived:,} counts.", _AGAIN)
    total = f"of {expected:,}" if expected else "arrived, and the file does not say of how many"
    return UnreadableFile(
        "truncated", f"{name} ends in the middle of the counts ({arrived:,} {total}).", _AGAIN
    )
