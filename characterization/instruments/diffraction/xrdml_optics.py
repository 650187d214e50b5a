"""What an XRDML file says of the optics on both sides of the sample, as one text per piece."""

from __future__ import annotations

from xml.etree.ElementTree import Element

from characterization.instruments.xmlsafe import child, local_name

PATHS = {"incident_optics": "incidentBeamPath", "diffracted_optics": "diffractedBeamPath"}
_ELSEWHERE = {"radius", "xRayTube"}
_MOST_TEXT = 200


def _figures(piece: Element) -> list[str]:
    """The figures directly in a piece: ``angle 1 deg``, ``material Ni``."""
    return [
        " ".join(filter(None, (local_name(item.tag), item.text.strip(), item.get("unit", ""))))
        for item in piece
        if not len(item) and item.text and item.text.strip()
    ]


def optics(measurement: Element) -> dict[str, object]:
    """Per path a table of piece to text: ``{"filter": "Beta-filter Nickel, material Ni, thickness 0.020 mm"}``."""
    found: dict[str, object] = {}
    for key, path in PATHS.items():
        said: dict[str, str] = {}
        for piece in child(measurement, path) or ():
            name = local_name(piece.tag)
            text = ", ".join(filter(None, (piece.get("name", ""), *_figures(piece))))
            if name not in _ELSEWHERE and text and name not in said:
                said[name] = text[:_MOST_TEXT]
        if said:
            found[key] = said
    return found
